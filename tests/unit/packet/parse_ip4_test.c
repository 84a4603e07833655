/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4: the rows of the sanity table, options, fragments. */
#include "parse_fixture.h"

#include <netinet/in.h>

#define UDP4 "udp 10.0.0.2:5203 > 203.0.113.9:53"
#define UDP  "1453 0035 0008 0000" /* a UDP header, without a checksum */

static void
version_that_is_not_4_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	f->ip[0] = 0x65;
	fix_ip4_checksum(f);
	expect_refused(f, REASON_ip4_bad_header);
}

static void
header_length_below_5_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	for (uint8_t words = 0; words < 5; words++) {
		f->ip[0] = 0x40 | words;
		expect_refused(f, REASON_ip4_bad_header);
	}
}

static void
header_longer_than_the_packet_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	f->ip[0] = 0x48; /* 32 bytes of header in 28 of packet */
	f->n += 4;
	fix_ip4_checksum(f);
	expect_refused(f, REASON_ip4_bad_header);
	f->ip[0] = 0x45;
	put_be16(f->ip + 2, 19);
	fix_ip4_checksum(f);
	expect_refused(f, REASON_ip4_bad_header);
}

static void
packet_longer_than_the_frame_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	put_be16(f->ip + 2, 29);
	fix_ip4_checksum(f);
	expect_refused(f, REASON_ip4_truncated);
}

static void
every_cut_of_a_packet_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	for (f->n = 14; f->n < 42; f->n++)
		expect_refused(f, REASON_ip4_truncated);
}

static void
bad_header_checksum_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " ip-csum bad");
	expect_refused(f, REASON_ip4_bad_checksum);
	for (unsigned bit = 8 * 8; bit < 20 * 8; bit++) {
		given(f, UDP4);
		f->ip[bit / 8] ^= (uint8_t)(1 << bit % 8);
		expect_refused(f, REASON_ip4_bad_checksum);
	}
}

static void
trailer_is_not_part_of_the_packet(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, UDP4);
	f->n = 60;
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->l3_bytes, 28);
	assert_true(v->plain);
	given(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request");
	memset(f->frame + f->n, 0xaa, 60 - f->n);
	f->n = 60;
	expect_taken(f, VIEW_IP4); /* nor of its checksum */
}

static void
options_are_walked_over(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given_ip4(f, "01 07 07 04 00000000 00000000", IPPROTO_UDP, UDP); /* NOP, record route */
	fix_ip4_checksum(f);
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->l4, 14 + 32);
	assert_int_equal(v->tuple.dport, htons(53));
	assert_false(v->plain);
	given_ip4(f, "94 04 0000", IPPROTO_UDP, UDP); /* router alert */
	fix_ip4_checksum(f);
	expect_taken(f, VIEW_IP4);
}

static void
what_follows_the_end_of_options_is_not_read(void **state)
{
	struct parse_fixture *f = *state;

	given_ip4(f, "00 83 ff ff", IPPROTO_UDP, UDP);
	fix_ip4_checksum(f);
	expect_taken(f, VIEW_IP4);
}

static void
source_routes_are_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip4(f, "83 07 04 0a000005 00", IPPROTO_UDP, UDP); /* loose */
	fix_ip4_checksum(f);
	expect_refused(f, REASON_source_route);
	given_ip4(f, "01 89 07 04 0a000005", IPPROTO_UDP, UDP); /* strict, behind a NOP */
	fix_ip4_checksum(f);
	expect_refused(f, REASON_source_route);
}

static void
malformed_options_are_refused(void **state)
{
	static const char *const bad[] = {
		"07 00 00 00", /* a length of 0 would walk for ever */
		"07 01 00 00",
		"07 05 00 00", /* past the header */
		"01 01 01 07", /* no length at all */
		"83 ff 00 00",
	};
	struct parse_fixture *f = *state;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		given_ip4(f, bad[i], IPPROTO_UDP, UDP);
		fix_ip4_checksum(f);
		expect_refused(f, REASON_ip4_bad_option);
	}
}

static void
first_fragment_has_ports(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, UDP4 " mf id 7 size 1500");
	v = expect_taken(f, VIEW_IP4);
	assert_true(v->fragment && v->first && v->more);
	assert_false(v->plain);
	assert_int_equal(v->frag_id, 7);
	assert_int_equal(v->tuple.kind, KEY_PLAIN);
	assert_int_equal(v->tuple.dport, htons(53));
	assert_int_equal(v->l4, 34);
}

static void
later_fragment_has_none(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 1480 mf size 1500");
	v = expect_taken(f, VIEW_IP4);
	assert_true(v->fragment && v->more);
	assert_false(v->first);
	assert_int_equal(v->frag_offset, 1480);
	assert_int_equal(v->tuple.kind, KEY_FRAGMENT);
	assert_int_equal(v->tuple.sport, 0);
	assert_int_equal(v->tuple.dport, 0);
	assert_int_equal(v->tuple.proto, IPPROTO_UDP);
	assert_int_equal(v->l4, VIEW_NONE);
	assert_int_equal(v->payload, VIEW_NONE);
	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 1480 size 21"); /* the last may be any length */
	assert_false(expect_taken(f, VIEW_IP4)->more);
}

static void
dont_fragment_with_a_fragment_is_fine(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " mf df");
	assert_true(expect_taken(f, VIEW_IP4)->dont_fragment);
}

static void
fragment_sum_above_65535_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 65512 size 23");
	expect_taken(f, VIEW_IP4); /* 20 + 65512 + 3 */
	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 65512 size 24");
	expect_refused(f, REASON_frag_bad);
	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 65528 size 28");
	expect_refused(f, REASON_frag_bad);
}

static void
fragment_that_is_no_multiple_of_8_with_more_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " mf size 37");
	expect_refused(f, REASON_frag_bad);
	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 8 mf size 29");
	expect_refused(f, REASON_frag_bad);
}

static void
empty_fragment_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 8 size 20");
	expect_refused(f, REASON_frag_bad);
}

static void
first_fragment_without_the_whole_header_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip4(f, "", IPPROTO_TCP, "0001 0002 00000000 00000000 5002 ffff"); /* 16 of 20 */
	put_be16(f->ip + 6, 0x2000);
	fix_ip4_checksum(f);
	expect_refused(f, REASON_frag_bad);
	given_ip4(f, "", IPPROTO_TCP, /* 24 of 28: a data offset of 7 */
		"0001 0002 00000000 00000000 7002 ffff 0000 0000 01010101");
	put_be16(f->ip + 6, 0x2000);
	fix_ip4_checksum(f);
	expect_refused(f, REASON_frag_bad);
}

static void
tcp_fragment_at_offset_8_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "tcp 10.0.0.2 > 10.0.0.3 frag 8");
	expect_refused(f, REASON_frag_bad);
	given(f, "tcp 10.0.0.2 > 10.0.0.3 frag 16");
	expect_taken(f, VIEW_IP4);
	given(f, "udp 10.0.0.2 > 10.0.0.3 frag 8");
	expect_taken(f, VIEW_IP4);
}

static void
first_udp_fragment_says_the_length_of_the_whole(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " mf size 100");
	put_be16(f->ip + 24, 3000);
	expect_taken(f, VIEW_IP4);
}

static void
icmp_checksum_of_a_fragment_is_not_known(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request id 5 mf csum bad");
	assert_int_equal(expect_taken(f, VIEW_IP4)->tuple.sport, htons(5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		parse_unit_test(version_that_is_not_4_is_refused),
		parse_unit_test(header_length_below_5_is_refused),
		parse_unit_test(header_longer_than_the_packet_is_refused),
		parse_unit_test(packet_longer_than_the_frame_is_truncated),
		parse_unit_test(every_cut_of_a_packet_is_truncated),
		parse_unit_test(bad_header_checksum_is_refused),
		parse_unit_test(trailer_is_not_part_of_the_packet),
		parse_unit_test(options_are_walked_over),
		parse_unit_test(what_follows_the_end_of_options_is_not_read),
		parse_unit_test(source_routes_are_refused),
		parse_unit_test(malformed_options_are_refused),
		parse_unit_test(first_fragment_has_ports),
		parse_unit_test(later_fragment_has_none),
		parse_unit_test(dont_fragment_with_a_fragment_is_fine),
		parse_unit_test(fragment_sum_above_65535_is_refused),
		parse_unit_test(fragment_that_is_no_multiple_of_8_with_more_is_refused),
		parse_unit_test(empty_fragment_is_refused),
		parse_unit_test(first_fragment_without_the_whole_header_is_refused),
		parse_unit_test(tcp_fragment_at_offset_8_is_refused),
		parse_unit_test(first_udp_fragment_says_the_length_of_the_whole),
		parse_unit_test(icmp_checksum_of_a_fragment_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
