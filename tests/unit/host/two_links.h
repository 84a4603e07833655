/* SPDX-License-Identifier: BSD-3-Clause */
/* A host between two links, with its ledger, and a list of what it sends.
 *
 *   192.0.2.0/24, 2001:db8:1::/64          198.51.100.0/24, 2001:db8:2::/64
 *   peer .9 02:00:00:00:00:09 --- lan (port 0) [host] wan (port 1) --- peer .2 02:00:00:00:00:22
 *   203.0.113.0/24 --- guests (port 0, VLAN 20)
 *
 * Each test ends with the ledger balanced and every mbuf back in the pool. */
#ifndef UNIT_HOST_TWO_LINKS_H
#define UNIT_HOST_TWO_LINKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "host/host.h"
#include "support/checksum.h"
#include "support/dpdk.h"

enum {
	LAN = 1,
	WAN = 2,
	GUESTS = 3,
	POOL_MBUFS = 4095,
	SENT_MAX = 4096,
	FRAME_MAX = 9100,
};

struct two_links {
	struct host *host;
	struct host_setup setup;
	struct ledger *ledger;
	struct nexthop *nexthops;
	struct generation gen;
	struct interface iface[4];
	struct interface_address addresses[4][4];
	struct interface_neighbour neighbours[4];
	uint16_t vlans[4096];
	uint64_t now_ns;
	unsigned pool_free;
	struct rte_mbuf *sent[SENT_MAX];
	uint16_t sent_port[SENT_MAX];
	unsigned n_sent, n_seen;
	struct host_fact told[64];
	unsigned n_told, n_forgotten;
};

static struct rte_mempool *pool;

static inline union address
address(const char *text)
{
	union address a = { .words = { 0, 0 } };

	if (inet_pton(strchr(text, ':') != NULL ? AF_INET6 : AF_INET, text, &a) != 1)
		fail_msg("%s is no address", text);
	return a;
}

static inline void
mac_read(uint8_t mac[6], const char *text)
{
	unsigned b[6];

	assert_int_equal(
		sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5), 6);
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
}

static inline void
fixture_send(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface)
{
	struct two_links *f = arg;

	(void)iface;
	assert_true(f->n_sent < SENT_MAX);
	f->ledger->port[port].tx++;
	f->sent_port[f->n_sent] = port;
	f->sent[f->n_sent++] = m;
}

static inline void
fixture_tell(void *arg, const struct host_fact *fact)
{
	struct two_links *f = arg;

	if (f->n_told < 64)
		f->told[f->n_told++] = *fact;
}

static inline void
fixture_forget(void *arg)
{
	((struct two_links *)arg)->n_forgotten++;
}

static inline void
given_address(struct two_links *f, unsigned iface, const char *text, unsigned bits)
{
	struct interface *i = &f->iface[iface];
	struct interface_address *a = &f->addresses[iface][i->n_addresses++];

	a->family = strchr(text, ':') != NULL ? 6 : 4;
	a->bits = (uint8_t)bits;
	a->address = address(text);
}

static inline void
given_interface(struct two_links *f, unsigned id, uint16_t port, uint16_t vlan, const char *mac)
{
	f->iface[id] = (struct interface){
		.name = "",
		.id = (uint16_t)id,
		.port = port,
		.vlan = vlan,
		.mtu = 1500,
		.addresses = f->addresses[id],
	};
	mac_read(f->iface[id].mac, mac);
	f->gen.iface[id] = &f->iface[id];
}

static inline void
given_topology(struct two_links *f)
{
	given_interface(f, LAN, 0, 0, "02:00:00:00:00:01");
	given_address(f, LAN, "192.0.2.1", 24);
	given_address(f, LAN, "fe80::ff:fe00:1", 64);
	given_address(f, LAN, "2001:db8:1::1", 64);
	given_interface(f, WAN, 1, 0, "02:00:00:00:00:02");
	given_address(f, WAN, "198.51.100.1", 24);
	given_address(f, WAN, "fe80::ff:fe00:2", 64);
	given_address(f, WAN, "2001:db8:2::1", 64);
	given_interface(f, GUESTS, 0, 20, "02:00:00:00:00:01");
	given_address(f, GUESTS, "203.0.113.1", 24);
	memset(f->vlans, 0xff, sizeof(f->vlans));
	f->vlans[20] = GUESTS;
	f->gen.number = 1;
	f->gen.n_ifaces = 4;
	f->gen.n_ports = 2;
	for (unsigned p = 0; p < 2; p++) {
		f->gen.port_used[p] = true;
		memcpy(f->gen.ingress[p].mac, f->iface[p + 1].mac, 6);
		f->gen.ingress[p].untagged = (uint16_t)(p + 1);
	}
	f->gen.ingress[0].has_vlans = true;
	f->gen.ingress[0].vlan = f->vlans;
	f->gen.own = own_addresses_build(f->gen.iface, f->gen.n_ifaces);
	assert_non_null(f->gen.own);
}

/* Moves the clock, in steps of a worker's timer. */
static inline void
after(struct two_links *f, double seconds)
{
	uint64_t until = f->now_ns + (uint64_t)(seconds * 1e9);

	while (f->now_ns < until) {
		f->now_ns = RTE_MIN(f->now_ns + 10 * NS_PER_MS, until);
		host_tick(f->host, f->now_ns);
	}
}

static inline void
fixture_start(struct two_links *f)
{
	f->host = host_create(&f->setup, 0);
	assert_non_null(f->host);
	host_tick(f->host, f->now_ns);
	host_configure(f->host, &f->gen);
}

/* All but the start, so that a test may change the setup first. */
static inline int
setup_stopped(void **state)
{
	struct two_links *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	random_use_seed(1);
	f->ledger = calloc(1, sizeof(*f->ledger));
	f->ledger->n_ifaces = LEDGER_IFACES;
	f->nexthops = calloc(NEXTHOP_COUNT, sizeof(*f->nexthops));
	f->now_ns = 1000 * NS_PER_S;
	f->pool_free = rte_mempool_avail_count(pool);
	f->setup = (struct host_setup){
		.nexthops = f->nexthops,
		.ledger = f->ledger,
		.pool = pool,
		.workers = 1,
		.quiet = true,
		.send = fixture_send,
		.tell = fixture_tell,
		.forget = fixture_forget,
		.arg = f,
	};
	given_topology(f);
	*state = f;
	return 0;
}

static inline int
setup(void **state)
{
	setup_stopped(state);
	fixture_start(*state);
	return 0;
}

static inline int
teardown(void **state)
{
	struct two_links *f = *state;
	struct ledger_sum sum = { 0 };

	if (f->host != NULL)
		host_stop(f->host);
	host_destroy(f->host);
	for (unsigned i = 0; i < f->n_sent; i++)
		rte_pktmbuf_free(f->sent[i]);
	ledger_add(&sum, f->ledger);
	assert_int_equal(sum.imbalance, 0);
	assert_int_equal(sum.held, 0);
	assert_int_equal(rte_mempool_avail_count(pool), f->pool_free);
	own_addresses_discard((struct own_addresses *)(uintptr_t)f->gen.own);
	free(f->ledger);
	free(f->nexthops);
	free(f);
	return 0;
}

static inline int
group_setup(void **state)
{
	(void)state;
	if (start_dpdk() < 0)
		return -1;
	pool = rte_pktmbuf_pool_create("host", POOL_MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	return pool != NULL ? 0 : -1;
}

static inline int
group_teardown(void **state)
{
	rte_mempool_free(pool);
	return stop_dpdk(state);
}

#define host_test(name)         cmocka_unit_test_setup_teardown(name, setup, teardown)
#define host_test_stopped(name) cmocka_unit_test_setup_teardown(name, setup_stopped, teardown)

#endif
