/* SPDX-License-Identifier: BSD-3-Clause */
/* Changes of sessions by packets: only packets that leave change any state.
 *
 * A packet is tried first, on a copy of the session's state; the copy is kept when the packet has
 * been given to a port's transmit buffer.  A packet that waits for a neighbour changes its session
 * when it is sent, and not at all when it is dropped instead. */

#include <string.h>

#include "base/clock.h"
#include "nat/nat.h"
#include "program/action_list.h"
#include "session/sctp.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"

/* Makes the forward flow be evaluated again: the session has left state NEW, for which it was
 * decided. */
static void
judge_again(struct datapath *dp, const struct session *session)
{
	dp->slow->scratch->changed = true;
	session_outdate(dp->sessions, session);
}

static enum reason
try_tcp(const struct datapath *dp, const struct session *session, bool reply, const uint8_t *tcp,
	uint32_t l4_bytes, struct move *move)
{
	struct tcp_segment segment;
	struct tcp_verdict said;

	move->session = *session;
	move->offer = *session_offer(dp->sessions, session);
	if (session->flags & SESSION_WAITING)
		session_begin(&move->session);
	tcp_read(&segment, tcp, l4_bytes);
	said = tcp_track(&move->session, &move->offer, reply, &segment);
	move->idle = said.idle;
	return said.reason;
}

/* Sets the class that follows from the state. */
static void
reclass(struct datapath *dp, struct session *session, enum tcp_state before)
{
	if (session->state == before)
		return;
	session_become(dp->sessions, session, tcp_class(session->state));
	if (tcp_is_new(session, before) && !tcp_is_new(session, session->state))
		judge_again(dp, session);
}

/* Copies what tcp_track writes. */
static void
keep_tcp(struct datapath *dp, struct session *session, const struct move *move)
{
	enum tcp_state before = session->state;

	session->state = move->session.state;
	session->flags = move->session.flags;
	memcpy(session->acked, move->session.acked, sizeof(session->acked));
	memcpy(session->side, move->session.side, sizeof(session->side));
	*session_offer(dp->sessions, session) = move->offer;
	reclass(dp, session, before);
}

static enum reason
try_sctp(const struct datapath *dp, const struct decision *d, const struct view *v,
	const struct rte_mbuf *m, struct move *move)
{
	const uint8_t *sctp = rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l4);
	uint32_t bytes = v->l3_bytes - (v->l4 - v->l3);
	uint32_t here = RTE_MIN(bytes, (uint32_t)m->data_len - v->l4);
	struct sctp_packet p;
	struct sctp_verdict said;

	move->session = *d->session;
	move->offer = *session_offer(dp->sessions, d->session);
	if (d->session->flags & SESSION_WAITING) {
		session_begin(&move->session);
		move->offer = (struct tcp_offer){ .sctp = { 0 } };
	}
	sctp_read(&p, sctp, here, here < bytes || v->more);
	said = sctp_track(&move->session, &move->offer.sctp, d->reply, &p);
	move->idle = said.idle;
	return said.reason;
}

static void
keep_sctp(struct datapath *dp, struct session *session, const struct move *move)
{
	enum sctp_state before = session->state;

	session->state = move->session.state;
	session->flags = move->session.flags;
	session->sctp = move->session.sctp;
	*session_offer(dp->sessions, session) = move->offer;
	if (session->state == before)
		return;
	session_become(dp->sessions, session, sctp_class(session));
	if (sctp_is_new(before) && !sctp_is_new(session->state))
		judge_again(dp, session);
}

enum reason
move_try(const struct datapath *dp, const struct decision *d, const struct view *v,
	const struct rte_mbuf *m, struct move *move)
{
	move->idle = false;
	if (d->session == NULL || v->icmp_error)
		return REASON_NONE;
	if (d->reply && (d->session->flags & SESSION_WAITING))
		return REASON_session_waiting;
	if (v->proto == IPPROTO_SCTP && v->l4 != VIEW_NONE)
		return try_sctp(dp, d, v, m, move);
	if (v->proto != IPPROTO_TCP || v->l4 == VIEW_NONE)
		return REASON_NONE;
	return try_tcp(dp, d->session, d->reply, rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l4),
		v->l3_bytes - (v->l4 - v->l3), move);
}

/* Begins a session: its first packet leaves. */
static void
begin(struct datapath *dp, struct session *session)
{
	struct tuple answer;

	if ((session->mapping[0] | session->mapping[1]) != 0) {
		session_tuple(dp->sessions, session, true, &answer);
		nat_begin(dp->nat, session, answer.src.v4, dp->now_ns);
	}
	if (unlikely(dp->reports_nat))
		flows_session_begins(dp, session);
	session_begin(session);
}

void
move_keep(struct datapath *dp, const struct decision *d, const struct view *v,
	const struct move *move, uint32_t flow)
{
	struct session *session = d->session;

	struct flow_table *t = v->family == 6 ? dp->flow6 : dp->flow4;

	if (!move->idle)
		flow_at(t, flow)->seen = clock_tick(dp->now_ns);
	if (proto_has_ident(v->proto)) /* the record may be one of those for a number */
		flow_at(t, session->flow[d->reply])->seen = clock_tick(dp->now_ns);
	if (session->flags & SESSION_WAITING)
		begin(dp, session);
	if (v->proto == IPPROTO_TCP) {
		if (v->l4 != VIEW_NONE)
			keep_tcp(dp, session, move);
	} else if (v->proto == IPPROTO_SCTP) {
		if (v->l4 != VIEW_NONE)
			keep_sctp(dp, session, move);
	} else if (d->reply && session->state == PLAIN_SINGLE) {
		session_replied(dp->sessions, session);
		judge_again(dp, session);
	}
}

static void
tell_state(struct datapath *dp, const struct session *session)
{
	if (unlikely(dp->observer != NULL))
		dp->slow->scratch->tcp_state[dp->slow->scratch->n_tcp_states++
			% BURST_MAX] = (uint8_t)session->state;
}

struct tcp_verdict
slowpath_tcp(struct datapath *dp, const struct flow *f, const uint8_t *tcp, uint32_t l4_bytes)
{
	struct session *session = session_of(dp->sessions, f);
	enum tcp_state before = session->state;
	struct tcp_segment segment;
	struct tcp_verdict v;

	tcp_read(&segment, tcp, l4_bytes);
	v = tcp_track(
		session, session_offer(dp->sessions, session), f->flags & FLOW_REPLY, &segment);
	reclass(dp, session, before);
	tell_state(dp, session);
	return v;
}

static enum reason
hit_meters(struct datapath *dp, const struct hit_packet *hit, const uint32_t actions[])
{
	struct metered m = {
		.actions = actions,
		.family = (uint8_t)hit->family,
		.ip_bytes = hit->ip_bytes,
	};
	union address src = { .bytes = { 0 } }, dst = { .bytes = { 0 } };

	if (hit->family == 4) {
		const struct flow4 *f = (const struct flow4 *)(const void *)hit->flow;

		memcpy(&src, hit->ip + 12, 4);
		dst.v4 = f->to.dst;
		m.iface = f->key.iface;
	} else {
		const struct flow6 *f = (const struct flow6 *)(const void *)hit->flow;

		memcpy(&src, hit->ip + 8, 16);
		memcpy(&dst, f->to.dst, 16);
		m.iface = f->key.iface;
	}
	m.domain = generation_domain(dp->gen, m.iface);
	m.to_domain = generation_domain(dp->gen, dp->nexthops[hit->flow->nexthop].output.iface);
	m.src = &src;
	m.dst = &dst;
	return slowpath_meters(dp, &m);
}

enum reason
slowpath_hit_actions(struct datapath *dp, const struct hit_packet *hit, uint32_t tick)
{
	struct flow *f = hit->flow;
	const uint32_t *actions = action_lists_at(dp->lists, f->list)->word;
	struct session *session = session_of(dp->sessions, f);
	bool tcp = f->flags & FLOW_TCP;
	struct move move = { .idle = false };
	const struct marked marked = {
		.ip = hit->ip,
		.tcp = hit->proto == IPPROTO_TCP ? hit->l4 : NULL,
		.family = hit->family,
		.tcp_bytes = hit->l4_bytes,
	};
	enum reason r = tcp
		? try_tcp(dp, session, f->flags & FLOW_REPLY, hit->l4, hit->l4_bytes, &move)
		: REASON_NONE;

	if (r == REASON_NONE) {
		f->packets++;
		f->bytes += hit->ip_bytes;
		r = hit_meters(dp, hit, actions);
	}
	if (session == NULL || (r == REASON_NONE && !move.idle))
		f->seen = tick;
	if (r == REASON_NONE) {
		if (hit->copied != NULL)
			slowpath_copy(dp, hit->copied, COPY_METERED);
		slowpath_marks(actions, &marked);
		if (tcp)
			keep_tcp(dp, session, &move);
	}
	if (tcp)
		tell_state(dp, session);
	return r;
}

/* Finds the session of a packet that waited, as far as it still belongs to one. */
static bool
find_session(const struct datapath *dp, const struct view *v, struct decision *d)
{
	memset(d, 0, sizeof(*d));
	if (v->icmp_error || v->tuple.kind != KEY_PLAIN)
		return false;
	d->session = session_find(dp->sessions, &v->tuple, &d->reply);
	return d->session != NULL
		&& zones_same(&dp->gen->zones, session_iface(dp->sessions, d->session, d->reply),
			v->iface);
}

enum reason
slowpath_waited(void *datapath, const struct view *v, const struct rte_mbuf *m)
{
	struct datapath *dp = datapath;
	struct decision d;
	struct move move;
	enum reason r;

	if (!find_session(dp, v, &d))
		return REASON_NONE;
	r = move_try(dp, &d, v, m, &move);
	if (r != REASON_NONE) {
		if (!d.reply)
			session_waits_no_more(dp->sessions, d.session);
		return r;
	}
	move_keep(dp, &d, v, &move, d.session->flow[d.reply]);
	return REASON_NONE;
}

void
slowpath_waited_in_vain(void *datapath, const struct view *v)
{
	struct datapath *dp = datapath;
	struct decision d;

	if (find_session(dp, v, &d) && !d.reply)
		session_waits_no_more(dp->sessions, d.session);
}
