/* SPDX-License-Identifier: BSD-3-Clause */
/* What others set and read of a data path: callbacks, an observer, figures for reports. */

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "nat/nat.h"
#include "program/action_list.h"
#include "session/session.h"

void
fastpath_set_owner_lookup(struct fastpath *fp,
	unsigned (*owner)(void *arg, const struct burst *b, unsigned slot), void *arg)
{
	fp->slow.owner = owner;
	fp->slow.owner_arg = arg;
}

void
fastpath_set_search(struct fastpath *fp, const struct search *search)
{
	fp->slow.search = search;
}

bool
fastpath_session_ends(const struct fastpath *fp, uint32_t index, struct session_ends *out)
{
	const struct session *s = &fp->dp.sessions->session[index];

	if ((s->flags & (SESSION_USED | SESSION_LINKED)) != (SESSION_USED | SESSION_LINKED))
		return false;
	slowpath_session_ends(&fp->dp, s, out);
	return true;
}

uint32_t
fastpath_sessions_high(const struct fastpath *fp)
{
	return fp->dp.sessions->high;
}

void
fastpath_set_others(struct fastpath *fp,
	unsigned (*owner_of)(void *arg, const struct tuple *t, uint16_t iface),
	void (*hand)(void *arg, unsigned to, struct rte_mbuf *m), void *arg)
{
	fp->slow.owner_of = owner_of;
	fp->slow.hand = hand;
	fp->slow.others_arg = arg;
}

enum reason
fastpath_judge(struct fastpath *fp, uint16_t port, struct rte_mbuf *m, struct fragment_pass *pass)
{
	const struct burst *b = &fp->burst;

	fp->slow.pass = pass;
	fastpath_process(fp, port | (pass->sought & SOUGHT_MARKS), &m, 1, true);
	fp->slow.pass = NULL;
	return b->output[0].port == OUT_DROP ? b->reason[0] : REASON_NONE;
}

struct handoff *
fastpath_handoff(struct fastpath *fp)
{
	return &fp->handoff;
}

void
fastpath_observe(struct fastpath *fp, const struct observer *observer)
{
	fp->dp.observer = observer;
}

struct clock *
fastpath_clock(struct fastpath *fp)
{
	return &fp->dp.clock;
}

struct ledger *
fastpath_ledger(struct fastpath *fp)
{
	return &fp->ledger;
}

struct host *
fastpath_host(struct fastpath *fp)
{
	return fp->dp.host;
}

void
fastpath_from_kernel(struct fastpath *fp, struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		host_from_kernel(fp->dp.host, m[i]);
	fastpath_send_born(fp);
}

void
fastpath_learn(struct fastpath *fp, const struct host_fact *fact)
{
	host_learn(fp->dp.host, fact);
	fastpath_send_born(fp);
}

const struct tally *
fastpath_tally(const struct fastpath *fp)
{
	return fp->dp.sessions->tally;
}

void
fastpath_figures(const struct fastpath *fp, struct fastpath_flows *out)
{
	const struct flow_table *t4 = fp->dp.flow4, *t6 = fp->dp.flow6;

	*out = (struct fastpath_flows){
		.used4 = counter_get(&t4->used),
		.used6 = counter_get(&t6->used),
		.capacity4 = t4->capacity,
		.capacity6 = t6->capacity,
		.sessions = counter_get(&fp->dp.sessions->used),
		.sessions_capacity = fp->dp.sessions->capacity,
		.flow_bytes = flow_table_bytes(t4) + flow_table_bytes(t6)
			+ action_lists_bytes(fp->dp.lists),
		.flow6_bytes = flow_table_bytes(t6),
		.session_bytes = sessions_bytes(fp->dp.sessions),
		.source_bytes = sources_bytes(fp->dp.sessions->sources),
		.uncached = counter_get(&fp->dp.lists->refused),
	};
	sessions_figures(fp->dp.sessions, &out->counts);
}

void
fastpath_flows(const struct fastpath *fp, struct fastpath_flows *out)
{
	fastpath_figures(fp, out);
	sessions_count(fp->dp.sessions, &out->counts);
	out->nat_bytes = nat_bytes(fp->dp.nat);
	out->longest_probe = RTE_MAX(
		flow_table_longest_probe(fp->dp.flow4), flow_table_longest_probe(fp->dp.flow6));
}

const struct nat *
fastpath_nat(const struct fastpath *fp)
{
	return fp->dp.nat;
}

struct rule_ring *
fastpath_rules(const struct fastpath *fp)
{
	return fp->rules;
}

struct dynamic *
fastpath_dynamic(struct fastpath *fp)
{
	return fp->dp.dynamic;
}

struct flow_reports *
fastpath_reports(const struct fastpath *fp)
{
	return fp->reports;
}

uint64_t
fastpath_tick(struct fastpath *fp)
{
	fp->dp.now_ns = clock_read(&fp->dp.clock);
	fastpath_follow_times(fp);
	return fp->dp.now_ns;
}

void
fastpath_set_backlogged(struct fastpath *fp, bool backlogged)
{
	fp->backlogged = backlogged;
}
