/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces of packets, stage by stage. */

#include "fastpath/trace.h"

#include <string.h>

#include "base/counter.h"
#include "base/memory.h"
#include "packet/parse.h"
#include "tap/budget.h"
#include "tap/ring.h"

#define CHARGE_MAX 20000 /* cycles charged for a packet: more is an interruption */

struct staged {
	struct trace trace; /* writes says */
	struct trace_text says;
};

struct tracer {
	struct trace_setup setup;
	struct observer observer;
	const struct datapath *dp; /* of the burst in progress */
	struct ring *ring;
	uint32_t left;  /* packets to be told */
	bool observes;  /* the burst in progress */
	unsigned n;     /* staged packets of it */
	unsigned burst; /* its packets */
	struct budget budget;
	uint64_t skipped;
	uint8_t at[BURST_SLOTS]; /* place in staged + 1; 0: not selected, or told */
	struct staged staged[TRACE_BURST];
};

static void
append(struct trace_text *t, const char *text)
{
	size_t room = sizeof(t->text) - t->bytes, n = strlen(text) + 1;

	if (t->cut || n > room) {
		t->cut = true;
		return;
	}
	memcpy(t->text + t->bytes, text, n);
	t->bytes = (uint16_t)(t->bytes + n);
}

/* Both texts, or neither. */
void
trace_text_note(void *text, const char *stage, const char *says)
{
	struct trace_text *t = text;
	uint16_t before = t->bytes;

	append(t, stage != NULL ? stage : "");
	append(t, says);
	if (t->cut)
		t->bytes = before;
}

/* A slot that is judged again begins anew. */
static const struct trace *
on_evaluation(void *arg, unsigned slot)
{
	struct tracer *t = arg;
	struct staged *staged;

	if (slot >= BURST_MAX || t->at[slot] == 0)
		return NULL;
	staged = &t->staged[t->at[slot] - 1];
	staged->says.bytes = 0;
	staged->says.cut = false;
	return &staged->trace;
}

static void
on_packet(void *arg, const struct observation *o)
{
	struct tracer *t = arg;
	unsigned at = t->at[o->slot];
	struct trace_entry *e;

	t->at[o->slot] = 0;
	if (at == 0 || t->left == 0 || (t->setup.drops && o->verdict != OBSERVED_DROP)
		|| (t->setup.misses && o->fast))
		return;
	e = ring_reserve(t->ring);
	if (e == NULL)
		return;
	e->time_ns = t->dp->now_ns;
	e->generation = t->dp->gen->number;
	e->seen = *o;
	e->view = *o->view;
	if (o->has_program)
		e->program = *o->program;
	e->says.bytes = o->fast ? 0 : t->staged[at - 1].says.bytes;
	e->says.cut = t->staged[at - 1].says.cut;
	memcpy(e->says.text, t->staged[at - 1].says.text, e->says.bytes);
	ring_commit(t->ring);
	t->left--;
}

struct tracer *
tracer_create(const struct trace_setup *setup, int numa_node)
{
	struct tracer *t = memory_take(sizeof(*t), numa_node);

	if (t == NULL)
		return NULL;
	t->ring = ring_create(TRACE_ENTRIES, sizeof(struct trace_entry), numa_node);
	if (t->ring == NULL) {
		tracer_destroy(t);
		return NULL;
	}
	t->setup = *setup;
	t->left = setup->count;
	budget_init(&t->budget, TRACE_SHARE);
	t->observer = (struct observer){
		.packet = on_packet,
		.trace_of = on_evaluation,
		.arg = t,
	};
	for (unsigned i = 0; i < TRACE_BURST; i++)
		t->staged[i].trace = (struct trace){
			.note = trace_text_note,
			.arg = &t->staged[i].says,
		};
	return t;
}

void
tracer_destroy(struct tracer *t)
{
	if (t == NULL)
		return;
	ring_destroy(t->ring);
	memory_give(t, sizeof(*t));
}

/* --- bursts --- */

/* Returns true if the worker may spend time on n packets. */
static bool
may_look(struct tracer *t, unsigned n, uint64_t now_ns)
{
	if (budget_open(&t->budget, now_ns))
		return true;
	counter_add(&t->skipped, n);
	return false;
}

static bool
is_selected(const struct tracer *t, const struct burst *b, unsigned slot)
{
	struct tuple tuple;
	struct view v;

	switch (b->class[slot]) {
	case SLOT_PLAIN4:
	case SLOT_OTHER4:
		tuple_from_key4(&tuple, &b->key4[slot]);
		break;
	case SLOT_PLAIN6:
	case SLOT_OTHER6:
		tuple_from_key6(&tuple, &b->key6[slot]);
		break;
	default:
		parse_frame(&v, b->m[slot], b->ingress);
		tuple = v.tuple;
		if (v.kind == VIEW_ARP)
			tuple.family = 4;
	}
	return fastpath_walk_takes(&t->setup.filter, &tuple, b->iface[slot]);
}

/* Stages the selected packets.  Returns true if there are any. */
static bool
select_packets(struct tracer *t, const struct burst *b)
{
	t->n = 0;
	for (unsigned i = 0; i < b->n; i++) {
		bool selected = is_selected(t, b, i);

		t->at[i] = 0;
		if (!selected)
			continue;
		if (t->n == TRACE_BURST) {
			counter_add(&t->skipped, 1);
			continue;
		}
		t->staged[t->n].says.bytes = 0;
		t->staged[t->n].says.cut = false;
		t->at[i] = (uint8_t)++t->n;
	}
	return t->n != 0;
}

static void
charge(struct tracer *t)
{
	budget_charge(&t->budget, (uint64_t)t->burst * CHARGE_MAX);
}

void
tracer_begin(struct tracer *t, struct datapath *dp, struct burst *b)
{
	if (t->left == 0 || dp->observer != NULL || !may_look(t, b->n, dp->now_ns))
		return;
	t->burst = b->n;
	t->observes = select_packets(t, b);
	if (!t->observes) {
		charge(t);
		return;
	}
	t->dp = dp;
	dp->observer = &t->observer;
	slowpath_observe_burst(dp, b);
}

void
tracer_end(struct tracer *t, struct datapath *dp)
{
	if (!t->observes)
		return;
	t->observes = false;
	dp->observer = NULL;
	charge(t);
}

/* --- control --- */

const struct trace_entry *
tracer_peek(struct tracer *t)
{
	return ring_peek(t->ring);
}

void
tracer_release(struct tracer *t)
{
	ring_release(t->ring);
}

void
tracer_counts(const struct tracer *t, struct trace_counts *out)
{
	out->lost = ring_lost(t->ring);
	out->skipped = counter_get(&t->skipped);
}
