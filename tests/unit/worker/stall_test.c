/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a thread stands that does not come back. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/stall.h"

static atomic_bool stop, runs;

static void *
spin(void *arg)
{
	atomic_store(&runs, true);
	while (!atomic_load(&stop))
		;
	return arg;
}

static void
a_thread_that_spins_has_a_place(void **state)
{
	char place[512] = "";
	pthread_t thread;

	(void)state;
	stall_prepare();
	assert_int_equal(pthread_create(&thread, NULL, spin, NULL), 0);
	while (!atomic_load(&runs))
		;
	for (unsigned i = 0; i < 50 && place[0] == '\0'; i++) /* a busy machine answers late */
		stall_place(thread, place, sizeof(place));
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	/* The test's own program stands in it: the thread was in spin. */
	assert_non_null(strstr(place, "stall"));
}

static void
a_short_buffer_is_enough(void **state)
{
	char place[4] = "x";

	(void)state;
	stall_prepare();
	stall_place(pthread_self(), place, sizeof(place));
	assert_true(strlen(place) < sizeof(place));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_spins_has_a_place),
		cmocka_unit_test(a_short_buffer_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
