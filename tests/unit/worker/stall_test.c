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
#include <unistd.h>

#include <cmocka.h>

#include "worker/stall.h"

static atomic_bool stop, runs;
static atomic_int tid;

static void *
spin(void *arg)
{
	atomic_store(&tid, gettid());
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

static void *
wait_for_stop(void *arg)
{
	atomic_store(&tid, gettid());
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return arg;
}

/* Waits until the thread has been for so long what it is asked for; a minute at most. */
static bool
comes_to_starve(bool wanted)
{
	for (unsigned ms = 0; ms < 60000; ms++) {
		if (stall_starves(&tid, UINT64_MAX) == wanted)
			return true;
		usleep(1000);
	}
	return false;
}

/* A thread starves if it could run and has not run for long enough. */
static void
a_thread_starves_that_could_run(void **state)
{
	pthread_mutex_t closed = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;

	(void)state;
	atomic_store(&stop, false);
	atomic_store(&runs, false);
	assert_int_equal(pthread_create(&thread, NULL, spin, NULL), 0);
	while (!atomic_load(&runs))
		usleep(1000);
	while (stall_ran_ms(&tid) < 20)
		usleep(1000);
	assert_true(comes_to_starve(true));
	assert_false(stall_starves(&tid, 20));
	atomic_store(&stop, true);
	pthread_join(thread, NULL);

	/* One that has not begun could; one that there is not cannot. */
	atomic_store(&tid, 0);
	assert_true(stall_starves(&tid, 1));
	assert_int_equal(stall_ran_ms(&tid), 0);
	atomic_store(&tid, INT32_MAX);
	assert_false(stall_starves(&tid, UINT64_MAX));

	/* One that waits does not, though it has not run. */
	atomic_store(&tid, 0);
	pthread_mutex_lock(&closed);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_stop, &closed), 0);
	while (atomic_load(&tid) == 0)
		usleep(1000);
	assert_true(comes_to_starve(false));
	pthread_mutex_unlock(&closed);
	pthread_join(thread, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_spins_has_a_place),
		cmocka_unit_test(a_short_buffer_is_enough),
		cmocka_unit_test(a_thread_starves_that_could_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
