/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets stages route and rpf take for the same, and whether a route has changed: each table
 * that was looked into is a record of its own. */
#include "analysis/walk_priv.h"

/* Returns the table of the other plan that stands for the i-th one that route has looked into, or
 * NULL. */
static const struct route_table *
counterpart(const struct walking *w, const struct walk_place *at, unsigned i)
{
	const struct pairs *pairs = w->in->pairs;
	const struct plan_pipeline *pp = pairs->pipeline[w->pipeline].of[!w->in->side];
	const struct step *other = pp->step[at->ps->partner].step;
	const struct generation *gen = pairs->plan[!w->in->side]->gen;
	const struct route_table *table = w->lookup[i].table;

	if (table == at->s->step->via)
		return other->via;
	if (i > 0)
		return gen->domain_table[table->domain];
	if (w->ev.to_domain != DOMAIN_NONE && at->s->step->via == NULL && at->s->kind == PLAN_ROUTE
		&& (other->table == NULL || other->table->domain != w->ev.to_domain))
		return gen->domain_table[w->ev.to_domain];
	return other->table != NULL ? other->table
				    : gen->domain_table[pairs->in[!w->in->side]->domain];
}

/* Names the i-th route of a record, if both plans have the step: has it changed? */
static void
identify(struct walking *w, const struct walk_place *at, unsigned i, struct record *r)
{
	const struct lookup *l = &w->lookup[i];
	const struct prefix *p;
	uint64_t id;

	if (l->route != PREFIXES_NONE) {
		r->table = l->table;
		r->route = l->route;
	}
	if (r->id == 0)
		return;
	if (!classes_same_route(w->in->classes, l->table, l->route, counterpart(w, at, i))) {
		r->id = 0;
		r->key = change_key_route(w->in->side, w->pipeline, at->at, l->table, l->route);
	} else if (l->route != PREFIXES_NONE) {
		p = &l->table->route[l->route].prefix;
		id = plan_hash(r->id, &p->address, sizeof(p->address));
		r->id = plan_hash(id, &p->length, 1) | 1;
	}
}

/* Are the packet's addresses our own in one of the configurations alone? */
static bool
own_has_changed(const struct walking *w)
{
	struct spans changed = classes_changed(w->in->classes);
	unsigned family = w->in->pairs->family;

	return spans_hold(&changed, value_of_address(&w->ev.view->tuple.src, family))
		|| spans_hold(&changed, value_of_address(&w->ev.tuple.dst, family));
}

/* Adds the record of a further table that the step has looked into. */
static struct record *
add_lookup(struct walking *w, const struct record *first, unsigned i)
{
	struct record *r = walk_add(w, RECORD_CELL);

	if (r == NULL)
		return NULL;
	r->step = first->step;
	r->other = first->other;
	r->cell = *cell_all(w->in->pairs->family);
	r->id = plan_hash(4, &i, sizeof(i)) | 1;
	return r;
}

/* Destinations where the step stands, in terms of packets as they come. */
static struct spans
came_to(const struct walking *w, struct spans to)
{
	const struct fixed_translation *map = w->fields.dst_map;

	return map != NULL && !w->fields.dst ? walk_before_map(w->in->scratch, &to, map) : to;
}

void
walk_after_route(struct walking *w, const struct walk_place *at, struct record *r, bool dst_set)
{
	unsigned family = w->in->pairs->family;
	wide_t src = value_of_address(&w->ev.view->tuple.src, family);
	wide_t dst = value_of_address(&w->ev.tuple.dst, family);
	struct record *first = r;

	r->cell.dim[DIM_SRC] = classes_source(w->in->classes, src);
	if (!dst_set)
		r->cell.dim[DIM_DST] = came_to(w, classes_destination(w->in->classes, dst));
	for (unsigned i = 0; i < w->n_lookups && r != NULL; i++) {
		const struct lookup *l = &w->lookup[i];
		struct spans *to, spans;

		if (i > 0)
			r = add_lookup(w, first, i);
		if (r == NULL)
			return;
		to = &r->cell.dim[DIM_DST];
		spans = came_to(w, classes_route(w->in->classes, l->table, l->route));
		if (!dst_set)
			*to = spans_and(w->in->scratch, to, &spans);
		if (l->route != PREFIXES_NONE) {
			w->route_id = classes_route_id(&l->table->route[l->route]);
			w->way_id = plan_hash(w->way_id, &w->route_id, sizeof(w->route_id));
		}
		if (at->ps->partner != ALIGN_NONE)
			identify(w, at, i, r);
	}
	if (w->ev.egress != NULL)
		w->way_id = plan_hash(w->way_id, &w->ev.egress->domain, 1);
	if (at->ps->partner != ALIGN_NONE && own_has_changed(w)) {
		first->id = 0;
		first->key = CHANGE_OWN;
	}
}

void
walk_after_rpf(struct walking *w, const struct walk_place *at, struct record *r)
{
	wide_t source = value_of_address(&w->ev.view->tuple.src, w->in->pairs->family);
	const struct lookup *l = &w->lookup[0];

	r->cell.dim[DIM_SRC] = w->n_lookups > 0
		? classes_sourced(w->in->classes, l->table, l->route)
		: classes_unsourced(w->in->classes, source);
	if (w->n_lookups > 0 && at->ps->partner != ALIGN_NONE)
		identify(w, at, 0, r);
}
