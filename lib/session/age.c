/* SPDX-License-Identifier: BSD-3-Clause */
/* Ageing of sessions: the timeout of each, and the sweep that ends expired ones.
 *
 * A session that the sweep has looked at is due when it would expire without a further packet, and
 * is not looked at before, since it and its records are three lines that are in no cache.  What may
 * end it sooner has it looked at: another class or policy, other timeouts, a table that fills up,
 * interfaces and addresses that go.  Who watches sessions has them looked at, too.  The sweep works
 * in batches, each prefetched before it is examined. */

#include <netinet/in.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "session/sctp.h"
#include "session/session_priv.h"
#include "session/tcp.h"

#define BATCH       16u
#define FAR         (1u << 30) /* ticks: 13 days */
#define LEVELS      32u
#define TICKS_PER_S 954u /* 10^9 >> 20, rounded up */

enum session_timeout
session_timeout_kind(const struct session *s)
{
	switch (s->proto) {
	case IPPROTO_TCP:
		return s->class == SESSION_ESTABLISHED ? TIMEOUT_TCP_ESTABLISHED
			: s->class == SESSION_CLOSED   ? TIMEOUT_TCP_CLOSING
						       : TIMEOUT_TCP_OPENING;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return TIMEOUT_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return TIMEOUT_ICMP;
	case IPPROTO_SCTP:
		return s->state >= SCTP_CLOSED         ? TIMEOUT_SCTP_CLOSING
			: s->state >= SCTP_ESTABLISHED ? TIMEOUT_SCTP_ESTABLISHED
						       : TIMEOUT_SCTP_OPENING;
	case IPPROTO_GRE:
		return TIMEOUT_GRE;
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return TIMEOUT_IPSEC;
	default:
		return TIMEOUT_OTHER;
	}
}

/* Returns how many sessions there may be before timeouts shrink. */
static uint32_t
roomy(const struct sessions *t)
{
	return (uint32_t)((uint64_t)t->capacity * 6 / 10);
}

/* Returns a timeout of a class below established when so many sessions are there. */
static uint32_t
shrunk(const struct sessions *t, uint32_t ticks, uint32_t used)
{
	uint32_t floor = roomy(t), over = t->capacity - floor;

	if (used <= floor)
		return ticks;
	ticks = (uint32_t)(((uint64_t)ticks * (t->capacity - used) + over - 1) / over);
	return RTE_MAX(ticks, TICKS_PER_S);
}

/* Returns the timeout.  Below established it shrinks as the table fills up; that of replied
 * sessions only if they are the cause. */
static uint32_t
timeout_ticks(const struct sessions *t, const struct session *s)
{
	uint32_t ticks = t->policy[s->policy].ticks[session_timeout_kind(s)];

	if (s->class >= SESSION_ESTABLISHED
		|| (s->class == SESSION_REPLIED
			&& t->count[SESSION_REPLIED] <= session_share(t, SESSION_REPLIED)))
		return ticks;
	return shrunk(t, ticks, t->used);
}

bool
session_expired(const struct sessions *t, const struct session *s, uint32_t now_tick)
{
	return now_tick - session_seen(t, s) > timeout_ticks(t, s);
}

static enum session_end
end_of(const struct session *s)
{
	if (s->class == SESSION_CLOSED && s->proto == IPPROTO_SCTP)
		return s->state == SCTP_ABORTED ? SESSION_END_reset : SESSION_END_closed;
	if (s->class != SESSION_CLOSED || s->proto != IPPROTO_TCP)
		return SESSION_END_timeout;
	return s->state == TCP_RESET ? SESSION_END_reset : SESSION_END_closed;
}

/* Returns true if an interface by which one of its directions arrived is in another domain now: no
 * packet finds the session there. */
static bool
is_left_behind(const struct sessions *t, const struct session *s)
{
	for (unsigned reply = 0; t->domain_of != NULL && reply < 2; reply++) {
		struct tuple came;

		if (!(s->flags & SESSION_LINKED))
			return false;
		session_tuple(t, s, reply, &came);
		if (t->domain_of[session_iface(t, s, reply)] != came.domain)
			return true;
	}
	return false;
}

/* Returns true if an interface by which one of its directions is expected is gone, and its zone
 * with it. */
static bool
is_stranded(const struct sessions *t, const struct session *s)
{
	if (is_left_behind(t, s))
		return true;
	return t->zone_of != NULL && (s->flags & SESSION_LINKED)
		&& (t->zone_of[session_iface(t, s, false)] == SESSION_NOWHERE
			|| t->zone_of[session_iface(t, s, true)] == SESSION_NOWHERE);
}

static bool
is_homeless(const struct sessions *t, const struct session *s)
{
	return t->is_homeless != NULL && t->is_homeless(t->arg, s);
}

/* Returns how far the table is filled up where timeouts shrink, in parts of LEVELS: the least that
 * has room for all sessions. */
static uint32_t
level_of(const struct sessions *t)
{
	uint64_t floor = roomy(t), over = t->capacity - floor;

	return t->used <= floor ? 0 : (uint32_t)(((t->used - floor) * LEVELS + over - 1) / over);
}

/* Dues are worked out for a level above that of the table: when it is reached, all are worked out
 * again. */
static void
follow_level(struct sessions *t)
{
	uint32_t level = level_of(t);

	if (level > t->level)
		t->recheck = t->high;
	if (level > t->level || level + 2 < t->level)
		t->level = RTE_MIN(level + 1, LEVELS);
}

/* Returns true if no session can be passed over. */
static bool
looks_at_all(const struct sessions *t)
{
	return t->recheck > 0 || t->zone_of != NULL || t->domain_of != NULL
		|| t->is_homeless != NULL;
}

static inline bool
is_due(const struct sessions *t, uint32_t index, uint32_t now_tick)
{
	uint32_t due = t->due[index];

	return due < SESSION_DUE_TICKS || (int32_t)(now_tick - due) >= 0;
}

static inline uint32_t
due_at(uint32_t tick)
{
	return RTE_MAX(tick, SESSION_DUE_TICKS);
}

/* Returns the clock_tick at which the sweep has to look at a session again that is not over.  The
 * states of SCTP have timeouts of their own within a class. */
static inline uint32_t
due_of(const struct sessions *t, const struct session *s, uint32_t seen, uint32_t ticks)
{
	if (s->proto == IPPROTO_SCTP)
		return SESSION_DUE_AGAIN;
	if (t->level != 0 && s->class < SESSION_ESTABLISHED)
		ticks = shrunk(t, t->policy[s->policy].ticks[session_timeout_kind(s)],
			roomy(t)
				+ (uint32_t)(t->level * (uint64_t)(t->capacity - roomy(t))
					/ LEVELS));
	return due_at(seen + RTE_MIN(ticks, FAR) + 1);
}

/* Returns when a session that would be due has to be looked at for who watches it. */
static uint32_t
watched_due(const struct sessions *t, struct session *s, uint32_t due, bool fresh, uint32_t now_tick)
{
	uint32_t ticks = fresh ? t->watch_ticks : t->watch(t->arg, s);

	return due >= SESSION_DUE_TICKS && (int32_t)(due - now_tick) > (int32_t)RTE_MIN(ticks, FAR)
		? due_at(now_tick + ticks)
		: due;
}

/* Looks at a session, or at a vacant place.  Returns true if it is over. */
static inline bool
is_over(struct sessions *t, struct session *s, uint32_t now_tick)
{
	uint32_t *due = &t->due[session_index(t, s)], seen, ticks;
	bool fresh = *due == SESSION_DUE_FRESH;

	if (!(s->flags & SESSION_USED)) {
		*due = due_at(now_tick + FAR);
		return false;
	}
	seen = session_seen(t, s);
	ticks = timeout_ticks(t, s);
	if (now_tick - seen > ticks || is_stranded(t, s) || is_homeless(t, s))
		return true;
	*due = due_of(t, s, seen, ticks);
	if (unlikely(t->watch_ticks != 0))
		*due = watched_due(t, s, *due, fresh, now_tick);
	return false;
}

/* Looks at n sessions, which have been prefetched. */
static void
look_at(struct sessions *t, const uint32_t index[], unsigned n, uint32_t now_tick)
{
	struct session *over[BATCH];
	unsigned n_over = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct session *s = &t->session[index[i]];

		if (s->flags & SESSION_LINKED) {
			rte_prefetch0(flow_at(flows_of(t, s), s->flow[0]));
			rte_prefetch0(flow_at(flows_of(t, s), s->flow[1]));
		}
	}
	for (unsigned i = 0; i < n; i++) {
		struct session *s = &t->session[index[i]];

		if (!is_over(t, s, now_tick))
			continue;
		over[n_over++] = s;
		if (s->flags & SESSION_LINKED) {
			flow_table_prefetch_home(flows_of(t, s), s->flow[0]);
			flow_table_prefetch_home(flows_of(t, s), s->flow[1]);
		}
	}
	if (n_over > 0 && t->expect != NULL)
		t->expect(t->arg, over, n_over);
	for (unsigned i = 0; i < n_over; i++)
		session_end(t, over[i],
			is_stranded(t, over[i])           ? SESSION_END_interface_removed
				: is_homeless(t, over[i]) ? SESSION_END_address_removed
							  : end_of(over[i]));
}

void
sessions_sweep(struct sessions *t, uint32_t budget, uint32_t now_tick)
{
	uint32_t left = RTE_MIN(budget, t->high), index[BATCH];
	unsigned n = 0;
	bool all;

	follow_level(t);
	all = looks_at_all(t);
	t->recheck -= RTE_MIN(left, t->recheck);
	for (; left > 0; left--) {
		uint32_t i = t->hand;

		t->hand = i >= t->high ? 1 : i + 1;
		if (!all && !is_due(t, i, now_tick))
			continue;
		rte_prefetch0(&t->session[i]);
		index[n++] = i;
		if (n < BATCH)
			continue;
		look_at(t, index, n, now_tick);
		n = 0;
	}
	look_at(t, index, n, now_tick);
}
