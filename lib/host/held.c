/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for a neighbour: storing and sending them. */

#include "base/counter.h"
#include "host/host_priv.h"

void
held_init(struct host *h)
{
	h->held_free = NONE;
	for (unsigned i = HOST_HELD; i-- > 0;) {
		h->held[i].chain = h->held_free;
		h->held_free = (uint16_t)i;
	}
	for (unsigned i = 0; i < LEDGER_IFACES; i++)
		h->held_by[i] = (struct held_queue){ NONE, NONE, 0 };
}

static void
queue_push(struct host *h, uint16_t at, struct held_queue *q)
{
	struct held *held = &h->held[at];

	held->older = q->newest;
	held->newer = NONE;
	if (q->newest != NONE)
		h->held[q->newest].newer = at;
	else
		q->oldest = at;
	q->newest = at;
	q->n++;
}

static void
queue_remove(struct host *h, uint16_t at, struct held_queue *q)
{
	const struct held *held = &h->held[at];

	if (held->older != NONE)
		h->held[held->older].newer = held->newer;
	else
		q->oldest = held->newer;
	if (held->newer != NONE)
		h->held[held->newer].older = held->older;
	else
		q->newest = held->older;
	q->n--;
}

void
held_put(struct host *h, uint16_t slot, uint16_t at)
{
	struct neighbour *n = &h->neighbours[slot];

	h->held[at].slot = slot;
	h->held[at].chain = NONE;
	if (n->newest != NONE)
		h->held[n->newest].chain = at;
	else
		n->oldest = at;
	n->newest = at;
	n->n_held++;
	queue_push(h, at, &h->held_by[n->iface]);
	counter_add(&h->setup.ledger->held[HELD_neighbour], 1);
}

/* Takes the oldest packet of a neighbour out.  Its place is vacant, but can still be read. */
static struct rte_mbuf *
take_out(struct host *h, uint16_t slot, struct held **place)
{
	struct neighbour *n = &h->neighbours[slot];
	uint16_t at = n->oldest;
	struct held *held = &h->held[at];
	struct rte_mbuf *m = held->m;

	queue_remove(h, at, &h->held_by[n->iface]);
	n->oldest = held->chain;
	if (--n->n_held == 0)
		n->newest = NONE;
	counter_add(&h->setup.ledger->held[HELD_neighbour], -1);
	held->m = NULL;
	held->chain = h->held_free;
	h->held_free = at;
	*place = held;
	return m;
}

static void
drop(struct host *h, uint16_t slot, struct rte_mbuf *m, enum reason r)
{
	ledger_drop(h->setup.ledger, h->neighbours[slot].iface, r);
	rte_pktmbuf_free(m);
}

void
held_drop_oldest(struct host *h, uint16_t slot, enum reason r)
{
	struct held *held;
	struct rte_mbuf *m = take_out(h, slot, &held);
	struct subject s = {
		.v = &held->view,
		.m = m,
		.in = host_interface(h, held->view.iface),
		.from = held->from,
		.rewritten = true,
	};

	if (held->tells && h->setup.stays != NULL)
		h->setup.stays(h->setup.arg, &held->view);
	if (held->tells && s.in != NULL && r == REASON_neighbour_unresolved)
		tell_sender(h, &s, HOST_UNREACHABLE, 1);
	drop(h, slot, m, r);
}

void
held_drop(struct host *h, uint16_t slot, enum reason r)
{
	while (h->neighbours[slot].n_held != 0)
		held_drop_oldest(h, slot, r);
}

/* Adapts the offsets of a view to an IP header at l3. */
void
held_move_view(struct view *v, uint16_t l3)
{
	uint16_t by = (uint16_t)(l3 - v->l3);

	v->l3 = l3;
	if (v->l4 != VIEW_NONE)
		v->l4 = (uint16_t)(v->l4 + by);
	if (v->payload != VIEW_NONE)
		v->payload = (uint16_t)(v->payload + by);
	if (v->frag_header != VIEW_NONE)
		v->frag_header = (uint16_t)(v->frag_header + by);
}

/* Sends a packet that waited; its session moves on. */
enum reason
held_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	enum reason r = v != NULL && h->setup.leaves != NULL ? h->setup.leaves(h->setup.arg, v, m)
							     : REASON_NONE;

	return r != REASON_NONE ? r : ip_send(h, slot, m, l3);
}

void
held_release(struct host *h, uint16_t slot)
{
	while (h->neighbours[slot].n_held != 0) {
		struct held *held;
		struct rte_mbuf *m = take_out(h, slot, &held);
		enum reason r = held_send(h, slot, m, held->l3, held->tells ? &held->view : NULL);

		if (r != REASON_NONE)
			drop(h, slot, m, r);
	}
}
