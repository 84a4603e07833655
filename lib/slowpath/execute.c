/* SPDX-License-Identifier: BSD-3-Clause */
/* Executes a decision on one packet: every case that the hot loop does not take. */

#include <string.h>

#include "base/counter.h"
#include "nat/nat.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"
#include "tap/rule_ring.h"

/* Counts a packet that no record counts for its rules. */
static void
count_rules(struct slowpath *s, const struct decision *d, const struct view *v, uint32_t tick)
{
	struct rule_hits *hits = s->gen->worker[s->worker].hits;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && d->actions[i] != 0; i++)
		if (ACTION_OP(d->actions[i]) == ACTION_COUNT)
			count_rule(&hits[ACTION_ARG(d->actions[i])], v->l3_bytes, tick);
}

/* Counts a packet.  Every packet keeps a record without a session alive; a session lives only on
 * packets that leave. */
static void
count(struct slowpath *s, const struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	struct flow *f = flow_at(v->family == 6 ? s->flow6 : s->flow4, b->flow[slot]);

	if (!d->fast) {
		count_rules(s, d, v, b->tick);
		if (unlikely(s->rules != NULL) && d->session != NULL)
			rule_ring_count(s->rules, session_index(s->sessions, d->session), d->reply,
				1, v->l3_bytes);
	} else {
		f->packets++;
		f->bytes += v->l3_bytes;
	}
	if (b->flow[slot] != 0 && !(f->flags & FLOW_SESSION))
		f->seen = b->tick;
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
pass_meters(struct slowpath *s, const struct view *v, const struct decision *d)
{
	return d->metered ? !d->exceeded : slowpath_meters(s, d->actions, v->l3_bytes);
}

static enum reason
send_wire(struct slowpath *s, struct burst *b, unsigned slot, const struct decision *d)
{
	b->out[slot] = s->nexthops[d->nexthop].port;
	b->egress[slot] = s->nexthops[d->nexthop].iface;
	return REASON_NONE;
}

/* Returns why the packet may not take this way, and tells its sender; or REASON_NONE. */
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
	return REASON_NONE;
}

/* Handles the usual case: only addresses, ports and TTL change, the neighbour is known, and the
 * packet may leave. */
static bool
send_plain4(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];
	struct flow4 *f = flow4_at(s->flow4, b->flow[slot]), here;
	struct rte_mbuf *m = b->m[slot];
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, v->l3);

	if (b->class[slot] != SLOT_PLAIN4 || nh->state != NEXTHOP_READY || v->l3_bytes > nh->mtu)
		return false;
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

static enum reason
send_routed(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];
	struct rte_mbuf *m = b->m[slot];

	identify_shared(s, m, v, &d->to);
	rewrite_any(m, v, &d->to, d->ttl);
	if (d->program != NULL && d->program->has_quoted)
		rewrite_quoted(m, v, &d->program->quoted);
	if (nh->state == NEXTHOP_UNRESOLVED) {
		b->out[slot] = v->l3_bytes > nh->mtu ? OUT_GONE : OUT_HELD;
		return v->l3_bytes > nh->mtu ? host_fragment(s->host, d->nexthop, m, v->l3, v)
					     : host_hold(s->host, d->nexthop, m, v->l3, v);
	}
	if (v->l3_bytes > nh->mtu) {
		b->out[slot] = OUT_GONE;
		return host_fragment(s->host, d->nexthop, m, v->l3, v);
	}
	rewrite_l2(m, v->l3, v->l3_bytes, nh);
	b->out[slot] = nh->port;
	b->egress[slot] = nh->iface;
	return REASON_NONE;
}

/* Handles a packet that has left: its session has moved on. */
static void
has_left(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d, const struct move *move)
{
	move_keep(s, d, v, move, b->flow[slot] != 0 ? b->flow[slot] : d->session->flow[d->reply]);
}

/* Handles a packet that is dropped, or waits for a neighbour: its session has not moved.  The
 * decision holds for this packet alone, so that the first packet that leaves comes here again. */
static void
has_stayed(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	struct decision *d)
{
	struct session *session = d->session;

	if (b->flow[slot] != 0 && d->program != NULL && d->recorded)
		flow_at(v->family == 6 ? s->flow6 : s->flow4, b->flow[slot])->epoch = 0;
	if (b->out[slot] != OUT_DROP || !(session->flags & SESSION_WAITING) || session->waiting > 0)
		return;
	session_withdraw(s->sessions, session);
	d->session = NULL;
	b->flow[slot] = 0;
}

static enum reason
send_out(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	slowpath_marks(
		d->actions, rte_pktmbuf_mtod_offset(b->m[slot], uint8_t *, v->l3), v->family);
	if (s->nexthops[d->nexthop].state == NEXTHOP_WIRE)
		return send_wire(s, b, slot, d);
	return send_plain4(s, b, slot, v, d) ? REASON_NONE : send_routed(s, b, slot, v, d);
}

/* Sends a packet.  One that waits is counted before the host gets it, which may drop another packet
 * of its session to make room. */
static enum reason
send_counted(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	const struct decision *d)
{
	bool waits = s->nexthops[d->nexthop].state == NEXTHOP_UNRESOLVED && d->session != NULL
		&& (d->session->flags & SESSION_WAITING);
	enum reason r;

	if (waits)
		d->session->waiting++;
	r = send_out(s, b, slot, v, d);
	if (waits && r != REASON_NONE)
		d->session->waiting--;
	return r;
}

/* Sends by a neighbour or a wire. */
static void
execute_leaving(struct slowpath *s, struct burst *b, unsigned slot, const struct view *v,
	struct decision *d)
{
	bool wire = s->nexthops[d->nexthop].state == NEXTHOP_WIRE;
	enum reason r = wire ? REASON_NONE : refuse_output(s, b, slot, v, d);
	struct move move;

	if (r == REASON_NONE) {
		r = move_try(s, d, v, b->m[slot], &move);
		if (r != REASON_NONE) { /* does not count for the flow */
			slot_drop(b, slot, r);
			has_stayed(s, b, slot, v, d);
			return;
		}
	}
	count(s, b, slot, v, d);
	if (r == REASON_NONE && !pass_meters(s, v, d))
		r = REASON_police_exceeded;
	if (r == REASON_NONE)
		r = send_counted(s, b, slot, v, d);
	if (r != REASON_NONE)
		slot_drop(b, slot, r);
	if (d->session == NULL || v->icmp_error)
		return;
	if (r == REASON_NONE && s->nexthops[d->nexthop].state != NEXTHOP_UNRESOLVED)
		has_left(s, b, slot, v, d, &move);
	else
		has_stayed(s, b, slot, v, d);
}

/* Returns true for a segment to a public port without a mapping: a reset would end a connection
 * that an inside host may be about to open towards its sender (RFC 5382 REQ-4). */
static bool
is_unsolicited(const struct slowpath *s, const struct view *v)
{
	return v->family == 4 && v->proto == IPPROTO_TCP
		&& nat_may_give(s->nat, v->tuple.dst.v4, v->tuple.dport);
}

/* Lets the sender be told later, after the inside had time to open a connection towards it. */
static void
leave_unsolicited(struct slowpath *s, const struct view *v, const struct rte_mbuf *m)
{
	if (v->family == 4 && v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE
		&& tcp_opens(v->tcp_flags) && nat_rejects(s->nat, v->tuple.dst.v4))
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
		slot_drop(b, slot, r);
}

void
execute(struct slowpath *s, struct burst *b, unsigned slot, struct decision *d)
{
	const struct view *v = slot_view(s, b, slot);

	switch (s->nexthops[d->nexthop].state) {
	case NEXTHOP_DROP:
		count(s, b, slot, v, d);
		tell_sender(s, b, slot, v, d);
		if (d->nexthop == REASON_nat_no_mapping)
			leave_unsolicited(s, v, b->m[slot]);
		slot_drop(b, slot, (enum reason)d->nexthop);
		break;
	case NEXTHOP_TO_US:
		count(s, b, slot, v, d);
		deliver_local(s, b, slot, v);
		break;
	case NEXTHOP_WORKER:
		count(s, b, slot, v, d);
		b->out[slot] = s->nexthops[d->nexthop].port;
		b->egress[slot] = s->nexthops[d->nexthop].iface;
		break;
	default:
		execute_leaving(s, b, slot, v, d);
	}
}
