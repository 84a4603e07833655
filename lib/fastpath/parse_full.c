/* SPDX-License-Identifier: BSD-3-Clause */
/* Class and key of a slot that the quick test left: VLANs, options, extension headers, fragments,
 * ICMP, and all faults. */

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

void
fastpath_parse_full(struct fastpath *fp, struct burst *b, unsigned slot)
{
	struct view *v = slowpath_view(&fp->dp, slot);

	parse_frame(v, b->m[slot], b->ingress);
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
