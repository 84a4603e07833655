/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes room for action lists: when none is free, records give up theirs.
 *
 * Lists are few, and a sender whose packets are decided by many combinations of rules takes many.
 * Therefore the interface that owns most lists gives first: its records are examined in turn, those
 * of others give only if they are idle.  Such a flow then has no program: its next packet is
 * evaluated again. */

#include "base/clock.h"
#include "flow/flow.h"
#include "program/action_list.h"
#include "flow/table.h"
#include "slowpath/slowpath_priv.h"

#define LOOKED_AT  64u /* records examined for one list */
#define IDLE_TICKS clock_tick(NS_PER_S)

/* Returns the index of the next record of both tables, one after the other (*t); 0: a place that
 * never had one. */
static uint32_t
next_record(struct datapath *dp, struct flow_table **t)
{
	uint32_t n4 = dp->flow4->high, n6 = dp->flow6->high, hand = dp->slow->lists_hand;

	if (hand >= n4 + n6)
		hand = 0;
	dp->slow->lists_hand = hand + 1;
	*t = hand < n4 ? dp->flow4 : dp->flow6;
	if (n4 + n6 == 0)
		return 0;
	return hand < n4 ? hand + 1 : hand - n4 + 1;
}

static uint16_t
iface_of(const struct datapath *dp, const struct flow_table *t, uint32_t index)
{
	return t == dp->flow6 ? flow6_at(t, index)->key.iface : flow4_at(t, index)->key.iface;
}

void
slowpath_free_lists(struct datapath *dp)
{
	uint16_t heaviest = action_lists_heaviest(dp->lists);

	for (unsigned i = 0; i < LOOKED_AT && action_lists_full(dp->lists); i++) {
		struct flow_table *t;
		uint32_t index = next_record(dp, &t);
		struct flow *f = flow_at(t, index);

		if (index == 0 || f->list == 0 || !(f->flags & FLOW_USED))
			continue;
		if (iface_of(dp, t, index) != heaviest
			&& clock_tick(dp->now_ns) - f->seen <= IDLE_TICKS)
			continue;
		slowpath_let_go(dp, t, index);
		f->epoch = 0;
	}
}
