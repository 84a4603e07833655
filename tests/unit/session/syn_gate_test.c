/* SPDX-License-Identifier: BSD-3-Clause */
/* First and second SYNs: what is remembered, and how many are let in. */

#include "session/syn_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START (1000 * NS_PER_SECOND)

static struct syn_gate gate;

static int
setup(void **state)
{
	gate = (struct syn_gate){ 0 };
	return syn_gate_init(&gate, 0, -1);
}

static int
teardown(void **state)
{
	syn_gate_fini(&gate);
	return 0;
}

static uint64_t
hash_of(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15ull;
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
	n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
	return n ^ (n >> 31);
}

static void
the_second_syn_is_known(void **state)
{
	for (unsigned i = 0; i < 1000; i++) {
		assert_false(syn_gate_remember(&gate, hash_of(i)));
		assert_true(syn_gate_remember(&gate, hash_of(i)));
	}
}

/* Of one line. */
static void
the_oldest_gives_room(void **state)
{
	uint64_t line = 5ull << 20;

	for (uint64_t i = 0; i < SYN_GATE_PLACES; i++)
		assert_false(syn_gate_remember(&gate, line | (100 + i) << 48));
	assert_true(syn_gate_remember(&gate, line | 100ull << 48));
	assert_false(syn_gate_remember(
		&gate, line | 200ull << 48)); /* in the place of the second 100's neighbour */
	assert_false(syn_gate_remember(&gate, line | 101ull << 48));
	assert_true(syn_gate_remember(&gate, line | 130ull << 48));
}

/* No hash is taken for the place that is written next, or for an empty one. */
static void
every_print_is_one(void **state)
{
	for (uint64_t print = 0; print < 0x10000; print++) {
		uint64_t hash = print << 48 | (print & gate.mask) << 20;

		assert_false(syn_gate_remember(&gate, hash));
		assert_true(syn_gate_remember(&gate, hash));
	}
}

/* A million a second, one of them again a second later. */
static void
few_of_a_flood_are_taken_for_known(void **state)
{
	unsigned seen = 0, lost = 0;

	for (unsigned i = 0; i < 3000000; i++)
		seen += syn_gate_remember(&gate, hash_of(i));
	assert_in_range(seen, 0, 3000); /* one in a thousand */
	for (unsigned i = 2000000; i < 3000000; i += 10)
		lost += !syn_gate_remember(&gate, hash_of(i));
	assert_int_equal(lost, 0); /* every second SYN is recognised */
}

static void
so_many_are_let_in_in_a_second(void **state)
{
	unsigned in = 0;

	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t now = START + i * 1000ull;

		if (!syn_gate_may_admit(&gate, now))
			continue;
		syn_gate_admit(&gate, 5000, now);
		in++;
	}
	assert_in_range(in, 5000, 6251); /* and a quarter at once */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_syn_is_known),
		TEST(the_oldest_gives_room),
		TEST(every_print_is_one),
		TEST(few_of_a_flood_are_taken_for_known),
		TEST(so_many_are_let_in_in_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
