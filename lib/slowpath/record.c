/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a flow's record as a decision. */

#include <string.h>

#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"

uint32_t
deciding_counter(const uint32_t *actions)
{
	uint32_t counter = 0;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++) {
		if (ACTION_OP(actions[i]) == ACTION_COUNT)
			counter = ACTION_ARG(actions[i]);
	}
	return counter;
}

bool
decision_drops(const struct datapath *dp, const struct decision *d)
{
	return d->program != NULL ? d->program->verdict == PROGRAM_DROP
				  : dp->nexthops[d->nexthop].state == NEXTHOP_DROP;
}

void
decision_from_record(struct datapath *dp, const struct burst *b, unsigned slot, struct decision *d)
{
	bool ip6 = b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;
	struct flow_table *t = ip6 ? dp->flow6 : dp->flow4;
	uint32_t index = b->flow[slot];
	const struct flow *f = flow_at(t, index);

	memset(d, 0, sizeof(*d));
	if (ip6) {
		rewrite6_tuple(&d->to, &flow6_at(t, index)->to);
		d->ttl = flow6_at(t, index)->to.ttl;
	} else {
		rewrite4_tuple(&d->to, &flow4_at(t, index)->to);
		d->ttl = flow4_at(t, index)->to.ttl;
	}
	d->nexthop = f->nexthop;
	d->to.domain = generation_domain(dp->gen, dp->nexthops[f->nexthop].output.iface);
	d->actions = action_lists_at(dp->lists, f->list)->word;
	d->fast = d->recorded = true;
	d->session = session_of(dp->sessions, f);
	d->reply = f->flags & FLOW_REPLY;
	/* A drop without a deciding line may still have been counted by a line before: accepted,
	 * then martian. */
	if (dp->nexthops[f->nexthop].state == NEXTHOP_DROP
		&& reason_fault((enum reason)f->nexthop) == FAULT_POLICY)
		d->counter = deciding_counter(d->actions);
}
