/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells control of packets and sessions that a rule with log: has decided. */

#include "session/session.h"
#include "slowpath/slowpath_priv.h"
#include "tap/rule_ring.h"

/* Returns true if the rule's decision about the packet is to be told: a session once, at its begin;
 * each packet that is dropped; other packets as long as the decision is not known of their flow. */
static bool
is_told(const struct rule_log *log, const struct decision *d)
{
	if (log->verdict == RULE_DROP || log->verdict == RULE_REJECT)
		return true;
	return d->begins || (d->conn != CONN_ESTABLISHED && d->session == NULL && !d->recorded);
}

/* Returns the interface that the packet leaves by, now or when its neighbour has answered; or 0. */
static uint16_t
egress_of(const struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d)
{
	if (b->out[slot] == OUT_HELD)
		return s->nexthops[d->nexthop].iface;
	return b->out[slot] <= OUT_PORT_MAX ? b->egress[slot] : 0;
}

static void
tell_rule(struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d,
	const struct rule_log *log)
{
	const struct view *v = slot_view(s, b, slot);
	bool keeps = d->begins && log->end && d->session != NULL;
	struct rule_entry e = {
		.time_ns = s->now_ns,
		.rule = log->id,
		.in = v->iface,
		.out = egress_of(s, b, slot, d),
		.event = d->begins ? RULE_BEGIN : RULE_PACKET,
		.verdict = log->verdict,
		.tuple = v->tuple,
	};

	if (!is_told(log, d))
		return;
	rule_ring_tell(s->rules, &e, log->interval_ns);
	if (!keeps)
		return;
	e.packets[0] = 1;
	e.bytes[0] = v->l3_bytes;
	rule_ring_begin(s->rules, session_index(s->sessions, d->session), &e);
}

void
tell_rules(struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d)
{
	const struct generation *gen = s->gen;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && d->actions[i] != 0; i++) {
		uint32_t log = ACTION_OP(d->actions[i]) == ACTION_COUNT
			? gen->counters[ACTION_ARG(d->actions[i])].log
			: 0;

		if (log != 0)
			tell_rule(s, b, slot, d, &gen->rule_logs[log]);
	}
}

bool
drops_are_told(const struct slowpath *s, const struct program *p)
{
	const struct generation *gen = s->gen;

	if (likely(gen->n_rule_logs == 0) || p->verdict != PROGRAM_DROP || p->counter == 0)
		return false;
	return gen->counters[p->counter].log != 0;
}

void
slowpath_rule_session_ends(struct slowpath *s, const struct session *session, uint8_t why)
{
	/* One that is refused before it has a place is none of the table. */
	if (s->rules != NULL && rule_ring_keeps(s->rules) && session > s->sessions->session
		&& session <= s->sessions->session + s->sessions->capacity)
		rule_ring_end(s->rules, session_index(s->sessions, session), why, s->now_ns);
}
