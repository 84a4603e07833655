/* SPDX-License-Identifier: BSD-3-Clause */
/* Computes figures from the values of rounds. */

#include <stdlib.h>

#include "measure/bench.h"

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double *values, unsigned n)
{
	qsort(values, n, sizeof(values[0]), compare);
	return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct bench_figure
bench_figure(double *values, unsigned n)
{
	double median = bench_median(values, n);

	return (struct bench_figure){
		.least = values[0],
		.most = values[n - 1],
		.median = median,
	};
}

bool
bench_is_noise(const struct bench_figure *difference)
{
	return difference->least <= 0 || difference->median <= 0;
}
