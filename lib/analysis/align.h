/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ordered lists side by side: which elements they have in common, in the same order.
 *
 * Of packets that meet common elements alone, first match by first match, both lists say the same.
 * So whatever differs between the lists meets an element of one of them that has no partner; and it
 * does not matter for that whether the common sequence is the longest one.
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

/* False: no memory. */
bool align(struct align_side *a, struct align_side *b);

#endif
