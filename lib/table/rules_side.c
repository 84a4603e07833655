/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of one side: a table of all prefixes that rules name, directly or in sets, each with
 * the row of the rules whose list matches the addresses that it covers.
 *
 * From a prefix to one inside it, rules are only added: to those that a plain value of their list
 * covers, and to those that a negated one does. A cell is such a pair. What a prefix does to a cell
 * depends on its owner alone: a million separate prefixes of a set make one cell. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table/rules_priv.h"

/* A rule's use of a set, or of its own prefixes. */
struct use {
	const struct set *set; /* NULL: its own */
	uint32_t rule;
	bool negated;
};

/* A step from a cell by an owner: the first of a set's uses, or one of a rule's own prefixes. */
struct step {
	uint32_t from;
	uint32_t owner;
	uint32_t to; /* cell + 1; 0: an empty slot */
};

struct builder {
	struct rows *rows;
	struct use *uses; /* those of one set side by side, then the rules' own */
	uint32_t n_uses, n_set_uses;
	struct prefix *list; /* value: owner, then cell, then row */
	size_t n_list, max_list;
	uint64_t *bits; /* by cell: rules covered by plain, then by negated values */
	uint32_t n_cells, max_cells;
	struct step *steps;          /* a hash table */
	uint32_t n_steps, max_steps; /* max_steps is a power of two */
};

static uint64_t *
cell_bits(const struct builder *b, uint32_t cell)
{
	return b->bits + (size_t)cell * 2 * b->rows->n_words;
}

/* Makes a copy of cell from (for the first one, from is ignored), at the end and not yet
 * counted. */
static int
copy_cell(struct builder *b, uint32_t from)
{
	size_t bytes = 2 * b->rows->n_words * sizeof(*b->bits);

	if (b->n_cells == b->max_cells) {
		uint32_t max = b->max_cells * 2 + 16;
		uint64_t *grown;

		if (max * bytes > ROWS_MAX_BYTES)
			return -E2BIG;
		grown = realloc(b->bits, max * bytes);
		if (grown == NULL)
			return -ENOMEM;
		b->bits = grown;
		b->max_cells = max;
	}
	if (b->n_cells == 0)
		memset(b->bits, 0, bytes);
	else
		memcpy(cell_bits(b, b->n_cells), cell_bits(b, from), bytes);
	return 0;
}

static struct step *
find_step(const struct builder *b, uint32_t from, uint32_t owner)
{
	uint64_t at = ((uint64_t)from << 32 | owner) * 0x9e3779b97f4a7c15ull >> 32;

	for (;; at++) {
		struct step *s = &b->steps[at & (b->max_steps - 1)];

		if (s->to == 0 || (s->from == from && s->owner == owner))
			return s;
	}
}

static int
grow_steps(struct builder *b)
{
	uint32_t n = b->max_steps;
	struct step *old = b->steps;

	b->steps = calloc((size_t)n * 2, sizeof(*b->steps));
	if (b->steps == NULL) {
		b->steps = old;
		return -ENOMEM;
	}
	b->max_steps = n * 2;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].to != 0)
			*find_step(b, old[i].from, old[i].owner) = old[i];
	free(old);
	return 0;
}

/* Applies the effect of a prefix of the owner to the uncounted cell; returns true if that changes
 * it. */
static bool
apply(struct builder *b, uint32_t owner, uint32_t from)
{
	uint64_t *plain = cell_bits(b, b->n_cells), *negated = plain + b->rows->n_words;

	for (uint32_t i = owner; i < b->n_uses && b->uses[i].set == b->uses[owner].set; i++) {
		bit_set(b->uses[i].negated ? negated : plain, b->uses[i].rule);
		if (b->uses[i].set == NULL)
			break;
	}
	return memcmp(plain, cell_bits(b, from), 2 * b->rows->n_words * sizeof(*plain)) != 0;
}

/* Moves *cell to the one of a prefix inside it. */
static int
step(struct builder *b, uint32_t *cell, uint32_t owner)
{
	struct step *s = find_step(b, *cell, owner);
	uint32_t to;
	int rc = 0;

	if (s->to == 0) {
		rc = copy_cell(b, *cell);
		if (rc < 0)
			return rc;
		to = apply(b, owner, *cell) ? b->n_cells++ : *cell;
		*s = (struct step){ *cell, owner, to + 1 };
		if (++b->n_steps * 2 > b->max_steps)
			rc = grow_steps(b);
		*cell = to;
		return rc;
	}
	*cell = s->to - 1;
	return 0;
}

static int
add_prefix(struct builder *b, const struct prefix *p, uint32_t owner)
{
	if (b->n_list == b->max_list) {
		size_t max = b->max_list * 2 + 64;
		struct prefix *grown = realloc(b->list, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		b->list = grown;
		b->max_list = max;
	}
	b->list[b->n_list] = *p;
	b->list[b->n_list].value = owner;
	prefix_trim(&b->list[b->n_list++]);
	return 0;
}

static int
use_compare(const void *a, const void *b)
{
	const struct use *p = a, *q = b;

	if (p->set == NULL || q->set == NULL)
		return (p->set == NULL) - (q->set == NULL);
	return ((uintptr_t)p->set > (uintptr_t)q->set) - ((uintptr_t)p->set < (uintptr_t)q->set);
}

/* Lists what the rules use, sets before own prefixes, two uses for each rule. */
static int
list_uses(struct builder *b, const struct rule_match match[], unsigned n, enum side side)
{
	size_t max = 2 * (size_t)n + 1;

	for (unsigned i = 0; i < n; i++)
		max += match_side(&match[i], side)->n;
	b->uses = calloc(max, sizeof(*b->uses));
	if (b->uses == NULL || max > UINT32_MAX)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		const struct rule_addresses *list = match_side(&match[i], side);

		for (unsigned k = 0; k < list->n; k++)
			if (list->address[k].set != NULL)
				b->uses[b->n_uses++] = (struct use){ list->address[k].set, i,
					list->address[k].negated };
	}
	qsort(b->uses, b->n_uses, sizeof(*b->uses), use_compare);
	b->n_set_uses = b->n_uses;
	for (unsigned i = 0; i < n; i++) {
		b->uses[b->n_uses++] = (struct use){ NULL, i, false };
		b->uses[b->n_uses++] = (struct use){ NULL, i, true };
	}
	return 0;
}

/* Lists all prefixes with their owners; first, without an owner, the prefix of length 0 of each
 * family. */
static int
list_prefixes(struct builder *b, const struct rule_match match[], unsigned n, enum side side)
{
	static const struct prefix all[] = { { .family = 4 }, { .family = 6 } };
	int rc = add_prefix(b, &all[0], 0);

	if (rc == 0)
		rc = add_prefix(b, &all[1], 0);
	for (uint32_t i = 0; i < b->n_set_uses; i++) {
		const struct prefix *of_set;
		size_t n_set;

		if (i > 0 && b->uses[i].set == b->uses[i - 1].set)
			continue;
		of_set = set_prefixes(b->uses[i].set, &n_set);
		for (size_t k = 0; k < n_set && rc == 0; k++)
			rc = add_prefix(b, &of_set[k], i);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct rule_addresses *list = match_side(&match[i], side);

		for (unsigned k = 0; k < list->n && rc == 0; k++)
			if (list->address[k].set == NULL)
				rc = add_prefix(b, &list->address[k].prefix,
					b->n_set_uses + 2 * i + list->address[k].negated);
	}
	return rc;
}

/* Walks over the sorted prefixes and assigns each one, once, its cell. */
static int
find_cells(struct builder *b)
{
	size_t around[129], kept = 2; /* indexes in the list; each covers the next */
	unsigned deep = 0;
	int rc = copy_cell(b, 0);

	if (rc < 0)
		return rc;
	b->n_cells = 1;
	b->list[0].value = b->list[1].value = 0;
	qsort(b->list + 2, b->n_list - 2, sizeof(*b->list), prefix_compare);
	for (size_t i = 2; i < b->n_list && rc == 0; i++) {
		struct prefix p = b->list[i];
		uint32_t owner = p.value;

		while (deep > 0
			&& (b->list[around[deep - 1]].family != p.family
				|| !prefix_covers(&b->list[around[deep - 1]], &p.address)))
			deep--;
		if (deep == 0 || prefix_compare(&b->list[around[deep - 1]], &p) != 0) {
			p.value = deep > 0 ? b->list[around[deep - 1]].value : 0;
			around[deep++] = kept;
			b->list[kept++] = p;
		}
		rc = step(b, &b->list[kept - 1].value, owner);
	}
	b->n_list = kept;
	return rc;
}

/* Replaces cells by rows: a list matches if it has no plain values or one of them covers the
 * address, and no negated one does. */
static int
find_rows(struct builder *b, const struct rule_match match[], unsigned n, enum side side)
{
	unsigned n_words = b->rows->n_words;
	uint64_t *no_plain = calloc(n_words, sizeof(*no_plain));
	uint32_t *row = calloc(b->n_cells, sizeof(*row));
	int rc = no_plain == NULL || row == NULL ? -ENOMEM : 0;

	for (unsigned i = 0; i < n && rc == 0; i++) {
		const struct rule_addresses *list = match_side(&match[i], side);
		unsigned k;

		for (k = 0; k < list->n && list->address[k].negated; k++)
			;
		if (k == list->n)
			bit_set(no_plain, i);
	}
	for (uint32_t cell = 0; cell < b->n_cells && rc == 0; cell++) {
		uint64_t *plain = cell_bits(b, cell), *negated = plain + n_words;

		for (unsigned w = 0; w < n_words; w++)
			plain[w] = (plain[w] | no_plain[w]) & ~negated[w];
		rc = rows_put(b->rows, plain, &row[cell]);
	}
	for (size_t i = 0; i < b->n_list && rc == 0; i++)
		b->list[i].value = row[b->list[i].value];
	free(no_plain);
	free(row);
	return rc;
}

static int
build(struct builder *b, const struct rule_match match[], unsigned n, enum side side)
{
	int rc;

	b->max_steps = 64;
	b->steps = calloc(b->max_steps, sizeof(*b->steps));
	if (b->steps == NULL)
		return -ENOMEM;
	rc = list_uses(b, match, n, side);
	if (rc == 0)
		rc = list_prefixes(b, match, n, side);
	if (rc == 0)
		rc = find_cells(b);
	return rc == 0 ? find_rows(b, match, n, side) : rc;
}

int
side_build(struct prefixes **table, struct rows *rows, const struct rule_match match[], unsigned n,
	enum side side)
{
	struct builder b = { .rows = rows };
	unsigned i;
	int rc;

	*table = NULL;
	for (i = 0; i < n && match_side(&match[i], side)->n == 0; i++)
		;
	if (i == n)
		return 0;
	rc = build(&b, match, n, side);
	if (rc == 0) {
		*table = prefixes_build(b.list, b.n_list);
		rc = *table != NULL ? 0 : -ENOMEM;
	}
	free(b.uses);
	free(b.list);
	free(b.bits);
	free(b.steps);
	return rc;
}
