/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands around the data path under a flood. */

#include "flood.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "offline/offline.h"
#include "stand.h"

#define BURST 32

static struct {
	struct appliance *appliance;
	struct fastpath *fp;
	struct rte_mempool *pool;
	uint8_t mac[2][6];
	uint16_t device[2];
	uint64_t now_ns;
	uint64_t random;
	unsigned port, n;
	struct rte_mbuf *m[BURST];
	bool plain;
	void (*left)(unsigned port, const uint8_t *ip, unsigned bytes);
	struct flood_times *times;
	struct flood_count count;
} rig;

/* In the place of the driver's function. */
static uint16_t
take_sent(unsigned port, struct rte_mbuf **m, uint16_t n)
{
	for (unsigned i = 0; i < n && !rig.plain; i++) {
		const uint8_t *ip = rte_pktmbuf_mtod_offset(m[i], const uint8_t *, 14);

		if (ip[9] != IPPROTO_ICMP)
			rig.count.out[ip[4] >> 6]++;
		if (rig.left != NULL)
			rig.left(port, ip, m[i]->pkt_len - 14);
	}
	rte_pktmbuf_free_bulk(m, n);
	return n;
}

static uint16_t
sent_by_wan(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	return take_sent(FLOOD_WAN, m, n);
}

static uint16_t
sent_by_lan(void *queue, struct rte_mbuf **m, uint16_t n)
{
	(void)queue;
	return take_sent(FLOOD_LAN, m, n);
}

/* A clock that stands where it is put, but lets ageing do a share in each loop, as a real one does.
 */
static void
set_clock(void)
{
	struct clock *c = fastpath_clock(rig.fp);

	c->virtual = false;
	c->mult = 0;
	c->base_ns = rig.now_ns;
}

static void
age(void)
{
	uint64_t began = rte_rdtsc();

	fastpath_tick(rig.fp);
	fastpath_age(rig.fp);
	fastpath_flush(rig.fp);
	rig.count.age_cycles += rte_rdtsc() - began;
}

static const char config[] =
	"version: 1\n"
	"system: {flows: %u, memory: {hugepages: no, mbufs: 16384, openings: %s}}\n"
	"ports:\n"
	"  wan: {device: \"net_null0,no-rx=1\", mac: \"02:00:00:00:00:01\"}\n"
	"  lan: {device: \"net_null1,no-rx=1\", mac: \"02:00:00:00:00:02\"}\n"
	"interfaces:\n"
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n"
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
	"  lan: {addresses: [10.0.0.1/24, 172.16.0.1/16], pipeline: inside,\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", 10.0.0.80: \"02:00:00:00:01:80\"}}\n"
	"routes:\n"
	"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.0.0.0/8, via: 10.0.0.2}]\n"
	"%s";

static const char *openings = "auto";

void
flood_memory(const char *bytes)
{
	openings = bytes;
}

void
flood_open(unsigned flows, const char *more)
{
	struct ports *ports;
	char *text = NULL;

	memset(&rig, 0, sizeof(rig));
	if (asprintf(&text, config, flows, openings, more) < 0)
		stand_die("out of memory");
	rig.appliance = stand_start(text, BURST);
	free(text);
	ports = appliance_ports(rig.appliance);
	for (unsigned i = 0; i < 2; i++) {
		rte_eth_fp_ops[ports->at[i].id].tx_pkt_burst = i == FLOOD_WAN ? sent_by_wan
									      : sent_by_lan;
		rig.device[i] = ports->at[i].id;
		memcpy(rig.mac[i], ports->at[i].mac.addr_bytes, 6);
	}
	rig.fp = workers_at(appliance_workers(rig.appliance), 0)->fp;
	rig.pool = pools_of_node(appliance_pools(rig.appliance), 0);
	appliance_step(rig.appliance);
	rig.now_ns = APPLIANCE_TIME_ZERO_NS;
	flood_pass(0);
}

void
flood_sleep(unsigned seconds)
{
	struct clock *c = fastpath_clock(rig.fp);

	flood_flush();
	for (unsigned i = 0; i < seconds; i++) {
		rig.now_ns += NS_PER_SECOND;
		c->virtual = true;
		clock_set(c, rig.now_ns);
		age();
	}
	set_clock();
}

struct fastpath_flows
flood_flows(void)
{
	struct fastpath_flows flows;

	fastpath_flows(rig.fp, &flows);
	return flows;
}

static void
check_ledger(void)
{
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, fastpath_ledger(rig.fp));
	if (sum.imbalance != 0)
		stand_die("imbalance %" PRId64, sum.imbalance);
}

void
flood_close(void)
{
	flood_flush();
	rig.left = NULL;
	check_ledger();
	appliance_halt(rig.appliance);
	check_ledger();
	if (appliance_close(rig.appliance) != 0)
		stand_die("packet buffers did not come back");
	appliance_destroy(rig.appliance);
}

struct fastpath *
flood_path(void)
{
	return rig.fp;
}

uint64_t
flood_now(void)
{
	return rig.now_ns;
}

const struct flood_count *
flood_count(void)
{
	return &rig.count;
}

void
flood_plain(bool plain)
{
	rig.plain = plain;
}

void
flood_backlogged(bool backlogged)
{
	flood_flush();
	fastpath_set_backlogged(rig.fp, backlogged);
}

void
flood_watch(void (*left)(unsigned port, const uint8_t *ip, unsigned bytes))
{
	rig.left = left;
}

void
flood_keep_times(struct flood_times *t)
{
	rig.times = t;
}

uint64_t
flood_drops(enum reason r)
{
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, fastpath_ledger(rig.fp));
	return sum.drops[r];
}

unsigned
flood_mbufs(void)
{
	return pools_in_use(appliance_pools(rig.appliance));
}

uint64_t
flood_random(void)
{
	uint64_t z = rig.random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

void
flood_pass(uint64_t ns)
{
	flood_flush();
	rig.now_ns += ns;
	set_clock();
	age();
}

/* One burst, from the first look at it to the device. */
__attribute__((noinline)) void
flood_flush(void)
{
	struct flood_times *t = rig.times;
	uint64_t began, cycles;

	if (rig.n == 0)
		return;
	mbuf_debug_received(rig.m, rig.n);
	began = rte_rdtsc();
	fastpath_tick(rig.fp);
	fastpath_process(rig.fp, (uint16_t)rig.port, rig.m, rig.n, false);
	fastpath_flush(rig.fp);
	cycles = rte_rdtsc() - began;
	rig.count.cycles += cycles;
	if (t != NULL && t->n < t->max)
		t->cycles[t->n++] = cycles > UINT32_MAX ? UINT32_MAX : (uint32_t)cycles;
	rig.n = 0;
}

struct rte_mbuf *
flood_make(const struct flood_frame *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(rig.pool);

	if (m == NULL)
		stand_die("no packet buffers");
	m->port = rig.device[f->port];
	flood_frame_write(
		f, rig.mac[f->port], (uint8_t *)rte_pktmbuf_append(m, flood_frame_bytes(f)));
	return m;
}

void
flood_send(const struct flood_frame *f)
{
	if (rig.n != 0 && rig.port != f->port)
		flood_flush();
	rig.port = f->port;
	rig.m[rig.n++] = flood_make(f);
	rig.count.in[f->mark]++;
	if (rig.n == BURST)
		flood_flush();
}
