/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments that are judged by their datagram's first one: held before it, with its ports behind it. */

#include "packet/met.h"
#include "packet/parse.h"
#include "slowpath/fragments.h"
#include "slowpath/slowpath_priv.h"
#include "stage/pipeline.h"

/* Where ports count, or where the end is here: echos are answered fragment by fragment. */
bool
slowpath_is_held_fragment(const struct slowpath *s, const struct view *v)
{
	const struct interface *in = s->gen->iface[v->iface];

	return v->fragment && (v->kind == VIEW_IP4 || v->kind == VIEW_IP6) && in != NULL
		&& in->pipeline != NULL
		&& ((in->pipeline->traits & (TRAIT_PORTS | TRAIT_TRACKS))
			|| generation_owns(s->gen, &v->tuple.dst, v->family));
}

static void
set_key(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v)
{
	b->iface[slot] = v->iface;
	b->l3[slot] = v->l3;
	if (v->family == 6) {
		b->class[slot] = SLOT_OTHER6;
		tuple_to_key6(&b->key6[slot], &v->tuple, v->iface);
		b->hash[slot] = flow_hash6(&b->key6[slot], &s->flow6->secret);
	} else {
		b->class[slot] = SLOT_OTHER4;
		tuple_to_key4(&b->key4[slot], &v->tuple, v->iface);
		b->hash[slot] = flow_hash4(&b->key4[slot], &s->flow4->secret);
	}
}

/* One that was held goes its datagram's way, behind the packet at work. */
static void
settle_released(struct slowpath *s, struct burst *b, struct rte_mbuf *m)
{
	struct view *v = slowpath_view(s, BURST_SPARE);
	enum reason why;

	b->m[BURST_SPARE] = m;
	parse_frame(v, m, b->ingress);
	if (fragments_take(s->fragments, v, m, s->now_ns, &why) != FRAGMENT_GO) {
		ledger_drop(s->ledger, v->iface, REASON_frag_bad);
		rte_pktmbuf_free(m);
		return;
	}
	set_key(s, b, BURST_SPARE, v);
	settle_keyed(s, b, BURST_SPARE);
	if (b->out[BURST_SPARE] <= OUT_PORT_MAX) {
		slowpath_send(s, m, b->out[BURST_SPARE], b->egress[BURST_SPARE]);
	} else if (b->out[BURST_SPARE] == OUT_DROP) {
		ledger_drop(s->ledger, v->iface, b->reason[BURST_SPARE]);
		rte_pktmbuf_free(m);
	}
}

void
settle_fragment(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct view *v = &s->scratch->view[slot];
	struct rte_mbuf *held;
	enum reason why;

	if (met_read(b->m[slot], v)) {
		set_key(s, b, slot, v);
		settle_keyed(s, b, slot);
		return;
	}
	switch (fragments_take(s->fragments, v, b->m[slot], s->now_ns, &why)) {
	case FRAGMENT_TAKEN:
		b->out[slot] = OUT_HELD;
		observe(s, b, slot, NULL);
		return;
	case FRAGMENT_DROP:
		slot_drop(s, b, slot, why);
		observe(s, b, slot, NULL);
		return;
	case FRAGMENT_GO:
		break;
	}
	set_key(s, b, slot, v);
	settle_keyed(s, b, slot);
	if (!v->first)
		return;
	s->slot = (uint16_t)(slot + 1);
	while ((held = fragments_next(s->fragments, v)) != NULL)
		settle_released(s, b, held);
}
