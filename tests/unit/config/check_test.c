/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/check.h"
#include "found.h"

/* Rules of the access list begin in line 9, tests of the section in the line after the last
 * rule. */
#define HEAD \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n" \
	"pipelines: {inside: [{acl: list}, {route: main}]}\n" \
	"routes: {main: []}\n" \
	"acls: {list: {default: drop, rules: [\n"
#define TAIL "\n  ]}}\n"

/* A test's packet from lan. */
#define TCP(to) "  - {in: lan, packet: \"tcp 192.0.2.7:9 > " to "\", "

static struct found
check_to(enum check_depth depth, const char *text)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);
	struct check_result result = { .depth = depth };

	assert_non_null(cfg);
	config_verify(cfg, err, &result);
	config_free(cfg);
	return found_in(err);
}

static struct found
check(const char *text)
{
	return check_to(CHECK_WHOLE, text);
}

static void
expect_nothing(const char *text)
{
	struct found f = check(text);

	assert_string_equal(f.text, "");
}

static void
expect_one(const char *text, unsigned line, const char *sentence)
{
	struct found f = check(text);

	if (f.errors + f.warnings != 1 || f.line != line || strstr(f.text, sentence) == NULL)
		fail_msg("expected in line %u: %s\nfound %u, the last in line %u:\n%s", line,
			sentence, f.errors + f.warnings, f.line, f.text);
}

static void
a_rule_behind_a_wider_one_is_never_reached(void **state)
{
	(void)state;
	expect_one(HEAD "  {name: wide, proto: tcp, dst: 198.51.100.0/24, action: accept},\n"
			"  {proto: tcp, dst: 198.51.100.7, dport: [80, 443], action: accept}" TAIL,
		10,
		"is never reached: 'wide' in line 9 does the same before, as for "
		"tcp 203.0.113.9:40000 > 198.51.100.7:80");
}

static void
a_rule_that_contradicts_a_wider_one_is_in_conflict(void **state)
{
	(void)state;
	expect_one(HEAD "  {proto: tcp, dport: 1-100, action: drop},\n"
			"  {proto: tcp, dport: 22, action: accept}" TAIL,
		10, "it says accept, and the rule in line 9 says drop before");
}

static void
rules_that_overlap_in_part_are_fine(void **state)
{
	(void)state;
	expect_nothing(HEAD "  {proto: tcp, dport: 22, action: drop},\n"
			    "  {proto: tcp, dport: [22, 80], action: accept},\n"
			    "  {proto: udp, dport: 22, action: accept},\n"
			    "  {proto: tcp, src: 192.0.2.0/25, action: drop},\n"
			    "  {proto: tcp, src: 192.0.2.0/24, action: accept}" TAIL);
}

static void
a_rule_that_several_earlier_ones_cover_is_never_reached(void **state)
{
	(void)state;
	expect_one(HEAD
		"  {proto: tcp, dport: 1-100, dst: 198.51.100.0/25, action: accept},\n"
		"  {proto: tcp, dport: 1-50, dst: 198.51.100.128/25, action: accept},\n"
		"  {proto: tcp, dport: 51-100, dst: 198.51.100.128/25, action: accept},\n"
		"  {name: all, proto: tcp, dport: 20-80, dst: 198.51.100.0/24, action: drop}" TAIL,
		12, "rules before it take together all that it does");
	expect_nothing(HEAD
		"  {proto: tcp, dport: 1-100, dst: 198.51.100.0/25, action: accept},\n"
		"  {proto: tcp, dport: 1-50, dst: 198.51.100.128/25, action: accept},\n"
		"  {proto: tcp, dport: 52-100, dst: 198.51.100.128/25, action: accept},\n"
		"  {name: all, proto: tcp, dport: 20-80, dst: 198.51.100.0/24, action: drop}" TAIL);
	expect_one(HEAD "  {in: lan, proto: udp, action: accept},\n"
			"  {in: wan, proto: udp, action: accept},\n"
			"  {name: dns, proto: udp, dport: 53, action: accept}" TAIL,
		11, "is never reached");
}

static void
a_rule_that_later_ones_make_redundant_changes_nothing(void **state)
{
	(void)state;
	expect_one(HEAD "  {proto: tcp, src: 192.0.2.0/25, action: accept},\n"
			"  {proto: udp, action: drop, name: counted},\n"
			"  {proto: tcp, src: 192.0.2.0/24, action: accept}" TAIL,
		9, "changes nothing: without it line 11 does the same");
	expect_one(HEAD "  {proto: tcp, action: accept},\n"
			"  {proto: udp, dport: 53, action: drop}" TAIL,
		10, "changes nothing: without it the default does the same");
	expect_nothing(HEAD "  {proto: udp, dport: 53, action: drop},\n"
			    "  {proto: udp, action: accept}" TAIL);
}

static void
packets_that_no_endpoint_sends_reach_rules_all_the_same(void **state)
{
	(void)state;
	expect_nothing(HEAD "  {proto: tcp, flags: [S, A, R], action: accept},\n"
			    "  {name: odd, proto: tcp, action: reject}" TAIL);
}

static void
a_set_covers_what_it_contains(void **state)
{
	(void)state;
	expect_one("sets: {inside: [192.0.2.0/24]}\n" HEAD "  {src: $inside, action: accept},\n"
		   "  {src: 192.0.2.128/25, action: drop}" TAIL,
		11, "is never reached");
	expect_nothing(
		"sets: {inside: [192.0.2.0/24]}\n" HEAD "  {src: \"!$inside\", action: accept},\n"
		"  {name: upper, src: 192.0.2.128/25, action: drop}" TAIL);
}

static void
a_test_says_what_becomes_of_a_packet(void **state)
{
	(void)state;
	expect_nothing(HEAD
		"  {proto: tcp, dport: 80, action: accept}, {proto: icmp, action: accept}" TAIL
		"tests:\n" TCP("198.51.100.2:80 S") "expect: output wan}\n" TCP("198.51.100.2:80 S") "expect: output}\n" TCP("198.51.100.2:81 S") "expect: drop acl_denied}\n" TCP(
			"198.51.100.2:81 S") "expect: drop}\n" TCP("203.0.113.1:80 S") "expect: drop no_route}\n" TCP("192.0.2.1:80 S") "expect: drop local_no_service}\n"
																	"  - {in: lan, packet: \"icmp 192.0.2.7 > 192.0.2.1 echo-request id 7\", expect: local}\n" TCP(
																		"198.51.100.2:80 S ttl 1") "expect: drop ttl_expired}\n");
}

static void
a_test_that_fails_is_an_error_at_its_place(void **state)
{
	(void)state;
	expect_one(HEAD
		"  {proto: tcp, dport: 80, action: accept}" TAIL "tests:\n"
		"  - {name: telnet, in: lan, packet: \"tcp 192.0.2.7:9 > 198.51.100.2:23 S\",\n"
		"     expect: output wan}\n",
		13, "test 'telnet' failed: expected output wan, was drop acl_denied");
}

static void
a_test_that_says_nothing_is_an_error(void **state)
{
	(void)state;
	expect_one(HEAD TAIL "tests:\n" TCP("198.51.100.2:23 S") "expect: pass}\n", 12,
		"write output INTERFACE");
	expect_one(HEAD TAIL "tests:\n" TCP("198.51.100.2:23 S") "expect: drop acl_denid}\n", 12,
		"did you mean 'acl_denied'?");
	expect_one(HEAD TAIL
		"tests:\n"
		"  - {in: lan, packet: \"tcq 192.0.2.7:9 > 198.51.100.2:23\", expect: drop}\n",
		12, "tcq");
}

static void
a_test_does_not_count_what_nothing_serves_as_local(void **state)
{
	(void)state;
	expect_one(HEAD "  {proto: tcp, dport: 80, action: accept}" TAIL
			"tests:\n" TCP("192.0.2.1:80 S") "expect: local}\n",
		12, "expected local, was drop local_no_service");
}

static void
errors_of_building_are_found_with_the_others(void **state)
{
	struct found f = check("version: 1\n"
			       "ports: {lan: {device: net_null0}}\n"
			       "interfaces: {lan: {mtu: 99}}\n"
			       "pipelines: {inside: [{route: nowhere}]}\n"
			       "acls: {list: {default: drop, rules: [{goto: elsewhere}]}}\n");

	(void)state;
	assert_int_equal(f.errors, 3);
}

static void
long_lists_are_looked_at_to_their_end(void **state)
{
	enum { RULES = 10000 };
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct found f;

	(void)state;
	fputs(HEAD, out);
	for (unsigned i = 0; i < RULES; i++)
		fprintf(out, "  {proto: tcp, dst: 198.51.%u.%u, dport: %u, action: accept},\n",
			i / 250, i % 250 + 1, i + 1);
	fprintf(out, "  {proto: tcp, dst: 198.51.39.250, dport: 10000, action: drop}" TAIL);
	fclose(out);
	f = check(text);
	free(text);
	assert_int_equal(f.errors, 0);
	assert_int_equal(f.warnings, 1);
	assert_int_equal(f.line, 9 + RULES);
	assert_non_null(strstr(f.text, "is never reached, and in conflict"));
}

/* A start must not wait for what only an operator at leisure reads. */
static void
a_quick_check_looks_for_rules_never_reached_alone(void **state)
{
	struct found f = check_to(CHECK_QUICK,
		HEAD "  {proto: tcp, src: 192.0.2.0/25, action: accept},\n"
		     "  {proto: tcp, src: 192.0.2.0/24, action: accept},\n"
		     "  {proto: tcp, src: 192.0.2.7, action: accept}" TAIL);

	(void)state;
	assert_int_equal(f.errors + f.warnings, 1);
	assert_int_equal(f.line, 11);
	assert_non_null(strstr(f.text, "is never reached"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quick_check_looks_for_rules_never_reached_alone),
		cmocka_unit_test(long_lists_are_looked_at_to_their_end),
		cmocka_unit_test(a_rule_that_several_earlier_ones_cover_is_never_reached),
		cmocka_unit_test(a_rule_that_later_ones_make_redundant_changes_nothing),
		cmocka_unit_test(packets_that_no_endpoint_sends_reach_rules_all_the_same),
		cmocka_unit_test(a_rule_behind_a_wider_one_is_never_reached),
		cmocka_unit_test(a_rule_that_contradicts_a_wider_one_is_in_conflict),
		cmocka_unit_test(rules_that_overlap_in_part_are_fine),
		cmocka_unit_test(a_set_covers_what_it_contains),
		cmocka_unit_test(a_test_says_what_becomes_of_a_packet),
		cmocka_unit_test(a_test_that_fails_is_an_error_at_its_place),
		cmocka_unit_test(a_test_that_says_nothing_is_an_error),
		cmocka_unit_test(a_test_does_not_count_what_nothing_serves_as_local),
		cmocka_unit_test(errors_of_building_are_found_with_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
