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
egress_of(const struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	if (b->output[slot].port == OUT_HELD)
		return dp->nexthops[d->nexthop].output.iface;
	return b->output[slot].port <= OUT_PORT_MAX ? b->output[slot].iface : 0;
}

static void
tell_rule(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d,
	const struct rule_log *log)
{
	const struct view *v = slot_view(dp, b, slot);
	bool keeps = d->begins && log->end && d->session != NULL;
	struct rule_entry e = {
		.time_ns = dp->now_ns,
		.rule = log->id,
		.in = v->iface,
		.out = egress_of(dp, b, slot, d),
		.event = d->begins ? RULE_BEGIN : RULE_PACKET,
		.verdict = log->verdict,
		.tuple = v->tuple,
	};

	if (!is_told(log, d))
		return;
	rule_ring_tell(dp->rules, &e, log->interval_ns);
	if (!keeps)
		return;
	e.packets[0] = 1;
	e.bytes[0] = v->l3_bytes;
	rule_ring_begin(dp->rules, session_index(dp->sessions, d->session), &e);
}

void
tell_rules(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	const struct generation *gen = dp->gen;

	for (unsigned i = 0; i < PROGRAM_ACTIONS_MAX && d->actions[i] != 0; i++) {
		uint32_t log = ACTION_OP(d->actions[i]) == ACTION_COUNT
			? gen->counters[ACTION_ARG(d->actions[i])].log
			: 0;

		if (log != 0)
			tell_rule(dp, b, slot, d, &gen->rule_logs[log]);
	}
}

bool
drops_are_told(const struct datapath *dp, const struct program *p)
{
	const struct generation *gen = dp->gen;

	if (likely(gen->n_rule_logs == 0) || p->verdict != PROGRAM_DROP || p->counter == 0)
		return false;
	return gen->counters[p->counter].log != 0;
}

void
slowpath_rule_session_ends(struct datapath *dp, const struct session *session, uint8_t why)
{
	/* One that is refused before it has a place is none of the table. */
	if (rule_ring_keeps(dp->rules) && session > dp->sessions->session
		&& session <= dp->sessions->session + dp->sessions->capacity)
		rule_ring_end(dp->rules, session_index(dp->sessions, session), why, dp->now_ns);
}
