/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/notation.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packet/parse.h"
#include "support/checksum.h"
#include "support/packet.h"

static const struct notation_macs macs = { .src = GIVEN_PEER_MAC, .dst = GIVEN_MAC };

static int
build(const char *text, uint8_t *frame, size_t max_bytes)
{
	char why[128];
	int n = notation_build(text, &macs, frame, max_bytes, why);

	if (n < 0)
		fail_msg("%s: %s", text, why);
	return n;
}

static struct view
view_of(const char *text)
{
	struct ingress in = { .mac = GIVEN_MAC, .untagged = 1, .wire = true };
	uint8_t frame[2048];
	uint32_t n = (uint32_t)build(text, frame, sizeof(frame));
	struct view v;

	parse_bytes(&v, frame, n, n, &in);
	return v;
}

static void
expect_frame(const char *text, const char *hex)
{
	struct packet got = given_frame(text), want = given_hex(hex);

	expect_bytes(got.bytes, got.n, want.bytes, want.n);
	free(got.bytes);
	free(want.bytes);
}

static void
expect_wrong(const char *text, const char *sentence)
{
	uint8_t frame[2048];
	char why[128];

	assert_int_equal(notation_build(text, &macs, frame, sizeof(frame), why), -EINVAL);
	assert_string_equal(why, sentence);
}

/* Builds the packet, parses it and prints its flow. */
static void
expect_flow(const char *text, const char *flow)
{
	struct view v = view_of(text);
	char got[256];

	if (v.kind == VIEW_BAD)
		fail_msg("%s: %s", text, reason_name(v.reason));
	notation_flow(got, sizeof(got), &v);
	assert_string_equal(got, flow);
}

static void
expect_same_flow(const char *text)
{
	expect_flow(text, text);
}

/* The bytes were made by scapy. */
static void
frames_are_the_ones_of_another_builder(void **state)
{
	expect_frame("udp 10.0.0.2:5203 > 203.0.113.9:53",
		"020000000001020000000009"
		"0800"
		"4500001c00000000401134c60a000002cb007109"
		"145300350008a54a");
	expect_frame("tcp 10.0.0.2:5203 > 203.0.113.9:80 SA seq 1 ack 2",
		"020000000001020000000009"
		"0800"
		"4500002800000000400634c50a000002cb007109"
		"145300500000000100000002"
		"5012ffff5521"
		"0000");
	expect_frame("icmp 10.0.0.2 > 203.0.113.9 echo-request id 7 seq 3 payload \"hello\"",
		"020000000001020000000009"
		"0800"
		"4500002100000000400134d10a000002cb007109"
		"0800b423000700036865"
		"6c6c6f");
}

static void
flows_of_each_protocol_are_read_and_printed(void **state)
{
	expect_same_flow("tcp 10.0.0.2:5203 > 203.0.113.9:80 SA");
	expect_same_flow("udp [2001:db8::1]:53 > [2001:db8::2]:5353");
	expect_same_flow("udp 10.0.0.2:5203 > 203.0.113.9:53");
	expect_same_flow("tcp [2001:db8::1]:1 > [2001:db8::2]:65535 RA");
	expect_same_flow("icmp 10.0.0.2 > 203.0.113.9 echo-request id 7");
	expect_same_flow("icmp 2001:db8::1 > 2001:db8::2 echo-reply id 65535");
	expect_same_flow("ip 10.0.0.2 > 203.0.113.9 proto 47");
	expect_same_flow("ip 2001:db8::1 > 2001:db8::2 proto 59");
	expect_same_flow("icmp 10.0.0.2 > 203.0.113.9 type 42 code 3");
	expect_same_flow("sctp 10.0.0.2:5203 > 203.0.113.9:36412 INIT");
	expect_same_flow("sctp [2001:db8::1]:1 > [2001:db8::2]:2 COOKIE-ECHO tag 0x7a7a7a7a");
	expect_same_flow("sctp 10.0.0.2:1 > 203.0.113.9:2 chunk 77 tag 0x0");
	expect_same_flow("udplite 10.0.0.2:5203 > 203.0.113.9:53");
	expect_same_flow("gre 10.0.0.2 > 203.0.113.9 key 7");
	expect_same_flow("gre 10.0.0.2 > 203.0.113.9 call 7");
	expect_same_flow("esp 10.0.0.2 > 203.0.113.9 spi 0x1001");
	expect_same_flow("ah 2001:db8::1 > 2001:db8::2 spi 0x1001");
	expect_same_flow("gre 10.0.0.2 > 203.0.113.9");
}

static void
fragments_are_read_and_printed(void **state)
{
	expect_same_flow("udp 10.0.0.2:1 > 203.0.113.9:2 mf");
	expect_same_flow("udp 10.0.0.2 > 203.0.113.9 frag 1480");
	expect_same_flow("udp 2001:db8::1 > 2001:db8::2 frag 1448 mf");
	expect_same_flow("tcp [2001:db8::1]:1 > [2001:db8::2]:2 S mf");
}

static void
tcp_without_flags_is_a_syn(void **state)
{
	expect_flow("tcp 10.0.0.2:1 > 10.0.0.3:2", "tcp 10.0.0.2:1 > 10.0.0.3:2 S");
}

static void
every_tcp_flag_has_its_letter(void **state)
{
	assert_int_equal(view_of("tcp 10.0.0.2:1 > 10.0.0.3:2 FSRPAUEC").tcp_flags, 0xff);
	assert_int_equal(view_of("tcp 10.0.0.2:1 > 10.0.0.3:2 AE").tcp_flags, 0x50);
	assert_int_equal(
		view_of("tcp 10.0.0.2:1 > 10.0.0.3:2 null").l4_fault, REASON_tcp_bad_flags);
}

static void
icmp_errors_quote_a_packet(void **state)
{
	struct view v = view_of(
		"icmp 198.51.100.2 > 10.0.0.2 time-exceeded (udp 10.0.0.2:7 > 203.0.113.9:80)");

	assert_int_equal(v.kind, VIEW_IP4);
	assert_true(v.icmp_error);
	assert_int_equal(v.icmp_type, 11);
	assert_int_equal(v.l3_bytes, 20 + 8 + 28);
	v = view_of("icmp 2001:db8::9 > 2001:db8::1 too-big mtu 1280 "
		    "(tcp [2001:db8::1]:7 > [2001:db8::2]:80 A size 1400) ttl 9");
	assert_int_equal(v.kind, VIEW_IP6);
	assert_int_equal(v.icmp_type, 2);
	assert_int_equal(v.l3_bytes, 1280);
	assert_int_equal(v.ttl, 9);
}

static void
icmp_errors_are_printed_by_name(void **state)
{
	expect_flow("icmp 10.0.0.1 > 10.0.0.2 too-big mtu 1400 (udp 10.0.0.2:1 > 10.0.0.3:2)",
		"icmp 10.0.0.1 > 10.0.0.2 too-big");
	expect_flow("icmp 10.0.0.1 > 10.0.0.2 unreachable code 13 (udp 10.0.0.2:1 > 10.0.0.3:2)",
		"icmp 10.0.0.1 > 10.0.0.2 unreachable code 13");
	expect_flow("icmp6 2001:db8::1 > 2001:db8::2 type 1 "
		    "(udp [2001:db8::2]:1 > [2001:db8::3]:2)",
		"icmp 2001:db8::1 > 2001:db8::2 unreachable");
}

static void
words_behind_are_what_the_packet_has(void **state)
{
	struct view v = view_of("udp 10.0.0.2:1 > 10.0.0.3:2 ttl 1 dscp ef df id 0x1234 size 1400");

	assert_int_equal(v.ttl, 1);
	assert_int_equal(v.dscp, 46);
	assert_true(v.dont_fragment);
	assert_int_equal(v.frag_id, 0x1234);
	assert_int_equal(v.l3_bytes, 1400);
	v = view_of("udp [2001:db8::1]:1 > [2001:db8::2]:2 dscp af41 ttl 255 size 100");
	assert_int_equal(v.dscp, 34);
	assert_int_equal(v.ttl, 255);
	assert_int_equal(v.l3_bytes, 100);
	assert_int_equal(view_of("udp 10.0.0.2:1 > 10.0.0.3:2 dscp cs6").dscp, 48);
	assert_int_equal(view_of("udp 10.0.0.2:1 > 10.0.0.3:2 dscp 63").dscp, 63);
}

static void
one_vlan_is_a_tag_two_are_qinq(void **state)
{
	struct view v = view_of("udp 10.0.0.2:1 > 10.0.0.3:2 vlan 20");
	uint8_t frame[128];

	assert_int_equal(v.vlans, 1);
	assert_int_equal(v.vlan[0], 20);
	assert_int_equal(v.l3, 18);
	v = view_of("udp 10.0.0.2:1 > 10.0.0.3:2 vlan 100 vlan 20");
	assert_int_equal(v.vlans, 2);
	assert_int_equal(v.vlan[0], 100);
	assert_int_equal(v.vlan[1], 20);
	build("udp 10.0.0.2:1 > 10.0.0.3:2 vlan 100 vlan 20", frame, sizeof(frame));
	assert_memory_equal(frame + 12, "\x88\xa8\x00\x64\x81\x00\x00\x14\x08\x00", 10);
}

static void
macs_can_be_said(void **state)
{
	uint8_t frame[128];

	build("udp 10.0.0.2:1 > 10.0.0.3:2 from 02:aa:bb:cc:dd:ee to ff:ff:ff:ff:ff:ff", frame,
		sizeof(frame));
	assert_memory_equal(frame, "\xff\xff\xff\xff\xff\xff\x02\xaa\xbb\xcc\xdd\xee", 12);
}

static void
transport_checksums_are_right_unless_told(void **state)
{
	static const char *const text[] = {
		"udp [2001:db8::1]:1 > [2001:db8::2]:2 payload \"odd\"",
		"tcp [2001:db8::1]:1 > [2001:db8::2]:2 payload \"odd\"",
		"icmp 2001:db8::1 > 2001:db8::2 echo-request payload \"odd\"",
	};
	static const uint8_t proto[] = { 17, 6, 58 }, l4_bytes[] = { 8 + 3, 20 + 3, 8 + 3 };

	for (unsigned i = 0; i < 6; i++) {
		uint8_t frame[256], pseudo[256];
		char with[128];
		size_t n = l4_bytes[i % 3];

		snprintf(with, sizeof(with), "%s%s", text[i % 3], i < 3 ? "" : " csum bad");
		assert_int_equal(build(with, frame, sizeof(frame)), 54 + n);
		memset(pseudo, 0, sizeof(pseudo));
		memcpy(pseudo, frame + 22, 32);
		pseudo[35] = (uint8_t)n;
		pseudo[39] = proto[i % 3];
		memcpy(pseudo + 40, frame + 54, n);
		assert_int_equal(plain_checksum(pseudo, 40 + n) == 0, i < 3);
	}
}

static void
ip_checksum_is_right_unless_told(void **state)
{
	assert_int_equal(view_of("udp 10.0.0.2:1 > 10.0.0.3:2").kind, VIEW_IP4);
	assert_int_equal(
		view_of("udp 10.0.0.2:1 > 10.0.0.3:2 ip-csum bad").reason, REASON_ip4_bad_checksum);
	assert_int_equal(view_of("icmp 10.0.0.2 > 10.0.0.3 echo-request csum bad").l4_fault,
		REASON_icmp_bad_checksum);
}

static void
a_wrong_word_is_named(void **state)
{
	expect_wrong("", "there is no packet");
	expect_wrong("stcp 10.0.0.2:1 > 10.0.0.3:2",
		"'stcp' is not one of tcp, udp, icmp, sctp, udplite, gre, esp, ah, ip, arp, ns, na");
	expect_wrong("esp 10.0.0.2 > 10.0.0.3", "an esp or ah packet needs spi and a number");
	expect_wrong("sctp 10.0.0.2:1 > 10.0.0.3:2 SA", "unknown word 'SA'");
	expect_wrong("udp", "the packet has no source");
	expect_wrong("udp 10.0.0.2:1", "'' is in the place of >, after the source");
	expect_wrong("udp 10.0.0.2:1 >", "the packet has no destination");
	expect_wrong("udp 10.0.0.256:1 > 10.0.0.3:2", "'10.0.0.256' is not an address");
	expect_wrong("udp 10.0.0.2:66000 > 10.0.0.3:2", "'66000' is not a port");
	expect_wrong("udp 10.0.0.2:1 > [2001:db8::1]:2",
		"'2001:db8::1' is of another family than the source");
	expect_wrong("udp [2001:db8::1:1 > [2001:db8::1]:2",
		"'[2001:db8::1:1': no ']', or no ':' behind it");
	expect_wrong("udp 10.0.0.2 > 10.0.0.3", "a tcp, udp, sctp or udplite packet needs ports");
	expect_wrong(
		"icmp 10.0.0.2:1 > 10.0.0.3", "'1': only tcp, udp, sctp and udplite have ports");
	expect_wrong(
		"icmp 10.0.0.2 > 10.0.0.3", "an icmp packet needs a type, such as echo-request");
	expect_wrong("ip 10.0.0.2 > 10.0.0.3", "an ip packet needs 'proto' and a number");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 tll 1", "unknown word 'tll'");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 SA", "unknown word 'SA'");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 ttl", "nothing follows 'ttl'");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 ttl x", "'x' after 'ttl' is not a number");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 ttl 256", "ttl 256 is above 255");
	expect_wrong(
		"udp 10.0.0.2:1 > 10.0.0.3:2 dscp af44", "'af44' after 'dscp' is not a number");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 frag 3", "frag 3 is not a multiple of 8");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 size 27",
		"size 27 is below the 28 bytes of the packet");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 payload x", "payload 'x' is not in \"\"");
	expect_wrong("tcp 10.0.0.2:1 > 10.0.0.3:2 \"\"", "\"\" must follow 'payload'");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 csum good", "'good' after 'csum' is not bad");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 to 1:2", "'1:2' is not a MAC address");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 vlan 1 vlan 2 vlan 3", "more than two 'vlan'");
	expect_wrong("udp 10.0.0.2:1 > 10.0.0.3:2 (udp 10.0.0.2:1 > 10.0.0.3:2)",
		"only an icmp packet quotes another in ()");
	expect_wrong("icmp 10.0.0.2 > 10.0.0.3 unreachable (udp 10.0.0.2:1 > 10.0.0.3:2",
		"the quoted packet has no ')'");
}

static void
a_frame_that_does_not_fit_is_refused_and_nothing_written_behind(void **state)
{
	static const char text[] = "icmp 10.0.0.2 > 10.0.0.3 unreachable "
				   "(udp 10.0.0.2:1 > 10.0.0.3:2 payload \"12345678\")";
	uint8_t frame[256];
	int whole = build(text, frame, sizeof(frame));
	char why[128];

	for (int n = 0; n < whole; n++) {
		uint8_t *small = malloc((size_t)n + 1);

		assert_int_equal(notation_build(text, &macs, small, (size_t)n, why), -ENOSPC);
		free(small);
	}
	assert_int_equal(build(text, frame, (size_t)whole), whole);
}

static void
text_is_cut_where_it_must_and_its_length_is_told(void **state)
{
	struct view v = view_of("udp 10.0.0.2:5203 > 203.0.113.9:53");
	char out[8];

	assert_int_equal(notation_flow(out, sizeof(out), &v), 34);
	assert_string_equal(out, "udp 10.");
	assert_int_equal(notation_flow(NULL, 0, &v), 34);
}

static void
frames_that_are_not_ip_are_printed_as_what_they_are(void **state)
{
	static const uint8_t lldp[60] = { [12] = 0x88, 0xcc }, arp[60] = { [12] = 0x08, 0x06 };
	struct ingress in = { .untagged = 1, .wire = true };
	struct view v;
	char out[64];

	parse_bytes(&v, lldp, 60, 60, &in);
	notation_flow(out, sizeof(out), &v);
	assert_string_equal(out, "ethertype 0x88cc");
	parse_bytes(&v, arp, 60, 60, &in);
	notation_flow(out, sizeof(out), &v);
	assert_string_equal(out, "arp");
	parse_bytes(&v, arp, 10, 10, &in);
	notation_flow(out, sizeof(out), &v);
	assert_string_equal(out, "frame");
}

static void
arp_and_nd_are_written_and_read(void **state)
{
	static const struct {
		const char *text, *flow;
	} cases[] = {
		{ "arp who-has 10.0.0.1 tell 10.0.0.2", "arp who-has 10.0.0.1 tell 10.0.0.2" },
		{ "arp reply 10.0.0.2 tell 10.0.0.1 vlan 20", "arp reply 10.0.0.2 tell 10.0.0.1" },
		{ "ns who-has 2001:db8::1 tell 2001:db8::2",
			"icmp 2001:db8::2 > ff02::1:ff00:1 neighbour-solicitation" },
		{ "ns who-has 2001:db8::1 tell ::",
			"icmp :: > ff02::1:ff00:1 neighbour-solicitation" },
		{ "na reply 2001:db8::2 tell 2001:db8::1 from 02:00:00:00:00:07",
			"icmp 2001:db8::2 > 2001:db8::1 neighbour-advertisement" },
	};
	struct ingress in = { .untagged = 1, .wire = true };

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[128], out[96];
		uint8_t frame[256];
		struct view v;
		int n = notation_build(cases[i].text, &macs, frame, sizeof(frame), why);

		if (n < 0)
			fail_msg("%s: %s", cases[i].text, why);
		parse_bytes(&v, frame, (uint32_t)n, (uint32_t)n, &in);
		assert_int_not_equal(v.kind, VIEW_BAD);
		notation_flow(out, sizeof(out), &v);
		assert_string_equal(out, cases[i].flow);
	}
}

static void
what_is_wrong_with_arp_is_said(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "arp", "'arp' must be followed by who-has or reply, not ''" },
		{ "arp is-at 10.0.0.1", "'arp' must be followed by who-has or reply, not 'is-at'" },
		{ "ns reply 2001:db8::1", "'ns' must be followed by who-has, not 'reply'" },
		{ "arp who-has 2001:db8::1 tell 10.0.0.2", "'2001:db8::1' is not an IPv4 address" },
		{ "arp who-has 10.0.0.1", "'' is in the place of tell" },
		{ "arp who-has 10.0.0.1 tell", "an address is missing at the end" },
		{ "arp who-has 10.0.0.1 tell 10.0.0.2 ttl 9",
			"'ttl' is not one of from, to, vlan" },
	};
	uint8_t frame[256];
	char why[128];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			notation_build(cases[i].text, &macs, frame, sizeof(frame), why), -EINVAL);
		assert_string_equal(why, cases[i].why);
	}
	assert_int_equal(
		notation_build("arp who-has 10.0.0.1 tell 10.0.0.2", &macs, frame, 20, why),
		-ENOSPC);
}

static void
a_refused_packet_is_printed_when_its_addresses_are_known(void **state)
{
	struct view v = view_of("tcp 10.0.0.2:1 > 10.0.0.3:2 SF");
	char out[64];

	assert_int_equal(v.l4_fault, REASON_tcp_bad_flags);
	notation_flow(out, sizeof(out), &v);
	assert_string_equal(out, "tcp 10.0.0.2:1 > 10.0.0.3:2 FS");
	v = view_of("tcp 10.0.0.2:1 > 10.0.0.3:2 S ip-csum bad");
	notation_flow(out, sizeof(out), &v);
	assert_string_equal(out, "ethertype 0x0800");
}

static void
tuples_addresses_and_endpoints_are_printed(void **state)
{
	struct view v = view_of("tcp [2001:db8::1]:1 > [2001:db8::2]:2 S");
	char out[64];

	notation_tuple(out, sizeof(out), &v.tuple);
	assert_string_equal(out, "tcp [2001:db8::1]:1 > [2001:db8::2]:2");
	notation_address(out, sizeof(out), &v.tuple.src, 6);
	assert_string_equal(out, "2001:db8::1");
	notation_endpoint(out, sizeof(out), &v.tuple.dst, v.tuple.dport, 6);
	assert_string_equal(out, "[2001:db8::2]:2");
	v = view_of("udp 10.0.0.2 > 10.0.0.3 frag 8");
	notation_tuple(out, sizeof(out), &v.tuple);
	assert_string_equal(out, "udp 10.0.0.2 > 10.0.0.3 frag");
	notation_endpoint(out, sizeof(out), &v.tuple.dst, rte_cpu_to_be_16(80), 4);
	assert_string_equal(out, "10.0.0.3:80");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_the_ones_of_another_builder),
		cmocka_unit_test(flows_of_each_protocol_are_read_and_printed),
		cmocka_unit_test(fragments_are_read_and_printed),
		cmocka_unit_test(tcp_without_flags_is_a_syn),
		cmocka_unit_test(every_tcp_flag_has_its_letter),
		cmocka_unit_test(icmp_errors_quote_a_packet),
		cmocka_unit_test(icmp_errors_are_printed_by_name),
		cmocka_unit_test(words_behind_are_what_the_packet_has),
		cmocka_unit_test(one_vlan_is_a_tag_two_are_qinq),
		cmocka_unit_test(macs_can_be_said),
		cmocka_unit_test(transport_checksums_are_right_unless_told),
		cmocka_unit_test(ip_checksum_is_right_unless_told),
		cmocka_unit_test(a_wrong_word_is_named),
		cmocka_unit_test(a_frame_that_does_not_fit_is_refused_and_nothing_written_behind),
		cmocka_unit_test(text_is_cut_where_it_must_and_its_length_is_told),
		cmocka_unit_test(frames_that_are_not_ip_are_printed_as_what_they_are),
		cmocka_unit_test(arp_and_nd_are_written_and_read),
		cmocka_unit_test(what_is_wrong_with_arp_is_said),
		cmocka_unit_test(a_refused_packet_is_printed_when_its_addresses_are_known),
		cmocka_unit_test(tuples_addresses_and_endpoints_are_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
