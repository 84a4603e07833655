/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames: Ethernet, VLAN tags, the interface by which they came in, the station they are for. */
#include "packet/parse.h"

#include <string.h>

#include <rte_common.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "packet/parse_priv.h"

#define ARP_BYTES 28 /* over Ethernet, for IPv4 */

void
view_clear(struct view *v)
{
	memset(v, 0, sizeof(*v));
	v->iface = IFACE_NONE;
	v->l3 = VIEW_NONE;
	v->l4 = VIEW_NONE;
	v->payload = VIEW_NONE;
	v->frag_header = VIEW_NONE;
}

static bool
is_vlan_tag(uint16_t ethertype)
{
	return ethertype == RTE_ETHER_TYPE_VLAN || ethertype == RTE_ETHER_TYPE_QINQ;
}

static enum reason
parse_eth(struct view *v, const struct frame *f, const struct ingress *in)
{
	uint32_t at = RTE_ETHER_HDR_LEN;
	enum reason why = frame_lacks(f, 0, at, REASON_eth_runt);

	if (why != REASON_NONE)
		return why;
	v->broadcast = f->data[0] & 1;
	v->to_us = memcmp(f->data, in->mac, 6) == 0;
	memcpy(v->to_mac, f->data, sizeof(v->to_mac));
	memcpy(v->mac, f->data + 6, sizeof(v->mac));
	v->ethertype = read_be16(f->data + at - 2);
	if (is_vlan_tag(v->ethertype))
		v->tpid = v->ethertype;
	while (v->vlans < 2 && is_vlan_tag(v->ethertype)) {
		why = frame_lacks(f, at, 4, REASON_eth_runt);
		if (why != REASON_NONE)
			return why;
		v->vlan[v->vlans++] = read_be16(f->data + at) & 0xfff;
		v->ethertype = read_be16(f->data + at + 2);
		at += 4;
	}
	v->l3 = (uint16_t)at;
	v->l3_bytes = f->all_bytes - at;
	return REASON_NONE;
}

static uint16_t
qinq_iface(const struct ingress *in, const uint16_t vlan[2])
{
	for (unsigned i = 0; i < in->n_qinq; i++) {
		if (in->qinq[i].outer == vlan[0] && in->qinq[i].inner == vlan[1])
			return in->qinq[i].iface;
	}
	return IFACE_NONE;
}

static bool
iface_is_wire(const struct ingress *in, uint16_t iface)
{
	if (iface == in->untagged)
		return in->wire;
	return in->wire_iface != NULL && in->wire_iface[iface];
}

/* Returns the interface that has the frame's VLAN. A tag with id 0 (802.1p) is only a priority. */
static uint16_t
tagged_iface(const struct ingress *in, const uint16_t vlan[2])
{
	uint16_t iface = in->untagged;

	if (vlan[0] == 0 && vlan[1] == 0)
		return iface;
	iface = in->vlan == NULL ? IFACE_NONE : in->vlan[vlan[0]];
	if (iface == IFACE_QINQ)
		return qinq_iface(in, vlan);
	if (iface == IFACE_NONE)
		return IFACE_NONE;
	return vlan[1] == 0 || iface_is_wire(in, iface) ? iface : IFACE_NONE;
}

uint16_t
parse_iface(const struct ingress *in, const uint16_t vlan[2])
{
	uint16_t iface = tagged_iface(in, vlan);

	return iface == IFACE_NONE && in->wire ? in->untagged : iface;
}

static enum reason
find_iface(struct view *v, const struct ingress *in)
{
	v->iface = parse_iface(in, v->vlan);
	v->tuple.domain = ingress_domain(in, v->iface);
	return v->iface == IFACE_NONE ? REASON_vlan_unknown : REASON_NONE;
}

/* Reads the addresses, for reports only: the host reads the message itself. */
static enum reason
parse_arp(struct view *v, struct frame *f)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0 };
	const uint8_t *arp = f->data + v->l3;
	enum reason why = frame_lacks(f, v->l3, ARP_BYTES, REASON_eth_runt);

	if (why != REASON_NONE || memcmp(arp, head, sizeof(head)) != 0)
		return why;
	v->icmp_type = arp[7];
	memcpy(&v->tuple.src, arp + 14, 4);
	memcpy(&v->tuple.dst, arp + 24, 4);
	return REASON_NONE;
}

static enum reason
parse_l3(struct view *v, struct frame *f)
{
	switch (v->ethertype) {
	case RTE_ETHER_TYPE_IPV4:
		v->kind = VIEW_IP4;
		return parse_ip4(v, f);
	case RTE_ETHER_TYPE_IPV6:
		v->kind = VIEW_IP6;
		return parse_ip6(v, f);
	case RTE_ETHER_TYPE_ARP:
		v->kind = VIEW_ARP;
		return parse_arp(v, f);
	default:
		v->kind = VIEW_OTHER;
		return REASON_NONE;
	}
}

static bool
destination_is_unicast(const struct view *v)
{
	if (v->kind == VIEW_IP4)
		return v->tuple.dst.bytes[0] < 224;
	return v->kind == VIEW_IP6 && v->tuple.dst.bytes[0] != 0xff;
}

static enum reason
parse_all(struct view *v, struct frame *f, const struct ingress *in)
{
	enum reason why = parse_eth(v, f, in);
	bool wire;

	if (why == REASON_NONE)
		why = find_iface(v, in);
	if (why != REASON_NONE)
		return why;
	wire = iface_is_wire(in, v->iface);
	if (!wire && !v->to_us && !v->broadcast)
		return REASON_not_for_us;
	why = parse_l3(v, f);
	if (why != REASON_NONE)
		return why;
	if (!wire && v->broadcast && destination_is_unicast(v))
		return REASON_not_for_us;
	return REASON_NONE;
}

static void
parse(struct view *v, struct frame *f, const struct ingress *in)
{
	enum reason why;

	view_clear(v);
	why = parse_all(v, f, in);
	if (why != REASON_NONE) {
		v->kind = VIEW_BAD;
		v->reason = (uint8_t)why;
	}
}

void
parse_frame(struct view *v, const struct rte_mbuf *m, const struct ingress *in)
{
	struct frame f = {
		.data = rte_pktmbuf_mtod(m, const uint8_t *),
		.here_bytes = RTE_MIN(m->data_len, m->pkt_len),
		.all_bytes = m->pkt_len,
		.m = m,
	};

	parse(v, &f, in);
}

void
parse_bytes(struct view *v, const uint8_t *data, uint32_t data_bytes, uint32_t frame_bytes,
	const struct ingress *in)
{
	struct frame f = {
		.data = data,
		.here_bytes = RTE_MIN(data_bytes, frame_bytes),
		.all_bytes = frame_bytes,
	};

	parse(v, &f, in);
}

enum reason
parse_quoted(struct view *v, const uint8_t *ip, uint32_t bytes, unsigned family)
{
	struct frame f = { .data = ip, .here_bytes = bytes, .all_bytes = bytes, .quoted = true };
	uint8_t domain = v->tuple.domain;
	uint16_t iface = v->iface;
	enum reason why;

	view_clear(v);
	v->iface = iface;
	v->tuple.domain = domain;
	v->l3 = 0;
	v->kind = family == 4 ? VIEW_IP4 : VIEW_IP6;
	why = family == 4 ? parse_ip4(v, &f) : parse_ip6(v, &f);
	if (why != REASON_NONE) {
		v->kind = VIEW_BAD;
		v->reason = (uint8_t)why;
	}
	return why;
}
