/* SPDX-License-Identifier: BSD-3-Clause */
/* The step of fragments in the slow path: they get the ports of their datagram's first one, or are
 * held until it is judged.
 *
 * Several workers: all fragments of a datagram meet on one worker (worker/owner.h), which hands
 * each with its ports to the owner of its flow.  The owner answers what became of the first one. */

#include "packet/parse.h"
#include "slowpath/fragments/fragments.h"
#include "slowpath/fragments/step.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"

static enum fragments_use
use_by(const struct datapath *dp, uint16_t iface, const union address *dst, unsigned family)
{
	unsigned space = address_space(family, generation_domain(dp->gen, iface));
	const struct interface *in = dp->gen->iface[iface];
	unsigned traits;

	if (in == NULL || in->pipeline == NULL)
		return FRAGMENTS_ALONE;
	traits = in->pipeline->traits;
	/* Echo requests to Weir are answered fragment by fragment, if the first fragment was a
	 * request. */
	if ((traits & (TRAIT_PORTS | TRAIT_TRACKS)) || generation_owns(dp->gen, dst, space))
		return FRAGMENTS_JUDGED;
	return traits & TRAIT_SPREADS ? FRAGMENTS_SPREAD : FRAGMENTS_ALONE;
}

enum fragments_use
slowpath_fragments_use(const struct datapath *dp, const struct view *v)
{
	if (!v->fragment || (v->kind != VIEW_IP4 && v->kind != VIEW_IP6))
		return FRAGMENTS_ALONE;
	return use_by(dp, v->iface, &v->tuple.dst, v->family);
}

static void
set_key(struct datapath *dp, struct burst *b, unsigned slot, const struct view *v)
{
	b->iface[slot] = v->iface;
	b->l3[slot] = v->l3;
	if (v->family == 6) {
		b->class[slot] = SLOT_OTHER6;
		view_to_key6(&b->key6[slot], v, v->iface);
		b->hash[slot] = flow_hash6(&b->key6[slot], &dp->flow6->secret);
	} else {
		b->class[slot] = SLOT_OTHER4;
		view_to_key4(&b->key4[slot], v, v->iface);
		b->hash[slot] = flow_hash4(&b->key4[slot], &dp->flow4->secret);
	}
}

/* Returns the worker that judges a fragment whose ports are known, or looks for its session. */
static unsigned
judge_of(const struct datapath *dp, const struct view *v, struct fragment_pass *pass)
{
	struct tuple t = v->tuple;
	struct handing h;

	if (pass->flags & FRAGMENT_PORTLESS)
		return dp->worker;
	if (tuple_is_icmp(&t)) /* steering has the identifier of a query in both ports */
		t.dport = t.sport;
	h = slowpath_hand_fragment(
		dp, &v->tuple, dp->slow->owner_of(dp->slow->others_arg, &t, v->iface));
	pass->sought = h.sought != 0 ? (uint16_t)(h.home | h.sought) : 0;
	return h.to;
}

static void
mark(const struct datapath *dp, struct rte_mbuf *m, uint16_t port, struct fragment_pass *pass)
{
	pass->worker = (uint16_t)dp->worker;
	fragment_mark_write(m, pass);
	m->port = port | FRAGMENT_MARK;
}

static void
drop_released(struct datapath *dp, const struct burst *b, enum reason why)
{
	ledger_drop(dp->ledger, b->iface[BURST_SPARE], why);
	rte_pktmbuf_free(b->m[BURST_SPARE]);
}

/* Prepares a held fragment in the burst's spare slot.  The generation may have changed meanwhile.
 * Returns true if this worker judges it. */
static bool
ready_released(struct datapath *dp, struct burst *b, struct fragment_pass *pass, uint16_t port)
{
	struct view *v = slowpath_view(dp, BURST_SPARE);
	unsigned to;

	parse_frame(v, b->m[BURST_SPARE], &dp->gen->ingress[port]);
	b->iface[BURST_SPARE] = v->iface != IFACE_NONE ? v->iface : 0;
	if (v->kind == VIEW_BAD) {
		drop_released(dp, b, v->reason);
		return false;
	}
	if ((pass->flags & FRAGMENT_PORTLESS)
		&& slowpath_fragments_use(dp, v) == FRAGMENTS_JUDGED) {
		drop_released(dp, b, REASON_frag_timeout);
		return false;
	}
	fragment_pass_apply(pass, v);
	to = judge_of(dp, v, pass);
	if (to == dp->worker) {
		set_key(dp, b, BURST_SPARE, v);
		return true;
	}
	mark(dp, b->m[BURST_SPARE], port, pass);
	dp->slow->hand(dp->slow->others_arg, to, b->m[BURST_SPARE]);
	return false;
}

bool
fragment_next(struct datapath *dp, struct burst *b, struct fragment_pass *pass, uint16_t *port)
{
	struct rte_mbuf *m;

	while ((m = fragments_next(dp->slow->fragments, pass, port)) != NULL) {
		b->m[BURST_SPARE] = m;
		if (ready_released(dp, b, pass, *port))
			return true;
	}
	return false;
}

void
fragment_settled(struct datapath *dp, struct burst *b, struct fragment_pass *pass, uint16_t port)
{
	struct rte_mbuf *m = b->m[BURST_SPARE];

	if (b->output[BURST_SPARE].port == OUT_DROP) {
		drop_released(dp, b, b->reason[BURST_SPARE]);
	} else if (b->output[BURST_SPARE].port <= OUT_PORT_MAX) {
		slowpath_send(dp, m, b->output[BURST_SPARE].port, b->output[BURST_SPARE].iface);
	} else if (b->output[BURST_SPARE].port == OUT_WORKER) {
		mark(dp, m, port, pass);
		dp->slow->hand(dp->slow->others_arg, b->output[BURST_SPARE].iface, m);
	}
}

/* Hands a fragment of another worker over, with its ports. */
static void
hand_on(struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass,
	unsigned to)
{
	mark(dp, b->m[slot], b->port, pass);
	b->output[slot].port = OUT_WORKER;
	b->output[slot].iface = (uint16_t)(to | FRAGMENT_MARK);
}

bool
fragment_enter(struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	struct view *v = &dp->slow->scratch->view[slot];
	const struct fragment_arrival a = {
		.view = v,
		.m = b->m[slot],
		.port = b->port,
		.use = slowpath_fragments_use(dp, v),
		.now_ns = dp->now_ns,
	};
	enum fragment_fate fate;
	enum reason why;
	unsigned to;

	b->output[slot].port = OUT_HELD;
	fate = fragments_take(dp->slow->fragments, &a, pass, &why);
	if (fate == FRAGMENT_DROP)
		slot_drop(b, slot, why);
	if (fate != FRAGMENT_GO)
		return false;
	fragment_pass_apply(pass, v);
	to = judge_of(dp, v, pass);
	if (to != dp->worker) {
		hand_on(dp, b, slot, pass, to);
		return false;
	}
	set_key(dp, b, slot, v);
	return true;
}

void
fragment_leave(struct datapath *dp, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	if (b->output[slot].port == OUT_WORKER && b->output[slot].iface != dp->worker)
		hand_on(dp, b, slot, pass, b->output[slot].iface);
	else if (pass->ticket != 0)
		fragments_decide(dp->slow->fragments, pass,
			b->output[slot].port == OUT_DROP ? b->reason[slot] : REASON_NONE);
}

static enum reason
use_in_generation(void *arg, const struct fragment_place *p, enum fragments_use *use)
{
	const struct datapath *dp = arg;
	uint16_t iface = parse_iface(&dp->gen->ingress[p->port], p->vlan);

	if (iface == IFACE_NONE)
		return REASON_vlan_unknown;
	*use = use_by(dp, iface, p->dst, p->family);
	return REASON_NONE;
}

void
fragment_adopt(struct datapath *dp)
{
	fragments_adopt(dp->slow->fragments, use_in_generation, dp);
}

void
fragment_follow(struct datapath *dp)
{
	fragments_follow(dp->slow->fragments);
}
