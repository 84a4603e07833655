/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/explore.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netinet/in.h>

#include "analysis/explore_priv.h"
#include "packet/key.h"
#include "policy/address.h"

#define SCRATCH_BYTES ((size_t)8 << 30) /* address space */
#define WORK_MAX      4000000u          /* comparisons of cells in one search */

enum {
	PACKETS_MAX = 4096, /* tried for one change that makes no difference */
	PACKETS_MORE = 8,   /* tried when a difference was found, for other kinds of it */
};

uint64_t
explore_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* --- what goes the same way as a packet --- */

/* A cell of packets where a choice stands, in terms of packets as they come.  False: none can be
 * so. */
static bool
as_it_came(struct scratch *s, const struct cell *c, const struct walk_fields *f, unsigned family,
	struct cell *out)
{
	const struct cell *all = cell_all(family);

	*out = *c;
	if (f->src) {
		if (!spans_hold(&c->dim[DIM_SRC], value_of_address(&f->tuple.src, family)))
			return false;
		out->dim[DIM_SRC] = all->dim[DIM_SRC];
	} else if (f->src_map != NULL) {
		out->dim[DIM_SRC] = walk_before_map(s, &c->dim[DIM_SRC], f->src_map);
	}
	if (f->dst) {
		if (!spans_hold(&c->dim[DIM_DST], value_of_address(&f->tuple.dst, family)))
			return false;
		out->dim[DIM_DST] = all->dim[DIM_DST];
	} else if (f->dst_map != NULL) {
		out->dim[DIM_DST] = walk_before_map(s, &c->dim[DIM_DST], f->dst_map);
	}
	if (f->dport) {
		if (!spans_hold(&c->dim[DIM_DPORT], rte_be_to_cpu_16(f->tuple.dport)))
			return false;
		out->dim[DIM_DPORT] = all->dim[DIM_DPORT];
	} else if (f->dport_shift != 0) {
		out->dim[DIM_DPORT] = spans_shift(
			s, &c->dim[DIM_DPORT], -f->dport_shift, 0, UINT16_MAX);
	}
	if (f->dscp) {
		if (!spans_hold(&c->dim[DIM_DSCP], f->dscp_value))
			return false;
		out->dim[DIM_DSCP] = all->dim[DIM_DSCP];
	}
	return !cell_is_empty(out);
}

static bool
is_plain(const struct walk_fields *f)
{
	return !f->src && !f->dst && f->src_map == NULL && f->dst_map == NULL && !f->dport
		&& f->dport_shift == 0 && !f->dscp;
}

/* Restricts pos to packets for which a record holds.  False: a contradiction, or no memory. */
static bool
narrow(struct explored *x, const struct record *r, struct cell *pos)
{
	unsigned family = x->in.pairs->family;
	struct cell c;

	if (r->kind == RECORD_CELL)
		return cell_and(&x->scratch, pos, &r->cell, pos);
	if (r->found == r->choices->n)
		return true;
	return as_it_came(&x->scratch, &r->choices->cell[family == 4 ? 0 : 1][r->found], &r->fields,
		       family, &c)
		&& cell_and(&x->scratch, pos, &c, pos);
}

static bool
state_admits(const struct choices *choices, uint32_t i, const struct walk_fields *f)
{
	const struct rule_match *m = &choices->match[i];
	unsigned state = f->state != 0 ? f->state : CONN_UNTRACKED;
	const struct rule_key key = {
		.out = f->out, .nat = f->nat, .length = WALK_BYTES, .tests = choices->answers
	};

	return (m->state == 0 || (m->state & state) != 0) && match_admits_rest(m, &key);
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
in_base(struct suspect *s, uint64_t id)
{
	if (!s->sorted && s->base_id != NULL)
		qsort(s->base_id, s->n_base, sizeof(*s->base_id), compare_ids);
	s->sorted = true;
	return s->base_id != NULL
		&& bsearch(&id, s->base_id, s->n_base, sizeof(id), compare_ids) != NULL;
}

/* A stack of items. */
struct stack {
	struct item *item;
	unsigned n, room;
};

static bool
push(struct stack *stack, const struct item *item)
{
	if (stack->n == stack->room) {
		unsigned room = stack->room * 2 + 64;
		struct item *more = realloc(stack->item, room * sizeof(*more));

		if (more == NULL)
			return false;
		stack->item = more;
		stack->room = room;
	}
	stack->item[stack->n++] = *item;
	return true;
}

/* Packets of pos that would have met one of the choices before the one that was found, each choice
 * by itself. */
static bool
push_before(struct explored *x, struct suspect *s, const struct record *r, const struct item *from,
	const struct cell *pos, struct stack *stack)
{
	unsigned family = x->in.pairs->family, f = family == 4 ? 0 : 1;
	bool plain = is_plain(&r->fields);

	for (uint32_t i = 0; i < r->found; i++) {
		struct item next = *from;
		struct cell c;

		if (r->pair->dead[i] || !state_admits(r->choices, i, &r->fields))
			continue;
		if (plain && from->base && in_base(s, r->choices->cell_id[f][i]))
			continue;
		if (!as_it_came(&x->scratch, &r->choices->cell[f][i], &r->fields, family, &c)
			|| !cell_and(&x->scratch, pos, &c, &next.cell))
			continue;
		if (!push(stack, &next))
			return false;
	}
	return !x->scratch.exhausted;
}

static bool
meets_change(const struct walk *w, unsigned n, uint64_t key)
{
	for (unsigned i = 0; i < n; i++)
		if (w->record[i].id == 0 && w->record[i].key == key)
			return true;
	return false;
}

/* How many records of both walks count: behind the last change, what both do from the same state on
 * is left out.  Of a packet that does not meet the change that is searched for everything counts,
 * since others that go the same way up to the last change may meet it behind that. */
static void
strip(const struct walk *old, const struct walk *new, uint64_t key, unsigned n[SIDES])
{
	n[OLD] = old->n;
	n[NEW] = new->n;
	while (n[OLD] > 0 && n[NEW] > 0) {
		const struct record *a = &old->record[n[OLD] - 1], *b = &new->record[n[NEW] - 1];

		if (a->id == 0 || a->id != b->id || a->before != b->before)
			break;
		n[OLD]--;
		n[NEW]--;
	}
	if (meets_change(old, n[OLD], key) || meets_change(new, n[NEW], key))
		return;
	n[OLD] = old->n;
	n[NEW] = new->n;
}

/* What remains of an item when the packets that go the way of the walks are taken out. */
static bool
push_rest(struct explored *x, struct suspect *s, const struct item *from, struct stack *stack)
{
	struct cell *pos = scratch_take(&x->scratch, sizeof(*pos));
	struct excluded *node = scratch_take(&x->scratch, sizeof(*node));
	struct item next = *from;
	unsigned n[SIDES];

	if (pos == NULL || node == NULL)
		return false;
	strip(&x->walk[OLD], &x->walk[NEW], s->key, n);
	*pos = from->cell;
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned i = 0; i < n[side]; i++)
			if (!narrow(x, &x->walk[side].record[i], pos))
				return false;
	*node = (struct excluded){ pos, from->excluded };
	next.excluded = node;
	if (!cell_covers(pos, &from->cell) && !push(stack, &next))
		return false;
	for (unsigned side = 0; side < SIDES; side++) {
		for (unsigned i = 0; i < n[side]; i++) {
			const struct record *r = &x->walk[side].record[i];

			if (r->kind == RECORD_CHOICE && (!r->condition || r->found == r->choices->n)
				&& !push_before(x, s, r, from, pos, stack))
				return false;
		}
	}
	return true;
}

/* --- differences --- */

static const struct record *
first_change(const struct walk *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (w->record[i].id == 0)
			return &w->record[i];
	return NULL;
}

/* The line of a route, if the file has it: subnets of interfaces have none. */
static bool
route_line(const struct plan *plan, const struct record *r, struct loc *line)
{
	const struct route_table_cfg *table = r->table != NULL
		? cfg_find(&plan->cfg->policy.routes, r->table->name)
		: NULL;
	const struct prefix *p = r->table != NULL ? &r->table->route[r->route].prefix : NULL;

	if (table == NULL)
		return false;
	cfg_each(route, &table->routes) {
		if (route->to.length != p->length || family_from_ip(&route->to.address) != p->family
			|| memcmp(route->to.address.bytes, p->address.bytes,
				   sizeof(p->address.bytes))
				!= 0)
			continue;
		*line = route->head.loc;
		return true;
	}
	return false;
}

/* A rate is what the step that has it says, whatever rule counts the packet. */
static bool
rates_differ(const struct explored *x)
{
	return x->walk[OLD].verdict.meters != x->walk[NEW].verdict.meters;
}

static void
find_line(const struct explored *x, enum side side, struct loc *line, const char **name)
{
	const struct walk *w = &x->walk[side];
	const struct record *change = first_change(w), *last = NULL;

	for (unsigned i = 0; i < w->n; i++)
		if (w->record[i].kind == RECORD_CHOICE && w->record[i].choices->in_list)
			last = &w->record[i];
	*name = w->verdict.name;
	*line = w->verdict.line;
	if (change != NULL && route_line(x->in.pairs->plan[side], change, line)) {
		*name = NULL;
		return;
	}
	if (change == NULL
		|| (change->kind == RECORD_CELL && w->verdict.line.line != 0 && !rates_differ(x)))
		change = w->verdict.line.line != 0 ? NULL : last;
	if (change == NULL)
		return;
	*name = NULL;
	*line = change->step != NULL ? change->step->loc : (struct loc){ 0 };
	if (change->kind == RECORD_CHOICE && !change->condition) {
		*line = change->choices->loc[change->found];
		*name = change->choices->name[change->found];
	}
}

/* Does a record stand in a step where one of the walks meets a change? */
static bool
is_of_change(const struct explored *x, enum side side, const struct record *r)
{
	for (unsigned s = 0; s < SIDES; s++) {
		for (unsigned i = 0; i < x->walk[s].n; i++) {
			const struct record *c = &x->walk[s].record[i];

			if (c->id == 0 && (s == side ? c->step == r->step : c->other == r->step))
				return true;
		}
	}
	return false;
}

/* Takes out what changed rules before the one that was met have, where that is a part of one field:
 * of two versions of a rule, what only one of them takes. */
static void
leave_out_changes(struct explored *x, const struct record *r, struct cell *what)
{
	const struct cell *cell = r->choices->cell[x->in.pairs->family == 4 ? 0 : 1];

	if (!is_plain(&r->fields))
		return;
	for (uint32_t i = 0; i < r->found; i++) {
		unsigned d;

		if (r->pair->dead[i] || r->pair->partner[i] != ALIGN_NONE
			|| !state_admits(r->choices, i, &r->fields)
			|| !cell_intersects(&cell[i], what))
			continue;
		d = cell_difference(&cell[i], what);
		if (d < DIMS)
			what->dim[d] = spans_without(&x->scratch, &what->dim[d], &cell[i].dim[d]);
	}
}

/* The packets that meet the same changes, and choose the same beside them, whatever else they meet.
 */
static void
meet_changes(struct explored *x, struct cell *what)
{
	*what = *cell_all(x->in.pairs->family);
	for (unsigned side = 0; side < SIDES; side++) {
		for (unsigned i = 0; i < x->walk[side].n; i++) {
			struct record r = x->walk[side].record[i];

			if (r.id != 0 && (r.step == NULL || !is_of_change(x, side, &r)))
				continue;
			if (r.table != NULL)
				r.cell.dim[DIM_SRC] = what->dim[DIM_SRC];
			if (!narrow(x, &r, what))
				return;
			if (r.kind == RECORD_CHOICE && !r.condition)
				leave_out_changes(x, &r, what);
		}
	}
}

static void
tell(struct explored *x, const struct point *p, unsigned assumed)
{
	struct cell what;
	struct difference d = {
		.family = x->in.pairs->family, .assumed = assumed, .point = *p, .what = &what
	};

	meet_changes(x, &what);
	for (unsigned side = 0; side < SIDES; side++) {
		d.verdict[side] = x->walk[side].verdict;
		find_line(x, side, &d.line[side], &d.name[side]);
		for (unsigned i = 0; i < x->walk[side].n; i++)
			if (x->walk[side].record[i].id == 0)
				explored_note(x, x->walk[side].record[i].key);
	}
	x->in.found(x->in.arg, &d);
}

static bool
walk_both(struct explored *x, const struct point *p, unsigned assumed)
{
	for (unsigned side = 0; side < SIDES; side++) {
		const struct walk_in in = { x->in.pairs, x->in.classes, side, assumed,
			&x->scratch };

		walk_packet(&in, p, &x->walk[side]);
	}
	return x->walk[OLD].complete && x->walk[NEW].complete;
}

/* --- the search --- */

static enum region_answer
look_for(struct explored *x, const struct suspect *s, const struct item *item, struct point *p)
{
	struct region_search search = { .scratch = &x->scratch, .work_max = WORK_MAX };
	unsigned n = item->base ? s->n_base : 0, i = 0;

	for (const struct excluded *e = item->excluded; e != NULL; e = e->next)
		n++;
	if (n > x->gather_room) {
		free(x->gather);
		x->gather_room = 2 * n;
		x->gather = calloc(x->gather_room, sizeof(x->gather[0]));
		if (x->gather == NULL) {
			x->gather_room = 0;
			return REGION_UNKNOWN;
		}
	}
	for (const struct excluded *e = item->excluded; e != NULL; e = e->next)
		x->gather[i++] = e->cell;
	for (unsigned k = 0; item->base && k < s->n_base; k++)
		x->gather[i++] = s->base[k];
	return region_find(&search, x->in.pairs->family, &item->cell, x->gather, n, p);
}

/* Packets of the state that is assumed: of related ones, errors of ICMP; of established ones, no
 * such errors. */
static bool
begin_state(struct explored *x, unsigned assumed, struct item *item)
{
	unsigned family = x->in.pairs->family;
	struct cell *errors = scratch_take(&x->scratch, sizeof(*errors));
	struct span *proto = scratch_take(&x->scratch, sizeof(*proto));
	struct span *type = scratch_take(&x->scratch, 8 * sizeof(*type));
	struct excluded *node = scratch_take(&x->scratch, sizeof(*node));
	static const uint8_t types[] = { 3, 4, 5, 11, 12 };
	uint32_t n = 0;

	if (assumed == 0)
		return true;
	if (errors == NULL || proto == NULL || type == NULL || node == NULL)
		return false;
	proto->first = proto->last = family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	if (family == 6)
		type[n++] = (struct span){ 0, 0x7fff };
	for (unsigned i = 0; family == 4 && i < sizeof(types); i++)
		type[n++] = (struct span){ (unsigned)types[i] << 8,
			(unsigned)types[i] << 8 | 0xff };
	*errors = *cell_all(family);
	errors->dim[DIM_PROTO] = (struct spans){ proto, 1 };
	errors->dim[DIM_ICMP] = spans_of(type, n);
	if (assumed == CONN_RELATED)
		return cell_and(&x->scratch, &item->cell, errors, &item->cell);
	*node = (struct excluded){ errors, item->excluded };
	item->excluded = node;
	return true;
}

/* True: everything was looked at, or a difference was found. */
static bool
look_through(struct explored *x, struct suspect *s, unsigned assumed, struct stack *stack)
{
	unsigned packets = 0, more = 0;
	bool complete = s->complete;
	struct point p;

	for (unsigned i = 0; i < s->n_items; i++) {
		struct item item = s->item[i];

		if (!cell_and(&x->scratch, &item.cell, cell_sound(x->in.pairs->family), &item.cell))
			continue;
		if (begin_state(x, assumed, &item) && !push(stack, &item))
			complete = false;
	}
	while (stack->n > 0) {
		struct item item = stack->item[--stack->n];
		enum region_answer answer;

		if (packets >= PACKETS_MAX || more > PACKETS_MORE
			|| explore_now_ns() > x->in.deadline_ns)
			return explored_has(x, s->key);
		answer = look_for(x, s, &item, &p);
		complete &= answer != REGION_UNKNOWN;
		if (answer != REGION_FOUND)
			continue;
		packets++;
		complete &= walk_both(x, &p, assumed);
		if (!verdict_equal(&x->walk[OLD].verdict, &x->walk[NEW].verdict))
			tell(x, &p, assumed);
		more += explored_has(x, s->key);
		complete &= push_rest(x, s, &item, stack);
	}
	return complete || explored_has(x, s->key);
}

static bool
tracks(const struct pairs *p)
{
	for (unsigned i = 0; i < p->n; i++)
		for (unsigned side = 0; side < SIDES; side++)
			for (unsigned k = 0;
				p->pipeline[i].of[side] != NULL && k < p->pipeline[i].of[side]->n;
				k++)
				if (p->pipeline[i].of[side]->step[k].kind == PLAN_TRACK)
					return true;
	return false;
}

static void
look_at(struct explored *x, struct suspect *s)
{
	static const unsigned assumed[] = { 0, CONN_ESTABLISHED, CONN_RELATED };
	const unsigned met[] = { CONN_NEW | CONN_INVALID | CONN_UNTRACKED,
		CONN_ESTABLISHED | CONN_UNTRACKED, CONN_RELATED | CONN_UNTRACKED };
	unsigned n = tracks(x->in.pairs) ? 3 : 1;
	struct stack stack = { NULL };
	bool complete = true;

	for (unsigned i = 0; i < n && !explored_has(x, s->key); i++) {
		size_t mark = scratch_mark(&x->scratch);

		stack.n = 0;
		if ((s->states & met[i]) != 0)
			complete &= look_through(x, s, assumed[i], &stack);
		x->scratch.exhausted = false;
		scratch_release(&x->scratch, mark);
	}
	x->cut += !complete && !explored_has(x, s->key);
	free(stack.item);
}

struct explored *
explore(const struct explore_in *in)
{
	struct explored *x = calloc(1, sizeof(*x));

	if (x == NULL || !scratch_init(&x->scratch, SCRATCH_BYTES)) {
		free(x);
		return NULL;
	}
	x->in = *in;
	x->cut += !in->pairs->complete;
	suspects_each(x, look_at);
	return x;
}

void
explored_destroy(struct explored *x)
{
	if (x == NULL)
		return;
	scratch_fini(&x->scratch);
	free(x->key);
	free(x->gather);
	free(x);
}

unsigned
explored_cut(const struct explored *x)
{
	return x->cut;
}

bool
explored_knows(struct explored *x, const struct point *p, unsigned assumed)
{
	size_t mark = scratch_mark(&x->scratch);
	bool known = false;

	walk_both(x, p, assumed);
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned i = 0; i < x->walk[side].n; i++)
			known |= x->walk[side].record[i].id == 0
				&& explored_has(x, x->walk[side].record[i].key);
	scratch_release(&x->scratch, mark);
	return known;
}
