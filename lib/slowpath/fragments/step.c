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
use_by(const struct slowpath *s, uint16_t iface, const union address *dst, unsigned family)
{
	const struct interface *in = s->gen->iface[iface];
	unsigned traits;

	if (in == NULL || in->pipeline == NULL)
		return FRAGMENTS_ALONE;
	traits = in->pipeline->traits;
	/* Echo requests to Weir are answered fragment by fragment, if the first fragment was a
	 * request. */
	if ((traits & (TRAIT_PORTS | TRAIT_TRACKS)) || generation_owns(s->gen, dst, family))
		return FRAGMENTS_JUDGED;
	return traits & TRAIT_SPREADS ? FRAGMENTS_SPREAD : FRAGMENTS_ALONE;
}

enum fragments_use
slowpath_fragments_use(const struct slowpath *s, const struct view *v)
{
	if (!v->fragment || (v->kind != VIEW_IP4 && v->kind != VIEW_IP6))
		return FRAGMENTS_ALONE;
	return use_by(s, v->iface, &v->tuple.dst, v->family);
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

/* Returns the worker that judges a fragment whose ports are known. */
static unsigned
judge_of(const struct slowpath *s, const struct view *v, const struct fragment_pass *pass)
{
	struct tuple t = v->tuple;

	if (s->owner_of == NULL || (pass->flags & FRAGMENT_PORTLESS))
		return s->worker;
	if (tuple_is_icmp(&t)) /* steering has the identifier of a query in both ports */
		t.dport = t.sport;
	return s->owner_of(s->others_arg, &t, v->iface);
}

static void
mark(const struct slowpath *s, struct rte_mbuf *m, uint16_t port, struct fragment_pass *pass)
{
	pass->worker = (uint16_t)s->worker;
	fragment_mark_write(m, pass);
	m->port = port | FRAGMENT_MARK;
}

static void
drop_released(struct slowpath *s, const struct burst *b, enum reason why)
{
	ledger_drop(s->ledger, b->iface[BURST_SPARE], why);
	rte_pktmbuf_free(b->m[BURST_SPARE]);
}

/* Prepares a held fragment in the burst's spare slot.  The generation may have changed meanwhile.
 * Returns true if this worker judges it. */
static bool
ready_released(struct slowpath *s, struct burst *b, struct fragment_pass *pass, uint16_t port)
{
	struct view *v = slowpath_view(s, BURST_SPARE);
	unsigned to;

	parse_frame(v, b->m[BURST_SPARE], &s->gen->ingress[port]);
	b->iface[BURST_SPARE] = v->iface != IFACE_NONE ? v->iface : 0;
	if (v->kind != VIEW_IP4 && v->kind != VIEW_IP6) {
		drop_released(s, b, v->kind == VIEW_BAD ? v->reason : REASON_eth_unknown_type);
		return false;
	}
	if ((pass->flags & FRAGMENT_PORTLESS) && slowpath_fragments_use(s, v) == FRAGMENTS_JUDGED) {
		drop_released(s, b, REASON_frag_timeout);
		return false;
	}
	fragment_pass_apply(pass, v);
	to = judge_of(s, v, pass);
	if (to == s->worker) {
		set_key(s, b, BURST_SPARE, v);
		return true;
	}
	mark(s, b->m[BURST_SPARE], port, pass);
	s->hand(s->others_arg, to, b->m[BURST_SPARE]);
	return false;
}

bool
fragment_next(struct slowpath *s, struct burst *b, struct fragment_pass *pass, uint16_t *port)
{
	struct rte_mbuf *m;

	while ((m = fragments_next(s->fragments, pass, port)) != NULL) {
		b->m[BURST_SPARE] = m;
		if (ready_released(s, b, pass, *port))
			return true;
	}
	return false;
}

void
fragment_settled(struct slowpath *s, struct burst *b, struct fragment_pass *pass, uint16_t port)
{
	struct rte_mbuf *m = b->m[BURST_SPARE];

	if (b->out[BURST_SPARE] == OUT_DROP) {
		drop_released(s, b, b->reason[BURST_SPARE]);
	} else if (b->out[BURST_SPARE] <= OUT_PORT_MAX) {
		slowpath_send(s, m, b->out[BURST_SPARE], b->egress[BURST_SPARE]);
	} else if (b->out[BURST_SPARE] == OUT_WORKER) {
		mark(s, m, port, pass);
		s->hand(s->others_arg, b->egress[BURST_SPARE], m);
	}
}

/* Hands a fragment of another worker over, with its ports. */
static void
hand_on(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass, unsigned to)
{
	mark(s, b->m[slot], b->port, pass);
	b->out[slot] = OUT_WORKER;
	b->egress[slot] = (uint16_t)(to | FRAGMENT_MARK);
}

bool
fragment_enter(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	struct view *v = &s->scratch->view[slot];
	const struct fragment_arrival a = {
		.view = v,
		.m = b->m[slot],
		.port = b->port,
		.use = slowpath_fragments_use(s, v),
		.now_ns = s->now_ns,
	};
	enum fragment_fate fate;
	enum reason why;
	unsigned to;

	b->out[slot] = OUT_HELD;
	fate = fragments_take(s->fragments, &a, pass, &why);
	if (fate == FRAGMENT_DROP)
		slot_drop(b, slot, why);
	if (fate != FRAGMENT_GO)
		return false;
	fragment_pass_apply(pass, v);
	to = judge_of(s, v, pass);
	if (to != s->worker) {
		hand_on(s, b, slot, pass, to);
		return false;
	}
	set_key(s, b, slot, v);
	return true;
}

void
fragment_leave(struct slowpath *s, struct burst *b, unsigned slot, struct fragment_pass *pass)
{
	if (b->out[slot] == OUT_WORKER && b->egress[slot] != s->worker)
		hand_on(s, b, slot, pass, b->egress[slot]);
	else if (pass->ticket != 0)
		fragments_decide(s->fragments, pass,
			b->out[slot] == OUT_DROP ? b->reason[slot] : REASON_NONE);
}

static enum reason
use_in_generation(void *arg, const struct fragment_place *p, enum fragments_use *use)
{
	const struct slowpath *s = arg;
	uint16_t iface = parse_iface(&s->gen->ingress[p->port], p->vlan);

	if (iface == IFACE_NONE)
		return REASON_vlan_unknown;
	*use = use_by(s, iface, p->dst, p->family);
	return REASON_NONE;
}

void
fragment_adopt(struct slowpath *s)
{
	fragments_adopt(s->fragments, use_in_generation, s);
}

void
fragment_follow(struct slowpath *s)
{
	fragments_follow(s->fragments);
}
