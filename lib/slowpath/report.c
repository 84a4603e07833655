/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports what became of a packet to an observer: replay and explain. */

#include <string.h>

#include <netinet/in.h>

#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"
#include "tap/probes.h"

static void
program_of(struct slowpath *s, const struct decision *d, struct program *p)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];

	if (d->program != NULL) {
		*p = *d->program;
		return;
	}
	memset(p, 0, sizeof(*p));
	p->to = d->to;
	p->ttl = d->ttl;
	memcpy(p->actions, d->actions, sizeof(p->actions));
	while (p->action_count < PROGRAM_ACTIONS_MAX && p->actions[p->action_count] != 0)
		p->action_count++;
	switch (nh->state) {
	case NEXTHOP_DROP:
		p->verdict = PROGRAM_DROP;
		p->reason = (uint8_t)d->nexthop;
		break;
	case NEXTHOP_TO_US:
		p->verdict = PROGRAM_LOCAL;
		break;
	case NEXTHOP_WIRE:
		p->verdict = PROGRAM_WIRE;
		p->iface = nh->port;
		break;
	default:
		p->verdict = PROGRAM_OUTPUT;
		p->iface = nh->iface;
	}
}

/* Returns the state in which rules would see the packet of a known flow. */
static enum conn_state
conn_of_hit(const struct session *session, bool reply, unsigned state)
{
	bool opening = session->proto == IPPROTO_TCP ? tcp_is_new(session, state)
						     : state == PLAIN_SINGLE;

	return opening && !reply ? CONN_NEW : CONN_ESTABLISHED;
}

static struct observed_session
session_told(const struct slowpath *s, const struct decision *d, unsigned state)
{
	struct observed_session told = { .worker = s->worker, .conn = d->conn, .reply = d->reply };

	if (d->session == NULL)
		return told;
	told.index = session_index(s->sessions, d->session);
	told.tcp = d->session->proto == IPPROTO_TCP;
	told.state = (uint8_t)state;
	if (d->fast)
		told.conn = (uint8_t)conn_of_hit(d->session, d->reply, state);
	return told;
}

void
observe_session(struct slowpath *s, const struct session *session)
{
	PROBE_SESSION_BEGIN(s->worker, session_index(s->sessions, session), session->proto);
	if (s->observer != NULL && s->observer->session != NULL)
		s->observer->session(
			s->observer->arg, s->worker, session_index(s->sessions, session));
}

static void
tell(struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d,
	unsigned state)
{
	struct observation o = { 0 };
	struct program p;

	/* Already reported when it was held, or reported by the worker that owns it. */
	if (s->observer == NULL || slot == BURST_SPARE || b->out[slot] == OUT_WORKER)
		return;
	o.m = b->m[slot];
	o.port = b->port;
	o.gen = s->gen;
	o.view = slot_view(s, b, slot);
	if (d != NULL) {
		program_of(s, d, &p);
		o.program = &p;
		o.has_program = true;
		o.fast = d->fast;
		o.counter = d->counter;
		o.session = session_told(s, d, state);
	}
	if (b->out[slot] == OUT_DROP) {
		o.verdict = OBSERVED_DROP;
		o.reason = b->reason[slot];
	} else if (b->out[slot] == OUT_HELD) {
		o.verdict = OBSERVED_HELD;
	} else if (b->out[slot] == OUT_GONE) {
		o.verdict = OBSERVED_CONSUMED;
	} else {
		o.verdict = OBSERVED_OUTPUT;
		o.out_port = b->out[slot];
		o.out_iface = b->egress[slot];
	}
	s->observer->packet(s->observer->arg, &o);
}

void
report(struct slowpath *s, const struct burst *b, unsigned slot, const struct decision *d)
{
	s->scratch->counter[slot] = d != NULL ? d->counter : 0;
	if (unlikely(s->gen->n_rule_logs != 0) && d != NULL)
		tell_rules(s, b, slot, d);
	if (s->observer != NULL)
		tell(s, b, slot, d, d != NULL && d->session != NULL ? d->session->state : 0);
}

void
slowpath_observe_hit(struct slowpath *s, const struct burst *b, unsigned slot)
{
	struct slowpath_scratch *sc = s->scratch;
	struct decision d;
	unsigned state;

	decision_from_record(s, b, slot, &d);
	state = d.session != NULL ? d.session->state : 0;
	if (d.session != NULL && d.session->proto == IPPROTO_TCP)
		state = sc->tcp_behind[sc->n_tcp_told++ % BURST_MAX];
	tell(s, b, slot, &d, state);
}
