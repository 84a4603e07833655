/* SPDX-License-Identifier: BSD-3-Clause */
#include "region/find.h"

#include <string.h>

enum {
	DEPTH_MAX = 4000, /* of splits in each other */
};

/* What a step of the search works on. */
struct part {
	struct cell cell;
	const struct cell **live; /* those that may still hold packets of cell */
	unsigned n;
};

/* Ranges of one dimension that are to be taken out. */
struct taking {
	struct span *range;
	uint32_t n, room;
};

static bool
take(struct scratch *s, struct taking *t, const struct spans *spans)
{
	if (t->n + spans->n > t->room) {
		uint32_t room = 2 * (t->n + spans->n) + 16;
		struct span *more = scratch_take(s, room * sizeof(*more));

		if (more == NULL)
			return false;
		if (t->n > 0)
			memcpy(more, t->range, t->n * sizeof(*more));
		t->range = more;
		t->room = room;
	}
	for (unsigned i = 0; i < spans->n; i++)
		t->range[t->n + i] = spans->span[i];
	t->n += spans->n;
	return true;
}

/* One pass over the live cells: those that do not meet the part go; those that cover all of it but
 * in one dimension are taken out of that.  1: something was taken out, 0: nothing was, -1: nothing
 * is left. */
static int
reduce(struct region_search *s, struct part *p)
{
	struct taking taking[DIMS] = { { NULL } };
	unsigned kept = 0;
	int changed = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct cell *c = p->live[i];
		unsigned d;

		s->work++;
		if (!cell_intersects(c, &p->cell))
			continue;
		d = cell_difference(c, &p->cell);
		if (d == DIMS)
			return -1;
		if (d > DIMS || !take(s->scratch, &taking[d], &c->dim[d]))
			p->live[kept++] = c;
	}
	p->n = kept;
	for (unsigned d = 0; d < DIMS; d++) {
		struct spans out;

		if (taking[d].n == 0)
			continue;
		out = spans_of(taking[d].range, taking[d].n);
		p->cell.dim[d] = spans_without(s->scratch, &p->cell.dim[d], &out);
		changed = 1;
		if (p->cell.dim[d].n == 0)
			return -1;
	}
	return changed;
}

static const struct cell *
holder(struct region_search *s, const struct part *p, const struct point *point)
{
	for (unsigned i = 0; i < p->n; i++) {
		s->work++;
		if (cell_holds(p->live[i], point))
			return p->live[i];
	}
	return NULL;
}

/* The dimensions in which a cell does not cover the part, the one that leaves most of it first. */
static unsigned
order_dims(
	const struct part *p, const struct cell *c, unsigned order[static DIMS], struct scratch *s)
{
	double left[DIMS];
	unsigned n = 0;

	for (unsigned d = 0; d < DIMS; d++) {
		struct spans out;
		double share;
		unsigned i;

		if (spans_cover(&c->dim[d], &p->cell.dim[d]))
			continue;
		out = spans_without(s, &p->cell.dim[d], &c->dim[d]);
		share = spans_size(&out) / spans_size(&p->cell.dim[d]);
		for (i = n++; i > 0 && left[i - 1] < share; i--) {
			left[i] = left[i - 1];
			order[i] = order[i - 1];
		}
		left[i] = share;
		order[i] = d;
	}
	return n;
}

static enum region_answer find(struct region_search *s, unsigned family, struct part *p,
	struct point *out, unsigned depth);

/* What of the part is outside of c, in disjoint parts. */
static enum region_answer
split(struct region_search *s, unsigned family, const struct part *p, const struct cell *c,
	struct point *out, unsigned depth)
{
	unsigned order[DIMS], n = order_dims(p, c, order, s->scratch);
	enum region_answer answer = REGION_EMPTY;
	struct cell inside = p->cell;

	for (unsigned i = 0; i < n; i++) {
		struct part next = { .cell = inside };
		enum region_answer one;

		next.cell.dim[order[i]] = spans_without(
			s->scratch, &inside.dim[order[i]], &c->dim[order[i]]);
		inside.dim[order[i]] = spans_and(
			s->scratch, &inside.dim[order[i]], &c->dim[order[i]]);
		next.live = scratch_take(s->scratch, p->n * sizeof(next.live[0]));
		if (next.live == NULL || s->scratch->exhausted)
			return REGION_UNKNOWN;
		for (unsigned k = 0; k < p->n; k++)
			if (p->live[k] != c)
				next.live[next.n++] = p->live[k];
		one = find(s, family, &next, out, depth + 1);
		if (one == REGION_FOUND)
			return one;
		if (one == REGION_UNKNOWN)
			answer = one;
		if (s->work > s->work_max)
			return REGION_UNKNOWN;
	}
	return answer;
}

static enum region_answer
find(struct region_search *s, unsigned family, struct part *p, struct point *out, unsigned depth)
{
	size_t mark = scratch_mark(s->scratch);
	enum region_answer answer;
	const struct cell *c;
	int changed;

	if (depth > DEPTH_MAX || s->work > s->work_max)
		return REGION_UNKNOWN;
	do {
		changed = reduce(s, p);
	} while (changed == 1 && !s->scratch->exhausted);
	if (s->scratch->exhausted)
		answer = REGION_UNKNOWN;
	else if (changed < 0)
		answer = REGION_EMPTY;
	else {
		cell_pick(&p->cell, family, out);
		c = holder(s, p, out);
		answer = c == NULL ? REGION_FOUND : split(s, family, p, c, out, depth);
	}
	scratch_release(s->scratch, mark);
	return answer;
}

enum region_answer
region_find(struct region_search *s, unsigned family, const struct cell *in,
	const struct cell *const without[], unsigned n, struct point *out)
{
	size_t mark = scratch_mark(s->scratch);
	struct part p = { .cell = *in, .n = n };
	enum region_answer answer = REGION_UNKNOWN;

	if (cell_is_empty(in))
		return REGION_EMPTY;
	p.live = scratch_take(s->scratch, (n + 1) * sizeof(p.live[0]));
	if (p.live != NULL) {
		for (unsigned i = 0; i < n; i++)
			p.live[i] = without[i];
		answer = find(s, family, &p, out, 0);
	}
	s->scratch->exhausted = false;
	scratch_release(s->scratch, mark);
	return answer;
}
