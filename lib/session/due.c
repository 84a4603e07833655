/* SPDX-License-Identifier: BSD-3-Clause */
/* Timeouts of sessions, and when the sweep (age.c) looks at one.
 *
 * A session is due when it would expire without a further packet, as it was when it began or the
 * sweep looked at it last.  What may end it sooner has it looked at: another class or policy, other
 * timeouts, a table that fills up.  Who watches sessions has them looked at, too. */

#include <netinet/in.h>

#include <rte_common.h>

#include "session/sctp.h"
#include "session/session_priv.h"

#define FAR         (1u << 30) /* ticks: 13 days, the longest that a session is passed over */
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

uint32_t
session_timeout_ticks(const struct sessions *t, const struct session *s)
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
	return now_tick - session_seen(t, s) > session_timeout_ticks(t, s);
}

/* Returns how far the table is filled up where timeouts shrink, in parts of LEVELS: the least that
 * has room for all sessions. */
static uint32_t
level_of(const struct sessions *t)
{
	uint64_t floor = roomy(t), over = t->capacity - floor;

	return t->used <= floor ? 0 : (uint32_t)(((t->used - floor) * LEVELS + over - 1) / over);
}

void
sessions_follow_level(struct sessions *t)
{
	uint32_t level = level_of(t);

	if (level > t->level)
		t->recheck = t->high;
	if (level > t->level || level + 2 < t->level)
		t->level = RTE_MIN(level + 1, LEVELS);
}

static inline uint32_t
due_at(uint32_t tick)
{
	return tick != 0 ? tick : 1;
}

uint32_t
session_due_vacant(uint32_t now_tick)
{
	return due_at(now_tick + FAR);
}

uint32_t
session_due(const struct sessions *t, const struct session *s, uint32_t seen, uint32_t ticks)
{
	if (s->proto == IPPROTO_SCTP)
		return 0;
	if (t->level != 0 && s->class < SESSION_ESTABLISHED)
		ticks = shrunk(t, t->policy[s->policy].ticks[session_timeout_kind(s)],
			roomy(t)
				+ (uint32_t)(t->level * (uint64_t)(t->capacity - roomy(t))
					/ LEVELS));
	return due_at(seen + RTE_MIN(ticks, FAR) + 1);
}

uint32_t
session_due_within(uint32_t due, uint32_t now_tick, uint32_t ticks)
{
	ticks = RTE_MIN(ticks, FAR);
	return due != 0 && (int32_t)(due - now_tick) > (int32_t)ticks ? due_at(now_tick + ticks)
								      : due;
}

uint32_t
session_first_due(const struct sessions *t, const struct session *fresh, uint32_t now_tick)
{
	uint32_t due = session_due(t, fresh, now_tick, session_timeout_ticks(t, fresh));

	return t->watch_ticks != 0 ? session_due_within(due, now_tick, t->watch_ticks) : due;
}
