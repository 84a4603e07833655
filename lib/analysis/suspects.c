/* SPDX-License-Identifier: BSD-3-Clause */
/* Changes, and where packets that meet them begin: the cell of a changed rule without the rules
 * before it, and where destinations are translated before, what becomes such a packet. */
#include <stdlib.h>
#include <string.h>

#include "analysis/explore_priv.h"

/* Where a change stands. */
struct place_of {
	const struct pairs *pairs;
	enum side side;
	unsigned pipeline, step;
	const struct plan_step *s;
	const struct pair_step *ps;
};

static unsigned
family_index(const struct pairs *p)
{
	return p->family == 4 ? 0 : 1;
}

static struct item *
add_item(struct explored *x, struct suspect *s, const struct cell *cell, bool base)
{
	struct item *more;

	if (s->n_items == s->room) {
		s->room = s->room * 2 + 16;
		more = scratch_take(&x->scratch, s->room * sizeof(*more));
		if (more == NULL) {
			s->complete = false;
			s->room = s->n_items;
			return NULL;
		}
		if (s->n_items > 0)
			memcpy(more, s->item, s->n_items * sizeof(*more));
		s->item = more;
	}
	s->item[s->n_items] = (struct item){ .cell = *cell, .base = base };
	return &s->item[s->n_items++];
}

/* Calls one for each port forward of both plans. */
static void
each_forward(struct explored *x, const struct pairs *p, struct suspect *s,
	const struct cell *target,
	void (*one)(struct explored *x, struct suspect *s, const struct cell *of,
		const struct fixed_translation *f, const struct cell *target))
{
	for (unsigned i = 0; i < p->n; i++) {
		for (unsigned side = 0; side < SIDES; side++) {
			const struct plan_pipeline *pp = p->pipeline[i].of[side];

			for (unsigned k = 0; pp != NULL && k < pp->n; k++)
				for (unsigned c = 0;
					pp->step[k].kind == PLAN_DNAT && c < pp->step[k].choices->n;
					c++)
					one(x, s, &pp->step[k].choices->cell[family_index(p)][c],
						&pp->step[k].forward[c], target);
		}
	}
}

/* Can a packet be in the target when a forward has translated it? */
static bool
comes_to(const struct fixed_translation *f, const struct cell *target)
{
	struct prefix to = { .family = f->family, .length = f->length, .address = f->to };
	struct span span;

	if (f->length == 0)
		return spans_hold(&target->dim[DIM_DST], value_of_address(&f->to, f->family));
	span = span_of_prefix(&to);
	return spans_intersect(&target->dim[DIM_DST], &(struct spans){ &span, 1 });
}

/* Packets that a forward takes, and that are in the target when it has translated them, or as they
 * are. */
static void
add_translated(struct explored *x, struct suspect *s, const struct cell *of,
	const struct fixed_translation *f, const struct cell *target)
{
	unsigned family = x->in.pairs->family;
	struct cell before = *target, both;

	if (cell_is_empty(of) || f->family != family)
		return;
	if (cell_and(&x->scratch, of, target, &both))
		add_item(x, s, &both, false);
	if (!comes_to(f, target))
		return;
	before.dim[DIM_DST] = f->length != 0 && !f->neutral
		? walk_before_map(&x->scratch, &target->dim[DIM_DST], f)
		: cell_all(family)->dim[DIM_DST];
	if (f->port != 0 && f->high != 0)
		before.dim[DIM_DPORT] = spans_shift(
			&x->scratch, &target->dim[DIM_DPORT], f->low - f->port, f->low, f->high);
	else if (f->port != 0 && spans_hold(&target->dim[DIM_DPORT], f->port))
		before.dim[DIM_DPORT] = cell_all(family)->dim[DIM_DPORT];
	if (before.dim[DIM_DPORT].n > 0 && cell_and(&x->scratch, of, &before, &both))
		add_item(x, s, &both, false);
}

static void
count_forward(struct explored *x, struct suspect *s, const struct cell *of,
	const struct fixed_translation *f, const struct cell *target)
{
	s->n_base++;
}

static void
exclude_forward(struct explored *x, struct suspect *s, const struct cell *of,
	const struct fixed_translation *f, const struct cell *target)
{
	s->base[s->n_base++] = of;
}

/* Fills the base: choices before one of a list that take packets by their fields alone, with any of
 * the states, and port forwards. */
static bool
fill_base(struct explored *x, const struct place_of *at, struct suspect *s, uint32_t choice)
{
	const struct pairs *p = x->in.pairs;
	const struct choices *c = at->s->choices;
	unsigned f = family_index(p), listed;
	uint64_t *id;

	s->n_base = 0;
	each_forward(x, p, s, NULL, count_forward);
	s->base = scratch_take(&x->scratch, (s->n_base + choice + 1) * sizeof(s->base[0]));
	id = scratch_take(&x->scratch, (s->n_base + choice + 1) * sizeof(*id));
	if (s->base == NULL || id == NULL)
		return false;
	s->n_base = 0;
	for (uint32_t i = 0; i < choice; i++) {
		uint8_t state = c->match[i].state;

		if (at->ps->choices.dead[i] || match_asks_more(&c->match[i])
			|| (state != 0 && (state & RULE_STATE_ALL) != RULE_STATE_ALL))
			continue;
		id[s->n_base] = c->cell_id[f][i];
		s->base[s->n_base++] = &c->cell[f][i];
	}
	listed = s->n_base;
	each_forward(x, p, s, NULL, exclude_forward);
	memset(id + listed, 0, (s->n_base - listed) * sizeof(*id));
	s->base_id = id;
	return true;
}

/* Where packets that come to a target begin: as they are, or translated. */
static void
add_target(struct explored *x, struct suspect *s, const struct cell *target, bool base)
{
	add_item(x, s, target, base);
	each_forward(x, x->in.pairs, s, target, add_translated);
}

/* Does a match depend on what all packets of a walk have alike? */
static bool
is_unseen(const struct rule_match *m)
{
	return m->length.n > 0 || m->mac.n > 0 || m->tests_mask != 0 || m->n_conditions > 0;
}

typedef void (*suspect_fn)(struct explored *x, struct suspect *s);

static void
look_at_choice(struct explored *x, const struct place_of *at, uint32_t choice, suspect_fn one)
{
	const struct choices *c = at->s->choices;
	const struct cell *cell = choice < c->n ? &c->cell[family_index(x->in.pairs)][choice]
						: cell_all(x->in.pairs->family);
	struct suspect s = {
		.key = change_key(at->side, at->pipeline, at->step, choice),
		.complete = true,
		.states = choice < c->n && c->match[choice].state != 0 ? c->match[choice].state
								       : RULE_STATE_ALL,
	};
	struct cell narrow;
	size_t mark = scratch_mark(&x->scratch);

	/* A condition of one match is one more part of what has to be met. */
	if (at->s->condition.n == 1
		&& !cell_is_empty(&at->s->condition.cell[family_index(x->in.pairs)][0])) {
		if (!cell_and(&x->scratch, cell,
			    &at->s->condition.cell[family_index(x->in.pairs)][0], &narrow))
			return;
		cell = &narrow;
	}
	if (choice < c->n && is_unseen(&c->match[choice]))
		s.complete = false;
	if (fill_base(x, at, &s, choice))
		add_target(x, &s, cell, true);
	else
		s.complete = false;
	one(x, &s);
	scratch_release(&x->scratch, mark);
}

static void
look_at_step(struct explored *x, const struct place_of *at, suspect_fn one)
{
	struct suspect s = {
		.key = change_key(at->side, at->pipeline, at->step, CHANGE_STEP),
		.complete = true,
		.states = RULE_STATE_ALL,
	};
	const struct choices *c = &at->s->condition;
	size_t mark = scratch_mark(&x->scratch);

	for (unsigned i = 0; i < c->n; i++)
		if (!at->ps->condition.dead[i]) {
			s.complete &= !is_unseen(&c->match[i]);
			add_target(x, &s, &c->cell[family_index(x->in.pairs)][i], false);
		}
	if (at->s->step->condition == NULL)
		add_item(x, &s, cell_all(x->in.pairs->family), false);
	one(x, &s);
	scratch_release(&x->scratch, mark);
}

/* Tables that a step can look into, with those of the other plan. */
struct reached {
	const struct route_table *table[DOMAINS_MAX + 2], *other[DOMAINS_MAX + 2];
	unsigned n;
};

static void
reach(struct reached *r, const struct route_table *table, const struct route_table *other)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->table[i] == table)
			return;
	if (table == NULL || r->n == RTE_DIM(r->table))
		return;
	r->table[r->n] = table;
	r->other[r->n++] = other;
}

/* Adds the tables of the domains that port forwards lead into. */
static void
reach_forwards(const struct explored *x, const struct place_of *at, struct reached *r)
{
	const struct pairs *p = x->in.pairs;
	const struct generation *gen = p->plan[at->side]->gen, *other = p->plan[!at->side]->gen;

	for (unsigned i = 0; i < p->n; i++) {
		const struct plan_pipeline *pp = p->pipeline[i].of[at->side];

		for (unsigned k = 0; pp != NULL && k < pp->n; k++)
			for (unsigned c = 0;
				pp->step[k].kind == PLAN_DNAT && c < pp->step[k].choices->n; c++) {
				unsigned d = pp->step[k].forward[c].domain;

				if (d != DOMAIN_NONE)
					reach(r, gen->domain_table[d], other->domain_table[d]);
			}
	}
}

static void
reach_all(const struct explored *x, const struct place_of *at, struct reached *r)
{
	const struct pairs *p = x->in.pairs;
	const struct step
		*mine = at->s->step,
		*his = p->pipeline[at->pipeline].of[!at->side]->step[at->ps->partner].step;
	const struct generation *gen = p->plan[at->side]->gen, *other = p->plan[!at->side]->gen;
	const struct route_table *own = gen->domain_table[p->in[at->side]->domain];
	const struct route_table *others = other->domain_table[p->in[!at->side]->domain];

	r->n = 0;
	if (mine->via != NULL)
		reach(r, mine->via, his->via);
	reach(r, mine->table != NULL ? mine->table : own, his->table != NULL ? his->table : others);
	if (at->s->kind == PLAN_RPF)
		return;
	reach_forwards(x, at, r);
	for (unsigned k = 0; k < r->n; k++)
		for (uint32_t i = 0; i < r->table[k]->n; i++) {
			const struct route *route = &r->table[k]->route[i];

			if (route->kind == ROUTE_DOMAIN)
				reach(r, gen->domain_table[route->domain],
					other->domain_table[route->domain]);
		}
}

static void
look_at_route(struct explored *x, const struct place_of *at, const struct route_table *table,
	uint32_t route, suspect_fn one)
{
	unsigned dim = at->s->kind == PLAN_RPF ? DIM_SRC : DIM_DST;
	struct suspect s = {
		.key = change_key_route(at->side, at->pipeline, at->step, table, route),
		.complete = true,
		.states = RULE_STATE_ALL,
	};
	struct cell cell = *cell_all(x->in.pairs->family);
	size_t mark = scratch_mark(&x->scratch);

	cell.dim[dim] = classes_route(x->in.classes, table, route);
	if (cell.dim[dim].n == 0)
		return;
	add_target(x, &s, &cell, false);
	one(x, &s);
	scratch_release(&x->scratch, mark);
}

/* Routes that have changed: of stage route those to the destination, of rpf those to the source. */
static void
look_at_routes(struct explored *x, const struct place_of *at, suspect_fn one)
{
	struct reached r;

	reach_all(x, at, &r);
	for (unsigned k = 0; k < r.n; k++)
		for (uint32_t i = 0; i < r.table[k]->n; i++)
			if (r.table[k]->route[i].prefix.family == x->in.pairs->family
				&& !classes_same_route(x->in.classes, r.table[k], i, r.other[k]))
				look_at_route(x, at, r.table[k], i, one);
}

static void
look_at_own(struct explored *x, suspect_fn one)
{
	struct suspect s = { .key = CHANGE_OWN, .complete = true, .states = RULE_STATE_ALL };
	struct cell cell = *cell_all(x->in.pairs->family);
	size_t mark = scratch_mark(&x->scratch);

	cell.dim[DIM_SRC] = classes_changed(x->in.classes);
	if (cell.dim[DIM_SRC].n == 0)
		return;
	add_item(x, &s, &cell, false);
	cell = *cell_all(x->in.pairs->family);
	cell.dim[DIM_DST] = classes_changed(x->in.classes);
	add_item(x, &s, &cell, false);
	one(x, &s);
	scratch_release(&x->scratch, mark);
}

static void
look_at(struct explored *x, const struct place_of *at, suspect_fn one)
{
	if (at->ps->partner == ALIGN_NONE) {
		look_at_step(x, at, one);
		return;
	}
	for (uint32_t i = 0; at->s->choices != NULL && i <= at->s->choices->n; i++)
		if (!at->ps->choices.dead[i] && at->ps->choices.partner[i] == ALIGN_NONE)
			look_at_choice(x, at, i, one);
	if (at->s->kind == PLAN_ROUTE || at->s->kind == PLAN_RPF)
		look_at_routes(x, at, one);
}

void
suspects_each(struct explored *x, suspect_fn one)
{
	const struct pairs *p = x->in.pairs;

	for (unsigned i = 0; i < p->n; i++) {
		for (unsigned side = 0; side < SIDES; side++) {
			const struct plan_pipeline *pp = p->pipeline[i].of[side];

			for (unsigned k = 0; pp != NULL && k < pp->n; k++) {
				const struct place_of at = { p, side, i, k, &pp->step[k],
					&p->pipeline[i].step[side][k] };

				look_at(x, &at, one);
			}
		}
	}
	look_at_own(x, one);
}
