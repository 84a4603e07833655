/* SPDX-License-Identifier: BSD-3-Clause */
/* Transport headers: the rows of the sanity table, keys. */
#include "parse_fixture.h"

#include <netinet/in.h>

#define TCP4 "tcp 10.0.0.2:40000 > 10.0.0.3:443"

static void
given_tcp_flags(struct parse_fixture *f, unsigned flags)
{
	given(f, TCP4 " A");
	f->ip[20 + 13] = (uint8_t)flags;
}

static void
tcp_packet_is_said_in_full(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, TCP4 " SA payload \"abc\"");
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->proto, IPPROTO_TCP);
	assert_int_equal(v->tcp_flags, 0x12);
	assert_int_equal(v->l4, 34);
	assert_int_equal(v->payload, 54);
	assert_int_equal(v->tuple.sport, htons(40000));
	assert_int_equal(v->tuple.dport, htons(443));
	assert_true(v->plain);
}

static void
tcp_shorter_than_its_header_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, TCP4);
	for (unsigned bytes = 0; bytes < 20; bytes++) {
		put_be16(f->ip + 2, 20 + bytes);
		fix_ip4_checksum(f);
		expect_fault(f, REASON_l4_bad_header);
	}
}

static void
tcp_data_offset_below_5_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, TCP4);
	for (unsigned words = 0; words < 5; words++) {
		f->ip[32] = (uint8_t)(words << 4);
		expect_fault(f, REASON_l4_bad_header);
	}
}

static void
tcp_data_offset_past_the_end_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, TCP4 " size 44");
	f->ip[32] = 6 << 4;
	assert_int_equal(expect_taken(f, VIEW_IP4)->payload, 58);
	f->ip[32] = 7 << 4;
	expect_fault(f, REASON_l4_bad_header);
	f->ip[32] = 15 << 4;
	f->n = 100; /* in the trailer is past the end */
	expect_fault(f, REASON_l4_bad_header);
}

static void
tcp_options_are_not_walked(void **state)
{
	struct parse_fixture *f = *state;

	given(f, TCP4 " size 44");
	f->ip[32] = 6 << 4;
	memcpy(f->ip + 40, "\x02\x00\x02\x00", 4); /* a length of 0 */
	expect_taken(f, VIEW_IP4);
}

static void
tcp_null_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0);
	expect_fault(f, REASON_tcp_bad_flags);
	given_tcp_flags(f, 0xc0); /* ECN's alone are none */
	expect_fault(f, REASON_tcp_bad_flags);
}

static void
tcp_syn_fin_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0x03);
	expect_fault(f, REASON_tcp_bad_flags);
	given_tcp_flags(f, 0x13);
	expect_fault(f, REASON_tcp_bad_flags);
}

static void
tcp_syn_rst_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0x06);
	expect_fault(f, REASON_tcp_bad_flags);
}

static void
tcp_fin_without_ack_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0x01);
	expect_fault(f, REASON_tcp_bad_flags);
	given_tcp_flags(f, 0x29); /* a Christmas tree */
	expect_fault(f, REASON_tcp_bad_flags);
}

static void
tcp_all_set_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0x3f);
	expect_fault(f, REASON_tcp_bad_flags);
	given_tcp_flags(f, 0xff);
	expect_fault(f, REASON_tcp_bad_flags);
}

/* 64 combinations of the six: what RFC 9293 endpoints send, and oddities that are left to track. */
static void
exactly_these_tcp_flags_are_bad(void **state)
{
	unsigned bad = 0;

	for (unsigned flags = 0; flags < 64; flags++) {
		bool fin = flags & 1, syn = flags & 2, rst = flags & 4, ack = flags & 16;
		bool want = flags == 0 || (syn && fin) || (syn && rst) || (fin && !ack);

		assert_int_equal(tcp_flags_bad((uint8_t)flags), want);
		assert_int_equal(tcp_flags_bad((uint8_t)(flags | 0xc0)), want);
		bad += want;
	}
	assert_int_equal(bad, 33);
}

static void
syn_with_ecn_is_fine(void **state)
{
	struct parse_fixture *f = *state;

	given_tcp_flags(f, 0xc2);
	assert_int_equal(expect_taken(f, VIEW_IP4)->tcp_flags, 0xc2);
}

static void
udp_length_below_8_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2:1 > 10.0.0.3:2");
	for (unsigned bytes = 0; bytes < 8; bytes++) {
		put_be16(f->ip + 24, bytes);
		expect_fault(f, REASON_l4_bad_header);
	}
}

static void
udp_length_above_the_packet_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2:1 > 10.0.0.3:2 payload \"abc\"");
	put_be16(f->ip + 24, 12);
	expect_fault(f, REASON_l4_bad_header);
	f->n += 10; /* a trailer does not help */
	expect_fault(f, REASON_l4_bad_header);
}

static void
udp_length_below_the_packet_is_fine(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2:1 > 10.0.0.3:2 payload \"abc\"");
	put_be16(f->ip + 24, 8);
	expect_taken(f, VIEW_IP4);
}

static void
udp_shorter_than_its_header_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip4(f, "", IPPROTO_UDP, "0001 0002 0007 00");
	fix_ip4_checksum(f);
	expect_fault(f, REASON_l4_bad_header);
}

static void
checksums_of_tcp_and_udp_are_not_judged(void **state)
{
	struct parse_fixture *f = *state;

	given(f, TCP4 " csum bad");
	expect_taken(f, VIEW_IP4);
	given(f, "udp 10.0.0.2:1 > 10.0.0.3:2 csum bad");
	expect_taken(f, VIEW_IP4);
	given(f, "udp [2001:db8::1]:1 > [2001:db8::2]:2");
	put_be16(f->ip + 46, 0);
	expect_taken(f, VIEW_IP6);
}

static void
icmp_truncated_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request");
	for (unsigned bytes = 0; bytes < 8; bytes++) {
		put_be16(f->ip + 2, 20 + bytes);
		fix_ip4_checksum(f);
		expect_fault(f, REASON_l4_bad_header);
	}
	given_ip6(f, IPPROTO_ICMPV6, "8000 0000 000100");
	expect_fault(f, REASON_l4_bad_header);
}

static void
icmp_bad_checksum_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request csum bad");
	expect_fault(f, REASON_icmp_bad_checksum);
	given(f, "icmp 2001:db8::1 > 2001:db8::2 echo-request csum bad");
	expect_fault(f, REASON_icmp_bad_checksum);
	given(f, "icmp 2001:db8::1 > 2001:db8::2 echo-request");
	f->ip[39] ^= 1; /* the pseudo header counts */
	expect_fault(f, REASON_icmp_bad_checksum);
}

static void
icmp_query_is_keyed_by_its_identifier(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request id 7 seq 9");
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->tuple.sport, htons(7));
	assert_int_equal(v->tuple.dport, htons(0x0800));
	assert_int_equal(v->icmp_type, 8);
	assert_int_equal(v->payload, 42);
	assert_false(v->icmp_error || v->plain);
	given(f, "icmp 2001:db8::1 > 2001:db8::2 echo-reply id 8");
	v = expect_taken(f, VIEW_IP6);
	assert_int_equal(v->tuple.sport, htons(8));
	assert_int_equal(v->tuple.dport, htons(0x8100));
}

static void
other_icmp_has_no_identifier(void **state)
{
	struct parse_fixture *f = *state;

	given(f,
		"icmp 10.0.0.2 > 10.0.0.3 unreachable code 4 mtu 1400 "
		"(udp 10.0.0.3:1 > 10.0.0.2:2)");
	expect_taken(f, VIEW_IP4);
	assert_int_equal(f->view.tuple.sport, 0);
	assert_int_equal(f->view.tuple.dport, htons(0x0304));
	assert_int_equal(f->view.icmp_code, 4);
	assert_true(f->view.icmp_error);
}

static void
icmp_errors_are_known_by_their_type(void **state)
{
	static const uint8_t errors4[] = { 3, 4, 5, 11, 12 };
	struct parse_fixture *f = *state;

	for (unsigned type = 0; type < 256; type++) {
		char text[80];

		snprintf(text, sizeof(text), "icmp 10.0.0.2 > 10.0.0.3 type %u", type);
		given(f, text);
		assert_int_equal(expect_taken(f, VIEW_IP4)->icmp_error,
			memchr(errors4, (int)type, sizeof(errors4)) != NULL);
		snprintf(text, sizeof(text), "icmp 2001:db8::1 > 2001:db8::2 type %u", type);
		given(f, text);
		assert_int_equal(expect_taken(f, VIEW_IP6)->icmp_error, type < 128);
	}
}

static void
sctp_dccp_and_udplite_have_ports(void **state)
{
	static const struct {
		uint8_t proto, header_bytes;
	} rows[] = {
		{ IPPROTO_SCTP, 12 },
		{ IPPROTO_DCCP, 12 },
		{ IPPROTO_UDPLITE, 8 },
	};
	struct parse_fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		given_ip4(f, "", rows[i].proto, "0007 0008 00000000 00000000");
		fix_ip4_checksum(f);
		expect_taken(f, VIEW_IP4);
		assert_int_equal(f->view.tuple.sport, htons(7));
		assert_int_equal(f->view.tuple.dport, htons(8));
		assert_int_equal(f->view.payload, 34 + rows[i].header_bytes);
		assert_false(f->view.plain);
		put_be16(f->ip + 2, 20u + rows[i].header_bytes - 1);
		fix_ip4_checksum(f);
		expect_fault(f, REASON_l4_bad_header);
	}
}

static void
other_protocols_may_be_empty(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, "ip 10.0.0.2 > 10.0.0.3 proto 47");
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->proto, 47);
	assert_int_equal(v->l4, 34);
	assert_int_equal(v->payload, 34);
	assert_int_equal(v->tuple.sport, 0);
	assert_int_equal(v->tuple.dport, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		parse_unit_test(tcp_packet_is_said_in_full),
		parse_unit_test(tcp_shorter_than_its_header_is_refused),
		parse_unit_test(tcp_data_offset_below_5_is_refused),
		parse_unit_test(tcp_data_offset_past_the_end_is_refused),
		parse_unit_test(tcp_options_are_not_walked),
		parse_unit_test(tcp_null_is_refused),
		parse_unit_test(tcp_syn_fin_is_refused),
		parse_unit_test(tcp_syn_rst_is_refused),
		parse_unit_test(tcp_fin_without_ack_is_refused),
		parse_unit_test(tcp_all_set_is_refused),
		parse_unit_test(exactly_these_tcp_flags_are_bad),
		parse_unit_test(syn_with_ecn_is_fine),
		parse_unit_test(udp_length_below_8_is_refused),
		parse_unit_test(udp_length_above_the_packet_is_refused),
		parse_unit_test(udp_length_below_the_packet_is_fine),
		parse_unit_test(udp_shorter_than_its_header_is_refused),
		parse_unit_test(checksums_of_tcp_and_udp_are_not_judged),
		parse_unit_test(icmp_truncated_is_refused),
		parse_unit_test(icmp_bad_checksum_is_refused),
		parse_unit_test(icmp_query_is_keyed_by_its_identifier),
		parse_unit_test(other_icmp_has_no_identifier),
		parse_unit_test(icmp_errors_are_known_by_their_type),
		parse_unit_test(sctp_dccp_and_udplite_have_ports),
		parse_unit_test(other_protocols_may_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
