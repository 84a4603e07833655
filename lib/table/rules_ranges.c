/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of ranges, some negated, as the sorted runs that it matches. */

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "table/rules_priv.h"

static int
range_compare(const void *a, const void *b)
{
	const struct rule_range *p = a, *q = b;

	return (p->first > q->first) - (p->first < q->first);
}

/* Copies the plain ranges; if the list has none, all values. */
static void
take_plain(struct runs *runs, const struct rule_ranges *list)
{
	bool plain = false;

	for (unsigned i = 0; i < list->n; i++) {
		struct rule_range r = list->range[i];

		if (r.negated)
			continue;
		plain = true;
		if (r.first <= r.last)
			runs->range[runs->n++] = r;
	}
	if (!plain)
		runs->range[runs->n++] = (struct rule_range){ 0, UINT16_MAX, false };
}

static void
merge(struct runs *runs)
{
	unsigned kept = 0;

	qsort(runs->range, runs->n, sizeof(*runs->range), range_compare);
	for (unsigned i = 0; i < runs->n; i++) {
		struct rule_range r = runs->range[i];

		if (kept > 0 && r.first <= runs->range[kept - 1].last + 1u)
			runs->range[kept - 1].last = RTE_MAX(runs->range[kept - 1].last, r.last);
		else
			runs->range[kept++] = r;
	}
	runs->n = kept;
}

/* Removes [first, last].  Of disjoint runs at most one is divided in two. */
static void
subtract(struct runs *runs, uint16_t first, uint16_t last)
{
	unsigned kept = 0;
	struct rule_range behind = { 0, 0, true };

	for (unsigned i = 0; i < runs->n; i++) {
		struct rule_range r = runs->range[i];

		if (r.last < first || r.first > last) {
			runs->range[kept++] = r;
			continue;
		}
		if (r.last > last)
			behind = (struct rule_range){ (uint16_t)(last + 1), r.last, false };
		if (r.first < first)
			runs->range[kept++] = (struct rule_range){ r.first, (uint16_t)(first - 1),
				false };
	}
	if (!behind.negated)
		runs->range[kept++] = behind;
	runs->n = kept;
}

int
runs_build(struct runs *runs, const struct rule_ranges *list)
{
	runs->n = 0;
	runs->range = calloc(list->n + 1, sizeof(*runs->range));
	if (runs->range == NULL)
		return -ENOMEM;
	take_plain(runs, list);
	merge(runs);
	for (unsigned i = 0; i < list->n; i++)
		if (list->range[i].negated && list->range[i].first <= list->range[i].last)
			subtract(runs, list->range[i].first, list->range[i].last);
	return 0;
}

void
runs_fini(struct runs *runs)
{
	free(runs->range);
	runs->range = NULL;
	runs->n = 0;
}
