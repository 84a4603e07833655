/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of sessions. */
#ifndef SESSION_SESSION_PRIV_H
#define SESSION_SESSION_PRIV_H

#include "session/session.h"

static inline struct flow_table *
flows_of(const struct sessions *t, const struct session *s)
{
	return s->family == 6 ? t->flow6 : t->flow4;
}

/* Shares of the classes in the table, in 64ths. */
extern const uint8_t session_shares[SESSION_CLASSES];

/* session_append puts a session at the end of the list of a class; session_take_out removes it from
 * its list. */
void session_append(struct sessions *t, struct session *s, enum session_class class);
void session_take_out(struct sessions *t, struct session *s);

/* Evicts sessions to make room for one more, at most four.  Returns false if all of them must
 * stay. */
bool session_make_room(struct sessions *t, const struct session *fresh, uint32_t now_tick);

/* due.c: returns the timeout.  Below established it shrinks as the table fills up; that of replied
 * sessions only if they are the cause. */
uint32_t session_timeout_ticks(const struct sessions *t, const struct session *s);

/* Returns the due of a session that is not over, was seen then, and has this timeout.  The states
 * of SCTP have timeouts of their own within a class. */
uint32_t session_due(
	const struct sessions *t, const struct session *s, uint32_t seen, uint32_t ticks);

/* Returns the sooner one of a due and so many ticks from now. */
uint32_t session_due_within(uint32_t due, uint32_t now_tick, uint32_t ticks);

/* Returns the due of a vacant place. */
uint32_t session_due_vacant(uint32_t now_tick);

/* Returns the due of a session that begins. */
uint32_t session_first_due(
	const struct sessions *t, const struct session *fresh, uint32_t now_tick);

/* Dues are worked out for a level above that of the table: when it is reached, all are worked out
 * again. */
void sessions_follow_level(struct sessions *t);

/* Returns the clock_tick of a direction's newest packet, by any interface. */
uint32_t session_seen_by(const struct sessions *t, const struct session *s, bool reply);

/* Removes the session's records for further interfaces of its zones. */
void session_remove_aliases(struct sessions *t, struct session *s);

/* ident.c: takes the programs from its forward direction's records for keys with a number. */
void session_outdate_idents(struct sessions *t, const struct session *s);

/* ident.c: removes the session's records for keys with a number. */
void session_remove_idents(struct sessions *t, struct session *s);

/* ident.c: returns the record of a place in the session's list, NULL if it was evicted; makes a
 * record one of the session's, to be evicted if need be: the oldest in the list goes. */
struct flow *session_ident_at(const struct sessions *t, const struct session *s, uint32_t index);
void session_ident_list(struct sessions *t, struct session *s, uint32_t index, bool reply);

/* Gives back what stages took for a session, in the table or not. */
void session_give_back(struct sessions *t, struct session *s, enum session_end why);

#endif
