/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules: rte_acl's answers against those of the rules taken one after the other. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eal.h>

#include "support/random_rules.h"
#include "table/rules.h"

static int
start_eal(void **state)
{
	static char args[][16] = { "test", "--no-huge", "-m", "256", "--no-pci", "--no-shconf",
		"--no-telemetry", "-l", "0" };
	char *argv[9];

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		argv[i] = args[i];
	return rte_eal_init(9, argv) < 0 ? -1 : 0;
}

static int
stop_eal(void **state)
{
	(void)state;
	return rte_eal_cleanup();
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
	rules = rules_build(x->match, x->n, err);
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
	struct random_rules x = { .r = { { 6, 6, 6 }, 8, 1 }, .negate = 60 };

	(void)state;
	expect_random_rules_agree(&x, 4000, 0, 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_random_lists_agree_with_plain_rules),
		cmocka_unit_test(large_random_list_agrees_with_plain_rules),
	};

	return cmocka_run_group_tests(tests, start_eal, stop_eal);
}
