/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of numbers as sorted, disjoint spans that do not touch.
 *
 * Threads: pure functions.  Memory: results are in a scratch, or are an argument again. */
#ifndef REGION_SPANS_H
#define REGION_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#include "region/scratch.h"

/* Wide enough for an IPv6 address. */
typedef unsigned __int128 wide_t;

struct span {
	wide_t first, last; /* both in it */
};

struct spans {
	const struct span *span;
	uint32_t n; /* 0: empty */
};

/* Returns the union of n ranges in any order, which may overlap; sorts them in place. */
struct spans spans_of(struct span ranges[], uint32_t n);

bool spans_hold(const struct spans *s, wide_t value);
bool spans_intersect(const struct spans *a, const struct spans *b);
bool spans_cover(const struct spans *a, const struct spans *b); /* true if all of b is in a */
bool spans_equal(const struct spans *a, const struct spans *b);

/* Return the intersection; what is in a and not in b.  Empty when the scratch is exhausted. */
struct spans spans_and(struct scratch *s, const struct spans *a, const struct spans *b);
struct spans spans_without(struct scratch *s, const struct spans *a, const struct spans *b);

/* Returns a shifted by delta, which may be negative, without what is then below low or above
 * high. */
struct spans spans_shift(
	struct scratch *s, const struct spans *a, int32_t delta, wide_t low, wide_t high);

/* Returns about how many numbers there are. */
double spans_size(const struct spans *s);

/* Returns a hash of the numbers. */
uint64_t spans_hash(const struct spans *s);

#endif
