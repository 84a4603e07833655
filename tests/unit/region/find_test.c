/* SPDX-License-Identifier: BSD-3-Clause */
/* The search against all packets of a universe of four values a field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "region/find.h"

#define ROUNDS 20000
#define VALUES 4u
#define FIELDS 4u /* that differ; all points are VALUES to the power of it */
#define CELLS  12

static uint32_t seed = 7;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* A cell of a few values in the first FIELDS dimensions; the others are 0. */
struct small {
	struct cell cell;
	struct span room[DIMS][VALUES];
	uint8_t bits[FIELDS];
};

static void
make(struct small *s, unsigned wide)
{
	for (unsigned d = 0; d < DIMS; d++) {
		unsigned bits = d >= FIELDS ? 1 : below(wide) == 0 ? 1 + below(15) : 15;
		uint32_t n = 0;

		if (d < FIELDS)
			s->bits[d] = (uint8_t)bits;
		for (unsigned v = 0; v < VALUES; v++)
			if (bits >> v & 1)
				s->room[d][n++] = (struct span){ v, v };
		s->cell.dim[d] = spans_of(s->room[d], n);
	}
}

static bool
holds(const struct small *s, unsigned point)
{
	for (unsigned d = 0; d < FIELDS; d++, point /= VALUES)
		if (!(s->bits[d] >> point % VALUES & 1))
			return false;
	return true;
}

static bool
left(const struct small *in, const struct small without[], unsigned n)
{
	for (unsigned p = 0; p < 256; p++) {
		bool out = holds(in, p);

		for (unsigned i = 0; i < n && out; i++)
			out = !holds(&without[i], p);
		if (out)
			return true;
	}
	return false;
}

static void
finds_a_packet_exactly_when_there_is_one(void **state)
{
	static struct small in, without[CELLS];
	const struct cell *cells[CELLS];
	unsigned found = 0, empty = 0;
	struct scratch scratch;

	(void)state;
	assert_true(scratch_init(&scratch, 64 << 20));
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct region_search s = { .scratch = &scratch, .work_max = UINT64_MAX };
		unsigned n = below(CELLS + 1), wide = 1 + below(3);
		enum region_answer answer;
		struct point p;

		make(&in, wide);
		for (unsigned k = 0; k < n; k++) {
			make(&without[k], wide);
			cells[k] = &without[k].cell;
		}
		answer = region_find(&s, 4, &in.cell, cells, n, &p);
		assert_int_equal(answer, left(&in, without, n) ? REGION_FOUND : REGION_EMPTY);
		assert_int_equal(scratch.used, 0);
		found += answer == REGION_FOUND;
		empty += answer == REGION_EMPTY;
		if (answer != REGION_FOUND)
			continue;
		assert_true(cell_holds(&in.cell, &p));
		for (unsigned k = 0; k < n; k++)
			assert_false(cell_holds(cells[k], &p));
	}
	assert_true(found > ROUNDS / 20 && empty > ROUNDS / 20);
	scratch_fini(&scratch);
}

static void
a_budget_that_is_not_enough_is_said(void **state)
{
	static struct small in, without[CELLS];
	const struct cell *cells[CELLS];
	struct scratch scratch;
	struct region_search s = { .scratch = &scratch, .work_max = UINT64_MAX };
	struct point p;

	(void)state;
	assert_true(scratch_init(&scratch, 1 << 20));
	for (unsigned d = 0; d < DIMS; d++)
		in.cell.dim[d] = spans_of(
			memcpy(in.room[d], (struct span[]){ { 0, 3 } }, sizeof(struct span)), 1);
	/* Each takes one corner: none covers all but in one field. */
	for (unsigned k = 0; k < CELLS; k++) {
		without[k].cell = in.cell;
		for (unsigned d = 0; d < FIELDS; d++) {
			without[k].room[d][0] = (struct span){ k >> d & 1, k >> d & 1 };
			without[k].cell.dim[d] = spans_of(without[k].room[d], 1);
		}
		cells[k] = &without[k].cell;
	}
	assert_int_equal(region_find(&s, 4, &in.cell, cells, CELLS, &p), REGION_FOUND);
	s = (struct region_search){ .scratch = &scratch, .work = 3, .work_max = 2 };
	assert_int_equal(region_find(&s, 4, &in.cell, cells, CELLS, &p), REGION_UNKNOWN);
	scratch_fini(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_packet_exactly_when_there_is_one),
		cmocka_unit_test(a_budget_that_is_not_enough_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
