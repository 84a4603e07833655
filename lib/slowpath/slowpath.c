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
#include "packet/martian.h"
#include "packet/parse.h"
#include "policy/pipeline.h"
#include "policy/times.h"
#include "session/tcp.h"
#include "slowpath/dynamic.h"
#include "slowpath/fragments/step.h"
#include "slowpath/hit.h"
#include "slowpath/identify.h"
#include "slowpath/recorded.h"
#include "slowpath/slowpath_priv.h"

int
slowpath_init(struct datapath *dp)
{
	dp->slow->scratch = calloc(1, sizeof(*dp->slow->scratch));
	dp->slow->identifier = identifier_create();
	dp->dynamic = dynamic_create();
	return dp->slow->scratch != NULL && dp->slow->identifier != NULL && dp->dynamic != NULL
		? 0
		: -ENOMEM;
}

void
slowpath_fini(struct datapath *dp)
{
	free(dp->slow->scratch);
	dp->slow->scratch = NULL;
	identifier_destroy(dp->slow->identifier);
	dp->slow->identifier = NULL;
	dynamic_destroy(dp->dynamic);
	dp->dynamic = NULL;
}

/* Executes a plain packet of a known flow; returns false if the general executor has to. */
static bool
execute_plain(struct datapath *dp, struct burst *b, unsigned slot)
{
	const struct hit_tables t = hit_tables(dp, b);
	uint64_t bytes = 0;
	enum hit hit;

	if (b->class[slot] > SLOT_PLAIN6)
		return false;
	hit = b->class[slot] == SLOT_PLAIN6 ? hit_execute(b, slot, &t, HIT_IP6, &bytes)
					    : hit_execute(b, slot, &t, HIT_IP4, &bytes);
	return hit == HIT_DONE || (hit == HIT_UNUSUAL && hit_finish(dp, b, slot));
}

static void
settle_hit(struct datapath *dp, struct burst *b, unsigned slot)
{
	struct decision d;

	counter_add(&dp->ledger->lookups_hit, 1);
	if (execute_plain(dp, b, slot)) {
		if (dp->observer != NULL)
			observe_hit(dp, b, slot);
		return;
	}
	decision_from_record(dp, b, slot, &d);
	execute(dp, b, slot, &d);
	report(dp, b, slot, &d);
}

/* Runs the steps of a slot that has been evaluated. */
static void
settle_evaluated(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	struct decision d;

	ev = evaluate_stranded(dp, b, slot, ev);
	compile(dp, b, slot, ev, &d);       /* program -> next hop */
	enter_session(dp, b, slot, ev, &d); /* a new session, if its packet may leave */
	decision_from_program(ev, &d);
	slowpath_adds(dp, ev->view, d.actions);
	install(dp, b, slot, ev, &d); /* decision -> record of the flow */
	execute(dp, b, slot, &d);
	if (unlikely(ev->n_takes > 0))
		slowpath_take(dp, ev, d.session, b->output[slot].port != OUT_DROP);
	report(dp, b, slot, &d);
}

/* Forgets a record that made room for another, or whose session has ended. */
static void
forget_record(const struct datapath *dp, struct burst *b, unsigned slot)
{
	if (!(slot_record(dp, b, slot)->flags & FLOW_USED))
		b->flow[slot] = 0;
}

/* Handles a slot whose key is known, by itself: finds or evaluates it. */
static void
settle_keyed(struct datapath *dp, struct burst *b, unsigned slot)
{
	struct eval *ev = &dp->slow->scratch->late;

	b->flow[slot] = slot_find(dp, b, slot);
	if (slot_has_program(dp, b, slot) && !slot_asks_anew(dp, b, slot)) {
		settle_hit(dp, b, slot);
		return;
	}
	evaluate_one(dp, b, slot, ev);
	forget_record(dp, b, slot);
	counter_add(&dp->ledger->lookups_miss, 1);
	settle_evaluated(dp, b, slot, ev);
}

/* Returns true if a packet whose key has a number belongs to a session by its addresses. */
static bool
has_session_by_tuple(const struct datapath *dp, const struct view *v)
{
	bool reply;

	return proto_has_ident(v->proto) && session_find(dp->sessions, &v->tuple, &reply) != NULL;
}

/* Returns true if the evaluation of the slot may no longer be valid: its session has ended or has
 * left state NEW, or the session of an earlier slot has its key for its reply, or an earlier slot
 * has added an address to a dynamic set. */
static bool
is_stale(struct datapath *dp, struct burst *b, unsigned slot, const struct eval *ev)
{
	forget_record(dp, b, slot);
	if (unlikely(dynamic_added(dp->dynamic) != dp->slow->scratch->added))
		return true;
	if (ev->over != NULL || (ev->session != NULL && ev->session != ev->fresh))
		return dp->slow->scratch->changed || dp->sessions->ends != dp->slow->scratch->ends;
	return dp->slow->scratch->translated
		&& (slot_find(dp, b, slot) != 0 || has_session_by_tuple(dp, ev->view));
}

/* Handles a slot that was evaluated with the others. */
static void
settle_miss(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	if (unlikely(ev->deferred)) { /* it asks for limits, and its turn has come */
		if (ev->session == ev->fresh)
			session_discard(dp->sessions, ev->fresh);
		settle_keyed(dp, b, slot);
		return;
	}
	if (unlikely(is_stale(dp, b, slot, ev))) {
		if (ev->session == ev->fresh)
			session_refuse(dp->sessions, ev->fresh);
		settle_keyed(dp, b, slot);
		return;
	}
	counter_add(&dp->ledger->lookups_miss, 1);
	settle_evaluated(dp, b, slot, ev);
}

static void
settle_passed(struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	dp->slow->pass = pass;
	settle_keyed(dp, b, slot);
	dp->slow->pass = NULL;
}

void
slowpath_release(struct datapath *dp, struct burst *b)
{
	struct fragment_pass pass;
	uint16_t port;

	while (fragment_next(dp, b, &pass, &port)) {
		settle_passed(dp, b, BURST_SPARE, &pass);
		fragment_settled(dp, b, &pass, port);
	}
}

void
slowpath_adopt_fragments(struct datapath *dp, struct burst *b)
{
	fragment_adopt(dp);
	slowpath_release(dp, b);
}

void
slowpath_follow_fragments(struct datapath *dp, struct burst *b)
{
	fragment_follow(dp);
	slowpath_release(dp, b);
}

/* Handles a fragment that is judged by its datagram's first one, and those that it releases. */
static void
settle_fragment(struct datapath *dp, struct burst *b, unsigned slot)
{
	struct fragment_pass pass = { 0 };

	if (fragment_enter(dp, b, slot, &pass)) {
		settle_passed(dp, b, slot, &pass);
		fragment_leave(dp, b, slot, &pass);
	} else {
		report(dp, b, slot, NULL);
	}
	dp->slow->slot = (uint16_t)(slot + 1);
	slowpath_release(dp, b);
}

/* Handles a frame that only a wire takes: evaluated by itself, and never cached, since it has no
 * key. */
static void
settle_wire(struct datapath *dp, struct burst *b, unsigned slot)
{
	dp->slow->scratch->miss[0] = (uint16_t)slot;
	b->flow[slot] = 0;
	evaluate_misses(dp, b, 1);
	dp->slow->scratch->eval[0].used_fields |= ~0u;
	settle_evaluated(dp, b, slot, &dp->slow->scratch->eval[0]);
}

/* Handles a frame for the host: ARP, ND, packets to Weir that no pipeline judges. */
static void
settle_host(struct datapath *dp, struct burst *b, unsigned slot, const struct view *v)
{
	uint64_t delivered = dp->ledger->consumed[CONSUMED_host];
	enum reason r;

	if (v->kind == VIEW_ARP)
		r = host_arp(dp->host, v, b->m[slot]);
	else if (v->kind != VIEW_OTHER)
		r = host_local(dp->host, v, b->m[slot]);
	else
		r = host_frame(dp->host, v, b->m[slot]);
	b->output[slot].port = slot_taken(dp, delivered);
	if (r != REASON_NONE)
		slot_drop(b, slot, r);
	report(dp, b, slot, NULL);
}

/* Returns true for multicast of IP, fragments of it too, which is not a flow. */
static bool
is_group(const struct view *v)
{
	return (v->kind == VIEW_IP4 || v->kind == VIEW_IP6)
		&& address_multicast(&v->tuple.dst, v->family);
}

static void
settle_unkeyed(struct datapath *dp, struct burst *b, unsigned slot)
{
	const struct view *v = slot_view(dp, b, slot);
	const struct interface *in = dp->gen->iface[v->iface];

	if (in != NULL && in->host != NULL && is_group(v))
		settle_host(dp, b, slot, v);
	else if (slowpath_fragments_use(dp, v) != FRAGMENTS_ALONE)
		settle_fragment(dp, b, slot);
	else if (in != NULL && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE))
		settle_wire(dp, b, slot);
	else
		settle_host(dp, b, slot, v);
}

/* Handles slots one by one while too many connections are half-open, or will be in this burst, as
 * long as they are of known flows or refused at once.  Returns the first other slot. */
static unsigned
settle_flooded(struct datapath *dp, struct burst *b, unsigned from)
{
	unsigned i = from;

	for (;;) {
		i = syn_gate_refuse_from(dp, b, i);
		if (i == b->n || b->class[i] > SLOT_PLAIN6)
			return i;
		dp->slow->slot = (uint16_t)i;
		b->flow[i] = slot_find(dp, b, i);
		if (!slot_has_program(dp, b, i) || slot_asks_anew(dp, b, i))
			return i;
		settle_hit(dp, b, i++);
	}
}

/* Settles slots in order: looks their flows up, evaluates the misses together, installs, executes.
 * Stops before a slot that depends on what an earlier one decided.  Returns the first slot that is
 * not settled. */
static unsigned
settle_some(struct datapath *dp, struct burst *b, unsigned from)
{
	unsigned n_miss, next = 0, to = b->n;

	if (unlikely(sessions_flooded(dp->sessions, BURST_MAX))) {
		to = settle_flooded(dp, b, from);
		if (to != from)
			return to;
		to = from + 1;
	}
	to = collect_misses(dp, b, from, to, &n_miss);
	dp->slow->scratch->ends = dp->sessions->ends;
	dp->slow->scratch->added = dynamic_added(dp->dynamic);
	dp->slow->scratch->translated = dp->slow->scratch->changed = false;
	evaluate_misses(dp, b, n_miss);
	enter_prepare(dp, n_miss);
	dp->slow->records = true;
	for (unsigned i = from; i < to; i++) {
		struct recorder_entry *recorded;

		dp->slow->slot = (uint16_t)i;
		if (b->class[i] == SLOT_DONE)
			continue;
		recorded = slowpath_record_begin(dp, b, i);
		if (b->class[i] == SLOT_BAD) {
			slot_drop(b, i, b->reason[i]);
			report(dp, b, i, NULL);
		} else if (b->class[i] == SLOT_SLOW) {
			settle_unkeyed(dp, b, i);
		} else if (next < n_miss && dp->slow->scratch->miss[next] == i) {
			settle_miss(dp, b, i, &dp->slow->scratch->eval[next++]);
		} else { /* unless an earlier slot took its record */
			settle_keyed(dp, b, i);
		}
		slowpath_record_end(dp, b, i, recorded);
		b->class[i] = SLOT_TOLD;
	}
	dp->slow->records = false;
	return to;
}

void
slowpath_settle(struct datapath *dp, struct burst *b, unsigned from)
{
	hand_off(dp, b, from);
	while (from < b->n)
		from = settle_some(dp, b, from);
}

uint64_t
slowpath_times(const struct datapath *dp)
{
	return dp->gen != NULL ? times_held(dp->gen->times) : 0;
}

bool
slowpath_translates(const struct datapath *dp)
{
	return dp->gen->owners != NULL;
}
