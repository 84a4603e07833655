/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has the slots of the neighbour table, and who gives room. */
#include "numbered.h"

#define TO_LAN  "udp 198.51.100.2:7 > 192.0.2.9:9"
#define TO_WAN6 "udp [2001:db8:1::9]:7 > [2001:db8:2::9]:9"

/* 16 of 64 slots are for neighbours that never answered; one more takes the place of the oldest. */
static void
the_newest_stranger_displaces_the_oldest(void **state)
{
	struct two_links *f = *state;

	for (unsigned n = 0; n < 17; n++)
		assert_int_equal(send_to(f, n), REASON_NONE);
	assert_int_equal(count(f), 16);
	assert_int_equal(drops(f, WAN, REASON_neighbour_queue_full), 1);

	hear(f, 0, HEARD_ANSWER, 9);
	assert_int_equal(f->nexthops[nexthop_to(f, 0)].state, NEXTHOP_UNRESOLVED);
	hear(f, 16, HEARD_ANSWER, 9);
	assert_int_equal(f->nexthops[nexthop_to(f, 16)].state, NEXTHOP_READY);
}

/* A packet that never left (its TTL expired) asks for nobody, and displaces nobody asked for. */
static void
who_was_not_asked_gives_room_first(void **state)
{
	struct two_links *f = *state;

	for (unsigned n = 0; n < 15; n++)
		send_to(f, n);
	for (unsigned n = 100; n < 300; n++)
		nexthop_to(f, n);
	assert_int_equal(drops(f, WAN, REASON_neighbour_queue_full), 0);
	assert_int_equal(f->ledger->held[HELD_neighbour], 15);
	assert_int_equal(count(f), 16);
	after(f, 2);
	assert_int_equal(count(f), 15);
}

/* RFC 6583: a scan of one interface leaves the others, and the other family, what they need. */
static void
a_scan_leaves_other_interfaces_their_share(void **state)
{
	struct two_links *f = *state;

	for (unsigned n = 0; n < 2000; n++) {
		send_to(f, n);
		hear(f, n, n % 2 != 0 ? HEARD_ANSWER : HEARD_REQUEST, 9);
		nexthop_to(f, n); /* programs hold it */
	}
	f->n_seen = f->n_sent;
	assert_true(count(f) < 64);
	for (unsigned n = 0; n < 6; n++) {
		char lan[32], lan6[48];

		snprintf(lan, sizeof(lan), "192.0.2.%u", 20 + n);
		snprintf(lan6, sizeof(lan6), "2001:db8:2::%u", 20 + n);
		assert_int_equal(forward(f, 1, TO_LAN, LAN, lan), REASON_NONE);
		assert_int_equal(forward(f, 0, TO_WAN6, WAN, lan6), REASON_NONE);
	}
	assert_int_equal(f->n_sent - f->n_seen, 12);
	f->n_seen = f->n_sent;
}

/* Whoever answers for a whole subnet fills the share of its interface; what nobody uses there is
 * given up. */
static void
a_share_full_of_known_neighbours_gives_up_those_without_use(void **state)
{
	struct two_links *f = *state;
	uint16_t used = 0;

	for (unsigned n = 0; n < 100; n++) {
		send_to(f, n);
		hear(f, n, HEARD_ANSWER, 9);
		nexthop_to(f, n);
	}
	used = nexthop_to(f, 0);
	assert_int_equal(send_to(f, 200), REASON_neighbour_queue_full);
	for (unsigned s = 0; s < 70; s++) {
		after(f, 1);
		host_used(f->host, used);
		hear(f, 0, HEARD_ANSWER, 9);
		send_to(f, 200);
		forget_sent(f);
	}
	assert_true(f->n_forgotten > 0);
	assert_int_equal(send_to(f, 300), REASON_NONE);
	assert_int_equal(nexthop_to(f, 0), used);
	assert_int_equal(f->nexthops[used].state, NEXTHOP_READY);
}

/* Interfaces that come by a reload get their share of what another one had. */
static void
a_reload_with_more_interfaces_takes_from_who_has_most(void **state)
{
	struct two_links *f = *state;
	struct generation with = f->gen;

	with.iface[LAN] = with.iface[GUESTS] = NULL;
	host_configure(f->host, &with);
	for (unsigned n = 0; n < 100; n++) {
		send_to(f, n);
		hear(f, n, HEARD_ANSWER, 9);
		nexthop_to(f, n);
	}
	f->n_seen = f->n_sent;
	host_configure(f->host, &f->gen);
	for (unsigned n = 0; n < 6; n++) {
		char lan[32], guest[32];

		snprintf(lan, sizeof(lan), "192.0.2.%u", 20 + n);
		snprintf(guest, sizeof(guest), "203.0.113.%u", 20 + n);
		assert_int_equal(forward(f, 1, TO_LAN, LAN, lan), REASON_NONE);
		assert_int_equal(forward(f, 1, TO_LAN, GUESTS, guest), REASON_NONE);
	}
	f->n_seen = f->n_sent;
}

/* RFC 6583: a scan of the network behind us must not push out who is there. */
static void
a_scan_does_not_push_out_known_neighbours(void **state)
{
	struct two_links *f = *state;
	uint16_t nh[8];

	for (unsigned n = 0; n < 8; n++) {
		send_to(f, n);
		hear(f, n, HEARD_ANSWER, (uint8_t)n);
		nh[n] = nexthop_to(f, n);
	}
	for (unsigned n = 100; n < 5000; n++) {
		send_to(f, n);
		if (n % 10 == 0)
			after(f, 0.05);
		if (n % 100 == 0)
			forget_sent(f);
		for (unsigned k = 0; k < 8; k++) {
			host_used(f->host, nh[k]);
			hear(f, k, HEARD_ANSWER, (uint8_t)k);
			assert_int_equal(f->nexthops[nh[k]].state, NEXTHOP_READY);
			assert_int_equal(f->nexthops[nh[k]].l2[5], k);
		}
	}
	assert_int_equal(f->n_forgotten, 0); /* no program held a next hop of those */
	assert_in_range(count(f), 9, 64);
}

/* Whoever holds the next hop must be told before it leads elsewhere. */
static void
a_next_hop_changes_hands_only_after_forget(void **state)
{
	struct two_links *f = *state;
	uint16_t nh[64] = { 0 }, used = 0;

	f->setup.forget = NULL;
	host_destroy(f->host);
	fixture_start(f);
	for (unsigned n = 0; n < 200; n++) {
		uint16_t got = send_to(f, n) == REASON_NONE ? nexthop_to(f, n) : 0;

		for (unsigned k = 0; k < used; k++)
			assert_int_not_equal(nh[k], got);
		hear(f, n, HEARD_ANSWER, 9);
		got = got != 0 ? nexthop_to(f, n) : 0;
		assert_true(host_lasts(f->host, got));
		if (got != 0)
			nh[used++] = got;
		after(f, 1);
		forget_sent(f);
	}
	/* a fifth of half of the table, and what is for whoever comes first */
	assert_int_equal(used, 6 + 34);
}

static void
neighbours_that_nobody_uses_make_room_at_once(void **state)
{
	struct two_links *f = *state;

	for (unsigned n = 0; n < 500; n++)
		hear(f, n, HEARD_REQUEST, 9);
	assert_int_equal(count(f), 40);
	assert_int_equal(send_to(f, 1000), REASON_NONE);
	assert_int_equal(count(f), 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		small_test(the_newest_stranger_displaces_the_oldest),
		small_test(who_was_not_asked_gives_room_first),
		small_test(a_scan_leaves_other_interfaces_their_share),
		small_test(a_share_full_of_known_neighbours_gives_up_those_without_use),
		small_test(a_reload_with_more_interfaces_takes_from_who_has_most),
		small_test(a_scan_does_not_push_out_known_neighbours),
		small_test(a_next_hop_changes_hands_only_after_forget),
		small_test(neighbours_that_nobody_uses_make_room_at_once),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
