/* SPDX-License-Identifier: BSD-3-Clause */
/* Is there a packet in a cell that is in none of a list of others?
 *
 * The question is that of satisfiability, so there are rules for which an answer takes for ever;
 * the search has a budget and says when it was not enough.  Cells that differ from what is left in
 * one field only are taken out of that field together; what then remains is split along one of the
 * others, and the larger parts are looked at first.
 *
 * Threads: one at a time.  Memory: the search's scratch. */
#ifndef REGION_FIND_H
#define REGION_FIND_H

#include <stdint.h>

#include "region/cell.h"

enum region_answer {
	REGION_EMPTY, /* proven */
	REGION_FOUND,
	REGION_UNKNOWN, /* the budget was not enough */
};

struct region_search {
	struct scratch *scratch;
	uint64_t work; /* comparisons of cells so far; may go on over several searches */
	uint64_t work_max;
};

/* Looks for a packet of the family.  The scratch is as before when it returns. */
enum region_answer region_find(struct region_search *s, unsigned family, const struct cell *in,
	const struct cell *const without[], unsigned n, struct point *out);

#endif
