/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports what became of a packet to an observer: replay and explain. */

#include <string.h>

#include <netinet/in.h>

#include "packet/parse.h"
#include "session/sctp.h"
#include "session/tcp.h"
#include "slowpath/slowpath_priv.h"
#include "tap/probes.h"

void
program_of(struct datapath *dp, const struct decision *d, struct program *p)
{
	const struct nexthop *nh = &dp->nexthops[d->nexthop];

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
	case NEXTHOP_BRIDGE:
		p->verdict = PROGRAM_WIRE;
		p->iface = nh->output.port;
		break;
	default:
		p->verdict = PROGRAM_OUTPUT;
		p->iface = nh->output.iface;
	}
}

/* Returns the state in which rules would see the packet of a known flow. */
static enum conn_state
conn_of_hit(const struct session *session, bool reply, unsigned state)
{
	bool opening = session->proto == IPPROTO_TCP ? tcp_is_new(session, state)
		: session->proto == IPPROTO_SCTP     ? sctp_is_new(state)
						     : state == PLAIN_SINGLE;

	return opening && !reply ? CONN_NEW : CONN_ESTABLISHED;
}

struct observed_session
session_told(const struct datapath *dp, const struct decision *d, unsigned state)
{
	struct observed_session told = { .worker = dp->worker, .conn = d->conn, .reply = d->reply };

	if (d->session == NULL)
		return told;
	told.index = session_index(dp->sessions, d->session);
	told.tcp = d->session->proto == IPPROTO_TCP;
	told.sctp = d->session->proto == IPPROTO_SCTP;
	told.state = (uint8_t)state;
	if (d->fast)
		told.conn = (uint8_t)conn_of_hit(d->session, d->reply, state);
	return told;
}

void
observe_session(struct datapath *dp, const struct session *session)
{
	PROBE_SESSION_BEGIN(dp->worker, session_index(dp->sessions, session), session->proto);
	if (dp->observer != NULL && dp->observer->session != NULL)
		dp->observer->session(
			dp->observer->arg, dp->worker, session_index(dp->sessions, session));
}

/* Returns the counter of the line that decided what became of a packet, or 0. */
static uint32_t
line_of(const struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	return b->output[slot].port == OUT_DROP && !decision_drops(dp, d)
			&& reason_of_meter((enum reason)b->reason[slot])
		? dp->slow->scratch->metered[slot]
		: d->counter;
}

static void
tell(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d,
	unsigned state)
{
	struct observation o = { 0 };
	struct program p;

	/* Already reported when it was held, or reported by the worker that owns it. */
	if (dp->observer == NULL || slot == BURST_SPARE || b->output[slot].port == OUT_WORKER)
		return;
	o.m = b->m[slot];
	o.slot = (uint16_t)slot;
	o.port = b->port;
	o.gen = dp->gen;
	o.view = slot_view(dp, b, slot);
	if (d != NULL) {
		program_of(dp, d, &p);
		o.program = &p;
		o.has_program = true;
		o.fast = d->fast;
		o.counter = line_of(dp, b, slot, d);
		o.session = session_told(dp, d, state);
	}
	if (b->output[slot].port == OUT_DROP) {
		o.verdict = OBSERVED_DROP;
		o.reason = b->reason[slot];
	} else if (b->output[slot].port == OUT_HELD) {
		o.verdict = OBSERVED_HELD;
	} else if (b->output[slot].port == OUT_GONE || b->output[slot].port == OUT_HOST) {
		o.verdict = OBSERVED_CONSUMED;
		o.by_host = b->output[slot].port == OUT_HOST;
	} else {
		o.verdict = OBSERVED_OUTPUT;
		o.out_port = b->output[slot].port;
		o.out_iface = b->output[slot].iface;
	}
	if (dp->slow->scratch->flooded[slot / 64] >> slot % 64 & 1) { /* by several members */
		o.out_port = o.has_program ? o.program->iface : o.out_port;
		o.out_iface = 0;
	}
	dp->observer->packet(dp->observer->arg, &o);
}

void
report(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d)
{
	dp->slow->scratch->counter[slot] = d != NULL ? line_of(dp, b, slot, d) : 0;
	if (unlikely(dp->gen->n_rule_logs != 0) && d != NULL)
		tell_rules(dp, b, slot, d);
	if (unlikely(dp->reports != NULL) && d != NULL && (d->session == NULL || !d->begins))
		flows_tell_packet(dp, b, slot, d);
	if (dp->observer != NULL)
		tell(dp, b, slot, d, d != NULL && d->session != NULL ? d->session->state : 0);
}

void
slowpath_observe_burst(struct datapath *dp, const struct burst *b)
{
	struct slowpath_scratch *sc = dp->slow->scratch;

	memset(sc->flooded, 0, sizeof(sc->flooded));
	sc->n_tcp_states = sc->n_tcp_told = 0;
	for (unsigned i = 0; i < b->n; i++)
		parse_frame(slowpath_view(dp, i), b->m[i], b->ingress);
}

void
observe_hit(struct datapath *dp, const struct burst *b, unsigned slot)
{
	struct slowpath_scratch *sc = dp->slow->scratch;
	struct decision d;
	unsigned state;

	decision_from_record(dp, b, slot, &d);
	state = d.session != NULL ? d.session->state : 0;
	if (d.session != NULL && d.session->proto == IPPROTO_TCP)
		state = sc->tcp_state[sc->n_tcp_told++ % BURST_MAX];
	tell(dp, b, slot, &d, state);
}

void
slowpath_observe_hits(struct datapath *dp, const struct burst *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		observe_hit(dp, b, i);
}
