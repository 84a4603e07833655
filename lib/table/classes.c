/* SPDX-License-Identifier: BSD-3-Clause */
/* Address classes: the prefixes of all sets in one table, each with the mask of all that cover it. */

#include "table/classes.h"

#include <stdbool.h>
#include <stdlib.h>

#include "table/prefixes.h"

struct classes {
	struct prefixes *prefixes;      /* to a place in masks */
	uint32_t *masks;                /* different ones, rising */
	size_t n_masks;
};

/* The prefixes of all sets in one sorted list, value: the set's bit.  NULL without memory. */
static struct prefix *
gather(const struct set *const sets[], unsigned n_sets, size_t *total)
{
	struct prefix *list;
	size_t n = 0;

	for (unsigned i = 0; i < n_sets; i++) {
		set_prefixes(sets[i], total);
		n += *total;
	}
	list = malloc((n + 1) * sizeof(*list));
	if (list == NULL)
		return NULL;
	*total = 0;
	for (unsigned i = 0; i < n_sets; i++) {
		const struct prefix *of_set = set_prefixes(sets[i], &n);

		for (size_t k = 0; k < n; k++) {
			list[*total] = of_set[k];
			list[(*total)++].value = 1u << i;
		}
	}
	if (n_sets > 1)
		qsort(list, *total, sizeof(*list), prefix_compare);
	return list;
}

/* Makes one of equal prefixes and gives each the bits of those around it.  Returns how many are
 * left. */
static size_t
merge(struct prefix list[], size_t n)
{
	struct prefix around[129];      /* each covers the next */
	unsigned deep = 0;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct prefix p = list[i];

		while (i + 1 < n && prefix_compare(&p, &list[i + 1]) == 0)
			p.value |= list[++i].value;
		while (deep > 0 && (around[deep - 1].family != p.family ||
				!prefix_covers(&around[deep - 1], &p.address)))
			deep--;
		if (deep > 0)
			p.value |= around[deep - 1].value;
		around[deep++] = p;
		list[kept++] = p;
	}
	return kept;
}

static int
mask_compare(const void *a, const void *b)
{
	const uint32_t *p = a, *q = b;

	return (*p > *q) - (*p < *q);
}

/* Fills masks with the different values of list and puts each one's place into the list instead. */
static int
intern(struct classes *c, struct prefix list[], size_t n)
{
	size_t n_masks = 0;

	c->masks = malloc((n + 1) * sizeof(*c->masks));
	if (c->masks == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || list[i].value != list[i - 1].value)
			c->masks[n_masks++] = list[i].value;
	qsort(c->masks, n_masks, sizeof(*c->masks), mask_compare);
	for (size_t i = 0; i < n_masks; i++)
		if (i == 0 || c->masks[i] != c->masks[c->n_masks - 1])
			c->masks[c->n_masks++] = c->masks[i];
	for (size_t i = 0; i < n; i++) {
		const uint32_t *mask = bsearch(&list[i].value, c->masks, c->n_masks,
			sizeof(*mask), mask_compare);

		list[i].value = (uint32_t)(mask - c->masks);
	}
	return 0;
}

/* Gives back what intern took too much. */
static void
trim(struct classes *c)
{
	uint32_t *smaller = realloc(c->masks, (c->n_masks + 1) * sizeof(*smaller));

	if (smaller != NULL)
		c->masks = smaller;
}

struct classes *
classes_build(const struct set *const sets[], unsigned n)
{
	struct classes *c = calloc(1, sizeof(*c));
	struct prefix *list;
	size_t n_list;

	if (c == NULL)
		return NULL;
	list = gather(sets, n, &n_list);
	if (list != NULL) {
		n_list = merge(list, n_list);
		if (intern(c, list, n_list) == 0) {
			trim(c);
			c->prefixes = prefixes_build(list, n_list);
		}
	}
	free(list);
	if (c->prefixes != NULL)
		return c;
	classes_discard(c);
	return NULL;
}

void
classes_discard(struct classes *c)
{
	if (c == NULL)
		return;
	prefixes_discard(c->prefixes);
	free(c->masks);
	free(c);
}

static void
to_masks(const struct classes *c, uint32_t mask[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		mask[i] = mask[i] == PREFIXES_NONE ? 0 : c->masks[mask[i]];
}

void
classes_lookup4(const struct classes *c, const rte_be32_t address[], uint32_t mask[], unsigned n)
{
	prefixes_lookup4(c->prefixes, address, mask, n);
	to_masks(c, mask, n);
}

void
classes_lookup6(const struct classes *c, const union address address[], uint32_t mask[], unsigned n)
{
	prefixes_lookup6(c->prefixes, address, mask, n);
	to_masks(c, mask, n);
}

size_t
classes_bytes(const struct classes *c)
{
	return sizeof(*c) + prefixes_bytes(c->prefixes) + c->n_masks * sizeof(*c->masks);
}
