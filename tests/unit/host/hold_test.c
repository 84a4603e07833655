/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

#define PACKET "udp 192.0.2.9:7 > 203.0.113.9:9"
#define ASK_2 \
	"ffffffffffff 020000000002 0806 0001080006040001" \
	"020000000002 c6336401 000000000000 c6336402"
#define ANSWER_2 \
	"020000000002 020000000022 0806 0001080006040002" \
	"020000000022 c6336402 020000000002 c6336401"

static void
a_packet_waits_for_the_answer_and_goes(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(
		forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"), REASON_NONE);
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
	struct two_links *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	receive_hex(f, 1, ANSWER_2);
	forward(f, 0, "udp 192.0.2.9:8 > 203.0.113.9:9", WAN, "198.51.100.2");

	f->n_seen = 2;
	expect_sent(f, 1, "udp 192.0.2.9:8 > 203.0.113.9:9");
}

static void
sixteen_packets_wait_in_order_and_the_newest_ones(void **state)
{
	struct two_links *f = *state;
	char text[64];

	for (unsigned i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "udp 192.0.2.9:%u > 203.0.113.9:9", 100 + i);
		assert_int_equal(forward(f, 0, text, WAN, "198.51.100.2"), REASON_NONE);
	}
	assert_int_equal(drops(f, WAN, REASON_neighbour_queue_full), 4);
	assert_int_equal(f->ledger->held[HELD_neighbour], 16);
	expect_hex(f, 1, ASK_2);

	receive_hex(f, 1, ANSWER_2);
	for (unsigned i = 4; i < 20; i++) {
		snprintf(text, sizeof(text), "udp 192.0.2.9:%u > 203.0.113.9:9", 100 + i);
		expect_sent(f, 1, text);
	}
	expect_nothing(f);
}

static void
a_packet_for_a_vlan_gets_its_tag(void **state)
{
	struct two_links *f = *state;

	forward(f, 1, "udp 198.51.100.2:7 > 203.0.113.9:9", GUESTS, "203.0.113.9");
	f->n_seen = 1;
	receive_hex(f, 0,
		"020000000001 020000000009 8100 0014 0806 0001080006040002"
		"020000000009 cb007109 020000000001 cb007101");

	expect_sent(f, 0, "udp 198.51.100.2:7 > 203.0.113.9:9 vlan 20");
}

static void
three_asks_then_the_sender_is_told(void **state)
{
	struct two_links *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	after(f, 2.99);
	for (unsigned i = 0; i < 3; i++)
		expect_hex(f, 1, ASK_2);
	expect_nothing(f);
	after(f, 0.02);

	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	assert_int_equal(drops(f, WAN, REASON_neighbour_unresolved), 1);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
who_did_not_answer_is_left_alone_for_three_seconds(void **state)
{
	struct two_links *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	after(f, 3.01);
	f->n_seen = f->n_sent;

	assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"),
		REASON_neighbour_unresolved);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(udp 192.0.2.9:7 > 203.0.113.9:9)");
	after(f, 3.01);
	assert_int_equal(
		forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2"), REASON_NONE);
	expect_hex(f, 1, ASK_2);
}

static void
a_late_answer_is_still_believed(void **state)
{
	struct two_links *f = *state;

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
	struct two_links *f = *state;
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
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 1 df dscp cs6 "
		"(tcp 192.0.2.9:7 > 203.0.113.9:80 S ttl 9)");
}

/* Neighbours of an interface whose address ends in so many numbers, 16 packets for each. */
static void
fill(struct two_links *f, unsigned egress, const char *net, unsigned packets)
{
	char gateway[32];

	for (unsigned i = 0; i < packets; i++) {
		snprintf(gateway, sizeof(gateway), "%s%u.%u", net, i / 16 / 250, 3 + i / 16 % 250);
		assert_int_equal(forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", egress, gateway),
			REASON_NONE);
	}
	f->n_seen = f->n_sent;
}

static void
an_interface_keeps_its_newest_packets(void **state)
{
	struct two_links *f = *state;

	fill(f, WAN, "198.51.", HOST_HELD_IFACE + 5);
	assert_int_equal(f->ledger->held[HELD_neighbour], HOST_HELD_IFACE);
	assert_int_equal(drops(f, WAN, REASON_neighbour_queue_full), 5);

	/* another one has its own */
	forward(f, 1, "udp 198.51.100.2:7 > 192.0.2.8:9", LAN, "192.0.2.8");
	assert_int_equal(f->ledger->held[HELD_neighbour], HOST_HELD_IFACE + 1);
	f->n_seen = f->n_sent;
	receive_hex(f, 0,
		"020000000001 020000000009 0806 0001080006040002"
		"020000000009 c0000208 020000000001 c0000201");
	expect_sent(f, 0, "udp 198.51.100.2:7 > 192.0.2.8:9");
}

/* All places are taken by four interfaces: a packet of another takes that of whoever holds most. */
static void
who_holds_most_makes_room_for_others(void **state)
{
	struct two_links *f = *state;
	struct interface more[4];
	struct generation with = f->gen;

	for (unsigned i = 0; i < 4; i++) {
		more[i] = f->iface[WAN];
		more[i].id = (uint16_t)(4 + i);
		with.iface[4 + i] = &more[i];
	}
	with.n_ifaces = 8;
	host_configure(f->host, &with);
	for (unsigned i = 0; i < 4; i++) {
		union address a = address("198.51.100.77");

		for (unsigned k = 0; k < HOST_HELD_IFACE; k++) {
			struct notation_macs macs = macs_of(f, 0);
			uint8_t frame[FRAME_MAX];
			struct rte_mbuf *m;
			uint16_t nh;

			a.bytes[2] = (uint8_t)(k / HOST_HELD_EACH);
			m = arrived(f, 0, frame, build(PACKET, &macs, frame));
			nh = host_nexthop(f->host, &more[i], &a, 4);
			assert_int_equal(host_hold(f->host, nh, m, 14, NULL), REASON_NONE);
		}
	}
	assert_int_equal(f->ledger->held[HELD_neighbour], HOST_HELD);
	assert_int_equal(
		forward(f, 1, "udp 198.51.100.2:7 > 192.0.2.8:9", LAN, "192.0.2.8"), REASON_NONE);
	assert_int_equal(f->ledger->held[HELD_neighbour], HOST_HELD);
	assert_int_equal(drops(f, 4, REASON_neighbour_queue_full), 1);
	f->n_seen = f->n_sent;
	receive_hex(f, 0,
		"020000000001 020000000009 0806 0001080006040002"
		"020000000009 c0000208 020000000001 c0000201");
	expect_sent(f, 0, "udp 198.51.100.2:7 > 192.0.2.8:9");
	host_stop(f->host);
	host_configure(f->host, &f->gen);
}

static void
stopping_lets_go_of_what_waits(void **state)
{
	struct two_links *f = *state;

	forward(f, 0, "udp 192.0.2.9:7 > 203.0.113.9:9", WAN, "198.51.100.2");
	host_stop(f->host);

	assert_int_equal(drops(f, WAN, REASON_stopped), 1);
	assert_int_equal(f->ledger->held[HELD_neighbour], 0);
}

static void
a_packet_waits_without_a_trailer_and_behind_a_long_frame_header(void **state)
{
	struct two_links *f = *state;
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
		host_test(sixteen_packets_wait_in_order_and_the_newest_ones),
		host_test(a_packet_for_a_vlan_gets_its_tag),
		host_test(three_asks_then_the_sender_is_told),
		host_test(who_did_not_answer_is_left_alone_for_three_seconds),
		host_test(a_late_answer_is_still_believed),
		host_test(a_quote_is_as_the_sender_sent_it),
		host_test(an_interface_keeps_its_newest_packets),
		host_test(who_holds_most_makes_room_for_others),
		host_test(stopping_lets_go_of_what_waits),
		host_test(a_packet_waits_without_a_trailer_and_behind_a_long_frame_header),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
