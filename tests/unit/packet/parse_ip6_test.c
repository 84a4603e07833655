/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6: the rows of the sanity and of the extension header table, fragments. */
#include "parse_fixture.h"

#include <netinet/in.h>

#define UDP6 "udp [2001:db8::2]:5203 > [2001:db8::3]:53"
#define UDP  "1453 0035 0008 0000"
/* Extension headers of 8 bytes, each with the next header in front. */
#define OPTIONS(next)                next " 00 01 04 00000000"
#define FRAGMENT(next, offset_flags) next " 00 " offset_flags " 00000007"

static const struct view *
expect_udp(struct parse_fixture *f)
{
	const struct view *v = expect_taken(f, VIEW_IP6);

	assert_int_equal(v->proto, IPPROTO_UDP);
	assert_int_equal(v->tuple.proto, IPPROTO_UDP);
	assert_int_equal(v->tuple.sport, htons(5203));
	assert_int_equal(v->tuple.dport, htons(53));
	return v;
}

static void
packet_is_said_in_full(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, UDP6 " ttl 9 dscp 46 payload \"abc\"");
	v = expect_udp(f);
	assert_int_equal(v->family, 6);
	assert_int_equal(v->ethertype, 0x86dd);
	assert_int_equal(v->l3, 14);
	assert_int_equal(v->l4, 54);
	assert_int_equal(v->payload, 62);
	assert_int_equal(v->l3_bytes, 51);
	assert_int_equal(v->ttl, 9);
	assert_int_equal(v->dscp, 46);
	assert_int_equal(v->frag_header, VIEW_NONE);
	assert_true(v->plain);
	assert_int_equal(v->tuple.src.bytes[15], 2);
	assert_int_equal(v->tuple.dst.bytes[15], 3);
}

static void
version_that_is_not_6_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP6);
	f->ip[0] = 0x40;
	expect_refused(f, REASON_ip6_bad_header);
}

static void
payload_longer_than_the_frame_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP6);
	put_be16(f->ip + 4, 9);
	expect_refused(f, REASON_ip6_truncated);
	put_be16(f->ip + 4, 65535);
	expect_refused(f, REASON_ip6_truncated);
}

static void
every_cut_of_a_packet_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP6);
	for (f->n = 14; f->n < 62; f->n++)
		expect_refused(f, REASON_ip6_truncated);
}

static void
trailer_is_not_part_of_the_packet(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP6);
	f->n += 10;
	assert_int_equal(expect_udp(f)->l3_bytes, 48);
	given(f, "icmp 2001:db8::1 > 2001:db8::2 echo-request");
	f->n += 10;
	expect_taken(f, VIEW_IP6);
}

static void
hop_by_hop_first_is_parsed_through(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given_ip6(f, 0, OPTIONS("11") UDP);
	v = expect_udp(f);
	assert_int_equal(v->l4, 62);
	assert_false(v->plain);
}

static void
hop_by_hop_not_first_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 60, OPTIONS("00") OPTIONS("11") UDP);
	expect_refused(f, REASON_ip6_bad_ext);
	given_ip6(f, 0, OPTIONS("00") OPTIONS("11") UDP);
	expect_refused(f, REASON_ip6_bad_ext);
}

static void
routing_header_type_0_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 43, "11 02 00 01 00000000 20010db8000000000000000000000009" UDP);
	expect_refused(f, REASON_source_route);
	given_ip6(f, 43, "11 00 00 00 00000000" UDP); /* used up */
	expect_refused(f, REASON_source_route);
}

static void
other_routing_headers_are_parsed_through(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 43, "11 02 04 01 00000000 20010db8000000000000000000000009" UDP);
	expect_udp(f);
}

/* The checksum is over the last destination, which the IPv6 header does not name yet. */
static void
icmp_checksum_behind_a_routing_header_is_not_judged(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 43,
		"3a 02 04 01 00000000 20010db8000000000000000000000009"
		"8000 1234 00010001");
	expect_taken(f, VIEW_IP6);
	given_ip6(f, 43,
		"3a 02 04 00 00000000 20010db8000000000000000000000009"
		"8000 1234 00010001");
	expect_fault(f, REASON_icmp_bad_checksum);
}

/* RFC 8200, section 4, lets a router ignore hop-by-hop options, and Weir does. */
static void
unknown_hop_by_hop_option_is_forwarded(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 0, "11 00 c2 04 00000000" UDP);
	expect_udp(f);
}

static void
three_destination_options_are_parsed_through(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 60, OPTIONS("3c") OPTIONS("3c") OPTIONS("11") UDP);
	assert_int_equal(expect_udp(f)->l4, 14 + 40 + 24);
}

static void
eight_extension_headers_are_the_limit(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 60,
		OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
			OPTIONS("3c") OPTIONS("11") UDP);
	expect_udp(f);
	given_ip6(f, 60,
		OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c") OPTIONS("3c")
			OPTIONS("3c") OPTIONS("3c") OPTIONS("11") UDP);
	expect_refused(f, REASON_ip6_ext_limit);
}

static void
chain_of_256_bytes_is_the_limit(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 60, OPTIONS("11") UDP);
	f->ip[41] = 31; /* 256 bytes */
	memset(f->ip + 48, 0, 300);
	memcpy(f->ip + 40 + 256, "\x14\x53\0\x35\0\x08\0", 8);
	put_be16(f->ip + 4, 264);
	f->n = IP_AT + 40 + 264;
	expect_udp(f);
	f->ip[41] = 32;
	put_be16(f->ip + 4, 272);
	f->n += 8;
	expect_refused(f, REASON_ip6_ext_limit);
}

static void
esp_ah_and_no_next_header_end_the_chain(void **state)
{
	static const uint8_t protos[] = { IPPROTO_ESP, IPPROTO_AH, IPPROTO_NONE };
	struct parse_fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		const struct view *v;

		given_ip6(f, protos[i], "");
		v = expect_taken(f, VIEW_IP6);
		assert_int_equal(v->proto, protos[i]);
		assert_int_equal(v->l4, 54);
		assert_int_equal(v->payload, 54);
		assert_int_equal(v->tuple.sport, 0);
		given_ip6(f, protos[i], "11 02 00");
		expect_taken(f, VIEW_IP6);
	}
}

static void
unknown_next_header_is_a_protocol_number(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 253, "ff");
	assert_int_equal(expect_taken(f, VIEW_IP6)->tuple.proto, 253);
	given_ip6(f, IPPROTO_ICMP, "0800"); /* IPv4's ICMP is nothing here */
	assert_int_equal(expect_taken(f, VIEW_IP6)->icmp_type, 0);
}

static void
chain_past_the_packet_end_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 0, "");
	expect_refused(f, REASON_ip6_truncated);
	given_ip6(f, 60, "11 00 01 04 000000");
	expect_refused(f, REASON_ip6_truncated);
	given_ip6(f, 60, "11 01 01 04 00000000");
	expect_refused(f, REASON_ip6_truncated);
	given_ip6(f, 60, OPTIONS("3c") "11 ff");
	expect_refused(f, REASON_ip6_truncated);
	given_ip6(f, 60, OPTIONS("11") UDP);
	put_be16(f->ip + 4, 4); /* the frame goes on, the packet does not */
	expect_refused(f, REASON_ip6_truncated);
}

static void
first_fragment_has_ports(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given_ip6(f, 44, FRAGMENT("11", "0001") UDP);
	v = expect_udp(f);
	assert_true(v->fragment && v->first && v->more);
	assert_int_equal(v->frag_header, 54);
	assert_int_equal(v->frag_id, 7);
	assert_int_equal(v->l4, 62);
	assert_false(v->plain);
}

static void
later_fragment_has_none(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given_ip6(f, 44, FRAGMENT("11", "05a8") "0102030405");
	v = expect_taken(f, VIEW_IP6);
	assert_true(v->fragment);
	assert_false(v->first || v->more);
	assert_int_equal(v->frag_offset, 1448);
	assert_int_equal(v->tuple.kind, KEY_FRAGMENT);
	assert_int_equal(v->tuple.proto, IPPROTO_UDP);
	assert_int_equal(v->tuple.sport, 0);
	assert_int_equal(v->l4, VIEW_NONE);
}

static void
atomic_fragment_is_no_fragment(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given_ip6(f, 44, FRAGMENT("11", "0000") UDP);
	v = expect_udp(f);
	assert_false(v->fragment || v->first || v->more);
	assert_int_equal(v->frag_header, 54);
	given_ip6(f, 44, FRAGMENT("3a", "0000") "8000 1234 00010001");
	expect_fault(f, REASON_icmp_bad_checksum);
}

static void
first_fragment_without_the_whole_chain_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("06", "0001") UDP); /* 8 of 20 bytes of TCP */
	expect_refused(f, REASON_frag_bad);
	given_ip6(f, 44, FRAGMENT("3c", "0001") "06 01 01 04 00000000");
	expect_refused(f, REASON_frag_bad);
	given_ip6(f, 44, FRAGMENT("3c", "0001") OPTIONS("11"));
	expect_refused(f, REASON_frag_bad);
	given_ip6(f, 44, FRAGMENT("3c", "0001"));
	expect_refused(f, REASON_frag_bad);
}

static void
nested_fragment_header_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("2c", "0001") FRAGMENT("11", "0001") UDP);
	expect_refused(f, REASON_ip6_bad_ext);
	given_ip6(f, 44, FRAGMENT("2c", "0000") FRAGMENT("11", "0001") UDP);
	expect_refused(f, REASON_ip6_bad_ext);
}

static void
fragment_that_is_no_multiple_of_8_with_more_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("11", "0001") UDP "ff");
	expect_refused(f, REASON_frag_bad);
}

static void
fragment_sum_above_65535_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("11", "fff8") "01020304050607"); /* 65528 + 7 */
	expect_taken(f, VIEW_IP6);
	given_ip6(f, 44, FRAGMENT("11", "fff8") "0102030405060708");
	expect_refused(f, REASON_frag_bad);
	given_ip6(f, 60, OPTIONS("2c") FRAGMENT("11", "fff8") "01"); /* 8 + 65528 + 1 */
	expect_refused(f, REASON_frag_bad);
}

static void
tcp_fragment_at_offset_8_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("06", "0008") UDP);
	expect_refused(f, REASON_frag_bad);
}

static void
empty_fragment_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given_ip6(f, 44, FRAGMENT("11", "0008"));
	expect_refused(f, REASON_frag_bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		parse_unit_test(packet_is_said_in_full),
		parse_unit_test(version_that_is_not_6_is_refused),
		parse_unit_test(payload_longer_than_the_frame_is_truncated),
		parse_unit_test(every_cut_of_a_packet_is_truncated),
		parse_unit_test(trailer_is_not_part_of_the_packet),
		parse_unit_test(hop_by_hop_first_is_parsed_through),
		parse_unit_test(hop_by_hop_not_first_is_refused),
		parse_unit_test(routing_header_type_0_is_refused),
		parse_unit_test(other_routing_headers_are_parsed_through),
		parse_unit_test(icmp_checksum_behind_a_routing_header_is_not_judged),
		parse_unit_test(unknown_hop_by_hop_option_is_forwarded),
		parse_unit_test(three_destination_options_are_parsed_through),
		parse_unit_test(eight_extension_headers_are_the_limit),
		parse_unit_test(chain_of_256_bytes_is_the_limit),
		parse_unit_test(esp_ah_and_no_next_header_end_the_chain),
		parse_unit_test(unknown_next_header_is_a_protocol_number),
		parse_unit_test(chain_past_the_packet_end_is_truncated),
		parse_unit_test(first_fragment_has_ports),
		parse_unit_test(later_fragment_has_none),
		parse_unit_test(atomic_fragment_is_no_fragment),
		parse_unit_test(first_fragment_without_the_whole_chain_is_refused),
		parse_unit_test(nested_fragment_header_is_refused),
		parse_unit_test(fragment_that_is_no_multiple_of_8_with_more_is_refused),
		parse_unit_test(fragment_sum_above_65535_is_refused),
		parse_unit_test(tcp_fragment_at_offset_8_is_refused),
		parse_unit_test(empty_fragment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
