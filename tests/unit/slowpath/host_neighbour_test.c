/* SPDX-License-Identifier: BSD-3-Clause */
/* How long neighbours are known, how many there may be, and who keeps a next hop. */
#include "base/memory.h"
#include "host_fixture.h"

/* The neighbours are numbered: 10.0.0.2 is 0. */
static union address
neighbour(unsigned n)
{
	union address a = { .bytes = { 10, 0, (uint8_t)(n / 250), (uint8_t)(n % 250 + 2) } };

	return a;
}

static uint16_t
nexthop_to(struct fixture *f, unsigned n)
{
	union address a = neighbour(n);

	return host_nexthop(f->host, &f->iface[WAN], &a, 4);
}

static void
hear(struct fixture *f, unsigned n, enum host_heard how, uint8_t mac)
{
	struct host_fact fact = {
		.iface = WAN, .family = 4, .heard = (uint8_t)how, .mac = { 2, 0, 0, 0, 1, mac },
		.address = neighbour(n),
	};

	host_learn(f->host, &fact);
}

/* A packet is on its way to the neighbour. */
static enum reason
send_to(struct fixture *f, unsigned n)
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
static void
forget_sent(struct fixture *f)
{
	rte_pktmbuf_free_bulk(f->sent, f->n_sent);
	f->n_sent = f->n_seen = 0;
}

static void
count_one(void *arg, const struct host_neighbour *n)
{
	(void)n;
	++*(unsigned *)arg;
}

static unsigned
count(const struct fixture *f)
{
	unsigned n = 0;

	host_each(f->host, count_one, &n);
	return n;
}

static void
a_neighbour_in_use_is_probed_after_thirty_seconds(void **state)
{
	struct fixture *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	nh = nexthop_to(f, 0);
	f->n_seen = f->n_sent;
	after(f, 29.9);
	host_used(f->host, nh);
	expect_nothing(f);

	after(f, 0.2);
	host_used(f->host, nh);
	expect_hex(f, 1, "020000000109 020000000002 0806 0001080006040001"
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
	struct fixture *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	nh = nexthop_to(f, 0);
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
	expect_hex(f, 1, "ffffffffffff 020000000002 0806 0001080006040001"
		"020000000002 c6336401 000000000000 0a000002");
}

static void
a_neighbour_without_use_is_let_go_after_twenty_minutes(void **state)
{
	struct fixture *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	hear(f, 1, HEARD_REQUEST, 8);
	nh = nexthop_to(f, 0);
	after(f, 1190);
	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	after(f, 20);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_int_equal(count(f), 1);          /* 0 keeps its slot; 1 was nobody's next hop */
}

static void
other_workers_learn_what_one_hears(void **state)
{
	struct fixture *f = *state;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);

	assert_int_equal(f->nexthops[nexthop_to(f, 0)].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nexthop_to(f, 0)].l2[5], 9);
}

static void
facts_that_cannot_be_are_not_learned(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;

	assert_int_equal(nexthop(f, LAN, "224.0.0.1"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "192.0.2.255"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "192.0.2.0"), REASON_multicast);
	assert_int_equal(nexthop(f, LAN, "ff02::1"), REASON_multicast);
}

static void
a_quarter_of_the_table_may_be_unresolved(void **state)
{
	struct fixture *f = *state;

	for (unsigned n = 0; n < 16; n++)
		assert_int_equal(send_to(f, n), REASON_NONE);
	assert_int_equal(send_to(f, 16), REASON_neighbour_queue_full);

	hear(f, 3, HEARD_ANSWER, 9);
	assert_int_equal(send_to(f, 16), REASON_NONE);
}

/* RFC 6583: a scan of the network behind us must not push out who is there. */
static void
a_scan_does_not_push_out_known_neighbours(void **state)
{
	struct fixture *f = *state;
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
	assert_true(f->n_forgotten > 0);
	assert_in_range(f->n_forgotten, 1, 6);  /* in 25 seconds */
	assert_in_range(count(f), 9, 64);
}

/* Whoever holds the next hop must be told before it leads elsewhere. */
static void
a_next_hop_changes_hands_only_after_forget(void **state)
{
	struct fixture *f = *state;
	uint16_t nh[64] = { 0 }, used = 0;

	f->setup.forget = NULL;
	host_destroy(f->host);
	fixture_start(f);
	for (unsigned n = 0; n < 200; n++) {
		uint16_t got = send_to(f, n) == REASON_NONE ? nexthop_to(f, n) : 0;

		for (unsigned k = 0; k < used; k++)
			assert_int_not_equal(nh[k], got);
		if (got != 0)
			nh[used++] = got;
		after(f, 1);
		forget_sent(f);
	}
	assert_int_equal(used, 64);
}

static void
neighbours_that_nobody_uses_make_room_at_once(void **state)
{
	struct fixture *f = *state;

	for (unsigned n = 0; n < 500; n++)
		hear(f, n, HEARD_REQUEST, 9);
	assert_int_equal(count(f), 64);
	assert_int_equal(send_to(f, 1000), REASON_NONE);
	assert_int_equal(count(f), 64);
}

static void
a_reload_keeps_neighbours_and_writes_their_headers_anew(void **state)
{
	struct fixture *f = *state;
	uint16_t nh;

	send_to(f, 0);
	hear(f, 0, HEARD_ANSWER, 9);
	nh = nexthop_to(f, 0);
	f->iface[WAN].vlan = 30;
	f->iface[WAN].inner_vlan = 40;
	f->iface[WAN].mtu = 1400;
	host_configure(f->host, &f->gen);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_READY);
	assert_int_equal(f->nexthops[nh].mtu, 1400);
	assert_int_equal(f->nexthops[nh].l2_bytes, 22);
	assert_memory_equal(f->nexthops[nh].l2, "\x02\x00\x00\x00\x01\x09\x02\x00\x00\x00\x00\x02"
		"\x88\xa8\x00\x1e\x81\x00\x00\x28\x08\x00", 22);
}

static void
a_reload_changes_the_mtu_of_whom_nobody_knows_yet(void **state)
{
	struct fixture *f = *state;
	uint16_t nh = nexthop_to(f, 0);

	f->iface[WAN].mtu = 1400;
	host_configure(f->host, &f->gen);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_UNRESOLVED);
	assert_int_equal(f->nexthops[nh].mtu, 1400);
}

static void
without_memory_there_is_no_host(void **state)
{
	struct fixture *f = *state;

	for (unsigned n = 1; n <= 3; n++) {
		memory_fault_at = n;
		assert_null(host_create(&f->setup, 0));
	}
	memory_fault_at = 0;
}

static void
a_reload_without_the_interface_lets_its_neighbours_go(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;
	uint16_t nh;

	f->neighbours[0] = (struct interface_neighbour){
		.family = 4, .mac = { 2, 0, 0, 0, 0, 0x77 }, .address = neighbour(0),
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
	struct fixture *f = *state;
	uint16_t nh = host_wire(f->host, 1);

	assert_int_equal(f->nexthops[nh].state, NEXTHOP_WIRE);
	assert_int_equal(f->nexthops[nh].port, 1);
	assert_int_equal(host_wire(f->host, 2), REASON_port_down);
}

/* A table of 64 makes bounds easy to meet. */
static int
setup_small(void **state)
{
	struct fixture *f;

	setup_stopped(state);
	f = *state;
	f->setup.neighbours = 64;
	fixture_start(f);
	return 0;
}

#define small_test(name) cmocka_unit_test_setup_teardown(name, setup_small, teardown)

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
		small_test(a_quarter_of_the_table_may_be_unresolved),
		small_test(a_scan_does_not_push_out_known_neighbours),
		small_test(a_next_hop_changes_hands_only_after_forget),
		small_test(neighbours_that_nobody_uses_make_room_at_once),
		small_test(a_reload_keeps_neighbours_and_writes_their_headers_anew),
		small_test(a_reload_changes_the_mtu_of_whom_nobody_knows_yet),
		small_test(without_memory_there_is_no_host),
		small_test(a_reload_without_the_interface_lets_its_neighbours_go),
		small_test(static_neighbours_come_and_go_with_the_configuration),
		small_test(a_wire_sends_as_it_is),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
