/* SPDX-License-Identifier: BSD-3-Clause */
/* Figures out of the values of a flood's rounds and bursts. */

#include "flood.h"

#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
flood_median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static int
compare_times(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

double
flood_quantile(struct flood_times *t, double share)
{
	if (t->n == 0)
		return 0;
	qsort(t->cycles, t->n, sizeof(*t->cycles), compare_times);
	return t->cycles[(uint32_t)((t->n - 1) * share)];
}
