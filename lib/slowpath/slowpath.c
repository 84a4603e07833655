/* SPDX-License-Identifier: BSD-3-Clause */
/* The slow path of one worker, on one page: first packets, and all others that the fast path
 * leaves.
 *
 *   burst:  SYN gate ► view and look-up (collect) ► evaluate ► keys of the answers (enter)
 *   slot:   compile ► enter the session ► install ► execute ► report
 *
 * The misses of a burst are evaluated together.  What changes state that others see happens
 * afterwards, slot by slot in order of arrival; a burst is cut before a packet whose conversation
 * an earlier packet of it belongs to, so the outcome is the same as with bursts of one.  What is no
 * longer true when a slot's turn comes is judged again. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "packet/parse.h"
#include "policy/pipeline.h"
#include "session/tcp.h"
#include "slowpath/fragments/step.h"
#include "slowpath/hit.h"
#include "slowpath/identify.h"
#include "slowpath/recorded.h"
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
	for (unsigned i = 0; i < b->n; i++) /* as they arrived: nothing is rewritten yet */
		parse_frame(slowpath_view(s, i), b->m[i], b->ingress);
}

/* Returns true if a slot's packet asks for a connection where its flow has one: it is evaluated
 * like a first packet. */
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

/* Handles a packet of a known flow: like the hot loop, else with the general executor. */
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
	execute(s, b, slot, &d);
	report(s, b, slot, &d);
}

/* Runs the steps of a slot that has been evaluated. */
static void
settle_evaluated(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev)
{
	struct decision d;

	compile(s, b, slot, ev, &d);       /* program -> next hop */
	enter_session(s, b, slot, ev, &d); /* a new session, if its packet may leave */
	decision_from_program(ev, &d);
	install(s, b, slot, ev, &d); /* decision -> record of the flow */
	execute(s, b, slot, &d);
	report(s, b, slot, &d);
}

/* Forgets a record that made room for another, or whose session has ended. */
static void
forget_record(const struct slowpath *s, struct burst *b, unsigned slot)
{
	if (!(slot_record(s, b, slot)->flags & FLOW_USED))
		b->flow[slot] = 0;
}

/* Handles a slot whose key is known, by itself: finds or evaluates it. */
static void
settle_keyed(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct eval *ev = &s->scratch->late;

	b->flow[slot] = slot_find(s, b, slot);
	if (slot_has_program(s, b, slot) && !asks_anew(s, b, slot)) {
		settle_hit(s, b, slot);
		return;
	}
	evaluate_one(s, b, slot, ev);
	forget_record(s, b, slot);
	counter_add(&s->ledger->lookups_miss, 1);
	settle_evaluated(s, b, slot, ev);
}

/* Returns true if the evaluation of the slot may no longer be valid: its session has ended or has
 * left state NEW, or the session of an earlier slot has its key for its reply. */
static bool
is_stale(struct slowpath *s, struct burst *b, unsigned slot, const struct eval *ev)
{
	forget_record(s, b, slot);
	if (ev->over != NULL || (ev->session != NULL && ev->session != ev->fresh))
		return s->scratch->changed || s->sessions->ends != s->scratch->ends;
	return s->scratch->translated && slot_find(s, b, slot) != 0;
}

/* Handles a slot that was evaluated with the others. */
static void
settle_miss(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev)
{
	if (unlikely(is_stale(s, b, slot, ev))) {
		if (ev->session == ev->fresh)
			session_refuse(s->sessions, ev->fresh);
		settle_keyed(s, b, slot);
		return;
	}
	counter_add(&s->ledger->lookups_miss, 1);
	settle_evaluated(s, b, slot, ev);
}

static void
settle_passed(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	s->pass = pass;
	settle_keyed(s, b, slot);
	s->pass = NULL;
}

void
slowpath_release(struct slowpath *s, struct burst *b)
{
	struct fragment_pass pass;
	uint16_t port;

	while (fragment_next(s, b, &pass, &port)) {
		settle_passed(s, b, BURST_SPARE, &pass);
		fragment_settled(s, b, &pass, port);
	}
}

void
slowpath_adopt_fragments(struct slowpath *s, struct burst *b)
{
	fragment_adopt(s);
	slowpath_release(s, b);
}

void
slowpath_follow_fragments(struct slowpath *s, struct burst *b)
{
	fragment_follow(s);
	slowpath_release(s, b);
}

/* Handles a fragment that is judged by its datagram's first one, and those that it releases. */
static void
settle_fragment(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct fragment_pass pass = { 0 };

	if (fragment_enter(s, b, slot, &pass)) {
		settle_passed(s, b, slot, &pass);
		fragment_leave(s, b, slot, &pass);
	} else {
		report(s, b, slot, NULL);
	}
	s->slot = (uint16_t)(slot + 1);
	slowpath_release(s, b);
}

/* Handles a frame that only a wire takes: evaluated by itself, and never cached, since it has no
 * key. */
static void
settle_wire(struct slowpath *s, struct burst *b, unsigned slot)
{
	s->scratch->miss[0] = (uint16_t)slot;
	b->flow[slot] = 0;
	evaluate_misses(s, b, 1);
	s->scratch->eval[0].used_fields |= ~0u;
	settle_evaluated(s, b, slot, &s->scratch->eval[0]);
}

/* Handles a frame for the host: ARP, ND, packets to Weir that no pipeline judges. */
static void
settle_host(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v)
{
	enum reason r = REASON_eth_unknown_type;

	if (v->kind == VIEW_ARP)
		r = host_arp(s->host, v, b->m[slot]);
	else if (v->kind != VIEW_OTHER)
		r = host_local(s->host, v, b->m[slot]);
	b->out[slot] = OUT_GONE;
	if (r != REASON_NONE)
		slot_drop(b, slot, r);
	report(s, b, slot, NULL);
}

static void
settle_unkeyed(struct slowpath *s, struct burst *b, unsigned slot)
{
	const struct view *v = slot_view(s, b, slot);
	const struct interface *in = s->gen->iface[v->iface];

	if (slowpath_fragments_use(s, v) != FRAGMENTS_ALONE)
		settle_fragment(s, b, slot);
	else if (in != NULL && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE))
		settle_wire(s, b, slot);
	else
		settle_host(s, b, slot, v);
}

/* Handles slots one by one while too many connections are half-open, or will be in this burst, as
 * long as they are of known flows or refused at once.  Returns the first other slot. */
static unsigned
settle_flooded(struct slowpath *s, struct burst *b, unsigned from)
{
	unsigned i = from;

	for (;;) {
		i = syn_gate_refuse_from(s, b, i);
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
slowpath_process(struct slowpath *s, struct burst *b, unsigned from)
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
	enter_prepare(s, n_miss);
	for (unsigned i = from; i < to; i++) {
		struct recorder_entry *recorded;

		s->slot = (uint16_t)i;
		if (b->class[i] == SLOT_DONE)
			continue;
		recorded = slowpath_record_begin(s, b, i);
		if (b->class[i] == SLOT_BAD) {
			slot_drop(b, i, b->reason[i]);
			report(s, b, i, NULL);
		} else if (b->class[i] == SLOT_SLOW) {
			settle_unkeyed(s, b, i);
		} else if (next < n_miss && s->scratch->miss[next] == i) {
			settle_miss(s, b, i, &s->scratch->eval[next++]);
		} else { /* unless an earlier slot took its record */
			settle_keyed(s, b, i);
		}
		slowpath_record_end(s, b, i, recorded);
		b->class[i] = SLOT_TOLD;
	}
	return to;
}

bool
slowpath_translates(const struct slowpath *s)
{
	return s->gen->owners != NULL;
}
