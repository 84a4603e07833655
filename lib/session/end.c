/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends sessions: once, with a named cause; releases what stages took for them. */

#include "base/counter.h"
#include "session/session_priv.h"
#include "session/tally.h"

static const char *const end_names[] = {
#define X(name, sentence) #name,
	SESSION_ENDS(X)
#undef X
};

const char *
session_end_name(enum session_end e)
{
	return end_names[e];
}

void
session_give_back(struct sessions *t, struct session *s, enum session_end why)
{
	sources_give(t->sources, s->source);
	if (s->counted)
		tally_give(t->tally, session_index(t, s));
	if (t->release != NULL)
		t->release(t->arg, s, why);
}

void
session_end(struct sessions *t, struct session *s, enum session_end why)
{
	if (s->flags & SESSION_LINKED) {
		if (s->flags & SESSION_ALIASED)
			session_remove_aliases(t, s);
		if (proto_has_ident(s->proto))
			session_remove_idents(t, s);
		flow_table_remove(flows_of(t, s), s->flow[0]);
		flow_table_remove(flows_of(t, s), s->flow[1]);
		t->linked6 -= s->family == 6;
	}
	session_give_back(t, s, why);
	session_take_out(t, s);
	counter_add(&t->ended[why], 1);
	t->ends++;
	counter_add(&t->used, -1);
	s->flags = 0;
	s->next = t->vacant;
	t->vacant = session_index(t, s);
}

void
sessions_flush(struct sessions *t, enum session_end why)
{
	for (uint32_t i = 1; i <= t->high; i++) {
		if (t->session[i].flags & SESSION_USED)
			session_end(t, &t->session[i], why);
	}
}
