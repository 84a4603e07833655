/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions before their first packet has left: filled while it is judged, entered, charged, begun
 * or withdrawn. */

#include "base/counter.h"
#include "session/session_priv.h"
#include "session/tally.h"

void
session_init(struct session *fresh, enum session_class class, uint32_t now_tick)
{
	memset(fresh, 0, sizeof(*fresh));
	fresh->flags = SESSION_USED;
	fresh->queued = now_tick;
	fresh->class = class & 7;
}

struct session *
session_enter(struct sessions *t, struct session *fresh, uint32_t now_tick)
{
	struct session *s;

	s = session_take(t, fresh, now_tick);
	if (s == NULL) {
		fresh->flags |= SESSION_WAITING;
		session_give_back(t, fresh, SESSION_END_refused);
		return NULL;
	}
	/* Not before it is copied: what has just been written is copied late. */
	s->flags |= SESSION_WAITING;
	return s;
}

bool
session_charge(struct sessions *t, struct session *s, const struct session_charge *c)
{
	uint32_t source = sources_take(t->sources, c->source, c->space, &c->limit, c->now_ns);

	s->source = source & 0xffffff;
	s->cost_ns = source_cost_ns(&c->limit);
	return source != 0;
}

void
session_begin(struct session *s)
{
	s->flags &= (uint8_t)~SESSION_WAITING;
	memset(s->side, 0, sizeof(s->side));
}

void
session_withdraw(struct sessions *t, struct session *s)
{
	sources_refund(t->sources, s->source, s->cost_ns);
	session_end(t, s, SESSION_END_refused);
}

void
session_waits_no_more(struct sessions *t, struct session *s)
{
	if ((s->flags & SESSION_WAITING) && --s->waiting == 0)
		session_withdraw(t, s);
}

void
session_tally(struct sessions *t, struct session *s, const struct tally_key *key, uint32_t max)
{
	if (tally_take(t->tally, session_index(t, s), key, max))
		s->counted = 1;
}

void
session_discard(struct sessions *t, struct session *fresh)
{
	session_give_back(t, fresh, SESSION_END_refused);
}

void
session_refuse(struct sessions *t, struct session *fresh)
{
	session_give_back(t, fresh, SESSION_END_refused);
	counter_add(&t->created, 1);
	counter_add(&t->ended[SESSION_END_refused], 1);
}
