/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the session that makes room for a new one: a flood of one class must not take what the
 * others have.
 *
 * While the table is not full a class may exceed its share; then the class that exceeds its share
 * most gives first, so that each class keeps its share of what established sessions leave.  IPv6,
 * which has half as many records, counts as classes of its own with half of the shares. */

#include "session/session_priv.h"

#define LOOKED_AT_MAX 4 /* sessions examined for one victim */
/* Records examined to find flows without sessions; the second, where no session may be evicted. */
#define LOOK      4u
#define LOOK_LONG 64u

/* Returns true if the session had packets since it came to the end of its list.  For TCP that is
 * not known: opening and finished connections go in the order in which they became so. */
static bool
heard_of(const struct sessions *t, const struct session *s)
{
	return s->proto != IPPROTO_TCP && session_seen(t, s) != s->queued;
}

/* Returns the session of a list that is idle longest.  One that had packets since it came to the
 * end of the list is moved to the end again, unless the sessions behind it are not idle for
 * longer. */
static struct session *
oldest_idle(struct sessions *t, const struct session_list *l, uint32_t now_tick)
{
	struct session *best = NULL;
	uint32_t at = l->first, most = 0;

	for (unsigned i = 0; i < LOOKED_AT_MAX && at != 0; i++) {
		struct session *s = &t->session[at], *fresher = s;
		uint32_t idle = now_tick - session_seen(t, s);
		bool last = !heard_of(t, s);

		at = s->next;
		if (best == NULL || idle > most) {
			fresher = best;
			best = s;
			most = idle;
		}
		if (fresher != NULL && fresher->next != 0 && heard_of(t, fresher)) {
			session_take_out(t, fresher);
			session_append(t, fresher, fresher->class);
		}
		if (last)
			break;
	}
	return best;
}

/* Returns true if list a exceeds its share more than b.  A family's index is 0 for IPv4 and 1 for
 * IPv6. */
static bool
has_more(const struct sessions *t, const unsigned a[2], const unsigned b[2])
{
	uint64_t share_a = (uint64_t)session_shares[a[1]] << !a[0],
		 share_b = (uint64_t)session_shares[b[1]] << !b[0];

	return t->list[a[0]][a[1]].count * share_b > t->list[b[0]][b[1]].count * share_a;
}

/* The families whose sessions may make room: indexes from first to last. */
struct families {
	unsigned first, last;
};
static const struct families ip4_alone = { 0, 0 }, ip6_alone = { 1, 1 }, both = { 0, 1 };

/* Returns closed sessions above their share, else the class that is furthest above its own, of the
 * families.  NULL: all sessions must stay. */
static const struct session_list *
furthest_above(const struct sessions *t, const struct families *of)
{
	unsigned best[2] = { of->first, SESSION_CLOSED };
	bool closed = t->count[SESSION_CLOSED] > session_share(t, SESSION_CLOSED);

	for (unsigned ip6 = of->first; ip6 <= of->last; ip6++) {
		for (unsigned class = SESSION_CLOSED; class < SESSION_ESTABLISHED; class ++) {
			const unsigned this[2] = { ip6, class };

			if ((!closed || class == SESSION_CLOSED
				    || t->list[of->first][SESSION_CLOSED].count == 0)
				&& has_more(t, this, best))
				best[0] = ip6, best[1] = class;
		}
	}
	return t->list[best[0]][best[1]].count > 0 ? &t->list[best[0]][best[1]] : NULL;
}

static bool
evict(struct sessions *t, const struct session_list *l, uint32_t now_tick)
{
	struct session *s = l != NULL ? oldest_idle(t, l, now_tick) : NULL;

	if (s == NULL)
		return false;
	counter_add(&t->evicted[s->class], 1);
	session_end(t, s, SESSION_END_evicted);
	return true;
}

static const struct session_list *
half_open(const struct sessions *t)
{
	const unsigned ip4[2] = { 0, SESSION_HALF_OPEN }, ip6[2] = { 1, SESSION_HALF_OPEN };

	return &t->list[has_more(t, ip6, ip4)][SESSION_HALF_OPEN];
}

/* Returns true if IPv6 lacks records: it has half as many as IPv4, and its sessions may use all of
 * them before all sessions are in use. */
static bool
lacks_records6(const struct sessions *t, const struct session *fresh)
{
	return fresh->family == 6 && t->linked6 >= t->flow6->capacity / 2;
}

/* Makes room for the two records of a session, which flows without sessions may have taken: one of
 * these goes if it is found at once, else a session.  If both fail, the session may still take the
 * place of such a flow with its own hash. */
static void
make_record_room(struct sessions *t, const struct session *fresh, uint32_t now_tick)
{
	struct flow_table *f = fresh->family == 6 ? t->flow6 : t->flow4;

	if (likely(f->used + 2 <= f->capacity) || flow_table_make_room(f, 2, LOOK))
		return;
	if (!evict(t, furthest_above(t, fresh->family == 6 ? &ip6_alone : &ip4_alone), now_tick))
		flow_table_make_room(f, 2, LOOK_LONG);
}

bool
session_has_room(const struct sessions *t, const struct session *fresh)
{
	const struct families *of = lacks_records6(t, fresh) ? &ip6_alone : &both;

	if (fresh->class == SESSION_HALF_OPEN && t->count[SESSION_HALF_OPEN] >= t->half_open_max
		&& half_open(t)->count == 0)
		return false;
	return (of == &both && t->used < t->capacity) || furthest_above(t, of) != NULL;
}

bool
session_make_room(struct sessions *t, const struct session *fresh, uint32_t now_tick)
{
	if (fresh->class == SESSION_HALF_OPEN && t->count[SESSION_HALF_OPEN] >= t->half_open_max
		&& !evict(t, half_open(t), now_tick))
		return false;
	if (lacks_records6(t, fresh) && !evict(t, furthest_above(t, &ip6_alone), now_tick))
		return false;
	if (t->used >= t->capacity && !evict(t, furthest_above(t, &both), now_tick))
		return false;
	make_record_room(t, fresh, now_tick);
	return true;
}
