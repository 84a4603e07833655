/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates of many keys: exact for each, whatever the others do; what is refunded; who gives way. */
#include "base/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS     1000000ull
#define SECOND (1000 * MS)

static struct limiter_key
key_of(uint32_t number, uint16_t owner)
{
	struct limiter_key key = { .family = 4, .owner = owner };

	memcpy(key.bytes, &number, sizeof(number));
	return key;
}

static struct limiter *
given(uint64_t rate, uint64_t burst, bool packets, uint32_t keys)
{
	const struct limiter_rate r = { .rate = rate, .burst = burst, .packets = packets };
	struct limiter *l = limiter_create(&r, keys, -1);

	assert_non_null(l);
	return l;
}

/* Counts the packets of a key that pass, one each gap. */
static unsigned
passed(struct limiter *l, uint32_t number, unsigned n, uint64_t gap_ns, uint64_t from_ns)
{
	struct limiter_key key = key_of(number, 1);
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += limiter_take(l, &key, 100, from_ns + i * gap_ns);
	return count;
}

static void
a_key_has_a_burst_and_then_the_rate(void **state)
{
	struct limiter *l = given(10, 3, true, 64);

	(void)state;
	assert_int_equal(passed(l, 7, 10, 0, SECOND), 3);
	assert_int_equal(passed(l, 8, 10, 0, SECOND), 3);
	assert_int_equal(passed(l, 7, 1000, MS, SECOND + MS), 10);
	assert_int_equal(passed(l, 7, 10, 0, 10 * SECOND), 3);
	limiter_destroy(l);
	l = given(80000, 1000, false, 64);
	assert_int_equal(passed(l, 7, 20, 0, SECOND), 10);
	assert_int_equal(passed(l, 7, 1000, MS, SECOND), 99);
	limiter_destroy(l);
}

/* At any time a key has passed at most burst + rate * time, and no less than that when it asks
 * often enough; at the largest rates, too. */
static void
rates_are_exact(void **state)
{
	static const uint64_t rates[] = { 1, 3, 10, 999, 12345, 1000000, 33333333,
		LIMITER_MAX_RATE };

	(void)state;
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct limiter *l = given(rates[i], 5, true, 64);
		uint64_t gap = 500 * MS / rates[i] + 1, n = 4000;
		uint64_t want = 5
			+ (uint64_t)((double)(n - 1) * (double)gap * (double)rates[i] / 1e9);
		unsigned was = passed(l, 1, (unsigned)n, gap, SECOND);

		want = want > n ? n : want;
		assert_in_range(was, want - want / 100 - 1, want + want / 100 + 1);
		limiter_destroy(l);
	}
}

static void
what_is_refunded_can_be_taken_again(void **state)
{
	struct limiter *l = given(1, 4, true, 64);
	struct limiter_key key = key_of(1, 1), other = key_of(2, 1);

	(void)state;
	assert_int_equal(passed(l, 1, 10, 0, SECOND), 4);
	limiter_refund(l, &key, 100);
	limiter_refund(l, &key, 100);
	limiter_refund(l, &other, 100);
	assert_true(limiter_may(l, &key, 100, SECOND));
	assert_int_equal(passed(l, 1, 10, 0, SECOND), 2);
	assert_false(limiter_may(l, &key, 100, SECOND));
	assert_int_equal(passed(l, 2, 10, 0, SECOND), 4);
	limiter_destroy(l);
}

/* A flood of keys of one owner leaves those of another, and the table has its size. */
static void
a_flood_takes_nothing_from_other_owners(void **state)
{
	struct limiter *l = given(1, 2, true, 64);
	struct limiter_key mine[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		mine[i] = key_of(1000000 + i, 2);
		assert_true(limiter_take(l, &mine[i], 100, SECOND));
		assert_true(limiter_take(l, &mine[i], 100, SECOND));
	}
	for (uint32_t i = 0; i < 100000; i++) {
		struct limiter_key key = key_of(i, 1);

		assert_true(limiter_take(l, &key, 100, SECOND));
	}
	for (unsigned i = 0; i < 4; i++)
		assert_false(limiter_take(l, &mine[i], 100, SECOND));
	assert_true(limiter_used(l, SECOND) <= 64);
	assert_true(limiter_displaced(l) > 90000);
	assert_int_equal(limiter_used(l, 100 * SECOND), 0);
	limiter_destroy(l);
}

/* Addresses of the two families with the same bytes are two keys. */
static void
families_are_apart(void **state)
{
	struct limiter *l = given(1, 1, true, 64);
	struct limiter_key four = key_of(9, 1), six = four;

	(void)state;
	six.family = 6;
	assert_true(limiter_take(l, &four, 100, SECOND));
	assert_true(limiter_take(l, &six, 100, SECOND));
	assert_false(limiter_take(l, &four, 100, SECOND));
	limiter_destroy(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_a_burst_and_then_the_rate),
		cmocka_unit_test(rates_are_exact),
		cmocka_unit_test(what_is_refunded_can_be_taken_again),
		cmocka_unit_test(a_flood_takes_nothing_from_other_owners),
		cmocka_unit_test(families_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
