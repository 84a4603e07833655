/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for a neighbour: so many each and so many for each egress interface, the
 * newest ones (RFC 1122 2.3.2.2, RFC 4861 7.2.2, RFC 6583). */

#include <string.h>

#include <rte_ether.h>

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

static void
put_in(struct host *h, uint16_t slot, uint16_t at)
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

/* Takes the oldest packet of a neighbour out; its place is vacant, what it says can still be
 * read. */
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

static void
drop_oldest(struct host *h, uint16_t slot, enum reason r)
{
	struct held *held;
	struct rte_mbuf *m = take_out(h, slot, &held);
	struct subject s = {
		.v = &held->view, .m = m, .in = host_interface(h, held->view.iface),
		.from = held->from, .rewritten = true,
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
		drop_oldest(h, slot, r);
}

/* Offsets of a view whose IP header stands at l3 now. */
static void
move_view(struct view *v, uint16_t l3)
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
static enum reason
send_waited(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	enum reason r = v != NULL && h->setup.leaves != NULL
		? h->setup.leaves(h->setup.arg, v, m) : REASON_NONE;

	return r != REASON_NONE ? r : ip_send(h, slot, m, l3);
}

void
held_release(struct host *h, uint16_t slot)
{
	while (h->neighbours[slot].n_held != 0) {
		struct held *held;
		struct rte_mbuf *m = take_out(h, slot, &held);
		enum reason r = send_waited(h, slot, m, held->l3,
			held->tells ? &held->view : NULL);

		if (r != REASON_NONE)
			drop(h, slot, m, r);
	}
}

/* Length of the IP packet in a mbuf, from its header; 0 when it is not there. */
static unsigned
ip_bytes(const struct rte_mbuf *m, uint16_t l3)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);

	if (m->data_len < l3 + IP4_BYTES)
		return 0;
	if (ip[0] >> 4 == 4)
		return (unsigned)ip[2] << 8 | ip[3];
	return IP6_BYTES + ((unsigned)ip[4] << 8 | ip[5]);
}

enum reason
ip_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3)
{
	const struct nexthop *nh = neighbour_nexthop(h, slot);
	unsigned bytes = ip_bytes(m, l3);

	if (bytes == 0 || l3 + bytes > m->pkt_len)
		return REASON_multi_segment;
	if (bytes > nh->mtu && h->neighbours[slot].family == 4)
		return fragments_send(h, slot, m, l3);
	if (m->pkt_len > l3 + bytes && rte_pktmbuf_trim(m, (uint16_t)(m->pkt_len - l3 - bytes)) < 0)
		return REASON_multi_segment;
	rte_pktmbuf_adj(m, l3);
	if (rte_pktmbuf_prepend(m, nh->l2_bytes) == NULL)
		return REASON_no_mbuf;
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), nh->l2, nh->l2_bytes);
	h->setup.send(h->setup.arg, m, nh->port, nh->iface);
	return REASON_NONE;
}

/* The queue of the egress interface that most packets wait for. */
static const struct held_queue *
longest_queue(const struct host *h)
{
	const struct held_queue *longest = &h->held_by[0];

	for (unsigned i = 1; i < h->gen->n_ifaces; i++)
		if (h->held_by[i].n > longest->n)
			longest = &h->held_by[i];
	return longest;
}

/* Drops the oldest packet of whoever may hold no more: the neighbour, its interface, or all. */
static void
make_room(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	const struct held_queue *q = &h->held_by[n->iface];

	if (n->n_held == HOST_HELD_EACH)
		drop_oldest(h, slot, REASON_neighbour_queue_full);
	else if (q->n == HOST_HELD_IFACE)
		drop_oldest(h, h->held[q->oldest].slot, REASON_neighbour_queue_full);
	else if (h->held_free == NONE)
		drop_oldest(h, h->held[longest_queue(h)->oldest].slot, REASON_neighbour_queue_full);
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
		move_view(&held->view, l3);
	}
	put_in(h, slot, at);
}

static enum reason
refuse(struct host *h, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	const struct interface *in = v != NULL ? host_interface(h, v->iface) : NULL;
	struct view moved;
	struct subject s = { .v = &moved, .m = m, .in = in, .rewritten = true };

	if (in != NULL && m->data_len >= RTE_ETHER_HDR_LEN) {
		moved = *v;
		move_view(&moved, l3);
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
	move_view(&moved, l3);
	return send_waited(h, slot, m, l3, &moved);
}

bool
host_refuses(const struct host *h, uint16_t nexthop)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);

	return nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours
		|| h->neighbours[slot].state == NEIGHBOUR_FAILED
		|| h->neighbours[slot].state == NEIGHBOUR_FREE;
}

enum reason
host_hold(struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);

	if (nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours)
		return REASON_neighbour_unresolved;
	neighbour_use(h, slot);
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
