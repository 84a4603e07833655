/* SPDX-License-Identifier: BSD-3-Clause */
/* Decides which packets wait for a neighbour: a bounded number for each neighbour and each egress
 * interface, the newest ones (RFC 1122 2.3.2.2, RFC 4861 7.2.2, RFC 6583). */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

/* Returns the queue of the egress interface for which most packets wait. */
static const struct held_queue *
longest_queue(const struct host *h)
{
	const struct held_queue *longest = &h->held_by[0];

	for (unsigned i = 1; i < h->gen->n_ifaces; i++)
		if (h->held_by[i].n > longest->n)
			longest = &h->held_by[i];
	return longest;
}

/* Drops the oldest packet of the neighbour, of its interface, or of all, depending on which bound
 * is reached. */
static void
make_room(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	const struct held_queue *q = &h->held_by[n->iface];

	if (n->n_held == HOST_HELD_EACH)
		held_drop_oldest(h, slot, REASON_neighbour_queue_full);
	else if (q->n == HOST_HELD_IFACE)
		held_drop_oldest(h, h->held[q->oldest].slot, REASON_neighbour_queue_full);
	else if (h->held_free == NONE)
		held_drop_oldest(
			h, h->held[longest_queue(h)->oldest].slot, REASON_neighbour_queue_full);
}

static void
hold(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	struct held *held;
	uint16_t at;

	make_room(h, slot);
	at = h->held_free;
	held = &h->held[at];
	h->held_free = held->chain;
	held->m = m;
	held->l3 = l3;
	held->tells = v != NULL && m->data_len >= RTE_ETHER_HDR_LEN;
	if (held->tells) {
		memcpy(held->from, rte_pktmbuf_mtod(m, uint8_t *) + RTE_ETHER_ADDR_LEN,
			RTE_ETHER_ADDR_LEN);
		held->view = *v;
		held_move_view(&held->view, l3);
	}
	held_put(h, slot, at);
}

static enum reason
refuse(struct host *h, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	const struct interface *in = v != NULL ? host_interface(h, v->iface) : NULL;
	struct view moved;
	struct subject s = { .v = &moved, .m = m, .in = in, .rewritten = true };

	if (in != NULL && m->data_len >= RTE_ETHER_HDR_LEN) {
		moved = *v;
		held_move_view(&moved, l3);
		s.from = rte_pktmbuf_mtod(m, uint8_t *) + RTE_ETHER_ADDR_LEN;
		tell_sender(h, &s, HOST_UNREACHABLE, 1);
	}
	return REASON_neighbour_unresolved;
}

static enum reason
send_at_once(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	struct view moved;

	if (v == NULL)
		return ip_send(h, slot, m, l3);
	moved = *v;
	held_move_view(&moved, l3);
	return held_send(h, slot, m, l3, &moved);
}

bool
host_refuses(const struct host *h, uint16_t nexthop)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);

	return nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours
		|| h->neighbours[slot].state == NEIGHBOUR_FAILED || h->neighbours[slot].dead
		|| h->neighbours[slot].state == NEIGHBOUR_FREE;
}

enum reason
host_hold(struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);

	if (nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours)
		return REASON_neighbour_unresolved;
	neighbour_use(h, slot);
	if (h->neighbours[slot].dead)
		return refuse(h, m, l3, v);
	switch (h->neighbours[slot].state) {
	case NEIGHBOUR_KNOWN:
	case NEIGHBOUR_PROBING:
		return send_at_once(h, slot, m, l3, v);
	case NEIGHBOUR_FAILED:
		return refuse(h, m, l3, v);
	case NEIGHBOUR_ASKING:
		hold(h, slot, m, l3, v);
		return REASON_NONE;
	case NEIGHBOUR_LOST:
		if (!h->neighbours[slot].answered && !limit_ask(h, &h->neighbours[slot], v))
			return REASON_neighbour_queue_full;
		hold(h, slot, m, l3, v);
		neighbour_ask(h, slot);
		return REASON_NONE;
	default:
		return REASON_neighbour_unresolved;
	}
}

enum reason
host_fragment(
	struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	return host_hold(h, nexthop, m, l3, v); /* ip_send fragments if the MTU requires
						 * it */
}
