/* SPDX-License-Identifier: BSD-3-Clause */
/* What two lists have in common is in the same order in both, and of unchanged lists it is all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/align.h"

#define ROUNDS 3000
#define LONG   5000u

static uint32_t seed = 3;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Partners point at each other, have the same id, and rise.  Returns how many. */
static uint32_t
expect_partners(const struct align_side *a, const struct align_side *b)
{
	uint32_t n = 0, next = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t k = a->partner[i];

		if (k == ALIGN_NONE)
			continue;
		assert_true(k >= next && k < b->n);
		assert_true(a->id[i] == b->id[k] && a->id[i] != 0);
		assert_int_equal(b->partner[k], i);
		next = k + 1;
		n++;
	}
	return n;
}

static void
partners_are_equal_and_in_order(void **state)
{
	uint64_t x[40], y[40];
	uint32_t to_y[40], to_x[40];

	(void)state;
	for (unsigned r = 0; r < ROUNDS; r++) {
		struct align_side a = { x, below(40), to_y }, b = { y, below(40), to_x };

		for (uint32_t i = 0; i < a.n; i++)
			x[i] = below(8);
		for (uint32_t i = 0; i < b.n; i++)
			y[i] = below(8);
		assert_true(align(&a, &b));
		expect_partners(&a, &b);
	}
}

/* Long lists, of which a few elements are gone, new or moved. */
static void
few_changes_leave_the_others_their_partners(void **state)
{
	uint64_t *x = calloc(LONG, sizeof(*x)), *y = calloc(LONG, sizeof(*y));
	struct align_side a = { x, LONG, calloc(LONG, sizeof(uint32_t)) },
			  b = { y, 0, calloc(LONG, sizeof(uint32_t)) };

	(void)state;
	for (uint32_t i = 0; i < LONG; i++) {
		x[i] = i + 1;
		if (i % 500 != 7)
			y[b.n++] = i % 500 == 9 ? LONG + i : i + 1;
	}
	y[0] = 4000; /* moved to the front, out of order */
	assert_true(align(&a, &b));
	assert_true(expect_partners(&a, &b) >= LONG - 25);
	free(a.partner);
	free(b.partner);
	free(x);
	free(y);
}

static void
what_is_left_out_has_no_partner(void **state)
{
	uint64_t x[] = { 0, 5, 0 }, y[] = { 0, 5 };
	uint32_t to_y[3], to_x[2];
	struct align_side a = { x, 3, to_y }, b = { y, 2, to_x };

	(void)state;
	assert_true(align(&a, &b));
	assert_int_equal(to_y[0], ALIGN_NONE);
	assert_int_equal(to_y[1], 1);
	assert_int_equal(to_x[0], ALIGN_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partners_are_equal_and_in_order),
		cmocka_unit_test(few_changes_leave_the_others_their_partners),
		cmocka_unit_test(what_is_left_out_has_no_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
