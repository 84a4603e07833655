/* SPDX-License-Identifier: BSD-3-Clause */
/* First and second SYNs: what is remembered, for how long, and how many are let in. */

#include "flow/opening.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START (1000 * NS_PER_SECOND)
#define SECOND NS_PER_SECOND

static struct openings o;

static int
setup(void **state)
{
	o = (struct openings){ 0 };
	return openings_init(&o, -1);
}

static int
teardown(void **state)
{
	openings_fini(&o);
	return 0;
}

static uint32_t
hash_of(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15ull;
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
	return (uint32_t)(n >> 32);
}

static void
the_second_syn_is_known_a_second_later(void **state)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t first = START + i * 3037000ull;        /* at all places of a period */

		assert_false(opening_seen(&o, hash_of(i), first));
		assert_true(opening_seen(&o, hash_of(i), first + SECOND));
	}
}

static void
it_is_forgotten_after_two_periods(void **state)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t first = START + i * 5 * SECOND;

		assert_false(opening_seen(&o, hash_of(i), first));
		assert_false(opening_seen(&o, hash_of(i), first + (2ull << OPENING_PERIOD_BITS)));
	}
}

/* A million a second. */
static void
few_of_a_flood_are_taken_for_known(void **state)
{
	unsigned seen = 0, lost = 0;

	for (unsigned i = 0; i < 3000000; i++)
		seen += opening_seen(&o, hash_of(i), START + i * 1000ull);
	assert_in_range(seen, 0, 3000);                 /* one in a thousand */
	for (unsigned i = 2500000; i < 3000000; i++)
		lost += !opening_seen(&o, hash_of(i), START + i * 1000ull + SECOND);
	assert_int_equal(lost, 0);                      /* nobody who comes twice is forgotten */
}

static void
so_many_are_let_in_in_a_second(void **state)
{
	unsigned in = 0;

	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t now = START + i * 1000ull;

		if (!opening_may_pay(&o, now))
			continue;
		opening_pay(&o, 5000, now);
		in++;
	}
	assert_in_range(in, 5000, 6251);                /* and a quarter at once */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_syn_is_known_a_second_later),
		TEST(it_is_forgotten_after_two_periods),
		TEST(few_of_a_flood_are_taken_for_known),
		TEST(so_many_are_let_in_in_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
