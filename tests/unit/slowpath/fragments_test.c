/* SPDX-License-Identifier: BSD-3-Clause */
/* Virtual reassembly: what is held, what is counted, what gives way. */

#include "slowpath/fragments/fragments.h"

#include "fragments_fixture.h"

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
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	/* They were counted once. */
	assert_int_equal(later(f, 1, 2000, 1), FRAGMENT_TAKEN);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 1);
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

/* What was released or dropped takes no place any more. */
static void
places_are_those_of_packets_that_are_held_now(void **state)
{
	struct holding *f = *state;

	for (uint32_t n = 0; n < 2 * FRAGMENT_HELD; n++) {
		assert_int_equal(later(f, 1, n, 1), FRAGMENT_TAKEN);
		first(f, 1, n, 1, n % 2 == 0 ? REASON_NONE : REASON_acl_denied);
		if (n % 2 == 0)
			released(f);
	}
	for (uint32_t n = 0; n < FRAGMENT_HELD; n++)
		assert_int_equal(later(f, 1000 + n, 1, 2), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	assert_int_equal(dropped(f, 2, REASON_frag_limit), 1);
}

/* One datagram that holds all there is, by duplicates, has nobody to take from. */
static void
duplicates_take_no_place_from_themselves(void **state)
{
	struct holding *f = *state;

	for (unsigned n = 0; n < FRAGMENT_HELD; n++)
		assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_frag_limit);
	assert_int_equal(f->ledger->held[HELD_fragment], FRAGMENT_HELD);
	assert_int_equal(later(f, 2, 1, 1), FRAGMENT_TAKEN); /* another one has */
	assert_int_equal(f->ledger->held[HELD_fragment], 1);
}

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
	/* The oldest is forgotten, and the second oldest is not. */
	assert_int_equal(
		take(f, &(struct piece_of){ .src = 1, .id = 0, .iface = 1, .n = 1, .fill = 9 }),
		FRAGMENT_TAKEN);
	assert_int_equal(
		take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .n = 1, .fill = 9 }),
		FRAGMENT_DROP);
	assert_int_equal(dropped(f, 1, REASON_frag_overlap), FRAGMENT_PIECES);
}

static void
packets_that_nobody_asked_for_are_accounted(void **state)
{
	struct holding *f = *state;

	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	first(f, 1, 1, 1, REASON_NONE);
	fragments_stop(f->fragments);
	assert_int_equal(dropped(f, 1, REASON_stopped), 2);
}

/* Datagrams by other links, of other protocols and families, have identifications of their own. */
static void
datagrams_are_told_apart(void **state)
{
	static const struct piece_of begin = { .src = 1, .id = 1, .iface = 1 };
	struct piece_of others[] = { begin, begin, begin, begin };
	struct holding *f = *state;

	others[0].proto = IPPROTO_ICMP;
	others[1].vlan = 5;
	others[2].v6 = true;
	others[3].src = 2;
	assert_int_equal(take(f, &begin), FRAGMENT_GO);
	fragments_decide(f->fragments, &f->pass, REASON_NONE);
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		others[i].n = 1;
		assert_int_equal(take(f, &others[i]), FRAGMENT_TAKEN);
	}
	/* RFC 8200 4.5: not of IPv6, whose fragments name what is behind their own headers. */
	others[2].proto = IPPROTO_ICMP;
	others[2].n = 0;
	assert_int_equal(take(f, &others[2]), FRAGMENT_GO);
	fragments_decide(f->fragments, &f->pass, REASON_NONE);
	released(f);
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
	for (unsigned i = 0; i < FRAGMENT_DATAGRAMS / 256; i++) /* to the last one */
		fragments_follow(f->fragments);
	assert_int_equal(asked, 1500);
	assert_int_equal(f->ledger->held[HELD_fragment], 1);
}

static enum reason
anywhere(void *arg, const struct fragment_place *place, enum fragments_use *use)
{
	*use = *(const enum fragments_use *)arg;
	return REASON_NONE;
}

/* A generation that needs first fragments as the one before did: what it has not looked at yet is
 * looked at with the next fragment. */
static void
datagrams_outlive_a_generation(void **state)
{
	enum fragments_use use = FRAGMENTS_JUDGED;
	struct holding *f = *state;

	for (uint32_t n = 0; n < 600; n++)
		first(f, 1000 + n, 1, 1, REASON_NONE);
	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	fragments_adopt(f->fragments, anywhere, &use);
	assert_int_equal(fragments_live(f->fragments), 601);
	for (uint32_t n = 0; n < 600; n++)
		assert_int_equal(later(f, 1000 + n, 1, 1), FRAGMENT_GO);
	first(f, 1, 2, 1, REASON_NONE);
	released(f);
	assert_int_equal(fragments_live(f->fragments), 0);
}

static void
a_generation_that_needs_no_first_fragments_releases(void **state)
{
	enum fragments_use use = FRAGMENTS_ALONE;
	struct holding *f = *state;

	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	fragments_adopt(f->fragments, anywhere, &use);
	released(f);
	assert_int_equal(f->pass.flags, FRAGMENT_PORTLESS);
	assert_int_equal(fragments_live(f->fragments), 0);
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
	/* Not even when the table is full: the interface that has most gives way. */
	first(f, 9000000, 1, 2, REASON_NONE);
	assert_int_equal(dropped(f, 1, REASON_frag_limit), 0);
	assert_int_equal(f->ledger->held[HELD_fragment], FRAGMENT_PER_SOURCE);
}

/* A denied datagram for two seconds, another one for thirty; many of them in parts. */
static void
datagrams_end_in_time(void **state)
{
	struct holding *f = *state;

	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .n = 1 }),
		FRAGMENT_DROP); /* dead: the last one was another */
	for (uint32_t id = 1000; id < 1600; id++)
		first(f, 1, id, 1, REASON_acl_denied);
	first(f, 2, 1, 1, REASON_NONE);
	fragments_age(f->fragments, f->now_ns + FRAGMENT_DENIED_NS - 1);
	assert_int_equal(fragments_live(f->fragments), 602);
	fragments_age(f->fragments, f->now_ns + FRAGMENT_DENIED_NS);
	assert_in_range(fragments_live(f->fragments), 3, 300);
	fragments_age(f->fragments, f->now_ns + FRAGMENT_DENIED_NS);
	assert_int_equal(fragments_live(f->fragments), 2);
	fragments_age(f->fragments, f->now_ns + FRAGMENT_TIMEOUT_NS - 1);
	assert_int_equal(fragments_live(f->fragments), 2);
	fragments_age(f->fragments, f->now_ns + FRAGMENT_TIMEOUT_NS);
	assert_int_equal(fragments_live(f->fragments), 0);
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
	for (unsigned turn = 0; turn < 5000; turn++) { /* the identification is used again */
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

static void
a_spread_fragment_goes_alone_in_time(void **state)
{
	const struct piece_of end = {
		.src = 1, .iface = 1, .n = 1, .last = true, .use = FRAGMENTS_SPREAD
	};
	struct holding *f = *state;

	assert_int_equal(take(f, &end), FRAGMENT_TAKEN);
	f->now_ns += FRAGMENT_SPREAD_NS;
	fragments_age(f->fragments, f->now_ns);
	released(f);
	assert_int_equal(f->pass.flags, FRAGMENT_PORTLESS);
	assert_int_equal(fragments_live(f->fragments), 0);
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
	/* Another datagram's first fragment, in the same entry, waits for its own answer. */
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 3, .iface = 1 }), FRAGMENT_GO);
	assert_int_equal(f->pass.ticket & 0xffff, old.ticket & 0xffff);
	fragments_decide(f->fragments, &old, REASON_NONE);
	assert_int_equal(later(f, 1, 3, 1), FRAGMENT_TAKEN);
	/* It is whole, and gone, when the answer comes. */
	old = f->pass;
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(fragments_live(f->fragments), 0);
	fragments_decide(f->fragments, &old, REASON_NONE);
	assert_int_equal(fragments_live(f->fragments), 0);
}

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
		fragments_unit(places_are_those_of_packets_that_are_held_now),
		fragments_unit(duplicates_take_no_place_from_themselves),
		fragments_unit(a_packet_without_a_place_is_dropped),
		fragments_unit(packets_that_nobody_asked_for_are_accounted),
		fragments_unit(datagrams_are_told_apart),
		fragments_unit(a_generation_is_followed_in_parts),
		fragments_unit(datagrams_outlive_a_generation),
		fragments_unit(a_generation_that_needs_no_first_fragments_releases),
		fragments_unit(who_floods_gives_way),
		fragments_unit(what_is_denied_counts_for_nobody),
		fragments_unit(datagrams_end_in_time),
		fragments_unit(a_denied_datagram_ends_with_its_last_byte),
		fragments_unit(another_first_fragment_forgets_the_denial),
		fragments_unit(a_spread_datagram_ends_with_its_last_byte),
		fragments_unit(a_spread_fragment_goes_alone_in_time),
		fragments_unit(a_spread_fragment_waits_for_an_answer),
		fragments_unit(dead_datagrams_give_way),
		fragments_unit(an_answer_to_nobody_is_ignored),
	};

	return cmocka_run_group_tests(tests, start, end);
}
