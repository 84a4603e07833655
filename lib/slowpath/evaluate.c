/* SPDX-License-Identifier: BSD-3-Clause */
/* Evaluates the misses of a burst together, pipeline by pipeline. */

#include "packet/parse.h"
#include "slowpath/dynamic.h"
#include "slowpath/slowpath_priv.h"
#include "policy/pipeline.h"

/* Reads the packet that an ICMP error is about. */
static void
read_quoted(const struct burst *b, unsigned slot, struct eval *ev)
{
	const struct view *v = ev->view;
	struct view quoted;
	enum reason why;

	if (!slot_quoted(b, slot, v, &quoted, &why))
		return;
	ev->quoted_damaged = why == REASON_ip4_bad_checksum;
	if (why != REASON_NONE)
		return;
	ev->quoted = quoted.tuple;
	ev->has_quoted = true;
	ev->quoted_seq = quoted.proto == IPPROTO_SCTP ? rte_be_to_cpu_32(quoted.ident)
						      : quoted.tcp_seq;
}

static const struct trace *
trace_of(const struct observer *o, unsigned slot)
{
	return o->trace_of != NULL ? o->trace_of(o->arg, slot) : o->trace;
}

static void
prepare(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev,
	struct session *fresh)
{
	eval_init(ev, dp->gen, slot_view(dp, b, slot));
	ev->flow_hash = (uint32_t)(b->hash[slot] >> 32);
	ev->key_hash = b->class[slot] < SLOT_SLOW && !proto_has_ident(ev->view->proto)
		? b->hash[slot]
		: 0; /* a key with a number is not the tuple's */
	ev->now_ns = dp->now_ns;
	ev->health = &dp->slow->health;
	ev->sessions = dp->sessions;
	ev->fresh = fresh;
	ev->nat = dp->nat;
	ev->helpers = dp->helpers;
	ev->members = dynamic_members(dp->dynamic);
	if (b->flow[slot] != 0) {
		const struct flow *f = flow_at(
			ev->view->family == 6 ? dp->flow6 : dp->flow4, b->flow[slot]);

		ev->session = session_of(dp->sessions, f);
		ev->reply = f->flags & FLOW_REPLY;
	}
	ev->worker = &dp->gen->worker[dp->worker];
	ev->steps = dp->gen->worker[dp->worker].steps;
	read_quoted(b, slot, ev);
	ev->trace = dp->observer != NULL ? trace_of(dp->observer, slot) : NULL;
	if (ev->in == NULL || ev->in->pipeline == NULL)
		eval_drop(ev, REASON_interface_unused, 0);
}

void
evaluate_one(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev)
{
	prepare(dp, b, slot, ev, &dp->slow->scratch->fresh[BURST_MAX]);
	if (!ev->done)
		pipeline_evaluate(ev->in->pipeline, &ev, 1);
}

void
evaluate_dry(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev,
	const struct trace *trace)
{
	prepare(dp, b, slot, ev, &dp->slow->scratch->fresh[BURST_MAX]);
	ev->dry = true;
	ev->steps = NULL;
	ev->trace = trace;
	if (!ev->done)
		pipeline_evaluate(ev->in->pipeline, &ev, 1);
}

void
evaluate_beside(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev)
{
	if (ev->session == ev->fresh)
		session_refuse(dp->sessions, ev->fresh);
	prepare(dp, b, slot, ev, ev->fresh);
	ev->keeps_over = true;
	if (!ev->done)
		pipeline_evaluate(ev->in->pipeline, &ev, 1);
}

/* Moves the evals that share the first one's pipeline to the front of vec. Returns their number. */
static unsigned
same_pipeline(struct eval **vec, unsigned n)
{
	const struct pipeline *p = vec[0]->in->pipeline;
	unsigned same = 1;

	for (unsigned i = 1; i < n; i++) {
		struct eval *ev = vec[i];

		if (ev->in->pipeline != p)
			continue;
		vec[i] = vec[same];
		vec[same++] = ev;
	}
	return same;
}

void
evaluate_misses(struct datapath *dp, const struct burst *b, unsigned n)
{
	struct slowpath_scratch *sc = dp->slow->scratch;
	struct eval **vec = sc->vector;
	unsigned left = 0;

	for (unsigned i = 0; i < n; i++) {
		prepare(dp, b, sc->miss[i], &sc->eval[i], &sc->fresh[i]);
		sc->eval[i].together = n > 1;
		if (!sc->eval[i].done)
			vec[left++] = &sc->eval[i];
	}
	while (left > 0) {
		unsigned same = same_pipeline(vec, left);

		pipeline_evaluate(vec[0]->in->pipeline, vec, same);
		vec += same;
		left -= same;
	}
}
