/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <rte_pause.h>

static void
virtual_clock_stands_still_until_it_is_set(void **state)
{
	struct clock c;

	clock_init_virtual(&c, 42);
	assert_int_equal(clock_read(&c), 42);
	assert_int_equal(clock_read(&c), 42);
	clock_set(&c, 7440 * NS_PER_S);
	assert_int_equal(clock_read(&c), 7440000000000);
}

static void
virtual_clock_never_goes_back(void **state)
{
	struct clock c;

	clock_init_virtual(&c, 1000);
	clock_set(&c, 999);
	assert_int_equal(clock_read(&c), 1000);
}

static void
tsc_clock_starts_at_its_start_and_runs(void **state)
{
	struct clock c;
	uint64_t before, after;

	clock_init_tsc(&c, 2445000000, 5 * NS_PER_S);
	before = clock_read(&c);
	assert_true(before >= 5 * NS_PER_S);
	for (uint64_t until = rte_rdtsc() + 100000; rte_rdtsc() < until;)
		rte_pause();
	after = clock_read(&c);
	assert_true(after - before >= 40000);
	assert_true(after - before < NS_PER_S);
}

static void
tsc_clock_never_goes_back_when_the_counter_does(void **state)
{
	struct clock c;
	uint64_t now;

	clock_init_tsc(&c, 1000000000, 0);
	now = clock_read(&c);
	c.base_cycles += 1ull << 40;
	assert_int_equal(clock_read(&c), now);
}

static void
a_second_of_cycles_is_a_second(void **state)
{
	static const uint64_t hz[] = { 24000000, 1000000000, 2445406000, 4999999999 };

	for (unsigned i = 0; i < sizeof(hz) / sizeof(hz[0]); i++) {
		struct clock c;
		uint64_t ns;

		clock_init_tsc(&c, hz[i], 0);
		ns = clock_at(&c, c.base_cycles + hz[i]);
		assert_in_range(ns, 999999998, 1000000002);
	}
}

static void
ten_years_neither_overflow_nor_drift(void **state)
{
	const uint64_t hz = 2445406000;
	const uint64_t seconds = 10ull * 365 * 86400;
	struct clock c;
	uint64_t ns;

	clock_init_tsc(&c, hz, 0);
	ns = clock_at(&c, c.base_cycles + hz * seconds);
	/* Rounding the scale to 32 bits costs at most 0.3 ns a second. */
	assert_in_range(ns, seconds * NS_PER_S - seconds, seconds * NS_PER_S + seconds);
}

static void
small_steps_add_up_to_the_whole(void **state)
{
	struct clock c;
	uint64_t previous = 0;

	clock_init_tsc(&c, 3000000001, 0);
	for (uint64_t cycles = 0; cycles <= 3000000; cycles += 3) {
		uint64_t ns = clock_at(&c, c.base_cycles + cycles);

		assert_true(ns >= previous);
		previous = ns;
	}
	assert_in_range(previous, 999998, 1000001);
}

static void
tick_is_about_a_millisecond_and_wraps(void **state)
{
	assert_int_equal(clock_tick(0), 0);
	assert_int_equal(clock_tick((1 << 20) - 1), 0);
	assert_int_equal(clock_tick(1 << 20), 1);
	assert_int_equal(clock_tick(1ull << 52), 0);
	assert_int_equal(clock_tick((1ull << 52) + (1 << 20)) - clock_tick((1ull << 52) - 1), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtual_clock_stands_still_until_it_is_set),
		cmocka_unit_test(virtual_clock_never_goes_back),
		cmocka_unit_test(tsc_clock_starts_at_its_start_and_runs),
		cmocka_unit_test(tsc_clock_never_goes_back_when_the_counter_does),
		cmocka_unit_test(a_second_of_cycles_is_a_second),
		cmocka_unit_test(ten_years_neither_overflow_nor_drift),
		cmocka_unit_test(small_steps_add_up_to_the_whole),
		cmocka_unit_test(tick_is_about_a_millisecond_and_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
