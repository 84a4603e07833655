/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/walk.h"

#include <string.h>

#include "analysis/walk_priv.h"
#include "packet/parse.h"
#include "policy/matcher.h"
#include "session/tcp.h"

enum {
	ICMP_ID = 7,
	TTL = 64,
};

static void
fill_icmp(struct view *v, unsigned type_code)
{
	v->icmp_type = (uint8_t)(type_code >> 8);
	v->icmp_code = (uint8_t)type_code;
	v->icmp_error = walk_is_error(v->family, v->icmp_type);
	v->tuple.dport = rte_cpu_to_be_16((uint16_t)type_code);
	v->tuple.sport = icmp_is_query(v->family, v->icmp_type) ? rte_cpu_to_be_16(ICMP_ID) : 0;
}

void
walk_view(const struct interface *in, unsigned family, const struct point *p, struct view *out)
{
	uint8_t proto = (uint8_t)p->at[DIM_PROTO];

	*out = (struct view){
		.kind = family == 4 ? VIEW_IP4 : VIEW_IP6,
		.family = (uint8_t)family,
		.proto = proto,
		.iface = in->id,
		.l3 = 14,
		.l3_bytes = WALK_BYTES,
		.ttl = TTL,
		.dscp = (uint8_t)p->at[DIM_DSCP],
		.to_us = true,
		.l4 = 54,
		.payload = VIEW_NONE,
		.fragment = p->at[DIM_FRAGMENT] != 0,
		.first = p->at[DIM_FRAGMENT] != 0,
		.more = p->at[DIM_FRAGMENT] != 0,
		.tuple = { .family = (uint8_t)family, .proto = proto, .domain = in->domain },
	};
	out->vlan[0] = in->vlan;
	out->vlan[1] = in->inner_vlan;
	out->vlans = (in->vlan != 0) + (in->inner_vlan != 0);
	out->tuple.src = address_of_value(p->at[DIM_SRC], family);
	out->tuple.dst = address_of_value(p->at[DIM_DST], family);
	if (walk_has_ports(proto)) {
		out->tuple.sport = rte_cpu_to_be_16((uint16_t)p->at[DIM_SPORT]);
		out->tuple.dport = rte_cpu_to_be_16((uint16_t)p->at[DIM_DPORT]);
	}
	if (proto == IPPROTO_TCP)
		out->tcp_flags = (uint8_t)p->at[DIM_FLAGS];
	if (proto == (family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		fill_icmp(out, (unsigned)p->at[DIM_ICMP]);
}

/* --- records --- */

/* The number of a step that both plans have: its place in the old one. */
static uint32_t
step_number(const struct walking *w, const struct pair_step *ps, unsigned at)
{
	return w->in->side == OLD ? at : ps->partner;
}

static uint64_t
record_id(const struct walking *w, const struct pair_step *ps, unsigned at, uint32_t choice,
	bool condition)
{
	const uint32_t parts[] = { w->pipeline, step_number(w, ps, at), choice, condition };

	return plan_hash(1, parts, sizeof(parts)) | 1;
}

static const struct plan_step *
other_step(const struct walking *w, const struct pair_step *ps)
{
	const struct plan_pipeline *other = w->in->pairs->pipeline[w->pipeline].of[!w->in->side];

	return ps->partner == ALIGN_NONE ? NULL : &other->step[ps->partner];
}

static void
record_condition(struct walking *w, const struct plan_step *s, const struct pair_step *ps,
	unsigned at, uint32_t found)
{
	struct record *r = walk_add(w, RECORD_CHOICE);

	if (r == NULL)
		return;
	r->choices = &s->condition;
	r->pair = &ps->condition;
	r->step = s;
	r->other = other_step(w, ps);
	r->condition = true;
	r->found = found == MATCHER_NONE ? s->condition.n : found;
	r->id = record_id(w, ps, at, found == MATCHER_NONE, true);
	/* A step that the other plan has not does nothing to a packet that it is not for. */
	if (ps->partner == ALIGN_NONE)
		r->id = found == MATCHER_NONE
			? change_key(w->in->side, w->pipeline, at, CHANGE_STEP - 1)
			: 0;
	r->key = change_key(w->in->side, w->pipeline, at, CHANGE_STEP);
}

static void
record_choice(struct walking *w, const struct plan_step *s, const struct pair_step *ps, unsigned at,
	uint32_t found)
{
	struct record *r = walk_add(w, RECORD_CHOICE);
	uint32_t partner;

	if (r == NULL)
		return;
	r->choices = s->choices;
	r->pair = &ps->choices;
	r->step = s;
	r->other = other_step(w, ps);
	r->found = found == MATCHER_NONE ? s->choices->n : found;
	partner = ps->choices.partner[r->found];
	if (ps->partner != ALIGN_NONE && partner != ALIGN_NONE)
		r->id = record_id(w, ps, at, w->in->side == OLD ? r->found : partner, false);
	r->key = change_key(
		w->in->side, w->pipeline, at, ps->partner == ALIGN_NONE ? CHANGE_STEP : r->found);
}

/* A step without a list that does something to every packet that its condition lets through. */
static void
record_step(struct walking *w, const struct plan_step *s, const struct pair_step *ps, unsigned at)
{
	struct record *r = walk_add(w, RECORD_CELL);

	if (r == NULL)
		return;
	r->step = s;
	r->other = other_step(w, ps);
	r->cell = *cell_all(w->in->pairs->family);
	r->id = ps->partner == ALIGN_NONE ? 0 : record_id(w, ps, at, 0, false);
	r->key = change_key(w->in->side, w->pipeline, at, CHANGE_STEP);
}

/* --- the walk --- */

static void
on_match(void *arg, const struct matcher *m, uint32_t found)
{
	struct walking *w = arg;

	if (!w->listened) /* of a list that calls others, its own choice counts */
		w->matched = found;
	w->listened = true;
}

static void
hear(struct walking *w)
{
	w->matched = MATCHER_NONE;
	w->listened = false;
}

static void
on_route(void *arg, const struct route_table *table, uint32_t found)
{
	struct walking *w = arg;

	if (w->n_lookups < LOOKUPS_MAX)
		w->lookup[w->n_lookups++] = (struct lookup){ table, found };
	else
		w->out->complete = false;
}

/* Would stage dnat translate a packet without a session now? */
static bool
is_open(const struct walking *w)
{
	return w->ev.tuple.family != 0 && w->ev.state == CONN_NEW;
}

/* Which forward a stage without a list takes the packet for. */
static uint32_t
lone_forward(const struct walking *w, const struct plan_step *s)
{
	const struct fixed_translation *f = &s->forward[0];
	uint16_t port = rte_be_to_cpu_16(w->ev.tuple.dport);
	uint8_t proto = w->ev.view->proto, family = w->ev.tuple.family;

	if (f->family != family)
		return MATCHER_NONE;
	if (f->length != 0) {
		const struct cell *c = s->choices->cell[family == 4 ? 0 : 1];

		return spans_hold(&c->dim[DIM_DST], value_of_address(&w->ev.tuple.dst, family))
			? 0
			: MATCHER_NONE;
	}
	if (f->high == 0)
		return 0;
	return walk_has_ports(proto) && port >= f->low && port <= f->high ? 0 : MATCHER_NONE;
}

static void
run_dnat(struct walking *w, const struct plan_step *s, const struct pair_step *ps, unsigned at)
{
	struct eval *one = &w->ev;
	bool dst_was_set = w->fields.dst;
	uint32_t found;

	hear(w);
	if (!is_open(w)) {
		s->step->stage->evaluate(s->step->instance, &one, 1);
		return;
	}
	if (s->choices->n > 0 && !s->forward[0].has_match) {
		found = lone_forward(w, s);
		record_choice(w, s, ps, at, found);
		s->step->stage->evaluate(s->step->instance, &one, 1);
	} else {
		/* The record is of what the list sees: it is made first, and told afterwards what
		 * was found. */
		struct record *r;
		struct walk_fields before = w->fields;

		before.tuple = w->ev.tuple;
		walk_see(w, &before);
		before.dscp_value = w->ev.dscp;
		s->step->stage->evaluate(s->step->instance, &one, 1);
		found = w->matched;
		record_choice(w, s, ps, at, found);
		r = w->out->n > 0 ? &w->out->record[w->out->n - 1] : NULL;
		if (r != NULL)
			r->fields = before;
	}
	if (found != MATCHER_NONE)
		walk_after_dnat(w, s, found, dst_was_set);
}

static void
run_other(struct walking *w, const struct plan_step *s, const struct pair_step *ps, unsigned at)
{
	bool decided = w->ev.program.verdict != PROGRAM_NONE, dst_was_set = w->fields.dst;
	struct eval *one = &w->ev;
	const struct walk_place place = { s, ps, at };
	union address src = w->ev.tuple.src;
	bool src_was_set = w->fields.src;
	struct record *r;

	record_step(w, s, ps, at);
	r = w->out->complete ? &w->out->record[w->out->n - 1] : NULL;
	w->n_lookups = 0;
	s->step->stage->evaluate(s->step->instance, &one, 1);
	if (!address_equal(&src, &w->ev.tuple.src))
		w->fields.src = true;
	if (r != NULL && s->kind == PLAN_TRACK)
		walk_after_track(w, r);
	if (r != NULL && s->kind == PLAN_SNAT)
		walk_after_snat(w, s, r, src_was_set);
	if (r != NULL && s->kind == PLAN_ROUTE && !decided)
		walk_after_route(w, &place, r, dst_was_set);
	if (r != NULL && s->kind == PLAN_RPF)
		walk_after_rpf(w, &place, r);
	if (w->ev.dscp_marked)
		w->fields.dscp = true;
}

/* True: the packet goes on to the next step. */
static bool
run_step(struct walking *w, const struct plan_step *s, const struct pair_step *ps, unsigned at)
{
	struct eval *one = &w->ev;
	uint32_t written;

	w->ev.stage = s->step->stage->table->name;
	if (s->step->condition != NULL) {
		hear(w);
		matcher_find(s->step->condition, &one, &written, 1);
		record_condition(w, s, ps, at, w->matched);
		if (w->matched == MATCHER_NONE)
			return true;
	}
	if (s->kind == PLAN_ACL && s->choices != NULL) {
		hear(w);
		s->step->stage->evaluate(s->step->instance, &one, 1);
		record_choice(w, s, ps, at, w->matched);
	} else if (s->kind == PLAN_DNAT) {
		run_dnat(w, s, ps, at);
	} else {
		run_other(w, s, ps, at);
	}
	return !w->ev.done && w->ev.jump == NULL;
}

static void
run(struct walking *w)
{
	const struct pair_pipeline *pp = &w->in->pairs->pipeline[0];
	enum side side = w->in->side;

	for (unsigned jumps = 0; jumps <= PIPELINE_JUMPS_MAX && pp != NULL; jumps++) {
		w->pipeline = (unsigned)(pp - w->in->pairs->pipeline);
		for (unsigned i = 0; i < pp->of[side]->n; i++)
			if (!run_step(w, &pp->of[side]->step[i], &pp->step[side][i], i))
				break;
		if (w->ev.done || w->ev.jump == NULL)
			break;
		pp = pairs_find(w->in->pairs, side, w->ev.jump);
		w->ev.jump = NULL;
	}
	if (!w->ev.done && w->ev.program.verdict == PROGRAM_NONE)
		eval_drop(&w->ev, REASON_pipeline_end, 0);
	if (pp == NULL)
		w->out->complete = false;
}

void
walk_packet(const struct walk_in *in, const struct point *p, struct walk *out)
{
	static struct walking walking;
	struct walking *w = &walking;
	const struct generation *gen = in->pairs->plan[in->side]->gen;
	struct view view;

	*w = (struct walking){ .in = in, .out = out };
	w->trace = (struct trace){
		.arg = w, .matched = on_match, .routed = on_route, .sourced = on_route
	};
	out->n = 0;
	out->complete = true;
	walk_view(in->pairs->in[in->side], in->pairs->family, p, &view);
	eval_init(&w->ev, gen, &view);
	w->ev.assumed = in->assumed;
	w->ev.trace = &w->trace;
	run(w);
	verdict_from(gen, &w->ev.program, &out->verdict);
	out->verdict.route = w->route_id;
	out->verdict.kept_src = address_equal(&view.tuple.src, &out->verdict.to.src);
	out->verdict.kept_dst = address_equal(&view.tuple.dst, &out->verdict.to.dst);
	if (w->dest_map.length != 0)
		out->verdict.to_dst = (struct prefix){ .family = w->dest_map.family,
			.length = w->dest_map.length,
			.address = w->dest_map.to };
	if (w->source_map.length != 0)
		out->verdict.to_src = (struct prefix){ .family = w->source_map.family,
			.length = w->source_map.length,
			.address = w->source_map.to };
}
