/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose answers with unknown numbers are (session/ident.c).
 *
 * The number of an answer cannot be foreseen: each end chooses what it receives.  Where several
 * inside hosts share a public address and talk to the same peer, answers with a number that is not
 * known yet belong to the session that has the key without a number: the latest that sent a new
 * number.  A session that has not been answered keeps it for WAIT_TICKS; until then other hosts'
 * sessions with that peer cannot begin, so the first answer tells whose it is. */

#include "session/session_priv.h"

#define WAIT_TICKS (uint32_t)((10ull * 1000000000u + (1u << 20) - 1) >> 20) /* 10 s */

/* Returns the place of the latest answer's record, or NULL. */
static uint32_t *
latest_answer(const struct sessions *t, struct session *s)
{
	for (unsigned i = 0; !(s->flags & SESSION_WAITING) && i < SESSION_IDENTS; i++)
		if (session_ident_at(t, s, s->ident[1][i]) != NULL)
			return &s->ident[1][i];
	return NULL;
}

/* Lets the latest answer's record stand for the session's key without a number.  Returns false if
 * there is none. */
static bool
yield(struct sessions *t, struct session *s)
{
	uint32_t *answer = latest_answer(t, s);

	if (answer == NULL)
		return false;
	flow_at(flows_of(t, s), *answer)->flags &= (uint8_t)~FLOW_ALIAS;
	s->flow[1] = *answer;
	*answer = 0;
	return true;
}

static bool
has_waited(const struct session *s, uint32_t now_tick)
{
	return s->state == PLAIN_SINGLE && !(s->flags & SESSION_WAITING)
		&& now_tick - s->queued > WAIT_TICKS;
}

/* Returns the session whose answers' key without a number a record has, or NULL. */
static struct session *
holder_of(const struct sessions *t, const struct flow *f)
{
	bool answers = (f->flags & (FLOW_REPLY | FLOW_ALIAS)) == FLOW_REPLY;

	return answers ? session_of(t, f) : NULL;
}

bool
session_yields_answers(const struct sessions *t, const struct flow *f, uint32_t now_tick)
{
	struct session *s = holder_of(t, f);

	return s != NULL && proto_has_ident(s->proto)
		&& (latest_answer(t, s) != NULL || has_waited(s, now_tick));
}

void
session_free_answers(struct sessions *t, const struct session *fresh, const void *key,
	uint64_t hash, uint32_t now_tick)
{
	struct flow_table *f = flows_of(t, fresh);
	uint32_t index = flow_table_find(f, key, hash);
	struct flow *record = flow_at(f, index);
	struct session *s = index != 0 ? holder_of(t, record) : NULL;

	if (s == NULL)
		return;
	if (yield(t, s))
		record->flags = FLOW_USED;
	else if (has_waited(s, now_tick))
		session_end(t, s, SESSION_END_conflict);
}

/* Makes the key without a number the session's again, if it has been given away. */
static void
claim_answers(struct sessions *t, struct session *s)
{
	struct flow_table *f = flows_of(t, s);
	union {
		struct key4 key4;
		struct key6 key6;
	} key;
	struct tuple bare;
	uint32_t index, before = s->flow[1];
	struct session *holder;

	session_tuple(t, s, true, &bare);
	if (s->family == 6) {
		tuple_to_key6(&key.key6, &bare, session_iface(t, s, true));
		if (key6_same(&key.key6, &flow6_at(f, before)->key))
			return;
	} else {
		tuple_to_key4(&key.key4, &bare, session_iface(t, s, true));
		if (key4_same(&key.key4, &flow4_at(f, before)->key))
			return;
	}
	index = flow_table_find(f, &key, flow_table_hash(f, &bare));
	if (index == 0)
		index = flow_table_insert(f, &key, flow_table_hash(f, &bare), session_seen(t, s));
	if (index == 0)
		return;
	holder = holder_of(t, flow_at(f, index));
	if ((flow_at(f, index)->flags & FLOW_SESSION) && (holder == NULL || !yield(t, holder)))
		return;
	flow_at(f, index)->flags = FLOW_USED | FLOW_SESSION | FLOW_REPLY;
	flow_at(f, index)->session = session_index(t, s) & 0xffffff;
	flow_at(f, index)->epoch = 0;
	s->flow[1] = index;
	session_ident_list(t, s, before, true);
}

void
session_ident(struct sessions *t, struct session *s, uint32_t flow, bool reply)
{
	struct flow_table *f = flows_of(t, s);

	if (!(flow_at(f, flow)->flags & FLOW_SESSION))
		flow_table_hand_over(f, flow);
	session_ident_list(t, s, flow, reply);
	if (!reply)
		claim_answers(t, s);
}
