/* SPDX-License-Identifier: BSD-3-Clause */
/* Class and key of a slot that the quick test left: VLANs, options, extension headers, fragments,
 * ICMP, and all faults. */

#include <string.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "packet/parse.h"

/* Returns true for frames that a wire takes whatever they hold. */
static bool
on_wire(const struct ingress *in, const struct view *v)
{
	return v->iface != IFACE_NONE && in->wire_iface != NULL && in->wire_iface[v->iface];
}

/* Returns false for Neighbour Discovery and multicast, which are not flows, and for broadcasts that
 * the kernel's interface gets. */
static bool
is_flow(const struct fastpath *fp, const struct view *v)
{
	const struct interface *in = fp->dp.gen->iface[v->iface];

	if (v->broadcast && in != NULL && in->host != NULL)
		return false;
	if (v->family == 6)
		return v->tuple.dst.bytes[0] != 0xff
			&& !(v->proto == IPPROTO_ICMPV6 && v->icmp_type >= 133
				&& v->icmp_type <= 137 && v->l4 != VIEW_NONE);
	return (rte_be_to_cpu_32(v->tuple.dst.v4) >> 28) != 0xe;
}

static void
classify_ip(struct fastpath *fp, struct burst *b, unsigned slot, const struct view *v)
{
	struct datapath *dp = &fp->dp;

	if (v->family == 4) {
		b->class[slot] = v->plain ? SLOT_PLAIN4 : SLOT_OTHER4;
		view_to_key4(&b->key4[slot], v, v->iface);
		b->hash[slot] = flow_hash4(&b->key4[slot], &dp->flow4->secret);
	} else {
		b->class[slot] = v->plain ? SLOT_PLAIN6 : SLOT_OTHER6;
		view_to_key6(&b->key6[slot], v, v->iface);
		b->hash[slot] = flow_hash6(&b->key6[slot], &dp->flow6->secret);
	}
}

/* Returns true if a frame has a VLAN besides those of its interface. */
static bool
has_more_tags(const struct view *v, const struct interface *in)
{
	unsigned own = in->inner_vlan != 0 ? 2 : in->vlan != 0;

	return (own < 2 && v->vlan[1] != 0) || (own < 1 && v->vlan[0] != 0);
}

/* Handles a frame of a bridge's member whose destination is the bridge itself: it enters by the
 * bridge's own interface, and its sender is learned. */
static void
follow_bridge(struct fastpath *fp, const struct burst *b, unsigned slot, struct view *v)
{
	const struct generation *gen = fp->dp.gen;
	uint16_t member = v->iface < LEDGER_IFACES ? v->iface : 0;
	const struct bridge *bridge = gen->bridge[gen->bridge_of[member]];
	struct ledger_iface *other;
	enum reason r;

	if (bridge == NULL || bridge->iface == 0 || memcmp(v->to_mac, bridge->mac, 6) != 0
		|| has_more_tags(v, gen->iface[member]))
		return;
	r = slowpath_bridge_hears(
		&fp->dp, bridge, rte_pktmbuf_mtod(b->m[slot], const uint8_t *), member);
	if (r != REASON_NONE && v->kind != VIEW_BAD) {
		v->kind = VIEW_BAD;
		v->reason = (uint8_t)r;
	}
	v->iface = bridge->iface;
	v->tuple.domain = generation_domain(gen, bridge->iface);
	v->to_us = true;
	/* The burst is counted at one of both. */
	other = &fp->ledger.iface[b->ingress->has_vlans ? member : bridge->iface];
	counter_add(&other->rx, b->handed ? 0 : 1);
	counter_add(&other->rx_bytes, b->handed ? 0 : b->m[slot]->pkt_len);
}

void
fastpath_parse_full(struct fastpath *fp, struct burst *b, unsigned slot)
{
	struct view *v = slowpath_view(&fp->dp, slot);

	parse_frame(v, b->m[slot], b->ingress);
	if (unlikely(fp->dp.gen->n_bridges != 0))
		follow_bridge(fp, b, slot, v);
	b->l3[slot] = v->l3;
	b->iface[slot] = v->iface != IFACE_NONE ? v->iface : 0;
	b->reason[slot] = v->reason;
	if (v->kind == VIEW_BAD && on_wire(b->ingress, v))
		v->kind = VIEW_OTHER;
	if (fp->slow.pass != NULL)
		fragment_pass_apply(fp->slow.pass, v);
	if (v->kind == VIEW_BAD)
		b->class[slot] = SLOT_BAD;
	else if ((v->kind == VIEW_IP4 || v->kind == VIEW_IP6) && is_flow(fp, v)
		&& (fp->slow.pass != NULL || slowpath_fragments_use(&fp->dp, v) == FRAGMENTS_ALONE))
		classify_ip(fp, b, slot, v);
	else
		b->class[slot] = SLOT_SLOW;
}

void
fastpath_parse_tagged(struct fastpath *fp, struct burst *b)
{
	b->bytes = 0;
	b->all_plain4 = false;
	b->may_have_tcp = true;
	for (unsigned i = 0; i < b->n; i++) {
		b->bytes += b->m[i]->pkt_len;
		fastpath_parse_full(fp, b, i);
	}
}

void
fastpath_count_tagged(struct fastpath *fp, const struct burst *b)
{
	struct ledger *l = &fp->ledger;

	for (unsigned i = 0; i < b->n; i++) {
		counter_add(&l->iface[b->iface[i]].rx, 1);
		counter_add(&l->iface[b->iface[i]].rx_bytes, b->m[i]->pkt_len);
	}
}
