/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions beside the table: filled while their first packet is judged. */

#include "base/counter.h"
#include "flow/session_priv.h"

void
session_init(struct session *fresh, enum session_class class, uint32_t now_tick)
{
	memset(fresh, 0, sizeof(*fresh));
	fresh->flags = SESSION_USED;
	fresh->created = now_tick;
	fresh->class = class & 7;
}

struct session *
session_enter(struct sessions *t, struct session *fresh, uint32_t now_tick)
{
	struct session *s = session_take(t, fresh, now_tick);

	if (s == NULL) {
		session_give_back(t, fresh, SESSION_END_refused);
		return NULL;
	}
	return s;
}

void
session_refuse(struct sessions *t, struct session *fresh)
{
	session_give_back(t, fresh, SESSION_END_refused);
	counter_add(&t->created, 1);
	counter_add(&t->ended[SESSION_END_refused], 1);
}
