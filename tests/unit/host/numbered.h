/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours by number, of a host whose table has 64 slots. */
#ifndef UNIT_HOST_NUMBERED_H
#define UNIT_HOST_NUMBERED_H

#include "frames.h"

/* The neighbours are numbered: 10.0.0.2 is 0. */
static inline union address
neighbour(unsigned n)
{
	union address a = { .bytes = { 10, 0, (uint8_t)(n / 250), (uint8_t)(n % 250 + 2) } };

	return a;
}

static inline uint16_t
nexthop_to(struct two_links *f, unsigned n)
{
	union address a = neighbour(n);

	return host_nexthop(f->host, &f->iface[WAN], &a, 4);
}

static inline void
hear(struct two_links *f, unsigned n, enum host_heard how, uint8_t mac)
{
	struct host_fact fact = {
		.iface = WAN,
		.family = 4,
		.heard = (uint8_t)how,
		.mac = { 2, 0, 0, 0, 1, mac },
		.address = neighbour(n),
	};

	host_learn(f->host, &fact);
}

/* A packet is on its way to the neighbour. */
static inline enum reason
send_to(struct two_links *f, unsigned n)
{
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX];
	uint16_t nh = nexthop_to(f, n);
	struct rte_mbuf *m;
	enum reason r;

	if (nh == 0)
		return REASON_neighbour_queue_full;
	m = arrived(f, 0, frame, build("udp 192.0.2.9:7 > 203.0.113.9:9", &macs, frame));
	r = host_hold(f->host, nh, m, 14, NULL);
	if (r != REASON_NONE) {
		ledger_drop(f->ledger, WAN, r);
		rte_pktmbuf_free(m);
	}
	return r;
}

/* Frames are let go in between: the list of what was sent is short. */
static inline void
forget_sent(struct two_links *f)
{
	rte_pktmbuf_free_bulk(f->sent, f->n_sent);
	f->n_sent = f->n_seen = 0;
}

static inline void
count_one(void *arg, const struct host_neighbour *n)
{
	(void)n;
	++*(unsigned *)arg;
}

static inline unsigned
count(const struct two_links *f)
{
	unsigned n = 0;

	host_each(f->host, count_one, &n);
	return n;
}

/* A table of 64 makes bounds easy to meet. */
static inline int
setup_small(void **state)
{
	struct two_links *f;

	setup_stopped(state);
	f = *state;
	f->setup.neighbours = 64;
	fixture_start(f);
	return 0;
}

#define small_test(name) cmocka_unit_test_setup_teardown(name, setup_small, teardown)

#endif
