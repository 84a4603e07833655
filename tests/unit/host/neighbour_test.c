/* SPDX-License-Identifier: BSD-3-Clause */
/* How long neighbours are known, how many there may be, and who keeps a next hop. */
#include "base/memory.h"
#include "numbered.h"

/* Neighbour 0 is asked for, and has answered. */
static uint16_t
given_neighbour(struct two_links *f)
{
	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	return nexthop_to(f, 0);
}

static void
a_neighbour_in_use_is_probed_after_thirty_seconds(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = given_neighbour(f);

	f->n_seen = f->n_sent;
	after(f, 29.9);
	host_used(f->host, nh);
	expect_nothing(f);

	after(f, 0.2);
	host_used(f->host, nh);
	expect_hex(f, 1,
		"020000000109 020000000002 0806 0001080006040001"
		"020000000002 c6336401 000000000000 0a000002");
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	hear(f, 0, HEARD_ANSWER, 9);
	after(f, 5);
	host_used(f->host, nh);
	expect_nothing(f);
}

static void
a_neighbour_that_stops_answering_is_lost(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = given_neighbour(f);

	after(f, 31);
	host_used(f->host, nh);
	after(f, 2.9);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	after(f, 0.2);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);

	/* the next packet asks everybody, and the slot is the same */
	f->n_seen = f->n_sent;
	assert_int_equal(send_to(f, 0), REASON_NONE);
	assert_int_equal(nexthop_to(f, 0), nh);
	expect_hex(f, 1,
		"ffffffffffff 020000000002 0806 0001080006040001"
		"020000000002 c6336401 000000000000 0a000002");
}

static void
a_neighbour_without_use_is_let_go_after_twenty_minutes(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	hear(f, 1, HEARD_REQUEST, 8);
	nh = nexthop_to(f, 0);
	after(f, 1190);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	after(f, 20);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_int_equal(count(f), 1); /* 0 keeps its slot; 1 was nobody's next hop */
}

static void
other_workers_learn_what_one_hears(void **state)
{
	struct two_links *f = *state;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);

	assert_int_equal(f->nexthops[nexthop_to(f, 0)].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nexthop_to(f, 0)].l2[5], 9);
}

static void
facts_that_cannot_be_are_not_learned(void **state)
{
	struct two_links *f = *state;
	struct host_fact fact = { .iface = 77, .family = 4, .heard = HEARD_REQUEST, .mac = { 2 } };

	host_learn(f->host, &fact);
	fact.iface = WAN;
	fact.mac[0] = 3;
	host_learn(f->host, &fact);

	assert_int_equal(count(f), 0);
}

static void
groups_and_broadcasts_are_no_neighbours(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(nexthop(f, LAN, "224.0.0.1"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "192.0.2.255"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "192.0.2.0"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "ff02::1"), REASON_multicast);
}

static void
a_reload_keeps_neighbours_and_writes_their_headers_anew(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = given_neighbour(f);

	f->iface[WAN].vlan = 30;
	f->iface[WAN].inner_vlan = 40;
	f->iface[WAN].mtu = 1400;
	host_configure(f->host, &f->gen);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nh].mtu, 1400);
	assert_int_equal(f->nexthops[nh].l2_bytes, 22);
	assert_memory_equal(f->nexthops[nh].l2,
		"\x02\x00\x00\x00\x01\x09\x02\x00\x00\x00\x00\x02"
		"\x88\xa8\x00\x1e\x81\x00\x00\x28\x08\x00",
		22);
}

static void
a_reload_changes_the_mtu_of_whom_nobody_knows_yet(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = nexthop_to(f, 0);

	f->iface[WAN].mtu = 1400;
	host_configure(f->host, &f->gen);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_int_equal(f->nexthops[nh].mtu, 1400);
}

static void
without_memory_there_is_no_host(void **state)
{
	struct two_links *f = *state;

	for (unsigned n = 1; n <= 3; n++) {
		memory_fault_at = n;
		assert_null(host_create(&f->setup, 0));
	}
	memory_fault_at = 0;
}

static void
a_reload_without_the_interface_lets_its_neighbours_go(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	send_to(f, 1);
	nh = nexthop_to(f, 0);
	f->gen.iface[WAN] = NULL;
	host_configure(f->host, &f->gen);

	assert_int_equal(count(f), 0);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_int_equal(drops(f, WAN, REASON_neighbour_unresolved), 1);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
static_neighbours_come_and_go_with_the_configuration(void **state)
{
	struct two_links *f = *state;
	uint16_t nh;

	f->neighbours[0] = (struct interface_neighbour){
		.family = 4,
		.mac = { 2, 0, 0, 0, 0, 0x77 },
		.address = neighbour(0),
	};
	f->iface[WAN].neighbours = f->neighbours;
	f->iface[WAN].n_neighbours = 1;
	host_configure(f->host, &f->gen);
	nh = nexthop_to(f, 0);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nh].l2[5], 0x77);
	after(f, 3000);
	hear(f, 0, HEARD_REQUEST, 9);
	host_used(f->host, nh);
	expect_nothing(f);
	assert_int_equal(f->nexthops[nh].l2[5], 0x77);

	f->iface[WAN].n_neighbours = 0;
	host_configure(f->host, &f->gen);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
}

static void
a_wire_sends_as_it_is(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = host_wire(f->host, 1);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_WIRE);
	assert_int_equal(f->nexthops[nh].output.port, 1);
	assert_int_equal(host_wire(f->host, 2), REASON_port_down);
}

static bool
is_dead(struct two_links *f, unsigned n)
{
	union address a = neighbour(n);

	return host_is_dead(f->host, &f->iface[WAN], 4, &a);
}

static void
a_watched_neighbour_dies_within_three_seconds_and_lives_again(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = given_neighbour(f);

	host_watch(f->host, nh);
	after(f, 1.1);
	host_used(f->host, nh); /* probed by now */
	after(f, 1.3);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_false(is_dead(f, 0));
	after(f, 0.3);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_DEAD);
	assert_true(is_dead(f, 0));
	assert_true(host_refuses(f->host, nh));

	/* It is asked although nobody sends to it. */
	f->n_seen = f->n_sent;
	after(f, 10);
	assert_in_range(f->n_sent - f->n_seen, 10, 21);
	assert_true(is_dead(f, 0));
	hear(f, 0, HEARD_ANSWER, 9);
	assert_false(is_dead(f, 0));
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(host_returned_ns(f->host), f->now_ns);
	f->n_seen = f->n_sent;
}

static void
a_dead_neighbour_that_nobody_misses_is_asked_no_more(void **state)
{
	struct two_links *f = *state;
	uint16_t nh = given_neighbour(f);

	host_watch(f->host, nh);
	after(f, 2);
	host_used(f->host, nh);
	after(f, 602);
	f->n_seen = f->n_sent;
	after(f, 10);
	expect_nothing(f);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_false(is_dead(f, 0));
}

static void
a_link_that_is_down_kills_what_is_watched_behind_it(void **state)
{
	struct two_links *f = *state;
	uint16_t watched, other;

	for (unsigned n = 0; n < 2; n++) {
		send_to(f, n);
		hear(f, n, HEARD_ANSWER, 9);
	}
	watched = nexthop_to(f, 0);
	other = nexthop_to(f, 1);
	host_watch(f->host, watched);
	host_link(f->host, f->iface[WAN].port, false);
	assert_int_equal(f->nexthops[watched].state, NEXTHOP_DEAD);
	assert_int_equal(f->nexthops[other].state, NEXTHOP_READY);
	assert_true(is_dead(f, 0) && is_dead(f, 1));
	assert_true(host_is_dead(f->host, &f->iface[WAN], 4, NULL));
	assert_false(host_is_dead(f->host, &f->iface[LAN], 4, NULL));
	host_link(f->host, f->iface[WAN].port, true);
	assert_int_equal(f->nexthops[watched].state, NEXTHOP_READY);
	assert_false(is_dead(f, 0));
	f->n_seen = f->n_sent;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		small_test(a_neighbour_in_use_is_probed_after_thirty_seconds),
		small_test(a_neighbour_that_stops_answering_is_lost),
		small_test(a_neighbour_without_use_is_let_go_after_twenty_minutes),
		small_test(other_workers_learn_what_one_hears),
		small_test(facts_that_cannot_be_are_not_learned),
		small_test(groups_and_broadcasts_are_no_neighbours),
		small_test(a_reload_keeps_neighbours_and_writes_their_headers_anew),
		small_test(a_reload_changes_the_mtu_of_whom_nobody_knows_yet),
		small_test(without_memory_there_is_no_host),
		small_test(a_reload_without_the_interface_lets_its_neighbours_go),
		small_test(static_neighbours_come_and_go_with_the_configuration),
		small_test(a_wire_sends_as_it_is),
		small_test(a_watched_neighbour_dies_within_three_seconds_and_lives_again),
		small_test(a_dead_neighbour_that_nobody_misses_is_asked_no_more),
		small_test(a_link_that_is_down_kills_what_is_watched_behind_it),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
