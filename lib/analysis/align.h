/* SPDX-License-Identifier: BSD-3-Clause */
/* Aligns two ordered lists: finds elements that both have, in the same order.
 *
 * For a packet that matches common elements only, both lists give the same result, first match by
 * first match.  A packet with another result therefore matches an element of one list that has no
 * partner in the other.  This holds for any common sequence, whether or not it is the longest one.
 *
 * Threads: pure functions. */
#ifndef ANALYSIS_ALIGN_H
#define ANALYSIS_ALIGN_H

#include <stdbool.h>
#include <stdint.h>

#define ALIGN_NONE UINT32_MAX

/* An ordered list by the hashes of its elements; those with id 0 are left out. */
struct align_side {
	const uint64_t *id;
	uint32_t n;
	uint32_t *partner; /* filled: the place in the other list, or ALIGN_NONE */
};

/* Fills partner of both lists.  Returns false without memory. */
bool align(struct align_side *a, struct align_side *b);

#endif
