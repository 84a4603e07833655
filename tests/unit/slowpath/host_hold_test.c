/* SPDX-License-Identifier: BSD-3-Clause */
#include "host_fixture.h"

#define ASK_2 "ffffffffffff 020000000002 0806 0001080006040001" \
	"020000000002 c6336401 000000000000 c6336402"
#define ANSWER_2 "020000000002 020000000022 0806 0001080006040002" \
	"020000000022 c6336402 020000000002 c6336401"

static void
a_packet_waits_for_the_answer_and_goes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"),
		REASON_NONE);
	assert_int_equal(f->ledger->held[HELD_neighbour], 1);
	expect_hex(f, 1, ASK_2);
	expect_nothing(f);

	receive_hex(f, 1, ANSWER_2);
	expect_sent(f, 1, "udp 192.0.2.9:7 > 203.0.113.9:9");
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
	assert_int_equal(f->nexthops[nexthop(f, WAN, "198.51.100.2")].state, NEXTHOP_READY);
}

static void
the_next_packet_does_not_wait(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	receive_hex(f, 1, ANSWER_2);
	forward(f, 0, "udp 192.0.2.9:8 > 203.0.113.9:9", WAN, "198.51.100.2");

	f->n_seen = 2;
	expect_sent(f, 1, "udp 192.0.2.9:8 > 203.0.113.9:9");
}

static void
a_newer_packet_takes_the_place_of_the_one_that_waits(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	forward(f, 0, "udp 192.0.2.9:8 > 203.0.113.9:9", WAN, "198.51.100.2");
	assert_int_equal(drops(f, WAN, REASON_neighbour_queue_full), 1);
	expect_hex(f, 1, ASK_2);

	receive_hex(f, 1, ANSWER_2);
	expect_sent(f, 1, "udp 192.0.2.9:8 > 203.0.113.9:9");
	expect_nothing(f);
}

static void
a_packet_for_a_vlan_gets_its_tag(void **state)
{
	struct fixture *f = *state;

	forward(f, 1, "udp 198.51.100.2:7 > 203.0.113.9:9", GUESTS, "203.0.113.9");
	f->n_seen = 1;
	receive_hex(f, 0, "020000000001 020000000009 8100 0014 0806 0001080006040002"
		"020000000009 cb007109 020000000001 cb007101");

	expect_sent(f, 0, "udp 198.51.100.2:7 > 203.0.113.9:9 vlan 20");
}

static void
three_asks_then_the_sender_is_told(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	after(f, 2.99);
	for (unsigned i = 0; i < 3; i++)
		expect_hex(f, 1, ASK_2);
	expect_nothing(f);
	after(f, 0.02);

	expect_sent(f, 0, "icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	assert_int_equal(drops(f, WAN, REASON_neighbour_unresolved), 1);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
who_did_not_answer_is_left_alone_for_three_seconds(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	after(f, 3.01);
	f->n_seen = f->n_sent;

	assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"),
		REASON_neighbour_unresolved);
	expect_sent(f, 0, "icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	after(f, 3.01);
	assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"),
		REASON_NONE);
	expect_hex(f, 1, ASK_2);
}

static void
a_late_answer_is_still_believed(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	after(f, 3.5);
	receive_hex(f, 1, ANSWER_2);

	assert_int_equal(f->nexthops[nexthop(f, WAN, "198.51.100.2")].state, NEXTHOP_READY);
	f->n_seen = f->n_sent;
}

/* The packet was translated before it had to wait: its sender must recognise the quote. */
static void
a_quote_is_as_the_sender_sent_it(void **state)
{
	struct fixture *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint16_t nh = nexthop(f, WAN, "198.51.100.2");
	uint8_t frame[FRAME_MAX], after_nat[FRAME_MAX];
	struct rte_mbuf *m;
	struct view v;
	unsigned n;

	m = arrived(f, 0, frame, build("tcp 192.0.2.9:7 > 203.0.113.9:80 S ttl 9", &macs, frame));
	parse_frame(&v, m, &f->gen.ingress[0]);
	n = build("tcp 198.51.100.1:4000 > 203.0.113.9:80 S ttl 8", &macs, after_nat);
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), after_nat, n);
	assert_int_equal(host_hold(f->host, nh, m, v.l3, &v), REASON_NONE);
	after(f, 3.01);

	f->n_seen = 3;
	expect_sent(f, 0, "icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(tcp 192.0.2.9:7 > 203.0.113.9:80 S ttl 9)");
}

static void
no_more_packets_wait_than_the_bound(void **state)
{
	struct fixture *f = *state;
	char gateway[32];

	for (unsigned i = 0; i < HOST_HELD + 5; i++) {
		snprintf(gateway, sizeof(gateway), "198.51.%u.%u", 100 + i / 250, 3 + i % 250);
		assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, gateway),
			i < HOST_HELD ? REASON_NONE : REASON_neighbour_queue_full);
	}
	assert_int_equal(f->ledger->held[HELD_neighbour], HOST_HELD);
	f->n_seen = f->n_sent;
}

static void
stopping_lets_go_of_what_waits(void **state)
{
	struct fixture *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	host_stop(f->host);

	assert_int_equal(drops(f, WAN, REASON_stopped), 1);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
a_packet_waits_without_a_trailer_and_behind_a_long_frame_header(void **state)
{
	struct fixture *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint16_t nh = nexthop(f, WAN, "198.51.100.2");
	uint8_t frame[FRAME_MAX] = { 0 };
	unsigned n = build("udp 203.0.113.9:7 > 198.51.100.9:9 vlan 20", &macs, frame);
	struct rte_mbuf *m = arrived(f, 0, frame, n + 10);
	struct view v;

	parse_frame(&v, m, &f->gen.ingress[0]);
	assert_int_equal(host_hold(f->host, nh, m, v.l3, NULL), REASON_NONE);
	receive_hex(f, 1, ANSWER_2);

	f->n_seen = 1;
	expect_sent(f, 1, "udp 203.0.113.9:7 > 198.51.100.9:9");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(a_packet_waits_for_the_answer_and_goes),
		host_test(the_next_packet_does_not_wait),
		host_test(a_newer_packet_takes_the_place_of_the_one_that_waits),
		host_test(a_packet_for_a_vlan_gets_its_tag),
		host_test(three_asks_then_the_sender_is_told),
		host_test(who_did_not_answer_is_left_alone_for_three_seconds),
		host_test(a_late_answer_is_still_believed),
		host_test(a_quote_is_as_the_sender_sent_it),
		host_test(no_more_packets_wait_than_the_bound),
		host_test(stopping_lets_go_of_what_waits),
		host_test(a_packet_waits_without_a_trailer_and_behind_a_long_frame_header),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
