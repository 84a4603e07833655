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
remember(struct slowpath *s, struct burst *b, unsigned slot, unsigned worker)
{
	struct flow_table *t = b->class[slot] == SLOT_PLAIN6 ? s->flow6 : s->flow4;
	uint32_t index = b->flow[slot];
	struct flow *f;

	if (index == 0)
		index = slot_cache(s, b, slot);
	f = flow_at(t, index);
	if (index == 0 || (f->flags & FLOW_SESSION))
		return; /* a session that began before its owner changed */
	slowpath_let_go(s, t, index);
	f->flags &= (uint8_t) ~(FLOW_ACTIONS | FLOW_SHARED);
	f->nexthop = (uint16_t)(NEXTHOP_WORKERS + worker);
	f->epoch = s->epoch;
}

static bool
is_known(struct slowpath *s, struct burst *b, unsigned slot)
{
	if (b->class[slot] > SLOT_OTHER6)
		return false;
	b->flow[slot] = slot_find(s, b, slot);
	return slot_has_program(s, b, slot);
}

void
slowpath_hand_off(struct slowpath *s, struct burst *b, unsigned from)
{
	for (unsigned i = from; i < b->n; i++) {
		unsigned worker;

		if (b->class[i] == SLOT_DONE || is_known(s, b, i))
			continue;
		worker = s->owner(s->owner_arg, b, i);
		if (worker == s->worker)
			continue;
		if (b->class[i] <= SLOT_PLAIN6)
			remember(s, b, i, worker);
		b->class[i] = SLOT_DONE;
		b->out[i] = OUT_WORKER;
		b->egress[i] = (uint16_t)worker;
	}
}
