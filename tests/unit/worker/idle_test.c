/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/idle.h"

/* Empty loops at times that stand still. */
static void
given_empty_loops(struct idle *idle, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		idle_wait(idle, 1000);
}

static void
adaptive_pauses_and_yields_before_it_sleeps(void **state)
{
	struct idle idle;

	(void)state;
	idle_init(&idle, IDLE_ADAPTIVE);
	given_empty_loops(&idle, IDLE_PAUSES + IDLE_YIELDS);
	assert_int_equal(idle.sleeps, 0);
	given_empty_loops(&idle, 1);
	assert_int_equal(idle.sleeps, 1);
}

static void
sleeps_grow_up_to_their_bound(void **state)
{
	struct idle idle;

	(void)state;
	idle_init(&idle, IDLE_ADAPTIVE);
	given_empty_loops(&idle, IDLE_PAUSES + IDLE_YIELDS);
	assert_int_equal(idle.sleep_ns, 1000);
	given_empty_loops(&idle, 1);
	assert_int_equal(idle.sleep_ns, 2000);
	given_empty_loops(&idle, 20);
	assert_int_equal(idle.sleep_ns, 50000);
}

static void
packets_end_the_sleeping(void **state)
{
	struct idle idle;

	(void)state;
	idle_init(&idle, IDLE_ADAPTIVE);
	given_empty_loops(&idle, IDLE_PAUSES + IDLE_YIELDS + 10);
	idle_reset(&idle);
	given_empty_loops(&idle, IDLE_PAUSES + IDLE_YIELDS);
	assert_int_equal(idle.sleeps, 10);
	assert_int_equal(idle.sleep_ns, 1000);
}

static void
busy_never_sleeps(void **state)
{
	struct idle idle;

	(void)state;
	idle_init(&idle, IDLE_BUSY);
	given_empty_loops(&idle, 10000);
	assert_int_equal(idle.sleeps, 0);
}

static void
the_longest_loop_with_a_sleep_is_kept(void **state)
{
	struct idle idle;

	(void)state;
	idle_init(&idle, IDLE_ADAPTIVE);
	given_empty_loops(&idle, IDLE_PAUSES + IDLE_YIELDS);
	idle_woke(&idle, 5000); /* nobody slept */
	idle_wait(&idle, 10000);
	idle_woke(&idle, 90000);
	idle_wait(&idle, 100000);
	idle_woke(&idle, 120000);
	assert_int_equal(idle.longest_ns, 80000);
	assert_int_equal(idle.total_ns, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adaptive_pauses_and_yields_before_it_sleeps),
		cmocka_unit_test(sleeps_grow_up_to_their_bound),
		cmocka_unit_test(packets_end_the_sleeping),
		cmocka_unit_test(busy_never_sleeps),
		cmocka_unit_test(the_longest_loop_with_a_sleep_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
