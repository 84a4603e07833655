/* SPDX-License-Identifier: BSD-3-Clause */
/* The session of a packet, as text and as JSON. */

#include "control/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "session/sctp.h"
#include "session/tcp.h"

bool
session_numbers_begin(struct session_numbers *n, unsigned worker, uint32_t index)
{
	uint32_t room = n->room[worker] == 0 ? 64 : n->room[worker];
	uint32_t *more;

	while (room <= index)
		room *= 2;
	if (room > n->room[worker]) {
		more = realloc(n->of[worker], room * sizeof(*more));
		if (more == NULL)
			return false;
		memset(more + n->room[worker], 0, (room - n->room[worker]) * sizeof(*more));
		n->of[worker] = more;
		n->room[worker] = room;
	}
	n->of[worker][index] = ++n->last;
	return true;
}

uint32_t
session_numbers_get(const struct session_numbers *n, const struct observed_session *s)
{
	return n != NULL && s->index < n->room[s->worker] ? n->of[s->worker][s->index] : 0;
}

void
session_numbers_fini(struct session_numbers *n)
{
	for (unsigned i = 0; i < EAL_WORKERS_MAX; i++)
		free(n->of[i]);
}

static const char *
state_name(unsigned conn)
{
	switch (conn) {
	case CONN_NEW:
		return "new";
	case CONN_ESTABLISHED:
		return "established";
	case CONN_RELATED:
		return "related";
	case CONN_INVALID:
		return "invalid";
	default:
		return NULL;
	}
}

static void
find_translation(struct outcome_session *out, const struct observation *o)
{
	const struct tuple *from = &o->view->tuple, *to = &o->program->to;

	if (o->program->verdict == PROGRAM_DROP || o->program->verdict == PROGRAM_REJECT)
		return;
	if (!address_equal(&from->src, &to->src) || from->sport != to->sport)
		program_print_end(out->src, sizeof(out->src), to, true);
	if (!address_equal(&from->dst, &to->dst) || from->dport != to->dport)
		program_print_end(out->dst, sizeof(out->dst), to, false);
}

void
outcome_session_from(struct outcome_session *out, const struct observation *o,
	const struct session_numbers *numbers)
{
	const struct observed_session *s = &o->session;

	*out = (struct outcome_session){ .state = state_name(s->conn) };
	if (out->state == NULL || s->index == 0)
		return;
	out->number = session_numbers_get(numbers, s);
	out->direction = s->reply ? "reply" : "forward";
	out->tcp = s->tcp ? tcp_state_name(s->state) : NULL;
	out->sctp = s->sctp ? sctp_state_name(s->state) : NULL;
	find_translation(out, o);
}

static void
set(json_t *json, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_set_new(json, key, json_string(text));
}

json_t *
outcome_session_json(const struct outcome_session *s)
{
	json_t *json = json_object(), *nat = json_object();

	if (s->number != 0)
		json_object_set_new(json, "id", json_integer(s->number));
	set(json, "state", s->state);
	set(json, "direction", s->direction);
	set(json, "tcp", s->tcp);
	set(json, "sctp", s->sctp);
	set(nat, "src", s->src);
	set(nat, "dst", s->dst);
	if (json_object_size(nat) != 0)
		json_object_set(json, "nat", nat);
	json_decref(nat);
	return json;
}
