/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches a cell for a packet that is in none of a list of other cells.
 *
 * The problem is that of satisfiability (NP-complete), so the search has a budget and reports when
 * it was not enough.  Cells that differ from the remainder in one field only are subtracted from
 * that field together; the remainder is then split along one of the other fields, and the larger
 * parts are searched first.
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

/* Searches for a packet of the family.  Restores the scratch before it returns. */
enum region_answer region_find(struct region_search *s, unsigned family, const struct cell *in,
	const struct cell *const without[], unsigned n, struct point *out);

#endif
