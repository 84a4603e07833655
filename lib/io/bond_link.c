/* SPDX-License-Identifier: BSD-3-Clause */
/* The link of bond members whose driver does not see it. */

#include "io/bond_link.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>

#include <rte_ethdev.h>

struct rte_eth_dev;

/* DPDK has these for drivers; their header is not installed. */
struct rte_eth_dev *rte_eth_dev_get_by_name(const char *name);
int rte_eth_dev_callback_process(
	struct rte_eth_dev *dev, enum rte_eth_event_type event, void *result);

static atomic_bool is_down[RTE_MAX_ETHPORTS];

int
rte_eth_link_get_nowait(uint16_t id, struct rte_eth_link *link)
{
	static _Atomic(void *) found;
	void *call = atomic_load_explicit(&found, memory_order_relaxed);
	int rc;

	if (call == NULL) {
		call = dlsym(RTLD_NEXT, "rte_eth_link_get_nowait");
		atomic_store_explicit(&found, call, memory_order_relaxed);
	}
	if (call == NULL)
		return -ENOTSUP;
	rc = ((int (*)(uint16_t, struct rte_eth_link *))call)(id, link);
	if (rc == 0 && id < RTE_MAX_ETHPORTS
		&& atomic_load_explicit(&is_down[id], memory_order_relaxed))
		link->link_status = RTE_ETH_LINK_DOWN;
	return rc;
}

void
bond_link_set(const char *name, uint16_t id, bool down)
{
	struct rte_eth_dev *dev;

	if (id >= RTE_MAX_ETHPORTS
		|| atomic_exchange_explicit(&is_down[id], down, memory_order_relaxed) == down)
		return;
	dev = rte_eth_dev_get_by_name(name);
	if (dev != NULL)
		rte_eth_dev_callback_process(dev, RTE_ETH_EVENT_INTR_LSC, NULL);
}
