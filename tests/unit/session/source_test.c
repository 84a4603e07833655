/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources of sessions: how many they hold, how fast they begin them, and that they are forgotten.
 */

#include "session/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"

static union address
address_of(uint32_t n)
{
	union address a = { .words = { 0 } };

	a.v4 = n;
	return a;
}

static void
a_source_holds_as_many_as_it_may(void **state)
{
	const struct source_limit limit = { .sessions = 3 };
	struct sources *t = sources_create(100, 0);
	union address a = address_of(1), b = address_of(2);
	uint32_t held[3];

	for (unsigned i = 0; i < 3; i++) {
		assert_true(sources_may(t, &a, 4, &limit, 0));
		held[i] = sources_take(t, &a, 4, &limit, 0);
		assert_int_not_equal(held[i], 0);
	}
	assert_false(sources_may(t, &a, 4, &limit, 0));
	assert_int_equal(sources_take(t, &a, 4, &limit, 0), 0);
	assert_true(sources_may(t, &b, 4, &limit, 0));
	assert_int_not_equal(sources_take(t, &b, 4, &limit, 0), 0);
	sources_give(t, held[0]);
	assert_true(sources_may(t, &a, 4, &limit, 0));
	assert_int_not_equal(sources_take(t, &a, 4, &limit, 0), 0);
	assert_int_equal(sources_take(t, &a, 4, &limit, 0), 0);
	assert_int_equal(sources_held(t, &a, 4), 3);
	sources_destroy(t);
}

static void
the_same_address_in_two_domains_is_two_sources(void **state)
{
	const struct source_limit limit = { .sessions = 1 };
	struct sources *t = sources_create(100, 0);
	union address a = address_of(1);
	unsigned red = address_space(4, 1), blue = address_space(4, 62), six = address_space(6, 1);
	uint32_t held = sources_take(t, &a, red, &limit, 0);

	assert_int_not_equal(held, 0);
	assert_int_equal(sources_take(t, &a, red, &limit, 0), 0);
	assert_int_not_equal(sources_take(t, &a, blue, &limit, 0), 0);
	assert_int_not_equal(sources_take(t, &a, six, &limit, 0), 0);
	assert_true(sources_is(t, held, &a, red));
	assert_false(sources_is(t, held, &a, blue));
	assert_false(sources_is(t, held, &a, 4));
	sources_give(t, held);
	assert_int_equal(sources_held(t, &a, red), 0);
	assert_int_equal(sources_held(t, &a, blue), 1);
	sources_destroy(t);
}

static void
a_source_begins_as_many_a_second_as_it_may(void **state)
{
	const struct source_limit limit = { .per_second = 10 };
	struct sources *t = sources_create(100, 0);
	union address a = address_of(1);
	uint64_t now = NS_PER_SECOND;
	unsigned begun = 0;

	for (unsigned i = 0; i < 100; i++) {
		bool may = sources_may(t, &a, 4, &limit, now);
		uint32_t source = sources_take(t, &a, 4, &limit, now);

		assert_int_equal(may, source != 0);
		begun += source != 0;
	}
	assert_int_equal(begun, 10);
	assert_int_not_equal(sources_take(t, &a, 4, &limit, now + NS_PER_SECOND / 10), 0);
	assert_int_equal(sources_take(t, &a, 4, &limit, now + NS_PER_SECOND / 10), 0);
	sources_destroy(t);
}

static void
sources_without_sessions_are_forgotten(void **state)
{
	const struct source_limit count = { .sessions = 1 }, rate = { .per_second = 1000 };
	struct sources *t = sources_create(100, 0);

	for (uint32_t n = 1; n < 10000; n++) {
		union address a = address_of(n);
		uint32_t source = sources_take(t, &a, 4, n % 2 ? &count : &rate, n * NS_PER_SECOND);

		assert_int_not_equal(source, 0);
		sources_give(t, source);
	}
	assert_true(t->used <= 5);
	sources_destroy(t);
}

/* No source more than sessions that may be held; one that is forgotten makes room. */
static void
a_source_without_a_place_is_refused(void **state)
{
	const struct source_limit limit = { .sessions = 1 };
	struct sources *t = sources_create(8, 0);
	uint32_t held[64], n = 0;

	for (; n < 64; n++) {
		union address a = address_of(n + 1);

		held[n] = sources_take(t, &a, 4, &limit, 0);
		if (held[n] == 0)
			break;
	}
	assert_int_equal(n, t->capacity);
	assert_int_equal(t->used, n);
	for (unsigned i = 0; i < n; i++) {
		union address a = address_of(i + 1);

		assert_int_equal(sources_held(t, &a, 4), 1);
	}
	sources_give(t, held[3]);
	for (unsigned i = 0; i < 8 && held[n] == 0; i++) {
		union address a = address_of(n + 1);

		held[n] = sources_take(t, &a, 4, &limit, 0);
	}
	assert_int_equal(held[n], held[3]);
	sources_destroy(t);
}

/* Both or none of its tables are there, and all memory is given back. */
static void
memory_that_runs_out_leaves_nothing_behind(void **state)
{
	const struct source_limit limit = { .sessions = 1 };
	struct sources *t = sources_create(100, 0);
	size_t held = memory_held_bytes();
	union address a = address_of(1);

	for (unsigned at = 1; at <= 2; at++) {
		memory_fault_at = at;
		assert_int_equal(sources_take(t, &a, 4, &limit, 0), 0);
		memory_fault_at = 0;
		assert_int_equal(memory_held_bytes(), held);
	}
	assert_int_not_equal(sources_take(t, &a, 4, &limit, 0), 0);
	assert_true(memory_held_bytes() > held);
	sources_destroy(t);
	assert_int_equal(memory_held_bytes(), held);
	sources_destroy(NULL);
}

/* A table takes its memory with the first source, and tells it. */
static void
its_memory_is_told(void **state)
{
	const struct source_limit limit = { .sessions = 3 };
	size_t before = memory_held_bytes(), empty;
	struct sources *t = sources_create(10000, -1);
	union address a = address_of(1);

	empty = sources_bytes(t);
	assert_int_equal(memory_held_bytes(), before);
	assert_int_not_equal(sources_take(t, &a, 4, &limit, 0), 0);
	assert_in_range(memory_held_bytes() - before, sources_bytes(t) - empty,
		sources_bytes(t) - empty + 2 * 4096);
	sources_destroy(t);
	assert_int_equal(memory_held_bytes(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_holds_as_many_as_it_may),
		cmocka_unit_test(the_same_address_in_two_domains_is_two_sources),
		cmocka_unit_test(a_source_begins_as_many_a_second_as_it_may),
		cmocka_unit_test(sources_without_sessions_are_forgotten),
		cmocka_unit_test(a_source_without_a_place_is_refused),
		cmocka_unit_test(its_memory_is_told),
		cmocka_unit_test(memory_that_runs_out_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
