/* SPDX-License-Identifier: BSD-3-Clause */
/* What weir bench makes of the values that it measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measure/bench.h"

static void
a_figure_is_median_least_and_most(void **state)
{
	double odd[] = { 7, 1, 3 }, even[] = { 8, 2, 4, 1 }, one[] = { 5 };
	struct bench_figure f = bench_figure(odd, 3);

	(void)state;
	assert_true(f.median == 3 && f.least == 1 && f.most == 7);
	f = bench_figure(even, 4);
	assert_true(f.median == 3 && f.least == 1 && f.most == 8);
	f = bench_figure(one, 1);
	assert_true(f.median == 5 && f.least == 5 && f.most == 5);
}

static void
one_interrupted_pair_does_not_move_a_round(void **state)
{
	double pairs[] = { 20, 21, -900, 19, 20 };

	(void)state;
	assert_true(bench_median(pairs, 5) == 20);
}

static void
a_difference_that_was_nothing_once_is_noise(void **state)
{
	(void)state;
	assert_true(bench_is_noise(&(struct bench_figure){ .median = 3, .least = -1, .most = 9 }));
	assert_true(bench_is_noise(&(struct bench_figure){ .median = 3, .least = 0, .most = 9 }));
	assert_true(
		bench_is_noise(&(struct bench_figure){ .median = -3, .least = -9, .most = -1 }));
	assert_false(
		bench_is_noise(&(struct bench_figure){ .median = 3, .least = 0.1, .most = 9 }));
}

/* A result with one stage, and nothing else of interest. */
static void
result_with_stage(struct bench_result *r, const struct bench_figure *cycles)
{
	static const struct bench_options options = { .config = "x.yaml", .flows = 1 };

	memset(r, 0, sizeof(*r));
	r->options = &options;
	r->interface = "lan";
	r->pipeline = "inside";
	r->all.median = 50;
	r->hz = 1e9;
	r->n_stages = 1;
	r->stage[0] = (struct bench_stage){ .name = "snat", .line = 7, .cycles = *cycles };
}

static json_t *
stage_json(const struct bench_figure *cycles)
{
	static struct bench_result result;
	json_t *all, *stage;

	result_with_stage(&result, cycles);
	all = bench_json(&result);
	stage = json_deep_copy(json_array_get(json_object_get(all, "stages"), 0));
	json_decref(all);
	return stage;
}

static void
noise_has_no_median_in_json(void **state)
{
	json_t *noise = stage_json(&(struct bench_figure){ .median = -4, .least = -9, .most = 6 });
	json_t *seen = stage_json(&(struct bench_figure){ .median = 4, .least = 1, .most = 6 });

	(void)state;
	assert_true(json_is_null(json_object_get(noise, "median")));
	assert_true(json_real_value(json_object_get(noise, "least")) == -9);
	assert_true(json_real_value(json_object_get(noise, "most")) == 6);
	assert_true(json_real_value(json_object_get(seen, "median")) == 4);
	json_decref(noise);
	json_decref(seen);
}

static void
expect_row(const struct bench_figure *cycles, const char *row)
{
	static struct bench_result result;
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	result_with_stage(&result, cycles);
	bench_print(&result, out);
	fclose(out);
	if (strstr(text, row) == NULL)
		fail_msg("no '%s' in\n%s", row, text);
	free(text);
}

static void
noise_has_no_median_in_the_table(void **state)
{
	(void)state;
	expect_row(&(struct bench_figure){ .median = -4, .least = -9, .most = 6 },
		"  snat              noise     -9.0      6.0   stage of line 7");
	expect_row(&(struct bench_figure){ .median = 4, .least = 1, .most = 6 },
		"  snat                4.0      1.0      6.0   stage of line 7");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_is_median_least_and_most),
		cmocka_unit_test(one_interrupted_pair_does_not_move_a_round),
		cmocka_unit_test(a_difference_that_was_nothing_once_is_noise),
		cmocka_unit_test(noise_has_no_median_in_json),
		cmocka_unit_test(noise_has_no_median_in_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
