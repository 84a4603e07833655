/* SPDX-License-Identifier: BSD-3-Clause */
/* Carries rule counters and meters over a reload. */

#include "config/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "config/meters.h"

/* Editions before the running one for which flows may have counts: reloads within the two seconds
 * that a sweep takes. */
#define CARRIED_MAX 4096u

/* A rule counter, to be sorted by its line. */
struct line {
	const struct rule_counter *counter;
	uint32_t number;
};

static int
compare_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
compare(const struct rule_counter *a, const struct rule_counter *b)
{
	int order = compare_text(a->owner, b->owner);

	if (order == 0)
		order = compare_text(a->name, b->name);
	return order != 0 ? order : (a->says > b->says) - (a->says < b->says);
}

/* Lines that say the same keep their order. */
static int
by_line(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = compare(x->counter, y->counter);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static struct line *
lines_of(const struct generation *gen)
{
	struct line *line = calloc(gen->n_counters + 1, sizeof(*line));

	for (uint32_t i = 1; line != NULL && i < gen->n_counters; i++)
		line[i - 1] = (struct line){ &gen->counters[i], i };
	if (line != NULL && gen->n_counters > 1)
		qsort(line, gen->n_counters - 1, sizeof(*line), by_line);
	return line;
}

/* Finds the rule counters of old in new: 0 if there is none. */
static int
find_counters(const struct generation *old, const struct generation *new, uint32_t *to_counter)
{
	struct line *from = lines_of(old), *to = lines_of(new);
	unsigned i = 0, k = 0;

	while (from != NULL && to != NULL && i + 1 < old->n_counters && k + 1 < new->n_counters) {
		int order = compare(from[i].counter, to[k].counter);

		if (order == 0)
			to_counter[from[i].number] = to[k].number;
		i += order <= 0;
		k += order >= 0;
	}
	i = from != NULL && to != NULL;
	free(from);
	free(to);
	return i ? 0 : -ENOMEM;
}

/* Does the same for an edition before old's: by way of old, or as old has it. */
static int
compose(const struct carried *was, const struct carried *last, struct carried *out)
{
	out->counter = calloc(was->n + 1, sizeof(*out->counter));
	if (out->counter == NULL)
		return -ENOMEM;
	out->n = was->n;
	for (uint32_t i = 0; i < was->n; i++)
		out->counter[i] = last != NULL ? last->counter[was->counter[i]] : was->counter[i];
	return 0;
}

/* Returns the number that a rule counter of old has in new, the next generation; 0: none. */
static uint32_t
number_in(const struct generation *old, const struct generation *new, uint32_t counter)
{
	if (generation_same_edition(old, new))
		return counter;
	return new->carried[new->n_carried - 1].counter[counter];
}

/* Keeps the meters of lines that are the same, with their fill. */
static int
carry_meters(const struct generation *old, struct generation *new)
{
	uint32_t *by_counter = calloc(new->n_counters + 1, sizeof(*by_counter));

	if (by_counter == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < new->n_meters; i++)
		if (!new->meters[i].asked)
			by_counter[new->meters[i].counter] = i + 1;
	for (unsigned i = 0; i < old->n_meters; i++) {
		uint32_t counter = number_in(old, new, old->meters[i].counter);

		if (old->meters[i].asked)
			continue;

		if (counter != 0 && by_counter[counter] != 0)
			meters_share(old, i, new, by_counter[counter] - 1);
	}
	free(by_counter);
	return 0;
}

/* A limit of a match, to be sorted by what it is called. */
struct asked {
	const struct meter_spec *spec;
	uint32_t number;
};

static int
by_what_is_asked(const struct meter_spec *a, const struct meter_spec *b)
{
	const uint64_t x[] = { a->of, a->quota, a->rate, a->seconds, a->burst, a->packets, a->per,
		a->keys, a->most_sessions };
	const uint64_t y[] = { b->of, b->quota, b->rate, b->seconds, b->burst, b->packets, b->per,
		b->keys, b->most_sessions };

	for (unsigned i = 0; i < RTE_DIM(x); i++)
		if (x[i] != y[i])
			return x[i] > y[i] ? 1 : -1;
	return 0;
}

static int
by_asked(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;
	int order = by_what_is_asked(x->spec, y->spec);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static struct asked *
asked_of(const struct generation *gen, unsigned *n)
{
	struct asked *out = calloc(gen->n_meters + 1, sizeof(*out));

	*n = 0;
	for (unsigned i = 0; out != NULL && i < gen->n_meters; i++)
		if (gen->meters[i].asked)
			out[(*n)++] = (struct asked){ &gen->meters[i], i };
	if (out != NULL && *n > 0)
		qsort(out, *n, sizeof(*out), by_asked);
	return out;
}

/* Keeps the limits of matches that ask the same, with what they have let pass. */
static int
carry_asked(const struct generation *old, struct generation *new)
{
	unsigned n_from, n_to, i = 0, k = 0;
	struct asked *from = asked_of(old, &n_from), *to = asked_of(new, &n_to);
	int rc = from != NULL && to != NULL ? 0 : -ENOMEM;

	while (rc == 0 && i < n_from && k < n_to) {
		int order = by_what_is_asked(from[i].spec, to[k].spec);

		if (order == 0)
			meters_share(old, from[i].number, new, to[k].number);
		i += order <= 0;
		k += order >= 0;
	}
	free(from);
	free(to);
	return rc;
}

/* Finds the rule counters of old's edition, the last of the n that new carries, in new. */
static int
carry_last(const struct generation *old, struct generation *new)
{
	struct carried *last = &new->carried[new->n_carried - 1];

	last->n = old->n_counters + 1;
	last->counter = calloc(last->n, sizeof(*last->counter));
	return last->counter == NULL ? -ENOMEM : find_counters(old, new, last->counter);
}

int
carry_counters(const struct generation *old, struct generation *new, uint64_t uncounted)
{
	bool same = generation_same_edition(old, new);
	uint64_t end = same ? old->edition : old->edition + 1; /* behind the last one carried */
	uint64_t first = old->n_carried > 0 ? old->carried_first : old->edition;
	const struct carried *last = NULL;

	first = RTE_MIN(RTE_MAX(first, uncounted), old->edition);
	if (end - first > CARRIED_MAX)
		first = end - CARRIED_MAX;
	new->carried_first = first;
	new->n_carried = (uint32_t)(end - first);
	new->carried = calloc(new->n_carried + 1, sizeof(*new->carried));
	new->carried_hits = calloc(new->n_counters + 1, sizeof(*new->carried_hits));
	if (new->carried == NULL || new->carried_hits == NULL)
		return -ENOMEM;
	if (!same) {
		if (carry_last(old, new) < 0)
			return -ENOMEM;
		last = &new->carried[new->n_carried - 1];
	}
	for (uint64_t i = first; i < old->edition; i++)
		if (compose(&old->carried[i - old->carried_first], last, &new->carried[i - first])
			< 0)
			return -ENOMEM;
	return carry_meters(old, new) < 0 ? -ENOMEM : carry_asked(old, new);
}

static void
add(struct rule_hits *sum, const struct rule_hits *more)
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
	for (uint32_t i = 1; i < old->n_counters; i++) {
		uint32_t counter = number_in(old, new, i);
		struct rule_hits *sum = &new->carried_hits[counter];

		if (counter == 0)
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
	for (uint32_t i = 0; gen->carried != NULL && i < gen->n_carried; i++)
		free(gen->carried[i].counter);
	free(gen->carried);
	free(gen->carried_hits);
}
