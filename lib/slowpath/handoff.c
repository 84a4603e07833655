/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that another worker owns, between look-up and evaluation.
 *
 * A flow with a program of this epoch belongs to this worker by construction: its first packet was
 * looked up here, or handed over.  So the owner is looked up for first packets only.  That a flow
 * belongs to another worker is remembered in a record like any other, whose next hop is that
 * worker: admitted by the doorkeeper, valid for one epoch, aged, the first to make room.
 *
 * After a reload that gives flows other owners (dp->slow->search), sessions stay where they are:
 *
 *   receiver          its session is here: judged here; a worker is known to have it: handed to
 *                     that; else handed to its owner
 *   owner             its session is here: judged here; else it asks the workers that may have it,
 *                     one after the other (SOUGHT_ASKED), of which the last gives the packet back
 *                     (SOUGHT_BACK)
 *   handed, no owner  a session has ended: goes to its owner (SOUGHT_HOME)
 *
 * Likewise for a new session whose source has a public endpoint for all destinations: it begins
 * where that is (RFC 4787 REQ-1).
 *
 * So a packet is handed over at most once by its receiver, once to its owner, once to each worker
 * and once back. */

#include "slowpath/fragments/mark.h"
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

/* Returns the owner of a packet by the rules. */
static unsigned
owner_of(struct datapath *dp, const struct burst *b, unsigned slot)
{
	struct tuple t;

	if (dp->slow->pass == NULL || (dp->slow->pass->flags & FRAGMENT_PORTLESS))
		return dp->slow->owner(dp->slow->owner_arg, b, slot);
	t = slot_view(dp, b, slot)->tuple;
	if (tuple_is_icmp(&t)) /* steering has the identifier of a query in both ports */
		t.dport = t.sport;
	return dp->slow->owner_of(dp->slow->others_arg, &t, b->iface[slot]);
}

static unsigned
home_of_asked(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	return dp->slow->pass != NULL ? dp->slow->pass->sought & (uint16_t)~SOUGHT_MARKS
				      : b->m[slot]->vlan_tci_outer;
}

/* Returns the next worker to ask for a session; the owner when nobody is left. */
static struct handing
ask_next(const struct datapath *dp, const struct sought *what, unsigned home)
{
	const struct search *s = dp->slow->search;
	unsigned to = s != NULL ? s->next(s->arg, what, home) : home;

	return (struct handing){ to, home, to == home ? SOUGHT_BACK : SOUGHT_ASKED };
}

/* Returns where the packet of a flow goes whose session is not here. */
static struct handing
find_session(struct datapath *dp, const struct burst *b, unsigned slot, const struct sought *what)
{
	const struct search *s = dp->slow->search;
	unsigned home;

	if (b->sought == SOUGHT_BACK)
		return (struct handing){ .to = dp->worker };
	if (b->sought == SOUGHT_ASKED)
		return ask_next(dp, what, home_of_asked(dp, b, slot));
	home = b->sought == SOUGHT_HOME ? dp->worker : owner_of(dp, b, slot);
	if (home == dp->worker)
		return ask_next(dp, what, home);
	if (b->handed)
		return (struct handing){ home, home, SOUGHT_HOME };
	return (struct handing){ s != NULL ? s->holder(s->arg, what, home) : home, home, 0 };
}

struct handing
slowpath_hand_fragment(const struct datapath *dp, const struct tuple *t, unsigned home)
{
	const struct search *s = dp->slow->search;
	struct sought what;

	if (s == NULL)
		return (struct handing){ home, home, 0 };
	if (tuple_belongs_here(dp, t, &what))
		return (struct handing){ .to = dp->worker };
	if (home == dp->worker)
		return ask_next(dp, &what, home);
	return (struct handing){ s->holder(s->arg, &what, home), home, 0 };
}

unsigned
slowpath_holder(struct datapath *dp, struct burst *b, unsigned slot)
{
	const struct search *s = dp->slow->search;
	unsigned home = dp->slow->owner(dp->slow->owner_arg, b, slot);
	struct sought what;

	if (s == NULL || b->class[slot] > SLOT_OTHER6)
		return home;
	b->flow[slot] = slot_find(dp, b, slot);
	if (slot_belongs_here(dp, b, slot, &what))
		return dp->worker;
	return home != dp->worker ? s->holder(s->arg, &what, home) : home;
}

/* Settles a slot whose packet another worker gets. */
static void
hand(const struct datapath *dp, struct burst *b, unsigned slot, const struct handing *h)
{
	struct fragment_pass *pass = dp->slow->pass;

	b->class[slot] = SLOT_DONE;
	b->output[slot].port = OUT_WORKER;
	if (pass == NULL) {
		if (h->sought != 0)
			b->m[slot]->vlan_tci_outer = (uint16_t)h->home;
		b->output[slot].iface = (uint16_t)(h->to | h->sought);
		return;
	}
	pass->sought = (uint16_t)(h->home | h->sought);
	fragment_mark_write(b->m[slot], pass);
	b->m[slot]->port = b->port | FRAGMENT_MARK;
	b->output[slot].iface = (uint16_t)(h->to | FRAGMENT_MARK);
}

/* Looks for the session of a slot's packet.  Returns where the packet goes. */
static struct handing
seek(struct datapath *dp, struct burst *b, unsigned slot)
{
	struct handing h = { .to = dp->worker };
	struct sought what;

	if (b->class[slot] > SLOT_OTHER6) {
		if (!b->handed)
			h.to = owner_of(dp, b, slot);
		return h;
	}
	return slot_belongs_here(dp, b, slot, &what) ? h : find_session(dp, b, slot, &what);
}

void
hand_off(struct datapath *dp, struct burst *b, unsigned from)
{
	bool seeks = dp->slow->search != NULL || b->sought != 0;

	if (dp->slow->owner == NULL || (b->handed && !seeks))
		return;
	for (unsigned i = from; i < b->n; i++) {
		struct handing h = { .to = dp->worker };

		if (b->class[i] == SLOT_DONE || is_known(dp, b, i))
			continue;
		if (unlikely(seeks))
			h = seek(dp, b, i);
		else
			h.to = dp->slow->owner(dp->slow->owner_arg, b, i);
		if (h.to == dp->worker)
			continue;
		if (b->class[i] <= SLOT_PLAIN6 && h.sought == 0)
			remember(dp, b, i, h.to);
		hand(dp, b, i, &h);
	}
}
