/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage track: finds the session that a packet belongs to, or begins one. */

#include <netinet/in.h>

#include "base/clock.h"
#include "base/counter.h"
#include "helper/control.h"
#include "policy/stage.h"
#include "session/sctp.h"
#include "session/tcp.h"
#include "stage/track.h"
#include "stage/translate.h"

/* A segment that begins a session in mid-stream has only ACK of these flags. */
#define TCP_LOOSE (RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG)
#define PORT_FTP  21
#define PORT_TFTP 69

/* Returns true for a packet to one of our own addresses that may be for the kernel's interface: the
 * kernel has the other end, and its packets are not seen here, so no session follows them. */
static bool
may_be_for_kernel(const struct eval *ev)
{
	return ev->in->host != NULL
		&& generation_owns(ev->gen, &ev->view->tuple.dst, tuple_space(&ev->view->tuple));
}

static void
invalid(const struct track *track, struct eval *ev, enum reason r)
{
	/* The key alone is not enough: a later segment of the same key may open a session. */
	if (ev->view->proto == IPPROTO_TCP || ev->view->proto == IPPROTO_SCTP)
		ev->used_fields |= FIELD_TCP_FLAGS;
	if (may_be_for_kernel(ev)) {
		eval_note(ev, "track: without a session: new if it is for the host");
		ev->state = CONN_NEW;
		ev->unless_local = (uint8_t)r;
		return;
	}
	if (track->pass_invalid) {
		eval_note(ev, "track: invalid, %s", reason_name(r));
		ev->state = CONN_INVALID;
		return;
	}
	eval_note(ev, "track: %s", reason_sentence(r));
	eval_drop(ev, r, 0);
}

static void
set_src(struct eval *ev, const struct tuple *to)
{
	if (!address_equal(&to->src, &ev->tuple.src) || to->sport != ev->tuple.sport)
		eval_set_src(ev, &to->src, to->sport);
}

static void
set_dst(struct eval *ev, const struct tuple *to)
{
	if (!address_equal(&to->dst, &ev->tuple.dst) || to->dport != ev->tuple.dport)
		eval_set_dst(ev, &to->dst, to->dport);
}

/* Returns true if only the forward end has been heard of so far. */
static bool
is_new(const struct eval *ev)
{
	const struct session *s = ev->session;

	if (ev->reply)
		return false;
	if (s->proto == IPPROTO_SCTP)
		return sctp_is_new(s->state);
	return s->proto == IPPROTO_TCP ? tcp_is_new(s, s->state) : s->state == PLAIN_SINGLE;
}

/* Returns true for a SYN in an existing connection, or an INIT in an association, which its sender
 * may have lost. */
static bool
asks_anew(const struct eval *ev)
{
	if (ev->session->proto == IPPROTO_SCTP)
		return sctp_asks_anew(ev->session, ev->view->sctp_chunk);
	return ev->session->proto == IPPROTO_TCP && tcp_asks_anew(ev->session, ev->view->tcp_flags);
}

/* Sets where the destination of a packet of a session is looked up: an answer goes back to the
 * domain that the session began in, and a packet to a translated destination to the domain that its
 * first packet left into. */
static void
lead_home(struct eval *ev)
{
	struct tuple other;

	if (!ev->reply && !(ev->session->flags & SESSION_DNAT))
		return;
	session_tuple(ev->sessions, ev->session, !ev->reply, &other);
	ev->to_domain = other.domain;
}

static const char *
state_text(const struct session *s)
{
	if (s->proto == IPPROTO_TCP)
		return tcp_state_name(s->state);
	if (s->proto == IPPROTO_SCTP)
		return sctp_state_name(s->state);
	return s->state == PLAIN_SINGLE ? "unreplied" : "replied";
}

/* Returns true for a session that a control session has announced. */
static bool
is_announced(const struct eval *ev)
{
	return ev->helpers != NULL
		&& helpers_announced(ev->helpers, session_index(ev->sessions, ev->session));
}

/* The timeouts are those of the place where the session's first packets come in, by the first stage
 * track there. */
static void
follow_policy(const struct track *track, struct eval *ev)
{
	struct session *s = ev->session;
	uint16_t policy = track->policy & (SESSION_POLICIES - 1);

	if (s->policy == policy)
		return;
	s->policy = policy;
	session_look_again(ev->sessions, s);
}

/* Handles a packet of a known session.  Later stages see a reply as its receiver will see it, and a
 * forward packet with its sender's source and its real destination; the slow path sets the rest
 * (snat stands behind the rules). */
static void
known(const struct track *track, struct eval *ev)
{
	struct session *s = ev->session;
	struct tuple other, to;

	if (!(s->flags & SESSION_LINKED))
		return; /* made by an earlier stage track */
	if (!ev->reply && ev->state == CONN_UNTRACKED && !ev->dry)
		follow_policy(track, ev);
	ev->state = !is_new(ev) ? CONN_ESTABLISHED : is_announced(ev) ? CONN_RELATED : CONN_NEW;
	if (asks_anew(ev)) {
		ev->state = CONN_NEW;
		ev->used_fields |= FIELD_TCP_FLAGS;
	}
	eval_note(ev, "track: %s, %s of its session (%s)",
		ev->state == CONN_NEW               ? "new"
			: ev->state == CONN_RELATED ? "related"
						    : "established",
		ev->reply ? "reply" : "forward", state_text(s));
	session_tuple(ev->sessions, s, !ev->reply, &other);
	tuple_reverse(&to, &other);
	if (ev->reply)
		set_src(ev, &to);
	set_dst(ev, &to);
	lead_home(ev);
}

/* Returns a worker's share of a limit. */
static uint32_t
share(const struct eval *ev, uint32_t limit)
{
	unsigned workers = ev->gen->n_sharing > 0 ? ev->gen->n_sharing : 1;

	return (uint32_t)(((uint64_t)limit + workers - 1) / workers);
}

/* Returns true if the source may begin one more session, possibly in the place of a finished one.
 * It is charged when the packet leaves. */
static bool
within_limit(const struct track *track, struct eval *ev)
{
	const struct view *v = ev->view;
	struct source_limit limit;

	ev->limit = (struct source_limit){
		share(ev, track->limit.sessions),
		share(ev, track->limit.per_second),
	};
	if (ev->limit.sessions == 0 && ev->limit.per_second == 0)
		return true;
	limit = ev->limit;
	if (limit.sessions != 0 && ev->over != NULL
		&& sources_is(ev->sessions->sources, ev->over->source, &v->tuple.src,
			tuple_space(&v->tuple)))
		limit.sessions++;
	return sources_may(
		ev->sessions->sources, &v->tuple.src, tuple_space(&v->tuple), &limit, ev->now_ns);
}

/* Asks the SYN gate. */
static bool
may_open(struct eval *ev)
{
	return ev->dry ? session_would_open(ev->sessions, ev->key_hash, ev->now_ns)
		       : session_may_open(ev->sessions, ev->key_hash, ev->now_ns);
}

static void
take(const struct track *track, struct eval *ev)
{
	bool tcp = ev->tuple.proto == IPPROTO_TCP;
	struct session *s = ev->fresh;

	if (!within_limit(track, ev)) {
		counter_add(&ev->sessions->limited, !ev->dry);
		eval_note(ev, "track: the source is at its limit");
		eval_drop(ev, REASON_session_limit, 0);
		ev->used_fields |= FIELD_TCP_FLAGS; /* a moment later it may be allowed */
		return;
	}
	if (tcp && sessions_flooded(ev->sessions, 0) && !may_open(ev)) {
		eval_note(ev, "track: %s", reason_sentence(REASON_session_unproven));
		eval_drop(ev, REASON_session_unproven, 0);
		ev->used_fields |= FIELD_TCP_FLAGS;
		return;
	}
	session_init(s, tcp ? SESSION_HALF_OPEN : session_unreplied(ev->tuple.proto),
		clock_tick(ev->now_ns));
	s->family = ev->tuple.family;
	s->proto = ev->tuple.proto;
	s->policy = track->policy & (SESSION_POLICIES - 1);
	s->flags |= track->loose ? SESSION_LOOSE : 0;
	ev->session = s;
	ev->reply = false;
	eval_note(ev, "track: new session, %s; ends after %u s without packets",
		session_class_name(s->class),
		ev->sessions->policy[s->policy].timeout_s[session_timeout_kind(s)]);
}

/* Returns the announcement that a first packet meets, by the zone where it is expected; or NULL. */
static const struct expectation *
find_expected(const struct eval *ev)
{
	const struct expectation *e;

	if (ev->helpers == NULL || ev->view->tuple.kind != KEY_PLAIN)
		return NULL;
	e = expectation_find(&ev->helpers->expectations, &ev->view->tuple, ev->now_ns);
	return e != NULL && zones_same(&ev->gen->zones, e->iface, ev->in->id) ? e : NULL;
}

/* Notes the helper of a session that may become a control session. */
static void
choose_helper(const struct track *track, struct eval *ev)
{
	const struct tuple *t = &ev->view->tuple;

	if (track->helpers == 0)
		return;
	if (t->proto == IPPROTO_TCP && t->dport == RTE_BE16(PORT_FTP)
		&& (track->helpers & 1u << HELPER_FTP))
		ev->helper = HELPER_FTP;
	if (t->proto == IPPROTO_UDP && t->dport == RTE_BE16(PORT_TFTP)
		&& (track->helpers & 1u << HELPER_TFTP))
		ev->helper = HELPER_TFTP;
	if (ev->helper != HELPER_NONE)
		eval_note(ev, "track: a control session, helper %s",
			ev->helper == HELPER_FTP ? "ftp" : "tftp");
}

/* Begins the session of an announced data connection. */
static void
meet(const struct track *track, struct eval *ev, const struct expectation *e)
{
	ev->expected = true;
	ev->state = CONN_RELATED;
	eval_note(ev, "track: announced by a control session");
	take(track, ev);
	if (ev->session != NULL)
		translate_expected(ev, &e->to);
}

static void
begin(const struct track *track, struct eval *ev)
{
	const struct view *v = ev->view;
	const struct expectation *e;

	if (v->proto == IPPROTO_TCP && !tcp_opens(v->tcp_flags)
		&& !(track->loose && (v->tcp_flags & TCP_LOOSE) == RTE_TCP_ACK_FLAG)) {
		invalid(track, ev, REASON_tcp_no_session);
		return;
	}
	if (v->proto == IPPROTO_SCTP && v->sctp_chunk != SCTP_INIT
		&& !(track->loose && v->sctp_chunk != SCTP_ABORT)) {
		invalid(track, ev, REASON_sctp_no_session);
		return;
	}
	if (tuple_is_icmp(&v->tuple) && !icmp_is_request(v->family, tuple_icmp_type(&v->tuple))) {
		invalid(track, ev, REASON_icmp_no_session);
		return;
	}
	e = find_expected(ev);
	if (e != NULL) {
		meet(track, ev, e);
		return;
	}
	choose_helper(track, ev);
	ev->state = CONN_NEW;
	if (ev->sessions != NULL) /* NULL in section tests */
		take(track, ev);
	else
		eval_note(ev, "track: new session");
	translate_enter(ev);
}

/* Handles an ICMP error, which belongs to the session of the packet that it quotes and travels
 * against that packet. */
static void
related(const struct track *track, struct eval *ev)
{
	struct tuple back;

	ev->session = NULL;
	if (ev->quoted_damaged) { /* RFC 5508 REQ-3 */
		eval_note(ev, "track: the quoted header is damaged");
		eval_drop(ev, REASON_icmp_bad_checksum, 0);
		return;
	}
	if (ev->has_quoted && ev->sessions != NULL) {
		tuple_reverse(&back, &ev->quoted);
		ev->session = session_find(ev->sessions, &back, &ev->reply);
	}
	if (ev->session == NULL) {
		invalid(track, ev, REASON_icmp_no_session);
		return;
	}
	if (ev->quoted.proto == IPPROTO_TCP
		&& !tcp_has_sent(ev->session, session_offer(ev->sessions, ev->session), !ev->reply,
			ev->quoted_seq)) {
		ev->session = NULL;
		invalid(track, ev, REASON_tcp_out_of_window);
		return;
	}
	if (ev->quoted.proto == IPPROTO_SCTP
		&& !sctp_has_sent(ev->session, &session_offer(ev->sessions, ev->session)->sctp,
			!ev->reply, ev->quoted_seq)) {
		ev->session = NULL;
		invalid(track, ev, REASON_sctp_bad_tag);
		return;
	}
	ev->state = CONN_RELATED;
	eval_note(ev, "track: related to a session (%s)", state_text(ev->session));
	translate_related(ev);
	lead_home(ev);
}

/* Returns true if the packet enters by the zone where its session expects this direction; a forged
 * packet must not move the session. */
static bool
is_expected(struct eval *ev)
{
	const struct zones *z = &ev->gen->zones;
	const struct interface *wanted;
	uint16_t iface;

	if (!(ev->session->flags & SESSION_LINKED))
		return true;
	iface = session_iface(ev->sessions, ev->session, ev->reply);
	if (zones_same(z, iface, ev->in->id))
		return true;
	wanted = ev->gen->iface[iface];
	eval_note(ev, "track: its session expects it by interface %s%s%s",
		wanted != NULL ? wanted->name : "(gone)",
		zones_name(z, iface) != NULL ? ", zone " : "",
		zones_name(z, iface) != NULL ? zones_name(z, iface) : "");
	return false;
}

static void
refuse_interface(struct eval *ev)
{
	ev->session = NULL;
	ev->reply = false;
	ev->used_fields |= FIELD_TCP_FLAGS; /* when the session ends the key may begin
					     * another one */
	eval_drop(ev, REASON_session_interface, 0);
}

/* Begins a new session for a SYN on a finished connection, from either end (RFC 9293 3.6.1, RFC
 * 6191).  The old session stays until the SYN leaves. */
static void
replace_if_over(struct eval *ev)
{
	struct session *s = ev->session;

	if (s == NULL || ev->keeps_over || s->proto != IPPROTO_TCP || !(s->flags & SESSION_LINKED)
		|| !tcp_begins_anew(s, ev->reply, ev->view->tcp_flags, ev->view->tcp_seq))
		return;
	eval_note(ev, "track: its connection is finished, and it asks for a new one");
	ev->over = s;
	ev->session = NULL;
	ev->reply = false;
	ev->used_fields |= FIELD_TCP_FLAGS; /* segments of the old connection have the same
					     * key */
}

/* Drops a packet with a fault in its transport header: it belongs to no session, and never passes
 * as invalid. */
static void
refuse_fault(struct eval *ev)
{
	enum reason r = (enum reason)ev->view->l4_fault;

	eval_note(ev, "track: %s", reason_sentence(r));
	ev->used_fields |= FIELD_TCP_FLAGS; /* the next packet of this key may have another
					     * fault */
	eval_drop(ev, r, 0);
}

/* Returns true for multicast, broadcast and Neighbour Discovery, which no session follows; they
 * come to a pipeline only where it bridges or forwards. */
static bool
is_of_link(const struct view *v)
{
	if (v->family == 4)
		return (rte_be_to_cpu_32(v->tuple.dst.v4) >> 28) >= 0xe;
	return v->tuple.dst.bytes[0] == 0xff
		|| (v->proto == IPPROTO_ICMPV6 && v->icmp_type >= 133 && v->icmp_type <= 137);
}

static void
track_one(const struct track *track, struct eval *ev)
{
	const struct view *v = ev->view;

	if (v->l4_fault != REASON_NONE) {
		refuse_fault(ev);
		return;
	}
	if ((v->kind != VIEW_IP4 && v->kind != VIEW_IP6) || v->tuple.kind != KEY_PLAIN
		|| is_of_link(v)) {
		eval_note(ev, "track: not for this packet");
		return;
	}
	if (ev->sessions == NULL && ev->assumed != 0) {
		ev->state = (enum conn_state)ev->assumed;
		return;
	}
	if (v->icmp_error) {
		related(track, ev);
		return;
	}
	if (ev->session == NULL && ev->sessions != NULL)
		ev->session = ev->key_hash == 0
			? session_find(ev->sessions, &v->tuple, &ev->reply)
			: session_find_hash(ev->sessions, &v->tuple, ev->key_hash, &ev->reply);
	if (ev->session != NULL && !is_expected(ev)) {
		refuse_interface(ev);
		return;
	}
	replace_if_over(ev);
	if (ev->session != NULL)
		known(track, ev);
	else
		begin(track, ev);
}

void
track_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		track_one(instance, ev[i]);
}
