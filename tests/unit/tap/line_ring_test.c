/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of lines: what is visible when, and two threads at it, of which the reader stands still
 * now and then. */
#include "tap/line_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

enum {
	LINES = 2048,
	ADDED = 400000, /* by the thread */
};

static int
setup(void **state)
{
	*state = line_ring_create(LINES, -1);
	return *state != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	line_ring_destroy(*state);
	return 0;
}

/* Adds a line that tells its number seven times. */
static void
add(struct line_ring *r, uint64_t n)
{
	const uint64_t part[2] = { n, ~n };

	line_ring_add(r, (const void *const[3]){ part, part, part }, n);
}

/* Returns the number of a line, all of which must agree. */
static uint64_t
number_of(const void *line)
{
	const uint64_t *word = line;

	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(word[i], i % 2 == 0 ? word[6] : ~word[6]);
	assert_int_equal(word[7], 0);
	return word[6];
}

static void
lines_become_visible_together(void **state)
{
	struct line_ring *r = *state;

	assert_int_equal((uintptr_t)r->line % LINE_RING_LINE, 0);
	add(r, 1);
	add(r, 2);
	assert_null(line_ring_peek(r));
	line_ring_publish(r);
	assert_int_equal(line_ring_waiting(r), 2);
	assert_int_equal(number_of(line_ring_peek(r)), 1);
	assert_int_equal(number_of(line_ring_peek(r)), 1);
	line_ring_release(r);
	assert_int_equal(number_of(line_ring_peek(r)), 2);
	line_ring_release(r);
	assert_null(line_ring_peek(r));
	for (unsigned i = 0; i < LINE_RING_BATCH - 1; i++)
		add(r, i);
	assert_null(line_ring_peek(r));
	add(r, 99);
	assert_int_equal(line_ring_waiting(r), LINE_RING_BATCH);
	assert_non_null(line_ring_peek(r));
}

static void
room_is_kept_and_comes_back(void **state)
{
	struct line_ring *r = *state;
	unsigned n = 0;

	for (; line_ring_has_room(r, LINES / 4); n++)
		add(r, n);
	assert_int_equal(n, LINES / 4 * 3);
	for (; line_ring_has_room(r, 0); n++)
		add(r, n);
	assert_int_equal(n, LINES);
	line_ring_publish(r);
	for (unsigned i = 0; i < LINES; i++) {
		assert_int_equal(number_of(line_ring_peek(r)), i);
		line_ring_release(r);
	}
	assert_null(line_ring_peek(r));
	assert_true(line_ring_has_room(r, LINES - 1));
	assert_false(line_ring_has_room(r, LINES));
}

struct writer {
	struct line_ring *ring;
	uint64_t lost;
	atomic_bool has_ended;
};

/* Adds what finds room, as a worker does; the others are lost. */
static void *
write_lines(void *arg)
{
	struct writer *w = arg;

	for (uint64_t n = 1; n <= ADDED; n++) {
		if (line_ring_has_room(w->ring, 0))
			add(w->ring, n);
		else
			w->lost++;
		if (n % 37 == 0)
			line_ring_publish(w->ring);
		if (n % 1000 == 0)
			usleep(10); /* where both have one core the other reads now */
	}
	line_ring_publish(w->ring);
	atomic_store_explicit(&w->has_ended, true, memory_order_release);
	return NULL;
}

/* What is read came whole and in order, and what was not lost is read. */
static void
a_reader_that_stands_still_misses_nothing_but_what_is_lost(void **state)
{
	struct writer w = { .ring = *state };
	uint64_t last = 0, n = 0;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_lines, &w), 0);
	for (;;) {
		bool ended = atomic_load_explicit(&w.has_ended, memory_order_acquire);
		const void *line = line_ring_peek(w.ring);

		if (line == NULL && ended)
			break;
		if (line == NULL) {
			usleep(20);
			continue;
		}
		assert_true(number_of(line) > last);
		last = number_of(line);
		line_ring_release(w.ring);
		if (++n % 50000 == 0)
			usleep(20000); /* longer than the ring has room for */
	}
	pthread_join(thread, NULL);
	assert_true(w.lost > 0);
	assert_int_equal(n + w.lost, ADDED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_become_visible_together, setup, teardown),
		cmocka_unit_test_setup_teardown(room_is_kept_and_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_reader_that_stands_still_misses_nothing_but_what_is_lost, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
