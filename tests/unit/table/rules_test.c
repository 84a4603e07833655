/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules: by hand, and the table's answers against those of the rules one after the other. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/random_rules.h"
#include "table/rules.h"

/* A key as most tests want it; the rest is zero. */
static struct rule_key
key(const char *src, const char *dst, uint8_t proto, uint16_t dport)
{
	struct rule_key k = { .tuple.proto = proto };
	struct prefix p;
	const char *why;

	assert_int_equal(prefix_parse(&p, src, strlen(src), &why), 0);
	k.tuple.family = p.family;
	k.tuple.src = p.address;
	assert_int_equal(prefix_parse(&p, dst, strlen(dst), &why), 0);
	k.tuple.dst = p.address;
	k.tuple.sport = rte_cpu_to_be_16(40000);
	k.tuple.dport = rte_cpu_to_be_16(dport);
	return k;
}

/* A list of addresses, "!" before those negated, in memory that the caller gives. */
static struct rule_addresses
addresses(struct rule_address *out, unsigned n, const char *const texts[])
{
	const char *why;

	for (unsigned i = 0; i < n; i++) {
		const char *text = texts[i];

		out[i] = (struct rule_address){ .negated = *text == '!' };
		text += out[i].negated;
		assert_int_equal(prefix_parse(&out[i].prefix, text, strlen(text), &why), 0);
	}
	return (struct rule_addresses){ out, n };
}

static struct set *
set_of(const char *const texts[], unsigned n)
{
	struct set *set = set_create("s");
	struct prefix p;
	const char *why;

	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(prefix_parse(&p, texts[i], strlen(texts[i]), &why), 0);
		assert_int_equal(set_add(set, &p), 0);
	}
	set_seal(set);
	return set;
}

#define RANGES(...) \
	(struct rule_ranges) \
	{ \
		(const struct rule_range[]){ __VA_ARGS__ }, \
			sizeof((const struct rule_range[]){ __VA_ARGS__ }) \
			/ sizeof(struct rule_range) \
	}
#define ADDRESSES(...) \
	addresses((struct rule_address[8]){ { NULL } }, \
		sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), \
		(const char *const[]){ __VA_ARGS__ })

/* Both ways to match must give the same rule. */
static void
expect(const struct rule_match match[], unsigned n, struct rule_key k, uint32_t expected)
{
	struct err *err = err_create();
	struct rules *rules = rules_build(match, n, (struct loc){ 0 }, err);
	const struct rule_key *pointer = &k;
	uint32_t result = 12345;

	assert_non_null(rules);
	rules_classify(rules, &pointer, &result, 1);
	assert_int_equal(result, expected);
	assert_int_equal(rules_match_plain(match, n, &k), expected);
	rules_discard(rules);
	err_destroy(err);
}

static void
first_rule_that_matches_wins(void **state)
{
	const struct rule_match match[] = {
		{ .dst = ADDRESSES("198.51.100.0/24"), .dport = RANGES({ 22, 22, false }) },
		{ .dst = ADDRESSES("198.51.100.7") },
		{ .dport = RANGES({ 20, 30, false }, { 80, 80, false }) },
	};

	(void)state;
	expect(match, 3, key("192.0.2.1", "198.51.100.7", 6, 22), 0);
	expect(match, 3, key("192.0.2.1", "198.51.100.7", 6, 23), 1);
	expect(match, 3, key("192.0.2.1", "198.51.100.8", 6, 23), 2);
	expect(match, 3, key("192.0.2.1", "198.51.100.8", 6, 80), 2);
	expect(match, 3, key("192.0.2.1", "198.51.100.8", 6, 81), RULES_NONE);
}

static void
no_rule_matches_nothing_and_an_empty_rule_everything(void **state)
{
	const struct rule_match any = { .state = 0 };
	struct rule_key odd = { .tuple = { .family = 6, .proto = 59, .kind = KEY_FRAGMENT } };

	(void)state;
	expect(NULL, 0, key("192.0.2.1", "198.51.100.7", 6, 22), RULES_NONE);
	expect(&any, 1, key("192.0.2.1", "198.51.100.7", 6, 22), 0);
	expect(&any, 1, odd, 0);
}

static void
negated_values_are_taken_out(void **state)
{
	const struct rule_match without = { .src = ADDRESSES("10.0.0.0/8", "!10.1.0.0/16") };
	const struct rule_match only = { .src = ADDRESSES("!10.0.0.0/8") };
	const struct rule_match ports = { .dport = RANGES({ 1, 100, false }, { 80, 80, true }) };

	(void)state;
	expect(&without, 1, key("10.0.255.255", "192.0.2.1", 17, 1), 0);
	expect(&without, 1, key("10.1.0.0", "192.0.2.1", 17, 1), RULES_NONE);
	expect(&without, 1, key("10.2.0.0", "192.0.2.1", 17, 1), 0);
	expect(&without, 1, key("11.0.0.0", "192.0.2.1", 17, 1), RULES_NONE);
	expect(&without, 1, key("2001:db8::1", "2001:db8::2", 17, 1), RULES_NONE);
	expect(&only, 1, key("10.1.0.0", "192.0.2.1", 17, 1), RULES_NONE);
	expect(&only, 1, key("11.0.0.0", "192.0.2.1", 17, 1), 0);
	expect(&only, 1, key("2001:db8::1", "2001:db8::2", 17, 1), 0);
	expect(&ports, 1, key("10.1.0.0", "192.0.2.1", 17, 79), 0);
	expect(&ports, 1, key("10.1.0.0", "192.0.2.1", 17, 80), RULES_NONE);
	expect(&ports, 1, key("10.1.0.0", "192.0.2.1", 17, 101), RULES_NONE);
}

static void
ports_are_of_protocols_that_have_them(void **state)
{
	const struct rule_match not_80 = { .dport = RANGES({ 80, 80, true }) };
	struct rule_key fragment = key("192.0.2.1", "192.0.2.2", 17, 0);

	(void)state;
	fragment.tuple.kind = KEY_FRAGMENT;
	expect(&not_80, 1, key("192.0.2.1", "192.0.2.2", 6, 81), 0);
	expect(&not_80, 1, key("192.0.2.1", "192.0.2.2", 132, 81), 0);
	expect(&not_80, 1, key("192.0.2.1", "192.0.2.2", 6, 80), RULES_NONE);
	expect(&not_80, 1, key("192.0.2.1", "192.0.2.2", 1, 81), RULES_NONE);
	expect(&not_80, 1, key("192.0.2.1", "192.0.2.2", 47, 81), RULES_NONE);
	expect(&not_80, 1, fragment, RULES_NONE);
}

static void
icmp_is_of_its_family(void **state)
{
	const struct rule_match echo = { .icmp = RANGES({ 0x0800, 0x08ff, false },
						 { 0x8000, 0x80ff, false }) };
	struct rule_key k = key("192.0.2.1", "192.0.2.2", 1, 0);

	(void)state;
	k.icmp_type = 8;
	expect(&echo, 1, k, 0);
	k.icmp_code = 255;
	expect(&echo, 1, k, 0);
	k.icmp_type = 9;
	expect(&echo, 1, k, RULES_NONE);
	k.icmp_type = 8;
	k.tuple.proto = 58;
	expect(&echo, 1, k, RULES_NONE);
	k = key("2001:db8::1", "2001:db8::2", 58, 0);
	k.icmp_type = 128;
	expect(&echo, 1, k, 0);
}

static void
tcp_flags_are_compared_under_their_mask(void **state)
{
	const struct rule_match syn = { .tcp_flags = 0x02, .tcp_mask = 0x12 };
	struct rule_key k = key("192.0.2.1", "192.0.2.2", 6, 80);

	(void)state;
	k.tcp_flags = 0x02;
	expect(&syn, 1, k, 0);
	k.tcp_flags = 0xc2;
	expect(&syn, 1, k, 0);
	k.tcp_flags = 0x12;
	expect(&syn, 1, k, RULES_NONE);
	k.tcp_flags = 0x02;
	k.tuple.proto = 17;
	expect(&syn, 1, k, RULES_NONE);
}

static void
state_interface_vlan_dscp_and_fragment_are_matched(void **state)
{
	const struct rule_match match[] = {
		{ .state = RULE_STATE_ESTABLISHED | RULE_STATE_RELATED },
		{ .state = RULE_STATE_UNTRACKED,
			.iface = RANGES({ 3, 3, false }, { 7, 7, false }) },
		{ .vlan = RANGES({ 0, 0, true }) },
		{ .dscp = RANGES({ 46, 46, false }) },
		{ .fragment = RULE_FRAGMENT_YES },
		{ .fragment = RULE_FRAGMENT_NO, .iface = RANGES({ 65535, 65535, false }) },
	};
	struct rule_key k = key("192.0.2.1", "192.0.2.2", 6, 80);

	(void)state;
	expect(match, 6, k, RULES_NONE);
	k.iface = 7;
	expect(match, 6, k, 1);
	k.state = RULE_STATE_NEW;
	expect(match, 6, k, RULES_NONE);
	k.state = RULE_STATE_RELATED;
	expect(match, 6, k, 0);
	k.state = RULE_STATE_INVALID;
	k.iface = 65535;
	expect(match, 6, k, 5);
	k.fragment = true;
	expect(match, 6, k, 4);
	k.dscp = 46;
	expect(match, 6, k, 3);
	k.vlan = 20;
	expect(match, 6, k, 2);
}

static void
sets_are_matched_nested_negated_and_empty(void **state)
{
	struct set *wide = set_of((const char *const[]){ "10.0.0.0/8", "2001:db8::/32" }, 2);
	struct set *narrow = set_of((const char *const[]){ "10.1.0.0/16", "10.1.2.3" }, 2);
	struct set *empty = set_of(NULL, 0);
	const struct rule_address lists[] = { { .set = narrow }, { .set = wide },
		{ .set = narrow, .negated = true }, { .set = empty },
		{ .set = empty, .negated = true } };
	const struct rule_match match[] = {
		{ .src = { &lists[3], 1 } }, /* in an empty set: never */
		{ .dst = { &lists[0], 1 } },
		{ .src = { &lists[1], 2 } }, /* wide without narrow */
		{ .src = { &lists[4], 1 }, .proto = RANGES({ 17, 17, false }) },
	};

	(void)state;
	expect(match, 4, key("10.1.2.3", "10.1.255.1", 6, 80), 1);
	expect(match, 4, key("10.1.2.3", "10.2.0.1", 6, 80), RULES_NONE);
	expect(match, 4, key("10.2.2.3", "10.2.0.1", 6, 80), 2);
	expect(match, 4, key("2001:db8::1", "2001:db8::2", 6, 80), 2);
	expect(match, 4, key("192.0.2.1", "192.0.2.2", 17, 80), 3);
	set_destroy(wide);
	set_destroy(narrow);
	set_destroy(empty);
}

static void
large_set_makes_a_small_table(void **state)
{
	struct random_prefixes r = { { 4, 4, 4 }, 8, 1 };
	struct set *set = set_create("large");
	struct rule_address in = { .set = set };
	struct rule_match match = { .src = { &in, 1 } };
	struct err *err = err_create();
	struct rules *rules;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct prefix p = { .family = 4, .length = 32 };

		random_address(&r, 4, &p.address);
		assert_int_equal(set_add(set, &p), 0);
	}
	set_seal(set);
	rules = rules_build(&match, 1, (struct loc){ 0 }, err);
	assert_non_null(rules);
	assert_in_range(rules_bytes(rules), 1, 16 << 20);
	rules_discard(rules);

	for (unsigned i = 0; i < 5; i++) {
		struct rule_key k = key("10.0.0.0", "192.0.2.1", 6, 80);
		size_t n;
		const struct prefix *list = set_prefixes(set, &n);

		corner_address(&r, &list[random_below(&r, (uint32_t)n)], &k.tuple.src);
		expect(&match, 1, k, set_contains(set, 4, &k.tuple.src) ? 0 : RULES_NONE);
	}
	set_destroy(set);
	err_destroy(err);
}

static void
expect_same(const struct rules *rules, struct random_rules *x, unsigned family)
{
	struct rule_key keys[100];
	const struct rule_key *key[100];
	uint32_t result[100];
	unsigned n = 1 + random_below(&x->r, 100);

	for (unsigned i = 0; i < n; i++) {
		random_key(x, family == 0 ? (one_in(x, 2) ? 4 : 6) : family, &keys[i]);
		key[i] = &keys[i];
	}
	rules_classify(rules, key, result, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(result[i], rules_match_plain(x->match, x->n, key[i]));
}

static void
expect_random_rules_agree(struct random_rules *x, unsigned n, unsigned n_sets, unsigned rounds)
{
	struct err *err = err_create();
	struct rules *rules;

	random_rules_build(x, n, n_sets);
	rules = rules_build(x->match, x->n, (struct loc){ 0 }, err);
	if (rules == NULL)
		fail_msg("%s", err_first(err));
	for (unsigned i = 0; i < rounds; i++)
		expect_same(rules, x, i % 3 == 0 ? 4 : i % 3 == 1 ? 6 : 0);
	rules_discard(rules);
	random_rules_discard(x);
	err_destroy(err);
}

static void
small_random_lists_agree_with_plain_rules(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct random_rules x = {
			.r = { { 5, 5, (unsigned short)round }, round % 4 * 8, 1 },
			.negate = 5,
		};

		expect_random_rules_agree(&x, 1 + round % 20, round % 3 * 2, 20);
	}
}

static void
large_random_list_agrees_with_plain_rules(void **state)
{
	struct random_rules x = { .r = { { 6, 6, 6 }, 8, 1 }, .negate = 10 };

	(void)state;
	expect_random_rules_agree(&x, 4000, 4, 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_rule_that_matches_wins),
		cmocka_unit_test(no_rule_matches_nothing_and_an_empty_rule_everything),
		cmocka_unit_test(negated_values_are_taken_out),
		cmocka_unit_test(ports_are_of_protocols_that_have_them),
		cmocka_unit_test(icmp_is_of_its_family),
		cmocka_unit_test(tcp_flags_are_compared_under_their_mask),
		cmocka_unit_test(state_interface_vlan_dscp_and_fragment_are_matched),
		cmocka_unit_test(sets_are_matched_nested_negated_and_empty),
		cmocka_unit_test(large_set_makes_a_small_table),
		cmocka_unit_test(small_random_lists_agree_with_plain_rules),
		cmocka_unit_test(large_random_list_agrees_with_plain_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
