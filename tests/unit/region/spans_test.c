/* SPDX-License-Identifier: BSD-3-Clause */
/* Spans against a set of bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "region/spans.h"

#define ROUNDS  200000
#define NUMBERS 32

static uint32_t seed = 1;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Up to five ranges, overlapping and touching, in any order; bits has the same numbers. */
static struct spans
some(struct span out[5], uint32_t *bits)
{
	uint32_t n = below(6);

	*bits = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t first = below(NUMBERS), last = first + below(NUMBERS - first);

		out[i] = (struct span){ first, last };
		for (uint32_t k = first; k <= last; k++)
			*bits |= 1u << k;
	}
	return spans_of(out, n);
}

static void
expect_bits(const struct spans *s, uint32_t bits)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		assert_true(s->span[i].first <= s->span[i].last);
		if (i > 0)
			assert_true(s->span[i].first > s->span[i - 1].last + 1);
		for (wide_t k = s->span[i].first; k <= s->span[i].last; k++)
			found |= 1u << (unsigned)k;
	}
	assert_int_equal(found, bits);
}

static void
operations_are_those_of_sets(void **state)
{
	struct scratch s;

	(void)state;
	assert_true(scratch_init(&s, 1 << 20));
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct span room_a[5], room_b[5];
		uint32_t in_a, in_b;
		struct spans a = some(room_a, &in_a), b = some(room_b, &in_b), out;
		uint32_t value = below(NUMBERS);

		expect_bits(&a, in_a);
		assert_int_equal(spans_hold(&a, value), in_a >> value & 1);
		assert_int_equal(spans_intersect(&a, &b), (in_a & in_b) != 0);
		assert_int_equal(spans_cover(&a, &b), (in_b & ~in_a) == 0);
		assert_int_equal(spans_equal(&a, &b), in_a == in_b);
		out = spans_and(&s, &a, &b);
		expect_bits(&out, in_a & in_b);
		out = spans_without(&s, &a, &b);
		expect_bits(&out, in_a & ~in_b);
		out = spans_shift(&s, &a, 3, 0, NUMBERS - 1);
		expect_bits(&out, in_a << 3);
		out = spans_shift(&s, &a, -3, 0, NUMBERS - 1);
		expect_bits(&out, in_a >> 3);
		assert_true((uint32_t)spans_size(&a) == (uint32_t)__builtin_popcount(in_a));
		scratch_release(&s, 0);
	}
	scratch_fini(&s);
}

static void
the_last_number_of_all_has_no_successor(void **state)
{
	struct span all[] = { { 0, ~(wide_t)0 } }, end[] = { { ~(wide_t)0 - 1, ~(wide_t)0 } };
	struct spans a = spans_of(all, 1), b = spans_of(end, 1), out;
	struct scratch s;

	(void)state;
	assert_true(scratch_init(&s, 1 << 16));
	out = spans_without(&s, &a, &b);
	assert_int_equal(out.n, 1);
	assert_true(out.span[0].first == 0 && out.span[0].last == ~(wide_t)0 - 2);
	out = spans_without(&s, &b, &a);
	assert_int_equal(out.n, 0);
	scratch_fini(&s);
}

static void
a_scratch_that_is_full_says_so(void **state)
{
	struct scratch s;

	(void)state;
	assert_true(scratch_init(&s, 4096));
	assert_non_null(scratch_take(&s, 4000));
	assert_null(scratch_take(&s, 200));
	assert_true(s.exhausted);
	scratch_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_are_those_of_sets),
		cmocka_unit_test(the_last_number_of_all_has_no_successor),
		cmocka_unit_test(a_scratch_that_is_full_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
