/* SPDX-License-Identifier: BSD-3-Clause */
/* Known flows behind the first slot that the hot loop leaves to the slow path.  Those that have
 * nothing to do with any waiting slot are executed at once (SLOT_DONE), so that first packets, for
 * example of a flood, do not make other flows expensive.
 *
 * Settling a first packet can change its conversation: it creates or ends the session, makes it
 * established, or replaces what was remembered of its answers.  Therefore a slot waits if an
 * earlier waiting slot has the same tuple or session; where a first packet may be translated, the
 * tuple of its answers is not known yet, and every slot without a session waits.  All slots wait
 * behind one that may change neighbours.  Only the hot step and plain drops are executed here: they
 * change nothing but their own record and the window of their own connection. */
#ifndef FASTPATH_OUT_OF_ORDER_H
#define FASTPATH_OUT_OF_ORDER_H

#include "base/counter.h"
#include "slowpath/conflict.h"
#include "slowpath/hit.h"
#include "slowpath/syn_gate.h"

struct waiting {
	struct conflict conflict; /* the waiting slots */
	bool translated;          /* a waiting first packet may be translated */
	unsigned first;           /* the first waiting slot, or the end of the burst */
};

static inline bool
must_wait(const struct burst *b, unsigned i, const struct flow *f, const struct waiting *w)
{
	if (w->first == b->n)
		return false;
	if (conflict_has(&w->conflict, conflict_of_tuple(b, i)))
		return true;
	return (f->flags & FLOW_SESSION) ? conflict_has(&w->conflict, conflict_of_session(f))
					 : w->translated;
}

static inline void
let_wait(const struct datapath *dp, const struct burst *b, unsigned i, const struct flow *f,
	struct waiting *w)
{
	if (w->first == b->n) {
		w->first = i;
		w->translated = false;
		conflict_clear(&w->conflict);
	}
	conflict_add(&w->conflict, conflict_of_tuple(b, i));
	if (f->flags & FLOW_SESSION)
		conflict_add(&w->conflict, conflict_of_session(f));
	else
		w->translated |= slowpath_translates(dp);
}

/* Returns true if a flow's packets are only counted and then dropped, sent unchanged, or handed
 * over. */
static inline bool
ends_here(const struct flow *f, const struct hit_tables *t)
{
	enum nexthop_state to = t->nexthops[f->nexthop].state;

	return (f->flags & (FLOW_ACTIONS | FLOW_TCP)) == 0
		&& (to == NEXTHOP_DROP || to == NEXTHOP_WIRE || to == NEXTHOP_WORKER);
}

/* Executes the hot part for one slot. */
static inline enum hit
execute_hot(struct burst *b, unsigned i, const struct hit_tables *t)
{
	uint64_t bytes = 0;

	return b->class[i] == SLOT_PLAIN6 ? hit_execute(b, i, t, HIT_IP6, &bytes)
					  : hit_execute(b, i, t, HIT_IP4, &bytes);
}

/* Executes a slot if nothing else than its own record and connection changes. */
static inline bool
execute_known(struct datapath *dp, struct burst *b, unsigned i, const struct flow *f,
	const struct hit_tables *t)
{
	switch (execute_hot(b, i, t)) {
	case HIT_DONE:
		return true;
	case HIT_UNUSUAL:
		return ends_here(f, t) && hit_finish(dp, b, i);
	default:
		return false;
	}
}

/* Handles a slot that the SYN gate did not refuse: executes it, or lets it wait. */
static __attribute__((noinline)) bool
execute_or_wait(struct datapath *dp, struct burst *b, unsigned i, const struct hit_tables *t,
	struct waiting *w)
{
	const struct flow *f;

	if (b->flow[i] != 0 || !slot_lacks_flow(dp, b, i))
		b->flow[i] = slot_find(dp, b, i);
	f = flow_at(b->class[i] == SLOT_PLAIN6 ? dp->flow6 : dp->flow4, b->flow[i]);
	if (!must_wait(b, i, f, w) && execute_known(dp, b, i, f, t))
		return true;
	let_wait(dp, b, i, f, w);
	return false;
}

/* Returns true if a slot from from on may belong to a known flow. */
static inline bool
any_may_be_known(const struct burst *b, unsigned from)
{
	uint32_t any = 0;

	for (unsigned i = from; i < b->n; i++)
		any |= b->flow[i];
	return any != 0;
}

/* Handles all slots from the one that the hot loop left; refusing: syn_gate_close.  Returns
 * the first slot that waits. */
static __attribute__((noinline)) unsigned
execute_out_of_order(struct datapath *dp, struct burst *b, unsigned from, bool refusing)
{
	const struct hit_tables t = hit_tables(dp, b);
	unsigned hits = 0, refused = 0, i;
	struct waiting w;

	if (!refusing && !any_may_be_known(b, from + 1))
		return from;
	w.first = b->n;
	for (i = from; i < b->n && (b->class[i] <= SLOT_PLAIN6 || b->class[i] == SLOT_BAD); i++) {
		bool alone = w.first == b->n; /* nothing waits */

		if (unlikely(b->class[i] == SLOT_BAD)) {
			b->output[i].port = OUT_DROP;
		} else if (alone && b->flow[i] != 0 && execute_hot(b, i, &t) == HIT_DONE) {
			hits++;
		} else if (alone && refusing && b->flow[i] == 0 && slot_lacks_flow(dp, b, i)
			&& syn_gate_refuse(dp, b, i)) {
			refused++;
		} else if (execute_or_wait(dp, b, i, &t, &w)) {
			hits++;
		} else {
			continue;
		}
		b->class[i] = SLOT_DONE;
	}
	counter_add(&dp->ledger->lookups_hit, hits);
	counter_add(&dp->ledger->lookups_miss, refused);
	return w.first < i ? w.first : i;
}

#endif
