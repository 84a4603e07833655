/* SPDX-License-Identifier: BSD-3-Clause */
/* The slots of a burst that the straight loop left, in order of arrival.
 *
 * A burst is cut before a packet whose conversation an earlier packet of the same burst
 * belongs to, if it would have to be evaluated: the outcome is then the same as with bursts of one. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "session/tcp.h"
#include "packet/parse.h"
#include "slowpath/hit.h"
#include "slowpath/identify.h"
#include "slowpath/slowpath_priv.h"

int
slowpath_init(struct slowpath *s)
{
	s->scratch = calloc(1, sizeof(*s->scratch));
	s->identifier = identifier_create();
	return s->scratch != NULL && s->identifier != NULL ? 0 : -ENOMEM;
}

void
slowpath_fini(struct slowpath *s)
{
	free(s->scratch);
	s->scratch = NULL;
	identifier_destroy(s->identifier);
	s->identifier = NULL;
}

void
slowpath_begin(struct slowpath *s, const struct burst *b)
{
	memset(s->scratch->has_view, 0, b->n * sizeof(s->scratch->has_view[0]));
	s->n_born = 0;
	if (s->observer == NULL)
		return;
	s->scratch->n_tcp_behind = s->scratch->n_tcp_told = 0;
	for (unsigned i = 0; i < b->n; i++)     /* as they arrived: nothing is rewritten yet */
		parse_frame(slowpath_view(s, i), b->m[i], b->ingress);
}

bool
slowpath_translates(const struct slowpath *s)
{
	return s->gen->owners != NULL;
}

struct view *
slowpath_view(struct slowpath *s, unsigned slot)
{
	s->scratch->has_view[slot] = true;
	return &s->scratch->view[slot];
}

const struct view *
slot_view(struct slowpath *s, const struct burst *b, unsigned slot)
{
	const uint8_t *frame = rte_pktmbuf_mtod(b->m[slot], const uint8_t *);
	struct view *v = &s->scratch->view[slot];

	if (s->scratch->has_view[slot])
		return v;
	s->scratch->has_view[slot] = true;
	if (b->class[slot] == SLOT_PLAIN4)
		parse_plain4(v, frame, b->iface[slot]);
	else if (b->class[slot] == SLOT_PLAIN6)
		parse_plain6(v, frame, b->iface[slot]);
	else
		parse_frame(v, b->m[slot], b->ingress);
	return v;
}

static const struct flow *
slot_record(const struct slowpath *s, const struct burst *b, unsigned slot)
{
	bool ip6 = b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;

	return flow_at(ip6 ? s->flow6 : s->flow4, b->flow[slot]);
}

/* Returns whether a slot's packet asks for a connection where its flow has one: it is judged like a first packet. */
static bool
asks_anew(struct slowpath *s, const struct burst *b, unsigned slot)
{
	const struct session *session = session_of(s->sessions, slot_record(s, b, slot));
	const struct view *v;

	if (session == NULL || session->proto != IPPROTO_TCP)
		return false;
	v = slot_view(s, b, slot);
	return v->l4 != VIEW_NONE && tcp_asks_anew(session, v->tcp_flags);
}

/* A known flow: as the straight loop does it, else with the general executor. */
static void
settle_hit(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct hit_tables t = hit_tables(s, b);
	struct decision d;

	counter_add(&s->ledger->lookups_hit, 1);
	if ((b->class[slot] == SLOT_PLAIN4 && hit_plain4(s, b, slot, &t))
	    || (b->class[slot] == SLOT_PLAIN6 && hit_plain6(s, b, slot, &t))) {
		if (s->observer != NULL)
			slowpath_observe_hit(s, b, slot);
		return;
	}
	decision_from_record(s, b, slot, &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

/* A record that gave room to another, or whose session has ended, is gone. */
static void
forget_record(const struct slowpath *s, struct burst *b, unsigned slot)
{
	if (!(slot_record(s, b, slot)->flags & FLOW_USED))
		b->flow[slot] = 0;
}

/* What was found out about the slot when it was judged may no longer be true: its session has ended or is not new any
 * more, or that of an earlier slot has it for its reply. */
static bool
is_stale(struct slowpath *s, struct burst *b, unsigned slot, const struct eval *ev)
{
	forget_record(s, b, slot);
	if (ev->over != NULL || (ev->session != NULL && ev->session != ev->fresh))
		return s->scratch->changed || s->sessions->ends != s->scratch->ends;
	return s->scratch->translated && slot_find(s, b, slot) != 0;
}

static void
judge_late(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct eval *ev = &s->scratch->late;
	struct decision d;

	evaluate_one(s, b, slot, ev);
	forget_record(s, b, slot);
	counter_add(&s->ledger->lookups_miss, 1);
	install(s, b, slot, ev, &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

/* The slot was judged with the others. */
static void
settle_miss(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev)
{
	struct decision d;

	if (unlikely(is_stale(s, b, slot, ev))) {
		if (ev->session == ev->fresh)
			session_refuse(s->sessions, ev->fresh);
		settle_keyed(s, b, slot);
		return;
	}
	counter_add(&s->ledger->lookups_miss, 1);
	install(s, b, slot, ev, &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

void
settle_keyed(struct slowpath *s, struct burst *b, unsigned slot)
{
	b->flow[slot] = slot_find(s, b, slot);
	if (slot_has_program(s, b, slot) && !asks_anew(s, b, slot))
		settle_hit(s, b, slot);
	else
		judge_late(s, b, slot);
}

/* Too many connections are half-open, or will be in this burst: slots one by one, as long as they are of known flows or
 * refused at once.  Returns the first other one. */
static unsigned
settle_flooded(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned i = from;

	for (;;) {
		i = refuse_openings(s, b, i);
		if (i == b->n || b->class[i] > SLOT_PLAIN6)
			return i;
		s->slot = (uint16_t)i;
		b->flow[i] = slot_find(s, b, i);
		if (!slot_has_program(s, b, i) || asks_anew(s, b, i))
			return i;
		settle_hit(s, b, i++);
	}
}

unsigned
slowpath_resolve(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned n_miss, next = 0, to = b->n;

	if (unlikely(sessions_flooded(s->sessions, BURST_MAX))) {
		to = settle_flooded(s, b, from);
		if (to != from)
			return to;
		to = from + 1;
	}
	to = collect_misses(s, b, from, to, &n_miss);
	s->scratch->ends = s->sessions->ends;
	s->scratch->translated = s->scratch->changed = false;
	evaluate_misses(s, b, n_miss);
	install_prepare(s, n_miss);
	for (unsigned i = from; i < to; i++) {
		s->slot = (uint16_t)i;
		if (b->class[i] == SLOT_DONE) {
			continue;
		} else if (b->class[i] == SLOT_BAD) {
			slot_drop(s, b, i, b->reason[i]);
			observe(s, b, i, NULL);
		} else if (b->class[i] == SLOT_SLOW) {
			settle_unkeyed(s, b, i);
		} else if (next < n_miss && s->scratch->miss[next] == i) {
			settle_miss(s, b, i, &s->scratch->eval[next++]);
		} else {                        /* unless an earlier slot took its record */
			settle_keyed(s, b, i);
		}
	}
	return to;
}
