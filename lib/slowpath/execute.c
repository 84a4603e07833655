/* SPDX-License-Identifier: BSD-3-Clause */
/* Executes a decision on one packet: every case that the hot loop does not take. */

#include <string.h>

#include "base/counter.h"
#include "base/prefetch.h"
#include "nat/nat.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"
#include "tap/flow_report.h"
#include "tap/rule_ring.h"

/* A packet, and what is executed on it. */
struct work {
	struct datapath *dp;
	struct burst *b;
	unsigned slot;
	struct rte_mbuf *m;
	const struct view *v;
	struct decision *d;
	const struct nexthop *nh;
};

/* Counts a packet that no record counts for its rules. */
static __attribute__((noinline)) void
count_rules(const struct work *w)
{
	struct rule_hits *hits = w->dp->gen->worker[w->dp->worker].hits;
	const uint32_t *actions = w->d->actions;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && actions[i] != 0; i++)
		if (ACTION_OP(actions[i]) == ACTION_COUNT)
			rule_hits_add(&hits[ACTION_ARG(actions[i])], 1, w->v->l3_bytes, w->b->tick);
}

/* Counts a packet that no record counts for its flow.  A million sessions begin in a second: their
 * first packets take few instructions. */
static inline void
count_for_export(const struct work *w)
{
	struct datapath *dp = w->dp;

	if (!w->d->begins || w->nh->state == NEXTHOP_WORKER) {
		flows_count(dp, w->b, w->slot, w->d);
		return;
	}
	session_account_begin(dp->reports, session_index(dp->sessions, w->d->session), dp->now_ns,
		w->v->l3_bytes);
	/* Of the next session that begins. */
	prefetch_to_write(&dp->reports->short_account[dp->sessions->vacant]);
}

/* Returns the record of the packet's flow; that of index 0 if it has none. */
static struct flow *
record_of(const struct work *w)
{
	return flow_at(w->v->family == 6 ? w->dp->flow6 : w->dp->flow4, w->b->flow[w->slot]);
}

/* Counts a packet.  Every packet keeps a record without a session alive; a session lives only on
 * packets that leave. */
static void
count(const struct work *w)
{
	struct flow *f = record_of(w);

	if (!w->d->fast) {
		if (w->d->actions[0] != 0)
			count_rules(w);
		if (unlikely(w->dp->rules != NULL) && w->d->session != NULL)
			rule_ring_count(w->dp->rules, session_index(w->dp->sessions, w->d->session),
				w->d->reply, 1, w->v->l3_bytes);
		if (w->dp->reports != NULL)
			count_for_export(w);
	} else {
		f->packets++;
		f->bytes += w->v->l3_bytes;
	}
	if (w->b->flow[w->slot] != 0 && !(f->flags & FLOW_SESSION))
		f->seen = w->b->tick;
}

static void
tell_sender(const struct work *w)
{
	struct host *h = w->dp->host;

	if (w->d->tell == REPLY_RESET)
		host_tell_sender(h, w->v, w->m, HOST_RESET, w->d->tell_code);
	else if (w->d->tell == REPLY_UNREACHABLE)
		host_tell_sender(h, w->v, w->m, HOST_UNREACHABLE, w->d->tell_code);
}

static void
make_copies(const struct work *w, enum copy_when when)
{
	const struct copied copied = {
		.actions = w->d->actions,
		.m = w->m,
		.b = w->b,
		.slot = w->slot,
		.ip_bytes = w->v->l3_bytes,
	};

	slowpath_copy(w->dp, &copied, when);
}

static enum reason
pass_meters(const struct work *w, const struct metered *m)
{
	enum reason r = w->d->metered ? (enum reason)w->d->exceeded : slowpath_meters(w->dp, m);

	if (r != REASON_NONE && !w->d->metered)
		w->dp->slow->scratch->metered[w->slot] = w->dp->slow->scratch->refused_by;
	if (unlikely(w->dp->gen->n_copies != 0) && r == REASON_NONE)
		make_copies(w, COPY_METERED);
	return r;
}

/* Returns true for a fragment of SCTP that cannot be translated: the checksum is over the whole
 * packet, of which a fragment is a part. */
static bool
breaks_checksum(const struct view *v, const struct tuple *to)
{
	return v->proto == IPPROTO_SCTP && v->fragment
		&& (v->tuple.sport != to->sport || v->tuple.dport != to->dport);
}

/* Returns why the packet may not take this way, and tells its sender; or REASON_NONE. */
static enum reason
refuse_output(const struct work *w)
{
	const struct view *v = w->v;

	if (unlikely(breaks_checksum(v, &w->d->to)))
		return REASON_sctp_fragment;
	if (w->d->ttl && v->ttl <= 1) {
		host_tell_sender(w->dp->host, v, w->m, HOST_TTL_EXPIRED, 0);
		return REASON_ttl_expired;
	}
	if (v->l3_bytes > w->nh->mtu && (v->family == 6 || v->dont_fragment)) {
		host_tell_sender(w->dp->host, v, w->m, HOST_TOO_BIG, w->nh->mtu);
		return REASON_mtu_exceeded;
	}
	return REASON_NONE;
}

/* Handles the usual case like a hit: only addresses, ports and TTL change, the neighbour is known,
 * and the packet may leave. */
static bool
send_plain4(const struct work *w)
{
	const struct view *v = w->v;
	const struct decision *d = w->d;
	struct flow4 *f = flow4_at(w->dp->flow4, w->b->flow[w->slot]), here;
	uint8_t *ip = rte_pktmbuf_mtod_offset(w->m, uint8_t *, v->l3);

	if (w->b->class[w->slot] != SLOT_PLAIN4 || w->nh->state != NEXTHOP_READY
		|| v->l3_bytes > w->nh->mtu)
		return false;
	if (!d->recorded) {
		f = &here;
		rewrite4_compile(&here.to, &here.flow.l4_delta, &v->tuple, &d->to, d->ttl);
	}
	identify_shared(w->dp, w->m, v, &d->to);
	rewrite_plain4(ip, &f->to, f->flow.l4_delta);
	slot_send(w->b, w->slot, ip, v->l3_bytes, w->nh);
	return true;
}

static enum reason
send_routed(const struct work *w)
{
	const struct view *v = w->v;
	const struct decision *d = w->d;
	struct host *h = w->dp->host;
	union output *output = &w->b->output[w->slot];
	bool large = v->l3_bytes > w->nh->mtu;

	identify_shared(w->dp, w->m, v, &d->to);
	rewrite_any(w->m, v, &d->to, d->ttl);
	if (d->program != NULL && d->program->has_quoted)
		rewrite_quoted(w->m, v, &d->program->quoted);
	if (large) {
		output->port = OUT_GONE;
		return host_fragment(h, d->nexthop, w->m, v->l3, v);
	}
	if (nexthop_waits(w->nh)) {
		output->port = OUT_HELD;
		return host_hold(h, d->nexthop, w->m, v->l3, v);
	}
	rewrite_l2(w->m, v->l3, v->l3_bytes, w->nh);
	*output = w->nh->output;
	return REASON_NONE;
}

/* Handles a packet that has left: its session has moved on. */
static void
has_left(const struct work *w, const struct move *move)
{
	uint32_t flow = w->b->flow[w->slot];

	move_keep(w->dp, w->d, w->v, move, flow != 0 ? flow : w->d->session->flow[w->d->reply]);
}

/* Handles a packet that is dropped, or waits for a neighbour: its session has not moved.  The
 * decision holds for this packet alone, so that the first packet that leaves comes here again. */
static void
has_stayed(const struct work *w)
{
	struct session *session = w->d->session;

	if (w->b->flow[w->slot] != 0 && w->d->program != NULL && w->d->recorded)
		record_of(w)->epoch = 0;
	if (w->b->output[w->slot].port != OUT_DROP || !(session->flags & SESSION_WAITING)
		|| session->waiting > 0)
		return;
	session_withdraw(w->dp->sessions, session);
	w->d->session = NULL;
	w->b->flow[w->slot] = 0;
}

static void
write_marks(const struct work *w)
{
	const struct view *v = w->v;
	struct marked marked = {
		.ip = rte_pktmbuf_mtod_offset(w->m, uint8_t *, v->l3),
		.family = v->family,
	};

	if (v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE && v->family != 0) {
		marked.tcp = rte_pktmbuf_mtod_offset(w->m, uint8_t *, v->l4);
		marked.tcp_bytes = v->l3_bytes - (v->l4 - v->l3);
	}
	slowpath_marks(w->d->actions, &marked);
}

static enum reason
send_out(const struct work *w)
{
	write_marks(w);
	if (unlikely(w->nh->state == NEXTHOP_BRIDGE))
		return bridge_forward(w->dp, w->b, w->slot, w->nh->output.port);
	if (w->nh->state == NEXTHOP_WIRE) {
		w->b->output[w->slot] = w->nh->output;
		return REASON_NONE;
	}
	return send_plain4(w) ? REASON_NONE : send_routed(w);
}

/* Sends a packet.  One that waits is counted before the host gets it, which may drop another packet
 * of its session to make room. */
static enum reason
send_counted(const struct work *w)
{
	struct session *session = w->d->session;
	bool waits = nexthop_waits(w->nh) && session != NULL && (session->flags & SESSION_WAITING);
	enum reason r;

	if (waits)
		session->waiting++;
	r = send_out(w);
	if (waits && r != REASON_NONE)
		session->waiting--;
	return r;
}

/* Sends what the meters let pass; what is dropped nevertheless has taken nothing. */
static enum reason
meter_and_send(const struct work *w)
{
	const struct metered m = metered_of(w->v, &w->d->to, w->d->actions, w->d->begins);
	enum reason r = pass_meters(w, &m);

	if (r != REASON_NONE)
		return r;
	r = send_counted(w);
	if (r != REASON_NONE)
		slowpath_refund(w->dp, &m);
	return r;
}

/* Returns true if a helper reads the packet. */
static bool
is_helped(const struct work *w)
{
	return w->d->session != NULL && !w->v->icmp_error && w->v->l4 != VIEW_NONE
		&& !w->v->fragment && !nexthop_keeps_frame(w->nh->state)
		&& is_control(w->dp, w->d->session);
}

/* Sends by a neighbour or a wire. */
static void
execute_leaving(const struct work *w)
{
	enum reason r = nexthop_keeps_frame(w->nh->state) ? REASON_NONE : refuse_output(w);
	struct move move;

	bool control = unlikely(is_helped(w));

	if (control && r == REASON_NONE)
		helped_arrives(w->dp, w->d, w->v, w->m);
	if (r == REASON_NONE) {
		r = move_try(w->dp, w->d, w->v, w->m, &move);
		if (control && r == REASON_NONE)
			r = helped_leaves(w->dp, w->d, slowpath_view(w->dp, w->slot), w->m);
		if (r != REASON_NONE) { /* does not count for the flow */
			slot_drop(w->b, w->slot, r);
			has_stayed(w);
			return;
		}
	}
	count(w);
	if (r == REASON_NONE)
		r = meter_and_send(w);
	if (r != REASON_NONE)
		slot_drop(w->b, w->slot, r);
	if (w->d->session == NULL || w->v->icmp_error)
		return;
	if (r == REASON_NONE && !nexthop_waits(w->nh))
		has_left(w, &move);
	else
		has_stayed(w);
}

/* Returns true for a segment to a public port without a mapping: a reset would end a connection
 * that an inside host may be about to open towards its sender (RFC 5382 REQ-4).  Where the
 * interface has a kernel's, the port may be one of this host. */
static bool
is_unsolicited(const struct work *w)
{
	const struct view *v = w->v;

	return w->dp->gen->iface[v->iface]->host == NULL && v->family == 4
		&& v->proto == IPPROTO_TCP
		&& nat_may_give(w->dp->nat, v->tuple.dst.v4, v->tuple.dport, v->tuple.domain);
}

/* Lets the sender be told later, after the inside had time to open a connection towards it. */
static void
leave_unsolicited(const struct work *w)
{
	const struct view *v = w->v;

	if (v->family == 4 && v->proto == IPPROTO_TCP && v->l4 != VIEW_NONE
		&& tcp_opens(v->tcp_flags)
		&& nat_rejects(w->dp->nat, v->tuple.dst.v4, v->tuple.domain))
		host_tell_later(w->dp->host, v, w->m, w->dp->now_ns);
}

static void
deliver_local(const struct work *w)
{
	uint64_t delivered = w->dp->ledger->consumed[CONSUMED_host];
	enum reason r = is_unsolicited(w) ? REASON_nat_no_mapping
					  : host_local(w->dp->host, w->v, w->m);

	w->b->output[w->slot].port = slot_taken(w->dp, delivered);
	if (r == REASON_nat_no_mapping)
		leave_unsolicited(w);
	if (r != REASON_NONE)
		slot_drop(w->b, w->slot, r);
}

void
execute(struct datapath *dp, struct burst *b, unsigned slot, struct decision *d)
{
	const struct work w = {
		.dp = dp,
		.b = b,
		.slot = slot,
		.m = b->m[slot],
		.v = slot_view(dp, b, slot),
		.d = d,
		.nh = &dp->nexthops[d->nexthop],
	};

	if (unlikely(dp->gen->n_copies != 0))
		make_copies(&w,
			w.nh->state == NEXTHOP_DROP || w.nh->state == NEXTHOP_TO_US
				? COPY_ALL
				: COPY_UNMETERED);
	switch (w.nh->state) {
	case NEXTHOP_DROP:
		count(&w);
		tell_sender(&w);
		if (d->nexthop == REASON_nat_no_mapping)
			leave_unsolicited(&w);
		slot_drop(b, slot, (enum reason)d->nexthop);
		break;
	case NEXTHOP_TO_US:
		count(&w);
		deliver_local(&w);
		break;
	case NEXTHOP_WORKER:
		count(&w);
		b->output[slot] = w.nh->output;
		break;
	default:
		execute_leaving(&w);
	}
}
