/* SPDX-License-Identifier: BSD-3-Clause */
/* Hits over a reload. */

#include "control/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A place, to be sorted by what it is. */
struct line {
	const struct place *place;
	uint32_t number;
};

static int
compare_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare(const struct place *a, const struct place *b)
{
	int order = compare_text(a->owner, b->owner);

	if (order == 0)
		order = compare_text(a->name, b->name);
	return order != 0 ? order : (a->says > b->says) - (a->says < b->says);
}

/* Lines that say the same stay in their order. */
static int
by_line(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = compare(x->place, y->place);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static struct line *
lines_of(const struct generation *gen)
{
	struct line *line = calloc(gen->n_places + 1, sizeof(*line));

	for (uint32_t i = 1; line != NULL && i < gen->n_places; i++)
		line[i - 1] = (struct line){ &gen->places[i], i };
	if (line != NULL && gen->n_places > 1)
		qsort(line, gen->n_places - 1, sizeof(*line), by_line);
	return line;
}

int
carry_places(const struct generation *old, struct generation *new)
{
	struct line *from = lines_of(old), *to = lines_of(new);
	unsigned i = 0, k = 0;

	new->carried = calloc(old->n_places + 1, sizeof(*new->carried));
	new->carried_hits = calloc(new->n_places + 1, sizeof(*new->carried_hits));
	if (from == NULL || to == NULL || new->carried == NULL || new->carried_hits == NULL) {
		free(from);
		free(to);
		return -ENOMEM;
	}
	while (i + 1 < old->n_places && k + 1 < new->n_places) {
		int order = compare(from[i].place, to[k].place);

		if (order == 0)
			new->carried[from[i].number] = to[k].number;
		i += order <= 0;
		k += order >= 0;
	}
	new->n_carried = old->n_places;
	new->carried_from = old->number;
	free(from);
	free(to);
	return 0;
}

static void
add(struct place_hits *sum, const struct place_hits *more)
{
	if (more->packets == 0)
		return;
	if (sum->packets == 0 || (int32_t)(more->first - sum->first) < 0)
		sum->first = more->first;
	if (sum->packets == 0 || (int32_t)(more->last - sum->last) > 0)
		sum->last = more->last;
	sum->packets += more->packets;
	sum->bytes += more->bytes;
}

void
carry_hits(const struct generation *old, struct generation *new)
{
	for (uint32_t i = 1; i < old->n_places; i++) {
		struct place_hits *sum = &new->carried_hits[new->carried[i]];

		if (new->carried[i] == 0)
			continue;
		if (old->carried_hits != NULL)
			add(sum, &old->carried_hits[i]);
		for (unsigned w = 0; w < old->n_workers; w++)
			add(sum, &old->worker[w].hits[i]);
	}
}

void
carry_discard(struct generation *gen)
{
	free(gen->carried);
	free(gen->carried_hits);
}
