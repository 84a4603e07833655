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

/* Makes spans of n ranges in any order, which may overlap; sorts them where they are. */
struct spans spans_of(struct span ranges[], uint32_t n);

bool spans_hold(const struct spans *s, wide_t value);
bool spans_meet(const struct spans *a, const struct spans *b);  /* have they a number in common? */
bool spans_cover(const struct spans *a, const struct spans *b); /* is all of b in a? */
bool spans_equal(const struct spans *a, const struct spans *b);

/* What both have; what a has and b has not.  Empty when the scratch is exhausted. */
struct spans spans_and(struct scratch *s, const struct spans *a, const struct spans *b);
struct spans spans_without(struct scratch *s, const struct spans *a, const struct spans *b);

/* All of a shifted by so much, without what is below low or above high; delta may be negative. */
struct spans spans_shift(
	struct scratch *s, const struct spans *a, int32_t delta, wide_t low, wide_t high);

/* How many numbers, roughly. */
double spans_size(const struct spans *s);

/* A hash of the numbers. */
uint64_t spans_hash(const struct spans *s);

#endif
