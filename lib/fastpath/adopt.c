/* SPDX-License-Identifier: BSD-3-Clause */
/* What changes what a worker's programs are decided by: a new generation, a route, a fragment that
 * was judged elsewhere. */

#include <errno.h>

#include "fastpath/fastpath_priv.h"
#include "nat/layout.h"
#include "nat/nat.h"
#include "slowpath/dynamic.h"
#include "slowpath/fragments/fragments.h"
#include "tap/flow_report.h"
#include "tap/rule_ring.h"

void
fastpath_bump_epoch(struct fastpath *fp)
{
	/* 16 bits, and 0 means "no program"; ageing clears programs of old epochs long before they
	 * wrap around. */
	fp->dp.epoch = (uint16_t)(fp->epochs++ % 65535 + 1);
	fp->dp.kept_epoch = EPOCH_NONE;
}

void
fastpath_follow_times(struct fastpath *fp)
{
	uint64_t held = slowpath_times(&fp->dp);

	if (likely(held == fp->times))
		return;
	fp->times = held;
	fastpath_bump_epoch(fp);
}

void
fastpath_outside_bursts(struct fastpath *fp)
{
	fp->burst.n = 0;
	fp->burst.tick = clock_tick(fp->dp.now_ns);
	fp->slow.slot = 0;
}

void
fastpath_decide(struct fastpath *fp, const struct fragment_pass *pass, enum reason why)
{
	fragments_decide(fp->slow.fragments, pass, why);
	fastpath_outside_bursts(fp);
	slowpath_release(&fp->dp, &fp->burst);
	fastpath_send_born(fp);
}

/* Allocates what rules that are logged need; the worker takes it when it adopts. */
static int
make_rules(struct fastpath *fp, const struct generation *gen)
{
	struct rule_ring *r = fp->rules;
	bool end = false;

	if (gen->n_rule_logs == 0)
		return 0;
	if (r == NULL)
		r = fp->rules = rule_ring_create(RULE_LOGS, fp->dp.sessions->capacity, -1);
	for (unsigned i = 1; i < gen->n_rule_logs; i++)
		end |= gen->rule_logs[i].end;
	if (r == NULL || (end && rule_ring_keep_sessions(r) < 0))
		return -ENOMEM;
	return 0;
}

/* Allocates what the export of flows needs. */
static int
make_reports(struct fastpath *fp, const struct generation *gen)
{
	const struct datapath *dp = &fp->dp;
	const struct flow_reports_size size = {
		.sessions = dp->sessions->capacity + 1,
		.flows4 = dp->flow4->records,
		.flows6 = dp->flow6->records,
	};

	if (gen->flow_export.active_ns == 0)
		return 0;
	if (fp->reports == NULL)
		fp->reports = flow_reports_create(&size, -1);
	return fp->reports != NULL ? nat_log_make(dp->nat, NAT_LOG_EXPORT) : -ENOMEM;
}

int
fastpath_make_room(struct fastpath *fp, const struct generation *gen)
{
	for (unsigned i = 0; i < gen->n_meters; i++)
		if (gen->meters[i].most_sessions != 0 && sessions_make_tally(fp->dp.sessions) < 0)
			return -ENOMEM;
	if (make_rules(fp, gen) < 0 || make_reports(fp, gen) < 0
		|| dynamic_make_room(fp->dp.dynamic, gen) < 0)
		return -ENOMEM;
	return gen->nat != NULL ? nat_make_room(fp->dp.nat, gen->nat) : 0;
}

/* Begins, goes on or ends to report flows. */
static void
adopt_export(struct fastpath *fp, const struct flow_export *export)
{
	struct datapath *dp = &fp->dp;
	bool was = dp->reports != NULL, is = export->active_ns != 0;
	uint64_t active_ns = was ? fp->reports->active_ns : 0;

	if (is && !was)
		flow_reports_begin(fp->reports, dp->now_ns);
	if (is)
		fp->reports->active_ns = export->active_ns;
	if (was && !is)
		flow_reports_publish(fp->reports);
	dp->reports = is ? fp->reports : NULL;
	if (active_ns != export->active_ns)
		slowpath_report_sessions(dp);
	dp->reports_nat = is && export->nat_events;
	dp->flow4->lets_all_go = dp->flow6->lets_all_go = is;
	nat_log_to(dp->nat, export->nat_logs);
}

static bool
is_homeless(void *datapath, const struct session *s)
{
	const struct datapath *dp = datapath;

	return nat_is_homeless(dp->nat, s);
}

/* Lets programs of the previous generation run, or has their flows judged again, or says which of
 * them may stay. */
static void
follow_edition(struct fastpath *fp, const struct generation *before, const struct generation *gen)
{
	uint64_t times = slowpath_times(&fp->dp);
	uint16_t epoch = fp->dp.epoch;

	if (before != NULL && times == fp->times && generation_same_edition(before, gen))
		return;
	fastpath_bump_epoch(fp);
	if (before != NULL && times == fp->times && gen->changes != NULL
		&& before->edition + 1 == gen->edition)
		fp->dp.kept_epoch = epoch;
	fp->times = times;
}

void
fastpath_adopt(struct fastpath *fp, const struct generation *gen)
{
	const struct generation *before = fp->dp.gen;

	fp->dp.gen = gen;
	fp->dp.rules = fp->rules;
	counter_set(&fp->ledger.n_ifaces, RTE_MAX(fp->ledger.n_ifaces, gen->n_ifaces));
	adopt_export(fp, &gen->flow_export);
	fp->dp.sessions->zone_of = gen->zones.any_gone ? gen->zones.of : NULL;
	fp->dp.sessions->domain_of = gen->domains_moved ? gen->ingress[0].domain_of : NULL;
	fp->dp.sessions->is_homeless = gen->nat != NULL && gen->nat->has_ended ? is_homeless : NULL;
	sessions_set_policies(fp->dp.sessions, gen->session_policies);
	nat_adopt(fp->dp.nat, gen->nat != NULL ? gen->nat : &nat_layout_empty);
	host_configure(fp->dp.host, gen);
	dynamic_adopt(fp->dp.dynamic, gen);
	follow_edition(fp, before, gen);
	fastpath_outside_bursts(fp);
	slowpath_adopt_fragments(&fp->dp, &fp->burst);
	fastpath_send_born(fp);
}
