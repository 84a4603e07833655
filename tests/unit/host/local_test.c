/* SPDX-License-Identifier: BSD-3-Clause */
#include "frames.h"

static void
echo_is_answered(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0,
				 "icmp 192.0.2.9 > 192.0.2.1 echo-request id 7 seq 3 ttl 9 "
				 "payload \"are you there\""),
		REASON_NONE);

	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 echo-reply id 7 seq 3 "
		"payload \"are you there\"");
	assert_int_equal(f->ledger->consumed[CONSUMED_echo], 1);
	assert_int_equal(f->ledger->born[BORN_echo], 1);
}

/* Nothing but zeros: their sum is 0, and its inverse 0xffff. */
static void
an_answer_of_zeros_has_a_checksum(void **state)
{
	struct two_links *f = *state;
	static const char *const requests[] = {
		"icmp 192.0.2.9 > 192.0.2.1 echo-request id 0 seq 0",
		"icmp 192.0.2.9 > 192.0.2.1 echo-request id 0 seq 0 size 100 payload \"\"",
	};

	for (unsigned i = 0; i < RTE_DIM(requests); i++) {
		const struct rte_mbuf *m;

		assert_int_equal(receive(f, 0, requests[i]), REASON_NONE);
		m = next_sent(f, 0);
		assert_memory_equal(rte_pktmbuf_mtod_offset(m, const uint8_t *, 34),
			"\x00\x00\xff\xff\x00\x00\x00\x00", 8);
	}
}

static void
echo_over_ipv6_is_answered(void **state)
{
	struct two_links *f = *state;

	receive(f, 0,
		"icmp 2001:db8:1::9 > 2001:db8:1::1 echo-request id 7 seq 3 ttl 9 "
		"payload \"x\"");

	expect_sent(f, 0, "icmp 2001:db8:1::1 > 2001:db8:1::9 echo-reply id 7 seq 3 payload \"x\"");
}

static void
echo_in_a_vlan_is_answered_there(void **state)
{
	struct two_links *f = *state;

	receive(f, 0, "icmp 203.0.113.9 > 203.0.113.1 echo-request id 7 vlan 20 size 1400");

	expect_sent(f, 0, "icmp 203.0.113.1 > 203.0.113.9 echo-reply id 7 vlan 20 size 1400");
}

/* Weak host model: the address is ours, regardless of the ingress interface. */
static void
an_address_of_another_interface_answers(void **state)
{
	struct two_links *f = *state;

	receive(f, 0, "icmp 192.0.2.9 > 198.51.100.1 echo-request id 7");

	expect_sent(f, 0, "icmp 198.51.100.1 > 192.0.2.9 echo-reply id 7");
}

static void
an_echo_in_several_buffers_is_answered(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX];
	unsigned n = build("icmp 192.0.2.9 > 192.0.2.1 echo-request id 7 size 1001", &macs, frame);
	struct rte_mbuf *m = arrived(f, 0, frame, 101);
	struct rte_mbuf *rest = rte_pktmbuf_alloc(pool);

	memcpy(rte_pktmbuf_append(rest, (uint16_t)(n - 101)), frame + 101, n - 101);
	assert_int_equal(rte_pktmbuf_chain(m, rest), 0);
	assert_int_equal(give(f, 0, m), REASON_NONE);

	expect_sent(f, 0, "icmp 192.0.2.1 > 192.0.2.9 echo-reply id 7 size 1001");
}

static void
a_trailer_is_not_sent_back(void **state)
{
	struct two_links *f = *state;
	struct notation_macs macs = macs_of(f, 0);
	uint8_t frame[FRAME_MAX] = { 0 };
	unsigned n = build("icmp 192.0.2.9 > 192.0.2.1 echo-request id 7", &macs, frame);

	memset(frame + n, 0xee, 18);
	receive_bytes(f, 0, frame, n + 18);

	expect_sent(f, 0, "icmp 192.0.2.1 > 192.0.2.9 echo-reply id 7");
}

static void
broadcast_is_not_answered(void **state)
{
	static const char *const quiet[] = {
		"icmp 192.0.2.9 > 192.0.2.255 echo-request id 7",
		"icmp 192.0.2.9 > 192.0.2.1 echo-request id 7 to ff:ff:ff:ff:ff:ff",
		"icmp 192.0.2.9 > 224.0.0.1 echo-request id 7 to 01:00:5e:00:00:01",
		"icmp 2001:db8:1::9 > ff02::1 echo-request id 7 to 33:33:00:00:00:01",
		"udp 192.0.2.9:7 > 192.0.2.255:9",
	};
	struct two_links *f = *state;

	for (unsigned i = 0; i < RTE_DIM(quiet); i++)
		assert_int_not_equal(receive(f, 0, quiet[i]), REASON_NONE);
	expect_nothing(f);
}

static void
a_wrong_checksum_is_not_answered(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0, "icmp 192.0.2.9 > 192.0.2.1 echo-request id 7 csum bad"),
		REASON_icmp_bad_checksum);
	assert_int_equal(
		receive(f, 0, "udp 192.0.2.9:7 > 192.0.2.1:9 csum bad"), REASON_local_no_service);
	assert_int_equal(
		receive(f, 0, "tcp 192.0.2.9:7 > 192.0.2.1:9 S csum bad"), REASON_local_no_service);
	expect_nothing(f);
}

static void
other_icmp_needs_no_answer(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0, "icmp 192.0.2.9 > 192.0.2.1 echo-reply id 7"), REASON_NONE);
	assert_int_equal(receive(f, 0,
				 "icmp 192.0.2.9 > 192.0.2.1 unreachable code 1 "
				 "(udp 192.0.2.1:7 > 203.0.113.9:80)"),
		REASON_NONE);
	expect_nothing(f);
	assert_int_equal(f->ledger->consumed[CONSUMED_local], 2);
}

static void
udp_finds_its_port_unreachable(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0, "udp 192.0.2.9:7 > 192.0.2.1:9"), REASON_local_no_service);
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 3 df dscp cs6 "
		"(udp 192.0.2.9:7 > 192.0.2.1:9)");

	receive(f, 0, "udp [2001:db8:1::9]:7 > [2001:db8:1::1]:9");
	expect_sent(f, 0,
		"icmp 2001:db8:1::1 > 2001:db8:1::9 unreachable code 4 "
		"(udp [2001:db8:1::9]:7 > [2001:db8:1::1]:9)");
}

static void
a_syn_is_reset(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0, "tcp 192.0.2.9:7 > 192.0.2.1:22 S seq 1000"),
		REASON_local_no_service);
	expect_sent(f, 0, "tcp 192.0.2.1:22 > 192.0.2.9:7 RA seq 0 ack 1001 win 0 df");
	assert_int_equal(f->ledger->born[BORN_tcp_reset], 1);

	receive(f, 0, "tcp [2001:db8:1::9]:7 > [2001:db8:1::1]:22 S seq 1000");
	expect_sent(f, 0, "tcp [2001:db8:1::1]:22 > [2001:db8:1::9]:7 RA seq 0 ack 1001 win 0");
}

static void
a_segment_with_ack_is_reset_where_it_stands(void **state)
{
	struct two_links *f = *state;

	receive(f, 0, "tcp 192.0.2.9:7 > 192.0.2.1:22 PA seq 1000 ack 5000 payload \"hello\"");

	expect_sent(f, 0, "tcp 192.0.2.1:22 > 192.0.2.9:7 R seq 5000 ack 0 win 0 df");
}

static void
a_reset_is_never_answered(void **state)
{
	struct two_links *f = *state;

	receive(f, 0, "tcp 192.0.2.9:7 > 192.0.2.1:22 R seq 1000");
	receive(f, 0, "tcp 192.0.2.9:7 > 192.0.2.1:22 RA seq 1000 ack 1");

	expect_nothing(f);
}

static void
another_protocol_is_unreachable(void **state)
{
	struct two_links *f = *state;

	receive(f, 0, "ip 192.0.2.9 > 192.0.2.1 proto 47");
	expect_sent(f, 0,
		"icmp 192.0.2.1 > 192.0.2.9 unreachable code 2 df dscp cs6 "
		"(ip 192.0.2.9 > 192.0.2.1 proto 47)");
}

/* RFC 4443 3.4: the pointer shows where the header is named, here in the fixed header. */
static void
another_next_header_is_a_bad_parameter(void **state)
{
	struct two_links *f = *state;
	const struct rte_mbuf *m;
	const uint8_t *p;

	assert_int_equal(receive(f, 0, "ip 2001:db8:1::9 > 2001:db8:1::1 proto 253 size 60"),
		REASON_local_no_service);
	m = next_sent(f, 0);
	p = rte_pktmbuf_mtod_offset(m, const uint8_t *, 54);
	assert_memory_equal(p, "\x04\x01", 2);
	assert_memory_equal(p + 4, "\x00\x00\x00\x06", 4);
}

static void
fragments_of_other_packets_are_not_put_together(void **state)
{
	struct two_links *f = *state;

	assert_int_equal(receive(f, 0, "icmp 192.0.2.9 > 192.0.2.1 echo-reply id 7 mf size 100"),
		REASON_local_no_service);
	assert_int_equal(receive(f, 0, "udp 192.0.2.9:7 > 192.0.2.1:9 mf size 100"),
		REASON_local_no_service);
	expect_nothing(f);
}

static void
echo_has_a_rate(void **state)
{
	struct two_links *f = *state;

	for (unsigned i = 0; i < 1500; i++)
		receive(f, 0, "icmp 192.0.2.9 > 192.0.2.1 echo-request id 7");
	assert_int_equal(f->ledger->born[BORN_echo], 500); /* half of the burst: one sender */
	assert_int_equal(f->ledger->consumed[CONSUMED_echo], 1500);

	after(f, 0.01);
	for (unsigned i = 0; i < 1500; i++)
		receive(f, 0, "icmp 192.0.2.9 > 192.0.2.1 echo-request id 7");
	assert_int_equal(f->ledger->born[BORN_echo], 525);

	receive(f, 0, "icmp 192.0.2.8 > 192.0.2.1 echo-request id 7");
	receive(f, 1, "icmp 198.51.100.2 > 198.51.100.1 echo-request id 7");
	assert_int_equal(f->ledger->born[BORN_echo], 527);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(echo_is_answered),
		host_test(an_answer_of_zeros_has_a_checksum),
		host_test(echo_over_ipv6_is_answered),
		host_test(echo_in_a_vlan_is_answered_there),
		host_test(an_address_of_another_interface_answers),
		host_test(an_echo_in_several_buffers_is_answered),
		host_test(a_trailer_is_not_sent_back),
		host_test(broadcast_is_not_answered),
		host_test(a_wrong_checksum_is_not_answered),
		host_test(other_icmp_needs_no_answer),
		host_test(udp_finds_its_port_unreachable),
		host_test(a_syn_is_reset),
		host_test(a_segment_with_ack_is_reset_where_it_stands),
		host_test(a_reset_is_never_answered),
		host_test(another_protocol_is_unreachable),
		host_test(another_next_header_is_a_bad_parameter),
		host_test(fragments_of_other_packets_are_not_put_together),
		host_test(echo_has_a_rate),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
