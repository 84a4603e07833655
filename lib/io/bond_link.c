/* SPDX-License-Identifier: BSD-3-Clause */
/* The links of bond members. */

#include "io/bond_link.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <rte_ethdev.h>

struct rte_eth_dev;

/* DPDK has these for drivers; their header is not installed. */
struct rte_eth_dev *rte_eth_dev_get_by_name(const char *name);
int rte_eth_dev_callback_process(
	struct rte_eth_dev *dev, enum rte_eth_event_type event, void *result);

static struct {
	atomic_bool member;
	atomic_uint_fast64_t link; /* a struct rte_eth_link.  control: write, others: read */
} known[RTE_MAX_ETHPORTS];

static_assert(sizeof(struct rte_eth_link) == sizeof(uint64_t), "a link is read at once");

/* Returns DPDK's own function of a name; NULL: this process has none. */
static void *
next(const char *name, _Atomic(void *) *found)
{
	void *call = atomic_load_explicit(found, memory_order_relaxed);

	if (call == NULL) {
		call = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(found, call, memory_order_relaxed);
	}
	return call;
}

static int
ask(uint16_t id, struct rte_eth_link *link)
{
	static _Atomic(void *) found;
	void *call = next("rte_eth_link_get_nowait", &found);

	return call != NULL ? ((int (*)(uint16_t, struct rte_eth_link *))call)(id, link) : -ENOTSUP;
}

int
rte_eth_link_get_nowait(uint16_t id, struct rte_eth_link *link)
{
	uint64_t bits;

	if (id >= RTE_MAX_ETHPORTS
		|| !atomic_load_explicit(&known[id].member, memory_order_relaxed))
		return ask(id, link);
	bits = atomic_load_explicit(&known[id].link, memory_order_relaxed);
	memcpy(link, &bits, sizeof(*link));
	return 0;
}

int
rte_eth_dev_configure(
	uint16_t id, uint16_t rx_queues, uint16_t tx_queues, const struct rte_eth_conf *conf)
{
	static _Atomic(void *) found;
	void *call = next("rte_eth_dev_configure", &found);
	struct rte_eth_conf own = *conf;

	if (call == NULL)
		return -ENOTSUP;
	own.intr_conf.lsc = 0;
	return ((int (*)(uint16_t, uint16_t, uint16_t, const struct rte_eth_conf *))call)(
		id, rx_queues, tx_queues, &own);
}

void
bond_link_begin(uint16_t id)
{
	if (id >= RTE_MAX_ETHPORTS)
		return;
	atomic_store_explicit(&known[id].link, 0, memory_order_relaxed);
	atomic_store_explicit(&known[id].member, true, memory_order_relaxed);
}

void
bond_link_end(uint16_t id)
{
	if (id < RTE_MAX_ETHPORTS)
		atomic_store_explicit(&known[id].member, false, memory_order_relaxed);
}

bool
bond_link_look(uint16_t id, const char *name, bool down)
{
	struct rte_eth_link was, is = { 0 };
	struct rte_eth_dev *dev;
	uint64_t bits = 0;

	if (id >= RTE_MAX_ETHPORTS || rte_eth_link_get_nowait(id, &was) < 0)
		return false;
	if (ask(id, &is) < 0 || down)
		is.link_status = RTE_ETH_LINK_DOWN;
	memcpy(&bits, &is, sizeof(is));
	atomic_store_explicit(&known[id].link, bits, memory_order_relaxed);
	dev = is.link_status != was.link_status ? rte_eth_dev_get_by_name(name) : NULL;
	if (dev != NULL)
		rte_eth_dev_callback_process(dev, RTE_ETH_EVENT_INTR_LSC, NULL);
	return is.link_status != 0;
}
