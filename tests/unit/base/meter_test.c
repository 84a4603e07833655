/* SPDX-License-Identifier: BSD-3-Clause */
/* The token bucket at its limits and against the plain arithmetic of unlimited numbers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/meter.h"

#define SECOND 1000000000ull
#define YEAR   (365 * 86400 * SECOND)

static void
starts_full_and_gives_its_burst_once(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, 8000, 1500, 5 * SECOND);

	assert_true(meter_take(&m, 5 * SECOND, 1000));
	assert_true(meter_take(&m, 5 * SECOND, 500));
	assert_false(meter_take(&m, 5 * SECOND, 1));
}

static void
one_bit_a_second_gives_a_byte_after_eight(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, 1, 1, 0);
	assert_true(meter_take(&m, 0, 1));

	assert_false(meter_take(&m, 8 * SECOND - 1, 1));
	assert_true(meter_take(&m, 8 * SECOND, 1));
	assert_false(meter_take(&m, 16 * SECOND - 1, 1));
	assert_true(meter_take(&m, 16 * SECOND, 1));
}

static void
four_hundred_gigabit_are_exact_at_a_ns(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, 400 * SECOND, 50, 0);
	assert_true(meter_take(&m, 0, 50));

	/* 400 bits a ns are 50 bytes a ns. */
	for (uint64_t now = 1; now < 100000; now++) {
		assert_true(meter_take(&m, now, 50));
		assert_false(meter_take(&m, now, 1));
	}
}

static void
rate_that_does_not_divide_does_not_drift(void **state)
{
	struct meter m;
	uint64_t passed = 0;

	(void)state;
	meter_init_bits(&m, 7, 100, 0);
	while (meter_take(&m, 0, 1))
		;

	/* Asked at odd moments for 10,000 s: 70,000 bits have come, 8,750 bytes. */
	for (uint64_t now = 0; now < 10000 * SECOND; now += 333333331)
		passed += meter_take(&m, now, 1);
	while (meter_take(&m, 10000 * SECOND, 1))
		passed++;
	assert_int_equal(passed, 8750);
}

static void
idle_year_fills_the_bucket_and_no_more(void **state)
{
	static const uint64_t rates[] = { 1, 1000, 500000000, 400 * SECOND, METER_MAX_RATE };
	struct meter m;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		meter_init_bits(&m, rates[i], 1000, 0);
		assert_true(meter_take(&m, 0, 1000));

		assert_true(meter_take(&m, YEAR, 1000));
		assert_false(meter_take(&m, YEAR, 1));
		assert_true(meter_take(&m, UINT64_MAX, 1000));
		assert_false(meter_take(&m, UINT64_MAX, 1));
	}
}

static void
largest_burst_does_not_overflow(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, METER_MAX_RATE, METER_MAX_BURST_BYTES, 0);

	assert_false(meter_take(&m, 0, UINT32_MAX));
	assert_true(meter_take(&m, 0, METER_MAX_BURST_BYTES));
	assert_false(meter_take(&m, 0, 1));
	/* 2^31 bytes at 10^12 bits a second take 17,179,869.184 ns. */
	assert_false(meter_take(&m, 17179869, METER_MAX_BURST_BYTES));
	assert_true(meter_take(&m, 17179870, METER_MAX_BURST_BYTES));
}

static void
packets_are_counted_whatever_their_size(void **state)
{
	struct meter m;

	(void)state;
	meter_init_packets(&m, 1000, 2, 0);
	assert_true(meter_take(&m, 0, 9000));
	assert_true(meter_take(&m, 0, 64));
	assert_false(meter_take(&m, 0, 64));

	assert_false(meter_take(&m, 999999, 64));
	assert_true(meter_take(&m, 1000000, UINT32_MAX));
	assert_false(meter_take(&m, 1000000, 0));
}

static void
time_that_goes_back_gives_nothing(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, 8 * SECOND, 100, 1000);
	assert_true(meter_take(&m, 1000, 100));

	assert_false(meter_take(&m, 10, 1));
	assert_false(meter_take(&m, 1000, 1));
	assert_true(meter_take(&m, 1001, 1));
	assert_false(meter_take(&m, 1001, 1));
}

static void
refused_packet_takes_nothing(void **state)
{
	struct meter m;

	(void)state;
	meter_init_bits(&m, 8, 100, 0);

	assert_false(meter_take(&m, 0, 101));
	assert_true(meter_take(&m, 0, 100));
}

/* The same bucket in 128-bit numbers, without short cuts. */
struct wide {
	unsigned __int128 credit, capacity;
	uint64_t rate, last;
};

static bool
wide_take(struct wide *w, uint64_t now, uint32_t bytes)
{
	unsigned __int128 cost = (unsigned __int128)bytes * 8 * SECOND;

	w->credit += (unsigned __int128)(now - w->last) * w->rate;
	if (w->credit > w->capacity)
		w->credit = w->capacity;
	w->last = now;
	if (cost > w->credit)
		return false;
	w->credit -= cost;
	return true;
}

static void
agrees_with_unlimited_numbers(void **state)
{
	static const uint64_t rates[] = { 1, 999, 64000, 500000000, 399999999999, METER_MAX_RATE };
	static const uint32_t bursts[] = { 1, 1500, 65536, METER_MAX_BURST_BYTES };
	unsigned short seed[3] = { 1, 2, 3 };

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		uint64_t rate = rates[i % 6], now = 0;
		uint32_t burst = bursts[i / 6];
		struct wide w = { (unsigned __int128)burst * 8 * SECOND,
			(unsigned __int128)burst * 8 * SECOND, rate, 0 };
		struct meter m;

		meter_init_bits(&m, rate, burst, 0);
		for (unsigned k = 0; k < 20000; k++) {
			uint32_t bytes = (uint32_t)nrand48(seed) % (burst + burst / 8 + 2);

			now += (uint64_t)nrand48(seed) >> (nrand48(seed) % 31);
			assert_int_equal(meter_take(&m, now, bytes), wide_take(&w, now, bytes));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_full_and_gives_its_burst_once),
		cmocka_unit_test(one_bit_a_second_gives_a_byte_after_eight),
		cmocka_unit_test(four_hundred_gigabit_are_exact_at_a_ns),
		cmocka_unit_test(rate_that_does_not_divide_does_not_drift),
		cmocka_unit_test(idle_year_fills_the_bucket_and_no_more),
		cmocka_unit_test(largest_burst_does_not_overflow),
		cmocka_unit_test(packets_are_counted_whatever_their_size),
		cmocka_unit_test(time_that_goes_back_gives_nothing),
		cmocka_unit_test(refused_packet_takes_nothing),
		cmocka_unit_test(agrees_with_unlimited_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
