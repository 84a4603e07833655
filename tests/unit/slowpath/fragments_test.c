/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtual reassembly: what is held, what is counted, what gives way. */

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
	uint16_t split; /* bytes in the first of two segments; 0: there is one */
	enum fragments_use use;
};

/* Moves what is behind the first bytes to a second segment. */
static void
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

static enum fragment_fate
take(struct holding *f, const struct piece_of *p)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct view v = {
		.kind = VIEW_IP4,
		.family = 4,
		.proto = IPPROTO_UDP,
		.iface = p->iface,
		.l3 = L3,
		.fragment = true,
		.first = p->n == 0,
		.more = !p->last,
		.frag_id = p->id,
		.frag_offset = (uint16_t)(p->n * PIECE),
		.frag_bytes = PIECE,
		.frag_header = VIEW_NONE,
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
	if (p->split != 0)
		split(m, p->split);
	way = fragments_take(f->fragments, &a, &f->pass, &f->why);
	if (way != FRAGMENT_TAKEN)
		rte_pktmbuf_free(m);
	return way;
}

/* A first fragment, and what becomes of it. */
static void
first(struct holding *f, uint32_t src, uint32_t id, uint16_t iface, enum reason why)
{
	assert_int_equal(
		take(f, &(struct piece_of){ .src = src, .id = id, .iface = iface }), FRAGMENT_GO);
	assert_int_not_equal(f->pass.ticket, 0);
	fragments_decide(f->fragments, &f->pass, why);
}

static enum fragment_fate
later(struct holding *f, uint32_t src, uint32_t id, uint16_t iface)
{
	return take(f,
		&(struct piece_of){ .src = src, .id = id, .iface = iface, .n = 1, .last = true });
}

/* Takes a packet that is held no longer, and frees it.  Returns its first byte. */
static uint8_t
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

static uint64_t
dropped(const struct holding *f, uint16_t iface, enum reason why)
{
	return f->ledger->iface[iface].drops[why];
}

static int
setup(void **state)
{
	static struct holding f;

	f = (struct holding){ .ledger = calloc(1, sizeof(struct ledger)), .now_ns = 1 };
	f.fragments = fragments_create(f.ledger);
	*state = &f;
	return f.fragments != NULL ? 0 : -1;
}

/* Each test ends with nothing held and every packet buffer back. */
static int
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

static void
a_whole_datagram_leaves_nothing(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 0; id < 10000; id++) {
		first(f, 1, id % 3, 1, REASON_NONE);
		assert_int_equal(later(f, 1, id % 3, 1), FRAGMENT_GO);
		assert_int_equal(f->pass.ticket, 0);
		assert_int_equal(fragments_live(f->fragments), 0);
	}
}

static void
held_ones_follow_in_order(void **state)
{
	struct holding *f = *state;
	struct fragment_pass pass;
	uint16_t port;

	for (unsigned n = 3; n > 0; n--)
		assert_int_equal(take(f,
					 &(struct piece_of){ .src = 1,
						 .iface = 1,
						 .n = n,
						 .last = n == 3,
						 .fill = (uint8_t)n }),
			FRAGMENT_TAKEN);
	assert_int_equal(f->ledger->held[HELD_fragment], 3);
	first(f, 1, 0, 1, REASON_NONE);
	for (unsigned n = 3; n > 0; n--) {
		assert_int_equal(released(f), n);
		assert_int_equal(f->pass.dport, 2);
	}
	assert_null(fragments_next(f->fragments, &pass, &port));
	assert_int_equal(fragments_live(f->fragments), 0);
}

static void
the_newest_of_a_source_wait(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 0; id < FRAGMENT_PER_SOURCE + 10; id++)
		assert_int_equal(later(f, 1, id, 1), FRAGMENT_TAKEN);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_PER_SOURCE);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 10);
	first(f, 1, FRAGMENT_PER_SOURCE + 9, 1, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_PER_SOURCE - 1);
}

/* A datagram whose first fragment has come, though late, counts no longer among those that wait. */
static void
who_has_its_first_fragment_waits_no_more(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 0; id < FRAGMENT_PER_SOURCE; id++) {
		const struct piece_of last = {
			.src = 1, .id = id, .iface = 1, .n = 2, .last = true
		};

		assert_int_equal(take(f, &last), FRAGMENT_TAKEN);
		first(f, 1, id, 1, REASON_NONE);
		released(f);
	}
	for (uint32_t id = 0; id < FRAGMENT_PER_SOURCE; id++)
		assert_int_equal(later(f, 1, 1000 + id, 1), FRAGMENT_TAKEN);
	for (uint32_t id = 0; id < FRAGMENT_PER_SOURCE; id++)
		assert_int_equal(
			take(f, &(struct piece_of){ .src = 1, .id = id, .iface = 1, .n = 1 }),
			FRAGMENT_GO);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_PER_SOURCE);
}

static void
a_full_table_has_room_for_another_interface(void **state)
{
	struct holding *f = *state;

	for (uint32_t n = 0; n < FRAGMENT_DATAGRAMS; n++)
		first(f, 1000 + n, 1, 1, REASON_NONE);
	for (uint32_t n = 0; n < 1000; n++)
		first(f, n, 1, 2, REASON_NONE);
	for (uint32_t n = 0; n < FRAGMENT_DATAGRAMS; n++)
		first(f, 100000 + n, 1, 1, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_DATAGRAMS);
	for (uint32_t n = 0; n < 1000; n++)
		assert_int_equal(later(f, n, 1, 2), FRAGMENT_GO);
}

static void
places_for_packets_are_shared_by_interface(void **state)
{
	struct holding *f = *state;

	for (uint32_t n = 0; n < FRAGMENT_HELD; n++)
		assert_int_equal(later(f, 1000 + n, 1, 1), FRAGMENT_TAKEN);
	for (uint32_t n = 0; n < 200; n++)
		assert_int_equal(later(f, n, 1, 2), FRAGMENT_TAKEN);
	for (uint32_t n = 0; n < FRAGMENT_HELD; n++)
		assert_int_equal(later(f, 5000 + n, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(f->ledger->held[HELD_fragment], FRAGMENT_HELD);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 200 + FRAGMENT_HELD);
	assert_int_equal(dropped(f, 2, REASON_frag_limit), 0);
}

/* One datagram that holds all there is has nobody to take from. */
static void
a_packet_without_a_place_is_dropped(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 0; id < FRAGMENT_HELD / FRAGMENT_PIECES; id++)
		for (unsigned n = 1; n <= FRAGMENT_PIECES; n++)
			assert_int_equal(take(f,
						 &(struct piece_of){
							 .src = 1, .id = id, .iface = 1, .n = n }),
				FRAGMENT_TAKEN);
	assert_int_equal(
		take(f, &(struct piece_of){ .src = 1, .iface = 1, .n = FRAGMENT_PIECES + 1 }),
		FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_frag_limit);
	/* A newer datagram takes the place of the oldest one's. */
	assert_int_equal(later(f, 1, 99, 1), FRAGMENT_TAKEN);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), FRAGMENT_PIECES);
}

static enum reason
nowhere(void *arg, const struct fragment_place *place, enum fragments_use *use)
{
	unsigned *asked = arg;

	(*asked)++;
	return REASON_vlan_unknown;
}

static void
a_generation_is_followed_in_parts(void **state)
{
	struct holding *f = *state;
	unsigned asked = 0, calls = 0;

	for (uint32_t id = 0; id < 1500; id++)
		assert_int_equal(later(f, 1000 + id, id, 1), FRAGMENT_TAKEN);
	fragments_adopt(f->fragments, nowhere, &asked);
	assert_in_range(asked, 1, FRAGMENT_PIECES);
	assert_int_equal(dropped(f, 1, REASON_vlan_unknown), asked);
	/* What arrives meanwhile finds its datagram as the generation has it: gone; this is a new
	 * one. */
	assert_int_equal(later(f, 1000 + 1400, 1400, 1), FRAGMENT_TAKEN);
	assert_int_equal(dropped(f, 1, REASON_vlan_unknown), asked);
	while (asked < 1500 && calls++ < 100)
		fragments_follow(f->fragments);
	assert_in_range(calls, 1500 / FRAGMENT_PIECES - 1, 50);
	fragments_follow(f->fragments);
	assert_int_equal(asked, 1500);
	assert_int_equal(f->ledger->held[HELD_fragment], 1);
}

/* A flood in the name of one source takes no room from another one's that waits. */
static void
who_floods_gives_way(void **state)
{
	struct holding *f = *state;

	assert_int_equal(later(f, 9, 1, 1), FRAGMENT_TAKEN);
	for (uint32_t n = 0; n < 40; n++)
		assert_int_equal(later(f, 7, n, 1), FRAGMENT_TAKEN);
	for (uint32_t n = 41; n < FRAGMENT_HELD; n++)
		assert_int_equal(later(f, 5000 + n, n, 1), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 8, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 1);
	first(f, 9, 1, 1, REASON_NONE);
	released(f);
}

static void
what_is_denied_counts_for_nobody(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 0; id < FRAGMENT_PER_SOURCE; id++)
		assert_int_equal(later(f, 1, 100000 + id, 1), FRAGMENT_TAKEN);
	for (uint32_t id = 0; id < 5000; id++)
		first(f, 1, id, 1, REASON_acl_denied);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_REFUSED + FRAGMENT_PER_SOURCE);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	assert_int_equal(later(f, 1, 4999, 1), FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_acl_denied);
	/* Another first one begins anew. */
	first(f, 1, 4998, 1, REASON_NONE);
	assert_int_equal(later(f, 1, 4998, 1), FRAGMENT_GO);
	/* They give way to everybody. */
	for (uint32_t n = 0; n < FRAGMENT_DATAGRAMS - FRAGMENT_PER_SOURCE; n++)
		first(f, 7000 + n, 1, 2, REASON_NONE);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_DATAGRAMS);
}

static void
a_denied_datagram_ends_with_its_last_byte(void **state)
{
	struct holding *f = *state;

	first(f, 1, 1, 1, REASON_acl_denied);
	assert_int_equal(fragments_live(f->fragments), 1);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_acl_denied);
	assert_int_equal(fragments_live(f->fragments), 0);
	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	first(f, 1, 2, 1, REASON_acl_denied); /* it was the last one */
	assert_int_equal(dropped(f, 1, REASON_acl_denied), 1);
	assert_int_equal(fragments_live(f->fragments), 0);
}

/* A first fragment that leaves takes the place of one that was denied: once its datagram is whole,
 * the next one with its identification has a fate of its own. */
static void
another_first_fragment_forgets_the_denial(void **state)
{
	struct holding *f = *state;

	first(f, 1, 1, 1, REASON_acl_denied);
	first(f, 1, 1, 1, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), 1);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_GO);
	assert_int_equal(fragments_live(f->fragments), 0);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
}

/* Fragments where ports only choose the next hop: by the first one's ports as long as its datagram
 * lasts, which ends with its last byte. */
static void
a_spread_datagram_ends_with_its_last_byte(void **state)
{
	const struct piece_of begin = { .src = 1, .iface = 1, .use = FRAGMENTS_SPREAD };
	struct piece_of middle = begin, end = begin;
	struct holding *f = *state;

	middle.n = 1;
	end.n = 2;
	end.last = true;
	for (unsigned turn = 0; turn < 2; turn++) { /* the identification is used again */
		assert_int_equal(take(f, &end), FRAGMENT_TAKEN);
		assert_int_equal(take(f, &begin), FRAGMENT_GO);
		assert_int_equal(f->pass.ticket, 0); /* nobody needs its fate */
		released(f);
		assert_int_equal(f->pass.dport, 2);
		assert_int_equal(take(f, &middle), FRAGMENT_GO);
		assert_int_equal(f->pass.dport, 2);
		assert_int_equal(fragments_live(f->fragments), 0);
	}
}

/* The first fragment's fate is not known yet when a generation comes that spreads. */
static void
a_spread_fragment_waits_for_an_answer(void **state)
{
	struct holding *f = *state;
	struct fragment_pass asked;

	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .iface = 1 }), FRAGMENT_GO);
	asked = f->pass;
	assert_int_equal(take(f,
				 &(struct piece_of){ .src = 1,
					 .iface = 1,
					 .n = 1,
					 .last = true,
					 .use = FRAGMENTS_SPREAD }),
		FRAGMENT_TAKEN);
	fragments_decide(f->fragments, &asked, REASON_NONE);
	released(f);
	assert_int_equal(f->pass.flags, 0);
	assert_int_equal(f->pass.dport, 2);
	assert_int_equal(fragments_live(f->fragments), 0);
}

/* They give way before one that waits does, the denied first. */
static void
dead_datagrams_give_way(void **state)
{
	struct holding *f = *state;

	for (uint32_t id = 1; id <= 2; id++) {
		assert_int_equal(later(f, 1, id, 1), FRAGMENT_TAKEN);
		assert_int_equal(take(f,
					 &(struct piece_of){ .src = 1,
						 .id = id,
						 .iface = 1,
						 .n = 1,
						 .last = true,
						 .fill = 7 }),
			FRAGMENT_DROP);
	}
	first(f, 1, 3, 1, REASON_acl_denied);
	for (uint32_t n = 0; n < FRAGMENT_DATAGRAMS - 3; n++)
		first(f, 1000 + n, 1, 1, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_DATAGRAMS);
	for (uint32_t n = 0; n < 3; n++)
		first(f, 10000 + n, 1, 1, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), FRAGMENT_DATAGRAMS);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	for (uint32_t n = 0; n < FRAGMENT_DATAGRAMS - 3; n++)
		assert_int_equal(later(f, 1000 + n, 1, 1), FRAGMENT_GO);
	/* They are forgotten: fragments of theirs begin anew. */
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(later(f, 1, id, 1), FRAGMENT_TAKEN);
}

static void
other_bytes_kill_a_datagram(void **state)
{
	struct holding *f = *state;

	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(
		take(f,
			&(struct piece_of){
				.src = 1, .id = 1, .iface = 1, .n = 1, .last = true, .fill = 7 }),
		FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_frag_overlap);
	assert_int_equal(dropped(f, 1, REASON_frag_overlap), 2);
	assert_int_equal(
		take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1 }), FRAGMENT_DROP);
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(fragments_live(f->fragments), 0);
}

/* Wherever the payload begins: in the first segment, at its end, or in the second one. */
static void
bytes_of_all_segments_are_compared(void **state)
{
	static const uint16_t splits[] = { L3 + HEADER - 10, L3 + HEADER, L3 + HEADER + 10 };
	struct holding *f = *state;
	struct piece_of p = { .src = 1, .iface = 1, .n = 1, .last = true };

	for (unsigned i = 0; i < 3; i++) {
		p.id = i + 1;
		p.split = splits[i];
		p.fill = 0;
		assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
		assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
		p.fill = 7;
		assert_int_equal(take(f, &p), FRAGMENT_DROP);
		assert_int_equal(f->why, REASON_frag_overlap);
	}
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
}

/* The owner of a flow may answer late: when the entry is another datagram's, or dead. */
static void
an_answer_to_nobody_is_ignored(void **state)
{
	struct holding *f = *state;
	struct fragment_pass old;

	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1 }), FRAGMENT_GO);
	old = f->pass;
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .fill = 3 }),
		FRAGMENT_DROP);
	fragments_decide(f->fragments, &old, REASON_NONE);
	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .n = 2 }),
		FRAGMENT_DROP);
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	fragments_decide(f->fragments, &old, REASON_NONE);
	fragments_decide(
		f->fragments, &(struct fragment_pass){ .ticket = UINT32_MAX }, REASON_NONE);
	assert_int_equal(f->ledger->held[HELD_fragment], 1);
}

static int
start(void **state)
{
	(void)state;
	if (start_dpdk() < 0)
		return -1;
	pool = rte_pktmbuf_pool_create(
		"fragments", POOL_MBUFS, 0, 0, RTE_PKTMBUF_HEADROOM + 256, 0);
	return pool != NULL ? 0 : -1;
}

static int
end(void **state)
{
	rte_mempool_free(pool);
	return stop_dpdk(state);
}

#define fragments_unit(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fragments_unit(a_whole_datagram_leaves_nothing),
		fragments_unit(held_ones_follow_in_order),
		fragments_unit(the_newest_of_a_source_wait),
		fragments_unit(who_has_its_first_fragment_waits_no_more),
		fragments_unit(a_full_table_has_room_for_another_interface),
		fragments_unit(places_for_packets_are_shared_by_interface),
		fragments_unit(a_packet_without_a_place_is_dropped),
		fragments_unit(a_generation_is_followed_in_parts),
		fragments_unit(who_floods_gives_way),
		fragments_unit(what_is_denied_counts_for_nobody),
		fragments_unit(a_denied_datagram_ends_with_its_last_byte),
		fragments_unit(another_first_fragment_forgets_the_denial),
		fragments_unit(a_spread_datagram_ends_with_its_last_byte),
		fragments_unit(a_spread_fragment_waits_for_an_answer),
		fragments_unit(dead_datagrams_give_way),
		fragments_unit(other_bytes_kill_a_datagram),
		fragments_unit(bytes_of_all_segments_are_compared),
		fragments_unit(an_answer_to_nobody_is_ignored),
	};

	return cmocka_run_group_tests(tests, start, end);
}
