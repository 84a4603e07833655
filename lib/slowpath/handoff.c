/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that another worker owns, between look-up and evaluation.
 *
 * A flow with a program of this epoch belongs to this worker by construction: its first packet was
 * looked up here, or handed over.  So the owner is looked up for first packets only.  That a flow
 * belongs to another worker is remembered in a record like any other, whose next hop is that
 * worker: admitted by the doorkeeper, valid for one epoch, aged, the first to make room. */

#include "slowpath/slowpath_priv.h"

/* Remembers the owner of a plain packet's flow: other packets are few, and an error's owner is not
 * in its key. */
static void
remember(struct datapath *dp, struct burst *b, unsigned slot, unsigned worker)
{
	struct flow_table *t = b->class[slot] == SLOT_PLAIN6 ? dp->flow6 : dp->flow4;
	uint32_t index = b->flow[slot];
	struct flow *f;

	if (index == 0)
		index = slot_cache(dp, b, slot);
	f = flow_at(t, index);
	if (index == 0 || (f->flags & FLOW_SESSION))
		return; /* a session that began before its owner changed */
	slowpath_let_go(dp, t, index);
	f->flags &= (uint8_t) ~(FLOW_ACTIONS | FLOW_SHARED);
	f->nexthop = (uint16_t)(NEXTHOP_WORKERS + worker);
	f->epoch = dp->epoch;
}

static bool
is_known(struct datapath *dp, struct burst *b, unsigned slot)
{
	if (b->class[slot] > SLOT_OTHER6)
		return false;
	b->flow[slot] = slot_find(dp, b, slot);
	return slot_has_program(dp, b, slot);
}

void
slowpath_hand_off(struct datapath *dp, struct burst *b, unsigned from)
{
	for (unsigned i = from; i < b->n; i++) {
		unsigned worker;

		if (b->class[i] == SLOT_DONE || is_known(dp, b, i))
			continue;
		worker = dp->slow->owner(dp->slow->owner_arg, b, i);
		if (worker == dp->worker)
			continue;
		if (b->class[i] <= SLOT_PLAIN6)
			remember(dp, b, i, worker);
		b->class[i] = SLOT_DONE;
		b->output[i].port = OUT_WORKER;
		b->output[i].iface = (uint16_t)worker;
	}
}
