/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of slots: read when a step needs one, as the packet arrived. */

#include "packet/parse.h"
#include "slowpath/slowpath_priv.h"

struct view *
slowpath_view(struct datapath *dp, unsigned slot)
{
	dp->slow->scratch->viewed[slot] = dp->slow->burst;
	return &dp->slow->scratch->view[slot];
}

const struct view *
slot_view(struct datapath *dp, const struct burst *b, unsigned slot)
{
	struct view *v = &dp->slow->scratch->view[slot];
	const uint8_t *frame;

	if (likely(dp->slow->scratch->viewed[slot] == dp->slow->burst))
		return v;
	dp->slow->scratch->viewed[slot] = dp->slow->burst;
	frame = rte_pktmbuf_mtod(b->m[slot], const uint8_t *);
	if (b->class[slot] == SLOT_PLAIN4) {
		parse_plain4(v, frame, b->iface[slot]);
		v->tuple.domain = (uint8_t)b->key4[slot].domain;
	} else if (b->class[slot] == SLOT_PLAIN6) {
		parse_plain6(v, frame, b->iface[slot]);
		v->tuple.domain = (uint8_t)b->key6[slot].domain;
	} else {
		parse_frame(v, b->m[slot], b->ingress);
	}
	return v;
}

bool
slot_quoted(const struct burst *b, unsigned slot, const struct view *v, struct view *quoted,
	enum reason *why)
{
	const struct rte_mbuf *m = b->m[slot];
	uint32_t end = RTE_MIN((uint32_t)m->data_len, v->l3 + v->l3_bytes);

	if (!v->icmp_error || v->payload == VIEW_NONE || v->payload >= end)
		return false;
	*quoted = (struct view){ .iface = v->iface, .tuple.domain = v->tuple.domain };
	*why = parse_quoted(quoted, rte_pktmbuf_mtod_offset(m, const uint8_t *, v->payload),
		end - v->payload, v->family);
	return true;
}
