/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of a neighbour, its timers, and its next hop (reach.c has the picture). */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

static enum timer
timer_of(const struct neighbour *n)
{
	if (n->watched)
		return TIMER_WATCHED;
	return n->state == NEIGHBOUR_FAILED ? TIMER_FAILED : TIMER_ASKED;
}

bool
neighbour_has_timer(const struct neighbour *n)
{
	return n->state == NEIGHBOUR_ASKING || n->state == NEIGHBOUR_PROBING
		|| n->state == NEIGHBOUR_FAILED;
}

static void
timer_start(struct host *h, uint16_t slot, uint64_t span_ns)
{
	struct neighbour *n = &h->neighbours[slot];
	struct timers *t = &h->timers[timer_of(n)];

	n->timer = (uint8_t)timer_of(n);
	n->deadline_ns = h->now_ns + (n->watched ? WATCH_ASK_NS : span_ns);
	n->prev = t->tail;
	n->next = NONE;
	if (t->tail != NONE)
		h->neighbours[t->tail].next = slot;
	else
		t->head = slot;
	t->tail = slot;
}

static void
timer_stop(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	struct timers *t = &h->timers[n->timer];

	if (n->prev != NONE)
		h->neighbours[n->prev].next = n->next;
	else
		t->head = n->next;
	if (n->next != NONE)
		h->neighbours[n->next].prev = n->prev;
	else
		t->tail = n->prev;
	n->prev = n->next = NONE;
}

static bool
link_is_down(const struct host *h, const struct neighbour *n)
{
	const struct interface *i = host_interface(h, n->iface);

	return i != NULL && h->link_down[i->port];
}

void
neighbour_show(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	uint8_t state = neighbour_resolved(n) ? NEXTHOP_READY : NEXTHOP_UNRESOLVED;

	if (n->watched && (n->dead || link_is_down(h, n)))
		state = NEXTHOP_DEAD;
	neighbour_nexthop(h, slot)->state = state;
}

/* Changes a neighbour's state; every change goes through here. */
void
neighbour_become(struct host *h, uint16_t slot, enum neighbour_state state, uint64_t span_ns)
{
	struct neighbour *n = &h->neighbours[slot];
	bool was_lost = n->state == NEIGHBOUR_LOST;

	if (neighbour_has_timer(n))
		timer_stop(h, slot);
	n->state = (uint8_t)state;
	if (neighbour_has_timer(n))
		timer_start(h, slot, span_ns);
	if (was_lost || state == NEIGHBOUR_KNOWN)
		share_renew(h, slot);
	neighbour_show(h, slot);
}

void
neighbour_ask_once(struct host *h, struct neighbour *n)
{
	const struct interface *i = host_interface(h, n->iface);
	const uint8_t *to = n->state == NEIGHBOUR_PROBING ? n->mac : NULL;

	n->asks++;
	h->tpid = n->tpid;
	if (n->family == 4)
		arp_ask(h, i, &n->address, to);
	else
		nd_ask(h, i, &n->address, to);
	h->tpid = 0;
}

void
neighbour_ask(struct host *h, uint16_t slot)
{
	h->neighbours[slot].asks = 0;
	neighbour_become(h, slot, NEIGHBOUR_ASKING, ASK_NS);
	neighbour_ask_once(h, &h->neighbours[slot]);
}

void
neighbour_use(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	n->used_ns = h->now_ns;
	if (n->state != NEIGHBOUR_KNOWN || n->is_static || h->now_ns < n->fresh_ns)
		return;
	if (h->setup.trusting)
		return;
	n->asks = 0;
	neighbour_become(h, slot, NEIGHBOUR_PROBING, ASK_NS);
	neighbour_ask_once(h, n);
}

void
neighbour_know(struct host *h, uint16_t slot, const uint8_t mac[6], bool fresh)
{
	struct neighbour *n = &h->neighbours[slot];
	const struct interface *i = host_interface(h, n->iface);
	struct nexthop *nh = neighbour_nexthop(h, slot);

	memcpy(n->mac, mac, 6);
	n->answered = true;
	h->returned_ns = n->dead ? h->now_ns : h->returned_ns;
	n->dead = false;
	n->fresh_ns = fresh ? h->now_ns + (n->watched ? WATCH_REACHABLE_NS : REACHABLE_NS) : 0;
	nh->l2_bytes = (uint8_t)ether_write(nh->l2, i, mac,
		n->family == 4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6, n->tpid);
	nexthop_follow(h, slot, i);
	neighbour_become(h, slot, NEIGHBOUR_KNOWN, 0);
	held_release(h, slot);
}

void
neighbour_lose(struct host *h, uint16_t slot)
{
	held_drop(h, slot, REASON_neighbour_unresolved);
	h->neighbours[slot].dead = false; /* nobody knows */
	neighbour_become(h, slot, NEIGHBOUR_LOST, 0);
}

void
neighbour_doubt(struct host *h, uint16_t slot)
{
	if (h->neighbours[slot].state == NEIGHBOUR_KNOWN)
		h->neighbours[slot].fresh_ns = 0;
}

void
neighbour_free(struct host *h, uint16_t slot)
{
	neighbour_lose(h, slot);
	share_leave(h, slot);
	neighbour_leave(h, slot);
}
