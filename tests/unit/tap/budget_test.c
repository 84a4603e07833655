/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of its time a worker spends on being watched. */

#include "tap/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { FULL = 2000000 }; /* cycles; budget_init would ask DPDK, which does not run here */

/* Spends at least so many cycles; charged are so many at most. */
static void
spend(struct budget *b, uint64_t cycles, uint64_t most)
{
	while (rte_rdtsc() - b->since_cycles < cycles)
		;
	budget_charge(b, most);
}

static void
a_round_has_its_share(void **state)
{
	struct budget b = { .credit = FULL, .full = FULL };

	(void)state;
	assert_true(budget_open(&b, 1));
	spend(&b, (uint64_t)b.full / 2, (uint64_t)b.full / 2); /* whatever interrupts it */
	assert_true(budget_open(&b, 2));
	spend(&b, (uint64_t)b.full, (uint64_t)b.full);
	assert_false(budget_open(&b, 3));
	assert_false(budget_open(&b, BUDGET_ROUND_NS - 1));
	assert_true(budget_open(&b, BUDGET_ROUND_NS));
	assert_int_equal(b.credit, b.full); /* neither a debt nor what was left is carried over */
	spend(&b, (uint64_t)b.full, (uint64_t)b.full);
	assert_false(budget_open(&b, 2 * BUDGET_ROUND_NS - 1));
}

static void
an_interruption_is_not_charged(void **state)
{
	struct budget b = { .credit = FULL, .full = FULL };

	(void)state;
	assert_true(budget_open(&b, 1));
	spend(&b, (uint64_t)b.full, 100);
	assert_int_equal(b.credit, b.full - 100);
	budget_reopen(&b);
	spend(&b, 1000, 100);
	assert_int_equal(b.credit, b.full - 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_has_its_share),
		cmocka_unit_test(an_interruption_is_not_charged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
