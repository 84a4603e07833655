/* SPDX-License-Identifier: BSD-3-Clause */
/* Carrying a decision out on one packet: every case that the straight loop does not take. */

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/meter.h"
#include "flow/nat.h"
#include "flow/tcp.h"
#include "packet/parse.h"
#include "slowpath/slowpath_priv.h"
#include "stage/pipeline.h"

void
slot_drop(struct slowpath *s, struct burst *b, unsigned slot, enum reason r)
{
	b->out[slot] = OUT_DROP;
	b->reason[slot] = (uint8_t)r;
}

static void
hit_place(struct place_hits *h, unsigned ip_bytes, uint32_t tick)
{
	if (h->packets == 0)
		h->first = tick;
	h->last = tick;
	counter_add(&h->packets, 1);
	counter_add(&h->bytes, ip_bytes);
}

/* What a meter holds back counts at the line that asks for the meter. */
static void
count_exceeded(struct slowpath *s, uint32_t meter, unsigned ip_bytes)
{
	struct place_hits *hits = s->gen->worker[s->worker].hits;

	hit_place(&hits[s->gen->meters[meter].place], ip_bytes, clock_tick(s->now_ns));
}

bool
slowpath_rare(struct slowpath *s, const uint32_t rare[], uint8_t *ip, unsigned family,
	unsigned ip_bytes)
{
	struct meter *meters = s->gen->worker[s->worker].meters;

	for (unsigned i = 0; i < PROGRAM_RARE_MAX && rare[i] != 0; i++) {
		uint32_t arg = RARE_ARG(rare[i]);

		if (RARE_OP(rare[i]) == RARE_METER) {
			if (!meter_take(&meters[arg], s->now_ns, ip_bytes)) {
				count_exceeded(s, arg, ip_bytes);
				return false;
			}
		} else if (RARE_OP(rare[i]) == RARE_DSCP && family != 0) {
			rewrite_dscp(ip, family, (uint8_t)arg);
		}
	}
	return true;
}

/* The session is not new any more: what was decided for its forward flow while it was holds no longer. */
static void
judge_again(struct slowpath *s, const struct session *session)
{
	s->scratch->changed = true;
	session_outdate(s->sessions, session);
}

static struct tcp_verdict
track_tcp(struct slowpath *s, struct session *session, bool is_reply, const uint8_t *tcp,
	uint32_t l4_bytes)
{
	enum tcp_state before = session->state;
	struct tcp_segment segment;
	struct tcp_verdict v;

	tcp_read(&segment, tcp, l4_bytes);
	v = tcp_track(session, session_offer(s->sessions, session), is_reply, &segment);
	if (session->state == before)
		return v;
	session_become(s->sessions, session, tcp_class(session->state));
	if (tcp_is_new(session, before) && !tcp_is_new(session, session->state))
		judge_again(s, session);
	return v;
}

struct tcp_verdict
slowpath_tcp(struct slowpath *s, const struct flow *f, const uint8_t *tcp, uint32_t l4_bytes)
{
	struct session *session = session_of(s->sessions, f);
	struct tcp_verdict v = track_tcp(s, session, f->flags & FLOW_REPLY, tcp, l4_bytes);

	if (unlikely(s->observer != NULL))
		s->scratch->tcp_behind[s->scratch->n_tcp_behind++ % BURST_MAX] =
			(uint8_t)session->state;
	return v;
}

/* The packet's own check against its session's state, on every way through here. */
static struct tcp_verdict
check_session(struct slowpath *s, const struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	if (d->session == NULL || v->icmp_error)
		return (struct tcp_verdict){ 0 };
	if (v->proto != IPPROTO_TCP) {
		if (d->reply && d->session->state == PLAIN_SINGLE
		    && s->nexthops[d->nexthop].state != NEXTHOP_DROP) {
			session_replied(s->sessions, d->session);
			judge_again(s, d->session);
		}
		return (struct tcp_verdict){ 0 };
	}
	if (v->l4 == VIEW_NONE)
		return (struct tcp_verdict){ 0 };
	return track_tcp(s, d->session, d->reply,
		rte_pktmbuf_mtod_offset(b->m[slot], const uint8_t *, v->l4),
		v->l3_bytes - (v->l4 - v->l3));
}

/* The places of a packet that no record counts. */
static void
count_places(struct slowpath *s, const struct decision *d, const struct view *v, uint32_t tick)
{
	struct place_hits *hits = s->gen->worker[s->worker].hits;

	for (unsigned i = 0; i < PROGRAM_RARE_MAX && d->rare[i] != 0; i++)
		if (RARE_OP(d->rare[i]) == RARE_COUNT)
			hit_place(&hits[RARE_ARG(d->rare[i])], v->l3_bytes, tick);
}

/* idle: the packet does not keep its session alive. */
static void
count_flow(struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d, bool idle)
{
	const struct view *v = slot_view(s, b, slot);
	struct flow_table *t = v->family == 6 ? s->flow6 : s->flow4;
	struct flow *f = flow_at(t, b->flow[slot]);

	if (b->flow[slot] == 0) {       /* the session came by a door of its own: it lives */
		if (d->session != NULL && !v->icmp_error && !idle)
			flow_at(t, d->session->flow[d->reply])->seen = b->tick;
		return;
	}
	if (!idle)
		f->seen = b->tick;
	if (d->fast) {                  /* else its places count it at once */
		f->packets++;
		f->bytes += v->l3_bytes;
	}
}

static void
tell_sender(struct slowpath *s, const struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	if (d->tell == REPLY_RESET)
		host_tell_sender(s->host, v, b->m[slot], HOST_RESET, d->tell_code);
	else if (d->tell == REPLY_UNREACHABLE)
		host_tell_sender(s->host, v, b->m[slot], HOST_UNREACHABLE, d->tell_code);
}

static bool
pass_rare(struct slowpath *s, const struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	uint8_t *ip = rte_pktmbuf_mtod_offset(b->m[slot], uint8_t *, v->l3);

	return slowpath_rare(s, d->rare, ip, v->family, v->l3_bytes);
}

static void
send_wire(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	if (!pass_rare(s, b, slot, v, d)) {
		slot_drop(s, b, slot, REASON_police_exceeded);
		return;
	}
	b->out[slot] = s->nexthops[d->nexthop].port;
	b->egress[slot] = s->nexthops[d->nexthop].iface;
}

/* May the packet go this way?  A reason not to, its sender told. */
static enum reason
refuse_output(struct slowpath *s, const struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];

	if (d->ttl && v->ttl <= 1) {
		host_tell_sender(s->host, v, b->m[slot], HOST_TTL_EXPIRED, 0);
		return REASON_ttl_expired;
	}
	if (v->l3_bytes > nh->mtu && (v->family == 6 || v->dont_fragment)) {
		host_tell_sender(s->host, v, b->m[slot], HOST_TOO_BIG, nh->mtu);
		return REASON_mtu_exceeded;
	}
	return pass_rare(s, b, slot, v, d) ? REASON_NONE : REASON_police_exceeded;
}

/* The usual case: nothing but addresses, ports and TTL, to a neighbour that is known.  True: the packet is on its way,
 * or was held back by a meter. */
static bool
send_plain4(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];
	struct flow4 *f = flow4_at(s->flow4, b->flow[slot]), here;
	struct rte_mbuf *m = b->m[slot];
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l3);

	if (b->class[slot] != SLOT_PLAIN4 || nh->state != NEXTHOP_READY || v->l3_bytes > nh->mtu
	    || (d->ttl && v->ttl <= 1))
		return false;
	if (!pass_rare(s, b, slot, v, d)) {
		slot_drop(s, b, slot, REASON_police_exceeded);
		return true;
	}
	if (!d->recorded) {
		f = &here;
		rewrite4_compile(&here.to, &here.flow.l4_delta, &v->tuple, &d->to, d->ttl);
	}
	identify_shared(s, m, v, &d->to);
	rewrite_plain4(ip, &f->to, f->flow.l4_delta);
	rewrite_plain_l2(m, ip, v->l3, v->l3_bytes, nh);
	b->out[slot] = nh->port;
	b->egress[slot] = nh->iface;
	return true;
}

static void
send_routed(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];
	struct rte_mbuf *m = b->m[slot];
	enum reason r = refuse_output(s, b, slot, v, d);

	if (r == REASON_NONE) {
		identify_shared(s, m, v, &d->to);
		rewrite_any(m, v, &d->to, d->ttl);
		if (d->program != NULL && d->program->has_quoted)
			rewrite_quoted(m, v, &d->program->quoted);
		b->out[slot] = OUT_GONE;
		if (v->l3_bytes > nh->mtu) {
			r = host_fragment(s->host, d->nexthop, m, v->l3, v);
		} else if (nh->state == NEXTHOP_UNRESOLVED) {
			r = host_hold(s->host, d->nexthop, m, v->l3, v);
			b->out[slot] = OUT_HELD;
		} else {
			rewrite_l2(m, v->l3, v->l3_bytes, nh);
			b->out[slot] = nh->port;
			b->egress[slot] = nh->iface;
		}
	}
	if (r != REASON_NONE)
		slot_drop(s, b, slot, r);
}

/* A segment to a public port that nobody has: a reset would end what an inside host may be about to open towards its
 * sender (RFC 5382 REQ-4). */
static bool
is_unsolicited(const struct slowpath *s, const struct view *v)
{
	return v->family == 4 && v->proto == IPPROTO_TCP
		&& nat_may_give(s->nat, v->tuple.dst.v4, v->tuple.dport);
}

/* Its sender may hear of it, but not before the inside had time to open towards him. */
static void
leave_unsolicited(struct slowpath *s, const struct view *v, const struct rte_mbuf *m)
{
	if (v->family == 4 && v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE && tcp_opens(v->tcp_flags)
	    && nat_rejects(s->nat, v->tuple.dst.v4))
		host_tell_later(s->host, v, m, s->now_ns);
}

static void
deliver_local(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v)
{
	enum reason r = is_unsolicited(s, v) ? REASON_nat_no_mapping
		: host_local(s->host, v, b->m[slot]);

	b->out[slot] = OUT_GONE;
	if (r == REASON_nat_no_mapping)
		leave_unsolicited(s, v, b->m[slot]);
	if (r != REASON_NONE)
		slot_drop(s, b, slot, r);
}

void
settle(struct slowpath *s, struct burst *b, unsigned slot, const struct decision *d)
{
	const struct view *v = slot_view(s, b, slot);
	struct tcp_verdict said = check_session(s, b, slot, v, d);

	if (said.reason != REASON_NONE) {       /* does not count for the flow: it must not keep it alive */
		slot_drop(s, b, slot, said.reason);
		return;
	}
	count_flow(s, b, slot, d, said.idle);
	if (!d->fast)
		count_places(s, d, v, b->tick);
	switch (s->nexthops[d->nexthop].state) {
	case NEXTHOP_DROP:
		tell_sender(s, b, slot, v, d);
		if (d->nexthop == REASON_nat_no_mapping)
			leave_unsolicited(s, v, b->m[slot]);
		slot_drop(s, b, slot, (enum reason)d->nexthop);
		break;
	case NEXTHOP_TO_US:
		deliver_local(s, b, slot, v);
		break;
	case NEXTHOP_WORKER:
		b->out[slot] = s->nexthops[d->nexthop].port;
		b->egress[slot] = s->nexthops[d->nexthop].iface;
		break;
	case NEXTHOP_WIRE:
		send_wire(s, b, slot, v, d);
		break;
	default:
		if (!send_plain4(s, b, slot, v, d))
			send_routed(s, b, slot, v, d);
	}
}

/* Frames that only a cross-connect takes: judged one by one. */
static void
settle_wire(struct slowpath *s, struct burst *b, unsigned slot)
{
	struct slowpath_scratch *sc = s->scratch;
	struct decision d;

	sc->miss[0] = (uint16_t)slot;
	b->flow[slot] = 0;
	evaluate_misses(s, b, 1);
	sc->eval[0].used_fields |= ~0u;        /* there is no key to cache it by */
	install(s, b, slot, &sc->eval[0], &d);
	settle(s, b, slot, &d);
	observe(s, b, slot, &d);
}

void
settle_unkeyed(struct slowpath *s, struct burst *b, unsigned slot)
{
	const struct view *v = slot_view(s, b, slot);
	const struct interface *in = s->gen->iface[v->iface];
	enum reason r;

	if (slowpath_fragments_use(s, v) != FRAGMENTS_ALONE) {
		settle_fragment(s, b, slot);
		return;
	}
	if (in != NULL && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE)) {
		settle_wire(s, b, slot);
		return;
	}
	if (v->kind == VIEW_ARP)
		r = host_arp(s->host, v, b->m[slot]);
	else if (v->kind == VIEW_OTHER)
		r = REASON_eth_unknown_type;
	else
		r = host_local(s->host, v, b->m[slot]);
	b->out[slot] = OUT_GONE;
	if (r != REASON_NONE)
		slot_drop(s, b, slot, r);
	observe(s, b, slot, NULL);
}
