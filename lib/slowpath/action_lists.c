/* SPDX-License-Identifier: BSD-3-Clause */
/* Room for lists of rare actions: when none is free, records give theirs up.
 *
 * Lists are few, and whoever sends packets that many combinations of rules decide takes many.  So
 * the interface that owns most lists gives: its records are asked in turn, those of others only if
 * they are idle.  Such a flow has no program then: its next packet is judged again. */

#include "base/clock.h"
#include "flow/flow.h"
#include "program/rare.h"
#include "flow/table.h"
#include "slowpath/slowpath_priv.h"

#define LOOKED_AT 64u                   /* records, for one list */
#define IDLE_TICKS clock_tick(NS_PER_S)

/* Records of both tables, one after the other: *t and its index; 0: a place that never had one. */
static uint32_t
next_record(struct slowpath *s, struct flow_table **t)
{
	uint32_t n4 = s->flow4->high, n6 = s->flow6->high, hand = s->rares_hand;

	if (hand >= n4 + n6)
		hand = 0;
	s->rares_hand = hand + 1;
	*t = hand < n4 ? s->flow4 : s->flow6;
	if (n4 + n6 == 0)
		return 0;
	return hand < n4 ? hand + 1 : hand - n4 + 1;
}

static uint16_t
iface_of(const struct slowpath *s, const struct flow_table *t, uint32_t index)
{
	return t == s->flow6 ? flow6_at(t, index)->key.iface : flow4_at(t, index)->key.iface;
}

void
slowpath_free_lists(struct slowpath *s)
{
	uint16_t heaviest = rares_heaviest(s->rares);

	for (unsigned i = 0; i < LOOKED_AT && rares_full(s->rares); i++) {
		struct flow_table *t;
		uint32_t index = next_record(s, &t);
		struct flow *f = flow_at(t, index);

		if (index == 0 || f->rare == 0 || !(f->flags & FLOW_USED))
			continue;
		if (iface_of(s, t, index) != heaviest
		    && clock_tick(s->now_ns) - f->seen <= IDLE_TICKS)
			continue;
		slowpath_let_go(s, t, index);
		f->epoch = 0;
	}
}
