/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of sessions share. */
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

/* At the end of the list of a class; and out of its list. */
void session_append(struct sessions *t, struct session *s, enum session_class class);
void session_take_out(struct sessions *t, struct session *s);

/* Evicts what must make room for one more, at most four.  False: everything there is must stay. */
bool session_make_room(struct sessions *t, const struct session *fresh, uint32_t now_tick);

/* Clock_tick of a direction's newest packet, by whatever interface. */
uint32_t session_seen_by(const struct sessions *t, const struct session *s, bool reply);

/* The flows that it has by second interfaces of its zones go. */
void session_remove_aliases(struct sessions *t, struct session *s);

/* Gives back what stages took for a session, in the table or beside it. */
void session_give_back(struct sessions *t, struct session *s, enum session_end why);

#endif
