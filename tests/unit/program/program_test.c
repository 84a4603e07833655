/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/program.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BE16(x) rte_cpu_to_be_16(x)

static const struct tuple udp = {
	.family = 4,
	.proto = IPPROTO_UDP,
	.sport = 0x5314,
	.dport = 0x3500,
	.src.bytes = { 10, 0, 0, 2 },
	.dst.bytes = { 203, 0, 113, 9 },
};
static const union address public4 = { .bytes = { 198, 51, 100, 1 } };
static const union address server6 = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x80 } };

static const char *
name_of(void *arg, enum program_noun noun, uint16_t number)
{
	static const char *const names[] = {
		[PROGRAM_INTERFACE] = "wan",
		[PROGRAM_PORT] = "tap",
		[PROGRAM_SET] = "scanners",
	};

	(void)arg;
	return number == 3 ? names[noun] : "?";
}

static void
expect_text(const struct program *p, const struct tuple *flow, const char *expected)
{
	char text[256];
	int length = program_print(text, sizeof(text), p, flow, name_of, NULL);

	assert_string_equal(text, expected);
	assert_int_equal(length, strlen(expected));
}

static void
a_program_starts_as_the_flow_stands(void **state)
{
	struct program p;

	program_init(&p, &udp);

	assert_memory_equal(&p.to, &udp, sizeof(udp));
	assert_int_equal(p.verdict, PROGRAM_NONE);
	assert_int_equal(p.action_count, 0);
	expect_text(&p, &udp, "undecided");
}

static void
output_asks_for_the_ttl(void **state)
{
	struct program p;

	program_init(&p, &udp);
	emit_output(&p, 3, &public4);

	assert_true(p.ttl);
	assert_int_equal(p.iface, 3);
	assert_memory_equal(&p.gateway, &public4, sizeof(public4));
	expect_text(&p, &udp, "ttl; output wan");
}

static void
a_later_drop_takes_the_output_back(void **state)
{
	struct program p;

	program_init(&p, &udp);
	emit_output(&p, 3, &public4);
	emit_drop(&p, REASON_acl_denied, 7);

	assert_false(p.ttl);
	assert_int_equal(p.verdict, PROGRAM_DROP);
	assert_int_equal(p.reason, REASON_acl_denied);
	assert_int_equal(p.counter, 7);
	expect_text(&p, &udp, "drop acl_denied");
}

static void
a_reject_says_how_the_sender_is_told(void **state)
{
	struct program p;

	program_init(&p, &udp);
	emit_reject(&p, REASON_acl_rejected, REPLY_UNREACHABLE, 13, 5);

	assert_int_equal(p.verdict, PROGRAM_REJECT);
	assert_int_equal(p.reason, REASON_acl_rejected);
	assert_int_equal(p.reply, REPLY_UNREACHABLE);
	assert_int_equal(p.reply_code, 13);
	assert_int_equal(p.counter, 5);
	expect_text(&p, &udp, "reject acl_rejected");
}

static void
rewrites_are_printed_where_they_change_something(void **state)
{
	struct program p;

	program_init(&p, &udp);
	emit_src(&p, &public4, BE16(40001));
	emit_output(&p, 3, &public4);
	expect_text(&p, &udp, "ttl; rewrite src 198.51.100.1:40001; output wan");

	emit_dst(&p, &public4, BE16(5353));
	expect_text(&p, &udp,
		"ttl; rewrite src 198.51.100.1:40001; rewrite dst 198.51.100.1:5353; output wan");
}

static void
ipv6_endpoints_have_brackets(void **state)
{
	struct tuple flow = udp;
	struct program p;

	flow.family = 6;
	program_init(&p, &flow);
	emit_dst(&p, &server6, BE16(443));
	emit_local(&p);
	expect_text(&p, &flow, "rewrite dst [2001:db8::80]:443; local");
}

static void
icmp_has_an_identifier_where_others_have_a_port(void **state)
{
	struct tuple flow = udp;
	struct program p;

	flow.proto = IPPROTO_ICMP;
	flow.sport = BE16(7);
	flow.dport = BE16(8 << 8);
	program_init(&p, &flow);
	emit_src(&p, &public4, BE16(1024));
	emit_wire(&p, 3);
	expect_text(&p, &flow, "rewrite src 198.51.100.1 id 1024; output tap");
}

static void
protocols_without_ports_are_printed_without(void **state)
{
	struct tuple flow = udp;
	struct program p;

	flow.proto = 47;
	flow.sport = flow.dport = 0;
	program_init(&p, &flow);
	emit_dst(&p, &public4, 0);
	emit_local(&p);
	expect_text(&p, &flow, "rewrite dst 198.51.100.1; local");
}

static void
listed_actions_keep_their_order_and_counts_are_not_printed(void **state)
{
	struct program p;

	program_init(&p, &udp);
	assert_true(emit_count(&p, 12));
	assert_true(emit_meter(&p, 2));
	assert_true(emit_dscp(&p, 46));
	emit_output(&p, 3, &public4);

	assert_int_equal(p.action_count, 3);
	assert_int_equal(p.actions[0], 0x0100000c);
	assert_int_equal(p.actions[1], 0x02000002);
	assert_int_equal(p.actions[2], 0x0300002e);
	expect_text(&p, &udp, "meter 2; dscp 46; ttl; output wan");
}

static void
there_is_room_for_ten_listed_actions(void **state)
{
	struct program p;

	program_init(&p, &udp);
	for (unsigned i = 1; i <= 10; i++)
		assert_true(emit_count(&p, i));
	assert_false(emit_count(&p, 11));
	assert_int_equal(p.action_count, 10);
	assert_int_equal(ACTION_ARG(p.actions[9]), 10);
}

static void
a_short_buffer_is_terminated_and_the_length_told(void **state)
{
	struct program p;
	char text[8];

	program_init(&p, &udp);
	emit_output(&p, 3, &public4);
	assert_int_equal(program_print(text, sizeof(text), &p, &udp, name_of, NULL), 15);
	assert_string_equal(text, "ttl; ou");
	assert_int_equal(program_print(NULL, 0, &p, &udp, name_of, NULL), 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_starts_as_the_flow_stands),
		cmocka_unit_test(output_asks_for_the_ttl),
		cmocka_unit_test(a_later_drop_takes_the_output_back),
		cmocka_unit_test(a_reject_says_how_the_sender_is_told),
		cmocka_unit_test(rewrites_are_printed_where_they_change_something),
		cmocka_unit_test(ipv6_endpoints_have_brackets),
		cmocka_unit_test(icmp_has_an_identifier_where_others_have_a_port),
		cmocka_unit_test(protocols_without_ports_are_printed_without),
		cmocka_unit_test(listed_actions_keep_their_order_and_counts_are_not_printed),
		cmocka_unit_test(there_is_room_for_ten_listed_actions),
		cmocka_unit_test(a_short_buffer_is_terminated_and_the_length_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
