/* SPDX-License-Identifier: BSD-3-Clause */
/* Accounts of flows that are exported: what their records and the slow path count is added up, and
 * told when the flow ends or the active timeout has passed. */

#include "base/clock.h"
#include "base/prefetch.h"
#include "session/session.h"
#include "slowpath/slowpath_priv.h"

/* Values of forwardingStatus (RFC 7270). */
enum {
	STATUS_FORWARDED = 64,
	STATUS_DROPPED = 128,
	STATUS_CONSUMED = 195, /* for this host */
};

static uint8_t
status_of_reason(enum reason r)
{
	switch (r) {
	case REASON_acl_denied:
	case REASON_acl_rejected:
		return 129;
	case REASON_drop_stage:
	case REASON_blackhole:
		return 130;
	case REASON_no_route:
		return 131;
	case REASON_neighbour_unresolved:
	case REASON_neighbour_queue_full:
		return 132;
	case REASON_mtu_exceeded:
		return 133;
	case REASON_ttl_expired:
		return 137;
	case REASON_police_exceeded:
		return 138;
	default:
		return STATUS_DROPPED;
	}
}

static uint64_t
ns_of_tick(uint64_t now_ns, uint32_t tick)
{
	uint64_t ago_ns = (uint64_t)(clock_tick(now_ns) - tick) << 20;

	return ago_ns < now_ns ? now_ns - ago_ns : 0;
}

/* Returns true if the session has a place in the table, and so an account. */
static bool
has_account(const struct datapath *dp, const struct session *session)
{
	return session > dp->sessions->session
		&& session <= dp->sessions->session + dp->sessions->capacity;
}

static struct flow_account *
account_of_record(const struct datapath *dp, const struct flow_table *t, uint32_t index)
{
	return t == dp->flow6 ? &dp->reports->flow6[index] : &dp->reports->flow4[index];
}

static bool
is_handed_over(const struct datapath *dp, uint16_t nexthop)
{
	return dp->nexthops[nexthop].state == NEXTHOP_WORKER;
}

static uint32_t
index_of(const struct flow_table *t, const struct flow *f)
{
	return (uint32_t)(((const uint8_t *)f - t->record) / t->record_bytes);
}

static bool
is_in(const struct flow_table *t, const struct flow *f)
{
	const uint8_t *p = (const uint8_t *)f;

	return p >= t->record && p < t->record + (size_t)t->records * t->record_bytes;
}

void
flows_collect(struct datapath *dp, const struct flow *f)
{
	const struct flow_table *t = is_in(dp->flow6, f) ? dp->flow6 : dp->flow4;
	uint64_t seen_ns = ns_of_tick(dp->now_ns, f->seen);
	uint64_t swept_ns = dp->now_ns - flow_sweep_ns(t);
	struct flow_counted c = {
		.reply = (f->flags & FLOW_REPLY) != 0,
		.packets = f->packets,
		.bytes = f->bytes,
		.first_ns = f->packets == 1 || swept_ns > seen_ns ? seen_ns : swept_ns,
		.last = f->seen,
	};

	if (is_handed_over(dp, f->nexthop))
		return;
	if (f->flags & FLOW_SESSION) {
		session_account_add(dp->reports, f->session, &c);
		return;
	}
	flow_account_add(dp->reports, account_of_record(dp, t, index_of(t, f)), &c);
}

__attribute__((noinline)) void
flows_count(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	const struct view *v = slot_view(dp, b, slot);
	struct flow_table *t = v->family == 6 ? dp->flow6 : dp->flow4;
	struct flow_counted c = {
		.reply = d->reply,
		.packets = 1,
		.bytes = v->l3_bytes,
		.first_ns = dp->now_ns,
		.last = b->tick,
	};

	if (v->icmp_error || is_handed_over(dp, d->nexthop))
		return;
	if (d->session != NULL && has_account(dp, d->session)) {
		session_account_add(dp->reports, session_index(dp->sessions, d->session), &c);
	} else if (d->session == NULL && b->flow[slot] != 0) {
		c.reply = false;
		flow_account_add(dp->reports, account_of_record(dp, t, b->flow[slot]), &c);
	}
}

/* --- without a session --- */

void
flows_tell_packet(
	struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	const struct view *v = slot_view(dp, b, slot);
	uint16_t out = b->output[slot].port;
	struct flow_report *r;

	if (d->fast || out == OUT_WORKER || (v->family != 4 && v->family != 6)
		|| (!v->icmp_error && (d->session != NULL || b->flow[slot] != 0)))
		return;
	r = flow_reports_tell_once(dp->reports, 1, v->l3_bytes, FLOW_REPORT_LOOSE, dp->now_ns);
	if (r == NULL)
		return;
	r->from = r->to = v->tuple;
	r->in = v->iface;
	r->out = out == OUT_HELD      ? dp->nexthops[d->nexthop].output.iface
		: out <= OUT_PORT_MAX ? b->output[slot].iface
				      : 0;
	r->kind = FLOW_REPORT_FLOW;
	r->why = FLOW_REPORT_NO_ROOM;
	r->status = out == OUT_DROP ? status_of_reason((enum reason)b->reason[slot])
		: r->out == 0 && dp->nexthops[d->nexthop].state == NEXTHOP_TO_US ? STATUS_CONSUMED
										 : STATUS_FORWARDED;
	r->session = false;
	if (r->out != 0)
		r->to.domain = generation_domain(dp->gen, r->out);
	flow_reports_commit(dp->reports);
}

static void
read_key(const struct datapath *dp, const struct flow_table *t, uint32_t index,
	struct flow_report *r)
{
	if (t == dp->flow6) {
		tuple_from_key6(&r->from, &flow6_at(t, index)->key);
		r->in = flow6_at(t, index)->key.iface;
	} else {
		tuple_from_key4(&r->from, &flow4_at(t, index)->key);
		r->in = flow4_at(t, index)->key.iface;
	}
	r->to = r->from;
}

static void
tell_record(struct datapath *dp, struct flow_table *t, uint32_t index, enum flow_report_why why)
{
	struct flow_account *a = account_of_record(dp, t, index);
	const struct flow *f = flow_at(t, index);
	const struct nexthop *nh = &dp->nexthops[f->nexthop];
	struct flow_report *r;

	if (!flow_account_has(dp->reports, a))
		return;
	r = flow_reports_tell(dp->reports, a, FLOW_REPORT_LOOSE, dp->now_ns);
	if (r == NULL)
		return;
	r->kind = FLOW_REPORT_FLOW;
	r->why = (uint8_t)why;
	r->session = false;
	read_key(dp, t, index, r);
	r->out = 0;
	if (nh->state == NEXTHOP_DROP) {
		r->status = status_of_reason((enum reason)f->nexthop);
	} else if (nh->state == NEXTHOP_TO_US) {
		r->status = STATUS_CONSUMED;
	} else {
		r->status = STATUS_FORWARDED;
		r->out = nh->output.iface;
		r->to.domain = generation_domain(dp->gen, nh->output.iface);
	}
	flow_reports_commit(dp->reports);
}

void
flows_tell_record(struct datapath *dp, struct flow_table *t, uint32_t index)
{
	uint32_t idle = clock_tick(dp->now_ns) - flow_at(t, index)->seen;

	tell_record(dp, t, index,
		dp->reports->stopping                     ? FLOW_REPORT_FORCED
			: idle > clock_tick(FLOW_IDLE_NS) ? FLOW_REPORT_IDLE
							  : FLOW_REPORT_NO_ROOM);
}

/* --- sessions --- */

static uint8_t
status_of_session(const struct session *session)
{
	return (session->flags & SESSION_WAITING) ? STATUS_DROPPED : STATUS_FORWARDED;
}

static void
read_session(const struct datapath *dp, const struct session *session, struct flow_report *r)
{
	struct tuple answer;

	session_tuple(dp->sessions, session, false, &r->from);
	session_tuple(dp->sessions, session, true, &answer);
	tuple_reverse(&r->to, &answer);
	r->in = session_iface(dp->sessions, session, false);
	r->out = session_iface(dp->sessions, session, true);
	r->session = true;
	r->status = status_of_session(session);
}

/* Returns what a line tells of a session of IPv4. */
static struct session_told
told_of(const struct datapath *dp, const struct session *session, enum flow_report_kind kind,
	uint8_t why)
{
	return (struct session_told){
		.forward = &flow4_at(dp->flow4, session->flow[0])->key,
		.reply = &flow4_at(dp->flow4, session->flow[1])->key,
		.kind = (uint8_t)kind,
		.why = why,
		.status = status_of_session(session),
	};
}

static enum flow_report_class
class_of(const struct session *session)
{
	return session->class == SESSION_CLOSED || session->class >= SESSION_REPLIED
		? FLOW_REPORT_CONVERSATION
		: FLOW_REPORT_UNREPLIED;
}

static inline enum flow_report_why
why_ended(enum session_end why)
{
	static const uint8_t is[SESSION_END_COUNT] = {
		[SESSION_END_closed] = FLOW_REPORT_ENDED,
		[SESSION_END_reset] = FLOW_REPORT_ENDED,
		[SESSION_END_timeout] = FLOW_REPORT_IDLE,
		[SESSION_END_evicted] = FLOW_REPORT_NO_ROOM,
		[SESSION_END_refused] = FLOW_REPORT_FORCED,
		[SESSION_END_full] = FLOW_REPORT_NO_ROOM,
		[SESSION_END_conflict] = FLOW_REPORT_FORCED,
		[SESSION_END_reused] = FLOW_REPORT_ENDED,
		[SESSION_END_flushed] = FLOW_REPORT_FORCED,
		[SESSION_END_address_removed] = FLOW_REPORT_FORCED,
		[SESSION_END_interface_removed] = FLOW_REPORT_FORCED,
		[SESSION_END_uplink_lost] = FLOW_REPORT_FORCED,
		[SESSION_END_stopped] = FLOW_REPORT_FORCED,
	};

	static_assert(SESSION_END_COUNT == 13, "each has its reason");
	return (enum flow_report_why)is[why];
}

static inline bool
has_line(const struct flow_reports *r, const struct session *session, uint32_t index)
{
	return session->family == 4 && !session_account_is_long(&r->short_account[index]);
}

__attribute__((noinline)) void
flows_tell_session(struct datapath *dp, const struct session *session, enum flow_report_why why)
{
	uint32_t index = session_index(dp->sessions, session);
	struct session_told told;
	struct flow_report *r;

	if (has_line(dp->reports, session, index)) {
		told = told_of(dp, session, FLOW_REPORT_FLOW, (uint8_t)why);
		session_account_tell_line(dp->reports, index, class_of(session), &told);
		return;
	}
	r = session_account_tell(dp->reports, index, class_of(session), dp->now_ns);
	if (r == NULL)
		return;
	r->kind = FLOW_REPORT_FLOW;
	r->why = (uint8_t)why;
	read_session(dp, session, r);
	flow_reports_commit(dp->reports);
}

/* The same, in few instructions for most sessions. */
static inline void
tell_end(struct datapath *dp, const struct session *session, enum flow_report_why why)
{
	uint32_t index = session_index(dp->sessions, session);
	struct session_told told;

	if (likely(has_line(dp->reports, session, index) && flow_reports_have_room(dp->reports))) {
		told = told_of(dp, session, FLOW_REPORT_FLOW, (uint8_t)why);
		session_account_tell_line_quickly(dp->reports, index, &told);
	} else {
		flows_tell_session(dp, session, why);
	}
}

/* Tells that the session's translation begins or ends.  The exporter has no record for those of
 * IPv6. */
static void
tell_nat(struct datapath *dp, const struct session *session, enum flow_report_kind kind)
{
	struct session_told told;

	if (!(session->flags & (SESSION_SNAT | SESSION_DNAT)) || session->family != 4)
		return;
	told = told_of(dp, session, kind, 0);
	flow_reports_tell_event(dp->reports, dp->now_ns, class_of(session), &told);
}

void
flows_session_begins(struct datapath *dp, const struct session *session)
{
	tell_nat(dp, session, FLOW_REPORT_NAT_BEGINS);
}

void
slowpath_report_session_ends(
	struct datapath *dp, const struct session *session, enum session_end why)
{
	/* One that has records has a place in the table, and so an account. */
	if (!(session->flags & SESSION_LINKED))
		return;
	if (session_account_has(dp->reports, session_index(dp->sessions, session)))
		tell_end(dp, session, why_ended(why));
	if (unlikely(dp->reports_nat) && !(session->flags & SESSION_WAITING))
		tell_nat(dp, session, FLOW_REPORT_NAT_ENDS);
}

void
slowpath_report_expect_ends(const struct datapath *dp, struct session *const sessions[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		prefetch_to_write(
			&dp->reports->short_account[session_index(dp->sessions, sessions[i])]);
}

/* Returns true if what an account has counted since then is to be told now. */
static bool
is_due(const struct datapath *dp, uint64_t start_ns)
{
	return dp->now_ns >= start_ns + dp->reports->active_ns; /* it may begin in a moment */
}

void
slowpath_report_active(struct datapath *dp, struct flow_table *t, uint32_t index)
{
	const struct flow_account *a = account_of_record(dp, t, index);

	if (flow_account_has(dp->reports, a) && is_due(dp, a->start_ns))
		tell_record(dp, t, index, FLOW_REPORT_ACTIVE);
}
