/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates between two looks at counters. */

#include "control/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct rates rates;

static int
setup(void **state)
{
	(void)state;
	memset(&rates, 0, sizeof(rates));
	return 0;
}

static void
there_is_no_rate_before_the_second_look(void **state)
{
	(void)state;
	assert_true(rates_seconds(&rates) == 0);
	rates.newest = 1;
	rates.sample[1].at_ns = 7 * RATES_NS;
	assert_true(rates_seconds(&rates) == 0);
	assert_true(rates_of(&rates, 0, 1000) == 0);
}

static void
a_rate_is_the_difference_a_second(void **state)
{
	(void)state;
	rates.newest = 0;
	rates.sample[1].at_ns = 7 * RATES_NS;
	rates.sample[0].at_ns = 9 * RATES_NS;
	assert_true(rates_seconds(&rates) == 2);
	assert_true(rates_of(&rates, 100, 1100) == 500);
	assert_true(rates_of(&rates, 100, 100) == 0);
}

/* A reload that takes an interface away takes its counters, too. */
static void
a_counter_that_went_back_has_no_rate(void **state)
{
	(void)state;
	rates.sample[1].at_ns = RATES_NS;
	rates.sample[0].at_ns = 2 * RATES_NS;
	assert_true(rates_of(&rates, 1100, 100) == 0);
}

static void
the_newest_sample_is_the_one_after(void **state)
{
	(void)state;
	assert_ptr_equal(rates_after(&rates), &rates.sample[0]);
	assert_ptr_equal(rates_before(&rates), &rates.sample[1]);
	rates.newest = 1;
	assert_ptr_equal(rates_after(&rates), &rates.sample[1]);
	assert_ptr_equal(rates_before(&rates), &rates.sample[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(there_is_no_rate_before_the_second_look, setup),
		cmocka_unit_test_setup(a_rate_is_the_difference_a_second, setup),
		cmocka_unit_test_setup(a_counter_that_went_back_has_no_rate, setup),
		cmocka_unit_test_setup(the_newest_sample_is_the_one_after, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
