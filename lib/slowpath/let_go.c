/* SPDX-License-Identifier: BSD-3-Clause */
/* Handles a record that leaves the flow table: its counts are added to the rule counters before. */

#include "base/counter.h"
#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"
#include "tap/rule_ring.h"

uint32_t
slowpath_counter_now(const struct generation *gen, const struct action_list *l, uint32_t word)
{
	uint32_t counter = ACTION_ARG(word), back;

	if (ACTION_OP(word) != ACTION_COUNT)
		return 0;
	if (l->edition == (uint32_t)gen->edition)
		return counter;
	back = l->edition - (uint32_t)gen->carried_first;
	return back < gen->n_carried && counter < gen->carried[back].n
		? gen->carried[back].counter[counter]
		: 0;
}

void
slowpath_collect(struct datapath *dp, struct flow *f)
{
	const struct action_list *l = action_lists_at(dp->lists, f->list);
	struct rule_hits *hits = dp->gen->worker[dp->worker].hits;

	if (f->packets == 0)
		return;
	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && l->word[i] != 0; i++) {
		uint32_t counter = slowpath_counter_now(dp->gen, l, l->word[i]);

		if (counter != 0)
			rule_hits_add(&hits[counter], f->packets, f->bytes, f->seen);
	}
	if (unlikely(dp->rules != NULL) && (f->flags & FLOW_SESSION))
		rule_ring_count(dp->rules, f->session, f->flags & FLOW_REPLY, f->packets, f->bytes);
	if (unlikely(dp->reports != NULL))
		flows_collect(dp, f);
	f->packets = 0;
	f->bytes = 0;
}

/* Keeps the time of an alias that is removed: when its session last had a packet. */
static void
keep_seen(const struct datapath *dp, struct flow_table *t, const struct flow *alias)
{
	const struct session *session = session_of(dp->sessions, alias);
	struct flow *f = flow_at(t, session->flow[(alias->flags & FLOW_REPLY) != 0]);

	if ((int32_t)(alias->seen - f->seen) > 0)
		f->seen = alias->seen;
}

void
slowpath_let_go(void *datapath, struct flow_table *t, uint32_t index)
{
	struct datapath *dp = datapath;
	struct flow *f = flow_at(t, index);

	if (f->flags & FLOW_ALIAS)
		keep_seen(dp, t, f);
	if (f->packets != 0)
		slowpath_collect(dp, f);
	if (unlikely(dp->reports != NULL) && !(f->flags & FLOW_SESSION))
		flows_tell_record(dp, t, index);
	action_lists_give(dp->lists, f->list);
	f->list = 0;
}
