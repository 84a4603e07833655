/* SPDX-License-Identifier: BSD-3-Clause */
/* Ageing of sessions: the timeout of each, and the sweep that ends expired ones.
 *
 * The sweep works in batches, each prefetched before it is examined: sessions that ended long ago
 * are not in the cache. */

#include <netinet/in.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "session/sctp.h"
#include "session/session_priv.h"
#include "session/tcp.h"

#define BATCH       16u
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

/* Returns the timeout.  Below established it shrinks as the table fills up; that of replied
 * sessions only if they are the cause. */
static uint32_t
timeout_ticks(const struct sessions *t, const struct session *s)
{
	uint64_t ticks = t->policy[s->policy].ticks[session_timeout_kind(s)];
	uint32_t floor = (uint32_t)((uint64_t)t->capacity * 6 / 10);

	if (t->used <= floor || s->class >= SESSION_ESTABLISHED
		|| (s->class == SESSION_REPLIED
			&& t->count[SESSION_REPLIED] <= session_share(t, SESSION_REPLIED)))
		return (uint32_t)ticks;
	ticks = (ticks * (t->capacity - t->used) + t->capacity - floor - 1) / (t->capacity - floor);
	return RTE_MAX((uint32_t)ticks, TICKS_PER_S);
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

/* Sweeps sessions first..first+n-1, none above high. */
static void
sweep_batch(struct sessions *t, uint32_t first, uint32_t n, uint32_t now_tick)
{
	struct session *over[BATCH];
	unsigned n_over = 0;

	for (uint32_t i = first; i < first + n; i++) {
		const struct session *s = &t->session[i];

		rte_prefetch0(s + BATCH);
		if (s->flags & SESSION_LINKED) {
			rte_prefetch0(flow_at(flows_of(t, s), s->flow[0]));
			rte_prefetch0(flow_at(flows_of(t, s), s->flow[1]));
		}
	}
	for (uint32_t i = first; i < first + n; i++) {
		struct session *s = &t->session[i];

		if (!(s->flags & SESSION_USED)
			|| (!session_expired(t, s, now_tick) && !is_stranded(t, s)
				&& !is_homeless(t, s)))
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
	uint32_t left = RTE_MIN(budget, t->high);

	while (left > 0) {
		uint32_t n = RTE_MIN(RTE_MIN(left, BATCH), t->high + 1 - t->hand);

		sweep_batch(t, t->hand, n, now_tick);
		left -= n;
		t->hand = t->hand + n > t->high ? 1 : t->hand + n;
	}
}
