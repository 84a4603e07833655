/* SPDX-License-Identifier: BSD-3-Clause */
/* Foresees what becomes of a packet.  The steps are those of slowpath.c; what they take is left
 * where it is, or given back. */

#include "slowpath/foresee.h"

#include <string.h>

#include "nat/nat.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"

/* The way of a packet that would leave. */
struct way {
	uint8_t state; /* enum nexthop_state */
	uint16_t mtu, port, iface;
	uint16_t nexthop; /* 0: a neighbour that is not known yet */
};

static struct way
way_of_nexthop(const struct datapath *dp, uint16_t index)
{
	const struct nexthop *nh = &dp->nexthops[index];

	return (struct way){ nh->state, nh->mtu, nh->output.port, nh->output.iface, index };
}

static struct way
way_of_program(struct datapath *dp, const struct program *p)
{
	const struct interface *out = p->verdict == PROGRAM_OUTPUT ? dp->gen->iface[p->iface]
								   : NULL;
	uint16_t index;

	if (p->verdict == PROGRAM_WIRE)
		return way_of_nexthop(dp, host_wire(dp->host, p->iface));
	if (p->verdict == PROGRAM_LOCAL)
		return way_of_nexthop(dp, NEXTHOP_LOCAL);
	if (out == NULL)
		return way_of_nexthop(dp, p->reason);
	index = host_foresee_nexthop(dp->host, out, &p->gateway, p->to.family);
	if (index != 0)
		return way_of_nexthop(dp, index);
	return (struct way){ NEXTHOP_UNRESOLVED, out->mtu, out->port, out->id, 0 };
}

/* Returns why the session of a first packet would not begin. */
static enum reason
refuse_begin(struct datapath *dp, const struct eval *ev)
{
	const struct session *fresh = ev->fresh;

	if (fresh->proto == IPPROTO_TCP && sessions_flooded(dp->sessions, 0)
		&& !syn_gate_may_admit(&dp->sessions->gate, dp->now_ns))
		return REASON_session_unproven;
	if (answers_are_taken(dp, ev))
		return REASON_session_conflict;
	return session_has_room(dp->sessions, fresh) ? REASON_NONE : REASON_session_full;
}

/* Returns why a packet would not leave by its way. */
static enum reason
refuse_leaving(struct datapath *dp, const struct burst *b, const struct eval *ev,
	const struct decision *d, const struct way *way)
{
	const struct view *v = ev->view;
	bool begins = !d->fast && d->session != NULL && d->session == ev->fresh;
	const struct metered metered = metered_of(v, &d->to, d->actions, begins);
	struct move move;
	enum reason r;

	if (!nexthop_keeps_frame(way->state) && d->ttl && v->ttl <= 1)
		return REASON_ttl_expired;
	if (!nexthop_keeps_frame(way->state) && v->l3_bytes > way->mtu
		&& (v->family == 6 || v->dont_fragment))
		return REASON_mtu_exceeded;
	if (way->state >= NEXTHOP_UNRESOLVED && way->nexthop != 0
		&& host_refuses(dp->host, way->nexthop))
		return REASON_neighbour_unresolved;
	r = begins ? REASON_NONE : move_try(dp, d, v, b->m[0], &move);
	if (r == REASON_NONE)
		r = meters_foresee(dp, &metered);
	if (r != REASON_NONE)
		return r;
	return begins ? refuse_begin(dp, ev) : REASON_NONE;
}

static enum reason
refuse_local(const struct datapath *dp, const struct burst *b, const struct view *v)
{
	if (v->family == 4 && v->proto == IPPROTO_TCP
		&& nat_may_give(dp->nat, v->tuple.dst.v4, v->tuple.dport, v->tuple.domain))
		return REASON_nat_no_mapping;
	return host_foresee_local(dp->host, v, b->m[0]);
}

static void
say(struct foreseen *out, enum observed_verdict verdict, enum reason r)
{
	out->seen.verdict = r != REASON_NONE ? OBSERVED_DROP : verdict;
	out->seen.reason = r;
}

/* Says which member of a bridge the frame would leave by. */
static void
say_bridged(struct datapath *dp, const struct burst *b, const struct way *way, struct foreseen *out)
{
	union output to;
	enum reason r = bridge_foresee(dp, b, 0, way->port, &to);

	if (r != REASON_NONE && out->seen.reason == REASON_NONE)
		say(out, OBSERVED_DROP, r);
	if (to.port == PORT_NONE)
		return;
	out->seen.out_port = to.port;
	out->seen.out_iface = to.iface;
}

static void
say_way(struct datapath *dp, const struct burst *b, const struct eval *ev, const struct decision *d,
	struct foreseen *out)
{
	struct way way = d->fast ? way_of_nexthop(dp, d->nexthop)
				 : way_of_program(dp, &ev->program);

	switch (way.state) {
	case NEXTHOP_DROP:
		say(out, OBSERVED_DROP, (enum reason)way.nexthop);
		break;
	case NEXTHOP_TO_US:
		say(out, OBSERVED_CONSUMED, refuse_local(dp, b, ev->view));
		break;
	default:
		say(out, way.state >= NEXTHOP_UNRESOLVED ? OBSERVED_HELD : OBSERVED_OUTPUT,
			refuse_leaving(dp, b, ev, d, &way));
		out->seen.out_port = way.port;
		out->seen.out_iface = way.iface;
		if (way.state == NEXTHOP_BRIDGE)
			say_bridged(dp, b, &way, out);
	}
}

/* A session that would begin is in no table. */
static void
say_session(
	struct datapath *dp, const struct eval *ev, const struct decision *d, struct foreseen *out)
{
	struct decision known = *d;

	if (d->session != ev->fresh || d->fast) {
		out->seen.session = session_told(dp, d, d->session != NULL ? d->session->state : 0);
		return;
	}
	known.session = NULL;
	out->seen.session = session_told(dp, &known, 0);
	out->seen.session.index = UINT32_MAX;
	out->seen.session.tcp = ev->fresh->proto == IPPROTO_TCP;
	out->seen.session.sctp = ev->fresh->proto == IPPROTO_SCTP;
}

/* Evaluates the packet, says what becomes of it, and gives back what evaluation took. */
static void
judge(struct datapath *dp, struct burst *b, bool hit, const struct trace *trace,
	struct foreseen *out)
{
	struct eval *ev = &dp->slow->scratch->late;
	struct decision d;

	evaluate_dry(dp, b, 0, ev, trace);
	if (hit) {
		decision_from_record(dp, b, 0, &d);
	} else {
		if (ev->session != NULL && ev->session != ev->fresh && !ev->view->icmp_error)
			keep_translation(dp, ev);
		memset(&d, 0, sizeof(d));
		decision_from_program(ev, &d);
	}
	out->known = b->flow[0] != 0 || (d.session != NULL && d.session != ev->fresh);
	out->seen.fast = hit;
	out->seen.counter = d.counter;
	say_way(dp, b, ev, &d, out);
	if (reason_of_meter((enum reason)out->seen.reason) && !decision_drops(dp, &d))
		out->seen.counter = dp->slow->scratch->refused_by;
	say_session(dp, ev, &d, out);
	if (hit)
		program_of(dp, &d, &out->program);
	else
		out->program = ev->program;
	out->seen.has_program = true;
	if (ev->session == ev->fresh)
		nat_release(dp->nat, ev->fresh, SESSION_END_refused, dp->now_ns);
}

static void
note(const struct trace *trace, const char *stage, const char *text)
{
	trace->note(trace->arg, stage, text);
}

/* Judges a frame without a key. */
static void
judge_unkeyed(struct datapath *dp, struct burst *b, const struct trace *trace, struct foreseen *out)
{
	const struct view *v = slot_view(dp, b, 0);
	const struct interface *in = dp->gen->iface[v->iface];

	b->flow[0] = 0;
	if (slowpath_fragments_use(dp, v) != FRAGMENTS_ALONE) {
		note(trace, "fragments", "judged with the first fragment of its datagram");
		say(out, OBSERVED_HELD, REASON_NONE);
	} else if (in != NULL && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE)) {
		judge(dp, b, false, trace, out);
	} else if (v->kind == VIEW_OTHER) {
		say(out, OBSERVED_DROP, REASON_eth_unknown_type);
	} else {
		note(trace, "host", "for Weir itself; no stage is asked");
		say(out, OBSERVED_CONSUMED, host_foresee_local(dp->host, v, b->m[0]));
	}
}

void
slowpath_foresee(
	struct datapath *dp, struct burst *b, const struct trace *trace, struct foreseen *out)
{
	memset(out, 0, sizeof(*out));
	out->generation = dp->gen->number;
	out->view = *slot_view(dp, b, 0);
	out->seen.port = b->port;
	out->seen.gen = dp->gen;
	out->seen.view = &out->view;
	out->seen.program = &out->program;
	if (b->class[0] == SLOT_BAD) {
		say(out, OBSERVED_DROP, (enum reason)b->reason[0]);
		return;
	}
	if (b->class[0] == SLOT_SLOW) {
		judge_unkeyed(dp, b, trace, out);
		return;
	}
	b->flow[0] = slot_find(dp, b, 0);
	judge(dp, b, slot_has_program(dp, b, 0) && !slot_asks_anew(dp, b, 0), trace, out);
}
