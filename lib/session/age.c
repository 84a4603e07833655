/* SPDX-License-Identifier: BSD-3-Clause */
/* The sweep over sessions, which ends those that are over.
 *
 * It looks at a session only when that is due (due.c), since it and its records are three lines
 * that are in no cache; while interfaces or addresses are gone, at all of them.
 *
 * What the sweep needs of a session lies in lines that are found one by the other: itself, its
 * records, what its end touches.  So sessions go through it in batches, by a stage for each of
 * these, and their lines come while other batches are in other stages. */

#include <netinet/in.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "session/sctp.h"
#include "session/session_priv.h"
#include "session/tcp.h"

#define BATCH  8u
#define STAGES 4u

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

	return due == 0 || (int32_t)(now_tick - due) >= 0;
}

/* Looks at a session, or at a vacant place.  Returns true if it is over. */
static inline bool
is_over(struct sessions *t, struct session *s, uint32_t now_tick)
{
	uint32_t *due = &t->due[session_index(t, s)], seen, ticks;

	if (!(s->flags & SESSION_USED)) {
		*due = session_due_vacant(now_tick);
		return false;
	}
	seen = session_seen(t, s);
	ticks = session_timeout_ticks(t, s);
	if (now_tick - seen > ticks || is_stranded(t, s) || is_homeless(t, s))
		return true;
	*due = session_due(t, s, seen, ticks);
	if (unlikely(t->watch_ticks != 0))
		*due = session_due_within(*due, now_tick, t->watch(t->arg, s));
	return false;
}

/* Sessions on their way through the stages of the sweep. */
struct batch {
	uint32_t index[BATCH];
	unsigned n;
	struct session *over[BATCH];
	unsigned n_over;
};

/* Prefetches the records of sessions that have been prefetched. */
static void
fetch_records(const struct sessions *t, const struct batch *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		const struct session *s = &t->session[b->index[i]];

		if (!(s->flags & SESSION_LINKED))
			continue;
		rte_prefetch0(flow_at(flows_of(t, s), s->flow[0]));
		rte_prefetch0(flow_at(flows_of(t, s), s->flow[1]));
	}
}

/* Finds those that are over, and prefetches what their ends need. */
static void
find_over(struct sessions *t, struct batch *b, uint32_t now_tick)
{
	b->n_over = 0;
	for (unsigned i = 0; i < b->n; i++) {
		struct session *s = &t->session[b->index[i]];

		if (!is_over(t, s, now_tick))
			continue;
		b->over[b->n_over++] = s;
		if (s->flags & SESSION_LINKED) {
			flow_table_prefetch_home(flows_of(t, s), s->flow[0]);
			flow_table_prefetch_home(flows_of(t, s), s->flow[1]);
		}
	}
	if (b->n_over > 0 && t->expect != NULL)
		t->expect(t->arg, b->over, b->n_over);
}

static void
end_over(struct sessions *t, struct batch *b)
{
	for (unsigned i = 0; i < b->n_over; i++)
		session_end(t, b->over[i],
			is_stranded(t, b->over[i])           ? SESSION_END_interface_removed
				: is_homeless(t, b->over[i]) ? SESSION_END_address_removed
							     : end_of(b->over[i]));
	b->n_over = 0;
}

/* Moves the batches on by a stage each; the k-th has been filled, and the place of the next one is
 * empty then. */
static void
move_on(struct sessions *t, struct batch ring[static STAGES], unsigned k, uint32_t now_tick)
{
	fetch_records(t, &ring[(k - 1) % STAGES]);
	find_over(t, &ring[(k - 2) % STAGES], now_tick);
	end_over(t, &ring[(k - 3) % STAGES]);
	ring[(k + 1) % STAGES].n = 0;
}

void
sessions_sweep(struct sessions *t, uint32_t budget, uint32_t now_tick)
{
	uint32_t left = RTE_MIN(budget, t->high);
	struct batch ring[STAGES], *b = ring;
	unsigned k = 0;
	bool all;

	for (unsigned i = 0; i < STAGES; i++)
		ring[i].n = ring[i].n_over = 0;
	sessions_follow_level(t);
	all = looks_at_all(t);
	t->recheck -= RTE_MIN(left, t->recheck);
	for (; left > 0; left--) {
		uint32_t i = t->hand;

		t->hand = i >= t->high ? 1 : i + 1;
		if (!all && !is_due(t, i, now_tick))
			continue;
		rte_prefetch0(&t->session[i]);
		b->index[b->n++] = i;
		if (b->n < BATCH)
			continue;
		move_on(t, ring, k++, now_tick);
		b = &ring[k % STAGES];
	}
	if (k == 0 && b->n == 0)
		return;
	for (unsigned last = k + STAGES; k < last; k++)
		move_on(t, ring, k, now_tick);
}
