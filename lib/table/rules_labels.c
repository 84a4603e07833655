/* SPDX-License-Identifier: BSD-3-Clause */
/* Labels: 16 bits instead of an address.
 *
 * Prefixes either lie inside each other or apart, so sorted with the outer before the inner, all
 * that lie inside one follow it without a gap. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table/rules_priv.h"

struct gathering {
	struct prefix *prefix;
	size_t n;
	size_t max;
};

static int
gather(void *arg, const struct prefix *p, bool negated)
{
	struct gathering *g = arg;

	(void)negated;
	if (g->n == g->max) {
		size_t max = g->max * 2 + 64;
		struct prefix *grown = realloc(g->prefix, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		g->prefix = grown;
		g->max = max;
	}
	g->prefix[g->n] = *p;
	prefix_trim(&g->prefix[g->n++]);
	return 0;
}

/* Gathers what the rules have on a side, and a prefix around all of each family. */
static int
gather_all(struct gathering *g, const struct plan *plan, const struct rule_match match[],
	unsigned n, enum side side)
{
	static const struct prefix all[] = { { .family = 4 }, { .family = 6 } };
	int rc = 0;

	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = plan_each_prefix(&plan->side[i][side], match_side(&match[i], side), gather, g);
	if (g->n == 0)
		return rc;
	for (unsigned i = 0; i < 2 && rc == 0; i++)
		rc = gather(g, &all[i], false);
	return rc;
}

static size_t
sort_unique(struct prefix list[], size_t n)
{
	size_t kept = 0;

	qsort(list, n, sizeof(*list), prefix_compare);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || prefix_compare(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	return kept;
}

/* Replaces the values, each prefix's own label, by the last label inside it. */
static void
find_last_labels(struct labels *l)
{
	uint32_t around[129];           /* labels; each prefix covers the next */
	unsigned deep = 0;

	for (uint32_t i = 0; i <= l->n; i++) {
		while (deep > 0 && (i == l->n || l->prefix[around[deep - 1]].family !=
				l->prefix[i].family || !prefix_covers(&l->prefix[around[deep - 1]],
				&l->prefix[i].address)))
			l->prefix[around[--deep]].value = i - 1;
		if (i < l->n)
			around[deep++] = i;
	}
}

int
labels_build(struct labels *l, const struct plan *plan, const struct rule_match match[], unsigned n,
	enum side side)
{
	struct gathering g = { NULL, 0, 0 };
	int rc = gather_all(&g, plan, match, n, side);

	memset(l, 0, sizeof(*l));
	l->prefix = g.prefix;
	if (rc < 0 || g.n == 0)
		return rc;
	g.n = sort_unique(g.prefix, g.n);
	if (g.n > LABELS_MAX)
		return -E2BIG;
	l->n = (unsigned)g.n;
	for (uint32_t i = 0; i < l->n; i++)
		l->prefix[i].value = i;
	l->table = prefixes_build(l->prefix, l->n);
	find_last_labels(l);
	return l->table != NULL ? 0 : -ENOMEM;
}

void
labels_fini(struct labels *l)
{
	prefixes_discard(l->table);
	free(l->prefix);
	memset(l, 0, sizeof(*l));
}

struct rule_range
labels_of(const struct labels *l, const struct prefix *p)
{
	struct prefix trimmed = *p;
	const struct prefix *found;

	prefix_trim(&trimmed);
	found = bsearch(&trimmed, l->prefix, l->n, sizeof(*found), prefix_compare);
	return (struct rule_range){ (uint16_t)(found - l->prefix), (uint16_t)found->value, false };
}
