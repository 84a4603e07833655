/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for a neighbour: one each, the newest, and so many in all (RFC 1122 2.3.2.2,
 * RFC 4861 7.2.2, RFC 6583). */

#include <string.h>

#include <rte_ether.h>

#include "slowpath/host/host_priv.h"

void
held_init(struct host *h)
{
	h->held_free = NONE;
	for (unsigned i = HOST_HELD; i-- > 0;) {
		h->held[i].chain = h->held_free;
		h->held_free = (uint16_t)i;
	}
}

/* The packet is nobody's then. */
static struct held *
held_take_out(struct host *h, uint16_t slot)
{
	uint16_t at = h->neighbours[slot].held;
	struct held *held = &h->held[at];

	h->neighbours[slot].held = NONE;
	h->setup.ledger->held[HELD_neighbour]--;
	held->chain = h->held_free;
	h->held_free = at;
	return held;
}

static void
drop(struct host *h, uint16_t slot, struct rte_mbuf *m, enum reason r)
{
	ledger_drop(h->setup.ledger, h->neighbours[slot].iface, r);
	rte_pktmbuf_free(m);
}

void
held_drop(struct host *h, uint16_t slot, enum reason r)
{
	struct held *held = held_take_out(h, slot);
	struct subject s = {
		.v = &held->view, .m = held->m, .in = host_interface(h, held->view.iface),
		.from = held->from, .rewritten = true,
	};

	if (held->tells && s.in != NULL && r == REASON_neighbour_unresolved)
		tell_sender(h, &s, HOST_UNREACHABLE, 1);
	drop(h, slot, held->m, r);
}

void
held_release(struct host *h, uint16_t slot)
{
	struct held *held;
	struct rte_mbuf *m;
	enum reason r;

	if (h->neighbours[slot].held == NONE)
		return;
	held = held_take_out(h, slot);
	m = held->m;
	r = ip_send(h, slot, m, held->l3);
	if (r != REASON_NONE)
		drop(h, slot, m, r);
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

static enum reason
hold(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	struct neighbour *n = &h->neighbours[slot];
	struct held *held;

	if (n->held != NONE)
		held_drop(h, slot, REASON_neighbour_queue_full);
	if (h->held_free == NONE)
		return REASON_neighbour_queue_full;
	n->held = h->held_free;
	held = &h->held[n->held];
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
	h->setup.ledger->held[HELD_neighbour]++;
	return REASON_NONE;
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

enum reason
host_hold(struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);
	enum reason r;

	if (nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours)
		return REASON_neighbour_unresolved;
	neighbour_use(h, slot);
	switch (h->neighbours[slot].state) {
	case NEIGHBOUR_KNOWN:
	case NEIGHBOUR_PROBING:
		return ip_send(h, slot, m, l3);
	case NEIGHBOUR_FAILED:
		return refuse(h, m, l3, v);
	case NEIGHBOUR_ASKING:
		return hold(h, slot, m, l3, v);
	case NEIGHBOUR_LOST:
		if (!neighbour_may_ask(h))
			return REASON_neighbour_queue_full;
		r = hold(h, slot, m, l3, v);
		neighbour_ask(h, slot);
		return r;
	default:
		return REASON_neighbour_unresolved;
	}
}
