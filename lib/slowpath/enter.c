/* SPDX-License-Identifier: BSD-3-Clause */
/* The first packet of a session: if it may leave, the session enters the table under both keys, and
 * its source is charged.  Otherwise nobody loses a place, and its source is charged for nothing. */

#include <errno.h>

#include "base/clock.h"
#include "helper/control.h"
#include "nat/nat.h"
#include "slowpath/slowpath_priv.h"

/* Computes the key of a tuple, and its hash. */
static void
key_of(const struct datapath *dp, const struct tuple *t, uint16_t iface, struct answer *r)
{
	if (t->family == 6) {
		tuple_to_key6(&r->key6, t, iface);
		r->hash = flow_hash6(&r->key6, &dp->flow6->secret);
	} else {
		tuple_to_key4(&r->key4, t, iface);
		r->hash = flow_hash4(&r->key4, &dp->flow4->secret);
	}
}

/* Computes the key by which the answers to a program arrive: in the domain of its egress. */
static void
reply_key(struct datapath *dp, const struct program *p, struct answer *r)
{
	uint16_t iface = p->verdict == PROGRAM_WIRE ? generation_wire_iface(dp->gen, p->iface)
						    : p->iface;
	struct tuple back;

	tuple_reverse(&back, &p->to);
	back.domain = generation_domain(dp->gen, iface);
	key_of(dp, &back, iface, r);
}

/* Where the key of the answers to a session is kept. */
static struct answer *
answer_of(struct datapath *dp, const struct eval *ev)
{
	return &dp->slow->scratch->reply[ev->fresh - dp->slow->scratch->fresh];
}

bool
answers_are_taken(struct datapath *dp, const struct eval *ev)
{
	struct answer *r = answer_of(dp, ev);
	struct flow_table *t = ev->view->family == 6 ? dp->flow6 : dp->flow4;
	const struct session *there;
	uint32_t index;

	if (ev == &dp->slow->scratch->late)
		reply_key(dp, &ev->program, r);
	index = flow_table_find(t, &r->key4, r->hash);
	there = session_of(dp->sessions, flow_at(t, index));
	return index != 0 && there != NULL && there != ev->over
		&& !session_yields_answers(dp->sessions, flow_at(t, index), clock_tick(dp->now_ns));
}

static bool
leaves(const struct program *p)
{
	return p->verdict == PROGRAM_OUTPUT || p->verdict == PROGRAM_WIRE;
}

void
enter_prepare(struct datapath *dp, unsigned n)
{
	unsigned n4 = 0, n6 = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct eval *ev = &dp->slow->scratch->eval[i];
		struct answer *r = &dp->slow->scratch->reply[i];
		bool ip6 = ev->view->family == 6;

		if (ev->session != ev->fresh || !leaves(&ev->program))
			continue;
		reply_key(dp, &ev->program, r);
		rte_prefetch0(flow_bucket(ip6 ? dp->flow6 : dp->flow4, r->hash));
		n4 += ip6 ? 0 : 2;
		n6 += ip6 ? 2 : 0;
	}
	flow_table_prefetch_vacant(dp->flow4, n4);
	flow_table_prefetch_vacant(dp->flow6, n6);
}

void
keep_translation(const struct datapath *dp, struct eval *ev)
{
	struct tuple other, to;

	session_tuple(dp->sessions, ev->session, !ev->reply, &other);
	tuple_reverse(&to, &other);
	if (!address_equal(&to.src, &ev->program.to.src) || to.sport != ev->program.to.sport)
		emit_src(&ev->program, &to.src, to.sport);
	if (!address_equal(&to.dst, &ev->program.to.dst) || to.dport != ev->program.to.dport)
		emit_dst(&ev->program, &to.dst, to.dport);
}

static void
refuse_session(struct datapath *dp, struct eval *ev)
{
	session_refuse(dp->sessions, ev->fresh);
	ev->session = NULL;
	ev->used_fields |= FIELD_TTL; /* the next packet may leave */
}

/* Returns true if the packet may leave.  What stops it is found again, and reported, when it is
 * executed. */
static bool
may_leave(const struct datapath *dp, const struct eval *ev, const struct decision *d)
{
	const struct nexthop *nh = &dp->nexthops[d->nexthop];
	const struct view *v = ev->view;

	if (!leaves(&ev->program) || nh->state == NEXTHOP_DROP)
		return false;
	if (ev->program.verdict == PROGRAM_WIRE)
		return true;
	if ((ev->program.ttl && v->ttl <= 1)
		|| (v->l3_bytes > nh->mtu && (v->family == 6 || v->dont_fragment)))
		return false;
	return !nexthop_waits(nh) || !host_refuses(dp->host, d->nexthop);
}

/* Returns true if a half-open session may begin: they have a share, and during a flood a rate. */
static bool
may_open(struct datapath *dp, const struct session *fresh)
{
	if (fresh->proto != IPPROTO_TCP || likely(!sessions_flooded(dp->sessions, 0)))
		return true;
	if (!syn_gate_may_admit(&dp->sessions->gate, dp->now_ns)) {
		counter_add(&dp->sessions->unproven, 1);
		return false;
	}
	session_opens(dp->sessions, dp->now_ns);
	return true;
}

static bool
charge(struct datapath *dp, struct eval *ev)
{
	const struct session_charge c = {
		.source = &ev->view->tuple.src,
		.space = tuple_space(&ev->view->tuple),
		.limit = ev->limit,
		.now_ns = dp->now_ns,
	};

	if (likely((ev->limit.sessions | ev->limit.per_second) == 0))
		return true;
	if (session_charge(dp->sessions, ev->session, &c))
		return true;
	counter_add(&dp->sessions->limited, 1);
	return false;
}

/* Enters both keys of a session that has just entered.  Returns 0 or a negative errno. */
static int
link_session(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	bool ip6 = ev->view->family == 6;
	struct answer *r = answer_of(dp, ev), bare;
	struct session_keys keys;

	if (ev == &dp->slow->scratch->late)
		reply_key(dp, &ev->program, r);
	keys.forward = ip6 ? (const void *)&b->key6[slot] : &b->key4[slot];
	keys.forward_hash = b->hash[slot];
	if (proto_has_ident(ev->view->proto)) {
		key_of(dp, &ev->view->tuple, ev->view->iface, &bare);
		keys.forward = &bare.key4;
		keys.forward_hash = bare.hash;
	}
	keys.reply_hash = r->hash;
	keys.reply = ip6 ? (const void *)&r->key6 : &r->key4;
	if (proto_has_ident(ev->view->proto))
		session_free_answers(
			dp->sessions, ev->session, keys.reply, keys.reply_hash, b->tick);
	return session_link(dp->sessions, ev->session, &keys, b->tick);
}

/* Ends the finished session and its records: nothing else keeps the packet from leaving. */
static enum reason
replace(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	if (answers_are_taken(dp, ev))
		return REASON_session_conflict;
	session_end(dp->sessions, ev->over, SESSION_END_reused);
	b->flow[slot] = 0;
	return REASON_NONE;
}

/* Tells of a session that begins while sessions are looked for: this worker may not be its owner.
 */
static void
tell_search(const struct datapath *dp, const struct session *session)
{
	struct session_ends ends;

	slowpath_session_ends(dp, session, &ends);
	dp->slow->search->begins(dp->slow->search->arg, &ends);
}

/* Enters the session.  Returns REASON_NONE, or why it cannot begin. */
static enum reason
enter(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev)
{
	enum reason r = may_open(dp, ev->fresh) ? REASON_NONE : REASON_session_unproven;
	int rc;

	if (r == REASON_NONE && ev->over != NULL)
		r = replace(dp, b, slot, ev);
	if (r != REASON_NONE) {
		session_refuse(dp->sessions, ev->fresh);
		return r;
	}
	ev->session = session_enter(dp->sessions, ev->fresh, b->tick);
	if (ev->session == NULL)
		return REASON_session_full;
	if (!charge(dp, ev)) {
		session_withdraw(dp->sessions, ev->session);
		return REASON_session_limit;
	}
	rc = link_session(dp, b, slot, ev);
	if (rc == 0) {
		if (unlikely(dp->slow->search != NULL))
			tell_search(dp, ev->session);
		return REASON_NONE;
	}
	sources_refund(dp->sessions->sources, ev->session->source, ev->session->cost_ns);
	session_end(
		dp->sessions, ev->session, rc == -EEXIST ? SESSION_END_conflict : SESSION_END_full);
	return rc == -EEXIST ? REASON_session_conflict : REASON_session_full;
}

static void
enter_fresh(
	struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev, struct decision *d)
{
	const struct metered m = metered_of(ev->view, &ev->program.to, ev->program.actions, true);
	enum reason r;

	if (!may_leave(dp, ev, d)) {
		refuse_session(dp, ev);
		return;
	}
	d->metered = true;
	d->exceeded = (uint8_t)slowpath_meters(dp, &m);
	if (d->exceeded != REASON_NONE) {
		dp->slow->scratch->metered[slot] = dp->slow->scratch->refused_by;
		refuse_session(dp, ev);
		return;
	}
	r = enter(dp, b, slot, ev);
	if (r != REASON_NONE) {
		slowpath_refund(dp, &m);
		ev->session = NULL;
		emit_drop(&ev->program, r, 0);
		ev->used_fields |= FIELD_TCP_FLAGS; /* a moment later there may be room */
		d->nexthop = r;
		return;
	}
	if (unlikely(ev->n_takes > 0))
		slowpath_take_sessions(dp, ev);
	b->flow[slot] = ev->session->flow[0];
	d->begins = true;
	if (unlikely(ev->helper != HELPER_NONE))
		helpers_attach(dp->helpers, session_index(dp->sessions, ev->session), ev->helper);
	if (unlikely(ev->expected)) {
		helpers_announce(dp->helpers, session_index(dp->sessions, ev->session));
		expectation_met(&dp->helpers->expectations, dp->nat, &ev->view->tuple, dp->now_ns);
	}
	dp->slow->scratch->translated |= ev->session->flags & (SESSION_SNAT | SESSION_DNAT);
	observe_session(dp, ev->session);
}

void
enter_session(
	struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev, struct decision *d)
{
	if (ev->session == NULL)
		return;
	if (ev->session == ev->fresh)
		enter_fresh(dp, b, slot, ev, d);
	else if (!ev->view->icmp_error)
		keep_translation(dp, ev);
}
