/* SPDX-License-Identifier: BSD-3-Clause */
/* The stages that translate: pools of IPv6, static addresses, maps, lists of forwards. */
#include "unit/policy/policy_fixture.h"

#define MAIN \
	"routes:\n" \
	"  main:\n" \
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n" \
	"    - {to: \"::/0\", via: \"2001:db8:2::2\"}\n"

static void
expect_source(struct policy_fixture *f, const char *packet, const char *address, unsigned port)
{
	char text[64];

	evaluate(f, "p", LAN, packet);
	notation_address(text, sizeof(text), &f->ev.tuple.src, f->ev.tuple.family);
	if (strcmp(text, address) != 0 || rte_be_to_cpu_16(f->ev.tuple.sport) != port)
		fail_msg("%s: from %s port %u, expected %s port %u\n%s%s", packet, text,
			rte_be_to_cpu_16(f->ev.tuple.sport), address, port, f->notes, f->errors);
}

static void
expect_destination(struct policy_fixture *f, const char *packet, const char *address, unsigned port)
{
	char text[64];

	evaluate(f, "p", LAN, packet);
	notation_address(text, sizeof(text), &f->ev.tuple.dst, f->ev.tuple.family);
	if (strcmp(text, address) != 0 || rte_be_to_cpu_16(f->ev.tuple.dport) != port)
		fail_msg("%s: to %s port %u, expected %s port %u\n%s%s", packet, text,
			rte_be_to_cpu_16(f->ev.tuple.dport), address, port, f->notes, f->errors);
}

static void
a_source_of_ipv6_keeps_its_port(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"nat: {up: {pool: [\"2001:db8:2::9\"]}}\n" MAIN
		"pipelines: {p: [track, {route: main}, {snat: up}]}\n");
	expect_source(f, "udp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53", "2001:db8:2::9", 5203);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
	given(f, MAIN "pipelines: {p: [track, {route: main}, {snat: {to: \"2001:db8:2::8\"}}]}\n");
	expect_source(f, "tcp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53 S", "2001:db8:2::8", 5203);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
}

static void
a_static_source_is_for_its_family(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN "pipelines: {p: [track, {route: main}, {snat: {to: 198.51.100.7}}]}\n");
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "198.51.100.7", 5203);
	expect_source(f, "udp [2001:db8:1::2]:5203 > [2001:db8:9::9]:53", "2001:db8:1::2", 5203);
}

/* RFC 6296 3.7: a word of all ones cannot be adjusted. */
static void
a_map_drops_what_it_cannot_translate(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {p: [track, {route: main}, "
		     "{snat: {map: {from: \"2001:db8:1::/48\", to: \"2001:db8:7::/48\"}}}]}\n");
	evaluate(f, "p", LAN, "udp [2001:db8:1:5::2]:1 > [2001:db8:9::9]:53");
	expect_note(f, "snat");
	assert_int_not_equal(f->ev.program.verdict, PROGRAM_DROP);
	expect_source(f, "udp 10.0.0.2:5203 > 203.0.113.9:53", "10.0.0.2", 5203);
	evaluate(f, "p", LAN, "udp [2001:db8:1:ffff:ffff:ffff:ffff:ffff]:1 > [2001:db8:9::9]:53");
	assert_int_equal(f->ev.program.reason, REASON_nat_no_mapping);
	expect_note(f, "no word of the source can keep the checksum");
	given(f,
		MAIN "pipelines: {p: [track, "
		     "{dnat: {map: {from: \"2001:db8:2:9::/64\", to: \"2001:db8:1:9::/64\"}}}, "
		     "{route: main}]}\n");
	evaluate(f, "p", LAN, "udp [2001:db8:3::2]:1 > [2001:db8:2:9:ffff:ffff:ffff:ffff]:53");
	assert_int_equal(f->ev.program.reason, REASON_nat_no_mapping);
	expect_note(f, "no word of the destination can keep the checksum");
	expect_destination(
		f, "udp [2001:db8:3::2]:1 > [2001:db8:2:8::1]:53", "2001:db8:2:8::1", 53);
	expect_destination(f, "udp 10.0.0.2:1 > 203.0.113.9:53", "203.0.113.9", 53);
	given(f,
		MAIN
		"pipelines: {p: [track, {dnat: {map: {from: 203.0.113.0/24, to: 10.0.1.0/24}}}, "
		"{route: main}]}\n");
	expect_destination(f, "udp 10.0.0.2:1 > 203.0.113.9:53", "10.0.1.9", 53);
}

static void
the_first_forward_that_fits_counts(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.2, if: {dst: 198.51.100.1, proto: tcp, dport: 80}},\n"
		     "  {to: \"10.0.1.3:8000\", if: {dst: 198.51.100.1, proto: tcp, dport: 81}},\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}}]}, {route: main}]}\n");
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:80 S", "10.0.1.2", 80);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:81 S", "10.0.1.3", 8000);
	expect_destination(f, "tcp 10.0.0.2:1 > 198.51.100.1:82 S", "10.0.1.4", 82);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.1:80", "10.0.1.4", 80);
	expect_destination(f, "udp 10.0.0.2:1 > 198.51.100.2:80", "198.51.100.2", 80);
	build(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.2},\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}}]}, {route: main}]}\n");
	assert_non_null(strstr(f->errors, "is never reached: the forward before it"));
	build(f,
		MAIN "pipelines: {p: [track, {dnat: [\n"
		     "  {to: 10.0.1.4, if: {dst: 198.51.100.1}},\n"
		     "  {to: 10.0.1.2}]}, {route: main}]}\n");
	assert_string_equal(f->errors, "");
}

/* Of a family alone; what the router has itself is still looked up. */
static void
next_hops_of_a_stage_are_for_their_family(void **state)
{
	struct policy_fixture *f = *state;

	given(f, MAIN "pipelines: {p: [{route: {via: 198.51.100.7}}, {route: main}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
	expect_gateway(f, "198.51.100.7");
	evaluate(f, "p", LAN, "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:53");
	expect_gateway(f, "2001:db8:2::2");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 198.51.100.1:53");
	assert_int_equal(f->ev.program.verdict, PROGRAM_LOCAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_source_of_ipv6_keeps_its_port),
		stage_test(a_static_source_is_for_its_family),
		stage_test(a_map_drops_what_it_cannot_translate),
		stage_test(the_first_forward_that_fits_counts),
		stage_test(next_hops_of_a_stage_are_for_their_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
