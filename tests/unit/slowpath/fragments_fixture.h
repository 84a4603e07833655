/* SPDX-License-Identifier: BSD-3-Clause */
/* What tests of virtual reassembly share: fragments in packet buffers, and what becomes of them. */
#ifndef UNIT_SLOWPATH_FRAGMENTS_FIXTURE_H
#define UNIT_SLOWPATH_FRAGMENTS_FIXTURE_H

#include "slowpath/fragments/fragments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "packet/ledger.h"
#include "support/dpdk.h"

enum { POOL_MBUFS = 8191, PIECE = 64, L3 = 14, HEADER = 20 };

static struct rte_mempool *pool;

struct holding {
	struct fragments *fragments;
	struct ledger *ledger;
	uint64_t now_ns;
	enum reason why;
	struct fragment_pass pass;
};

/* A fragment of a datagram: the n-th piece. */
struct piece_of {
	uint32_t src, id;
	uint16_t iface;
	unsigned n;
	bool last;
	uint8_t fill;
	unsigned other; /* 1 and up: this byte of the payload is another one */
	uint16_t split; /* bytes in the first of two segments; 0: there is one */
	bool v6;        /* the payload is where it is in IPv4 */
	uint8_t proto;  /* 0: UDP */
	uint16_t vlan;
	enum fragments_use use;
};

/* Moves what is behind the first bytes to a second segment. */
static inline void
split(struct rte_mbuf *m, uint16_t first)
{
	struct rte_mbuf *second = rte_pktmbuf_alloc(pool);
	uint16_t left = (uint16_t)(m->data_len - first);

	assert_non_null(second);
	memcpy(rte_pktmbuf_append(second, left), rte_pktmbuf_mtod_offset(m, uint8_t *, first),
		left);
	rte_pktmbuf_trim(m, left);
	assert_int_equal(rte_pktmbuf_chain(m, second), 0);
}

static inline enum fragment_fate
take(struct holding *f, const struct piece_of *p)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct view v = {
		.kind = p->v6 ? VIEW_IP6 : VIEW_IP4,
		.family = p->v6 ? 6 : 4,
		.proto = p->proto != 0 ? p->proto : IPPROTO_UDP,
		.iface = p->iface,
		.l3 = L3,
		.fragment = true,
		.first = p->n == 0,
		.more = !p->last,
		.frag_id = p->id,
		.frag_offset = (uint16_t)(p->n * PIECE),
		.frag_bytes = PIECE,
		.frag_header = p->v6 ? L3 + HEADER - 8 : VIEW_NONE,
		.vlan = { p->vlan },
		.tuple = { .family = 4,
			.proto = IPPROTO_UDP,
			.kind = p->n == 0 ? KEY_PLAIN : KEY_FRAGMENT,
			.sport = 1,
			.dport = 2,
			.src = address_v4(p->src),
			.dst = address_v4(9) },
	};
	const struct fragment_arrival a = {
		.view = &v,
		.m = m,
		.use = p->use != FRAGMENTS_ALONE ? p->use : FRAGMENTS_JUDGED,
		.now_ns = f->now_ns,
	};
	enum fragment_fate way;
	uint8_t *frame;

	assert_non_null(m);
	frame = (uint8_t *)rte_pktmbuf_append(m, L3 + HEADER + PIECE);
	memset(frame, p->fill, L3 + HEADER + PIECE);
	frame[L3] = 0x45;
	if (p->other != 0)
		frame[L3 + HEADER + p->other - 1] ^= 0x10;
	if (p->split != 0)
		split(m, p->split);
	way = fragments_take(f->fragments, &a, &f->pass, &f->why);
	if (way != FRAGMENT_TAKEN)
		rte_pktmbuf_free(m);
	return way;
}

/* A first fragment, and what becomes of it. */
static inline void
first(struct holding *f, uint32_t src, uint32_t id, uint16_t iface, enum reason why)
{
	assert_int_equal(
		take(f, &(struct piece_of){ .src = src, .id = id, .iface = iface }), FRAGMENT_GO);
	assert_int_not_equal(f->pass.ticket, 0);
	fragments_decide(f->fragments, &f->pass, why);
}

static inline enum fragment_fate
later(struct holding *f, uint32_t src, uint32_t id, uint16_t iface)
{
	return take(f,
		&(struct piece_of){ .src = src, .id = id, .iface = iface, .n = 1, .last = true });
}

/* Takes a packet that is held no longer, and frees it.  Returns its first byte. */
static inline uint8_t
released(struct holding *f)
{
	struct rte_mbuf *m;
	uint16_t port;
	uint8_t fill;

	m = fragments_next(f->fragments, &f->pass, &port);
	assert_non_null(m);
	fill = rte_pktmbuf_mtod(m, uint8_t *)[0];
	rte_pktmbuf_free(m);
	return fill;
}

static inline uint64_t
dropped(const struct holding *f, uint16_t iface, enum reason why)
{
	return f->ledger->iface[iface].drops[why];
}

static inline int
setup(void **state)
{
	static struct holding f;

	f = (struct holding){ .ledger = calloc(1, sizeof(struct ledger)), .now_ns = 1 };
	f.fragments = fragments_create(f.ledger);
	*state = &f;
	return f.fragments != NULL ? 0 : -1;
}

/* Each test ends with nothing held and every packet buffer back. */
static inline int
teardown(void **state)
{
	struct holding *f = *state;
	bool good;

	fragments_stop(f->fragments);
	good = fragments_live(f->fragments) == 0 && f->ledger->held[HELD_fragment] == 0
		&& rte_mempool_in_use_count(pool) == 0;
	fragments_destroy(f->fragments);
	free(f->ledger);
	return good ? 0 : -1;
}

static inline int
start(void **state)
{
	(void)state;
	if (start_dpdk() < 0)
		return -1;
	pool = rte_pktmbuf_pool_create(
		"fragments", POOL_MBUFS, 0, 0, RTE_PKTMBUF_HEADROOM + 256, 0);
	return pool != NULL ? 0 : -1;
}

static inline int
end(void **state)
{
	rte_mempool_free(pool);
	return stop_dpdk(state);
}

#define fragments_unit(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
