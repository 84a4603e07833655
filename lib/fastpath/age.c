/* SPDX-License-Identifier: BSD-3-Clause */
/* Housekeeping: flows, sessions and mappings are aged by an incremental sweep, which also collects
 * what flows have counted; the timers of fragments and of the host. */

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"
#include "nat/nat.h"
#include "program/action_list.h"
#include "session/session.h"
#include "slowpath/dynamic.h"
#include "slowpath/fragments/fragments.h"
#include "tap/flow_report.h"

#define HURRIED_PERIOD_NS (16 * NS_PER_MS)  /* or in this one, while it hurries */
#define HURRY_NS          (150 * NS_PER_MS) /* after a change of routes */
#define SWEEP_BUDGET      512u              /* records visited in one call, at most */
#define AGE_PERIOD_NS     (50 * NS_PER_US)  /* the least time between two runs of housekeeping */
#define ACTIVE_SHARES     4u /* sweeps, at most, that ask each flow if it is active for long */
#define HOST_PERIOD_NS    (10 * NS_PER_MS)

static void
push_one(void *arg, struct flow_table *t, uint32_t index)
{
	slowpath_collect(arg, flow_at(t, index));
}

void
fastpath_push_hits(struct fastpath *fp)
{
	struct datapath *dp = &fp->dp;

	flow_table_sweep(dp->flow4, UINT32_MAX, push_one, dp);
	flow_table_sweep(dp->flow6, UINT32_MAX, push_one, dp);
}

/* Releases the action list of a program of an older epoch, which runs no more. */
static void
outdate(struct datapath *dp, struct flow *f)
{
	f->epoch = 0;
	action_lists_give(dp->lists, f->list);
	f->list = 0;
}

/* Returns true if a dead next hop has lived again since the last sweep, or shortly before. */
static bool
has_returned(const struct datapath *dp)
{
	uint64_t returned_ns = host_returned_ns(dp->host);

	return returned_ns != 0 && dp->now_ns - returned_ns < 2 * FLOW_SWEEP_MAX_NS;
}

/* Returns true if an address of the flow, as it comes or as it leaves, may have joined or left a
 * dynamic set: it is evaluated again. */
static bool
has_changed(const struct datapath *dp, const struct flow_table *t, uint32_t index)
{
	struct tuple came, leaves;

	if (t == dp->flow6) {
		tuple_from_key6(&came, &flow6_at(t, index)->key);
		rewrite6_tuple(&leaves, &flow6_at(t, index)->to);
	} else {
		tuple_from_key4(&came, &flow4_at(t, index)->key);
		rewrite4_tuple(&leaves, &flow4_at(t, index)->to);
	}
	return dynamic_touches(dp->dynamic, &came.src) || dynamic_touches(dp->dynamic, &came.dst)
		|| dynamic_touches(dp->dynamic, &leaves.src)
		|| dynamic_touches(dp->dynamic, &leaves.dst);
}

/* Returns true if routes or dynamic sets may have changed since a record was looked at. */
static bool
anything_moves(const struct datapath *dp)
{
	return (dp->gen != NULL && dp->gen->n_live != 0) || dynamic_has_changes(dp->dynamic);
}

/* Returns true if the route of the flow, or what a dynamic set says of it, may have changed. */
static bool
is_moved(const struct datapath *dp, const struct flow_table *t, uint32_t index)
{
	return (dp->gen->n_live != 0 && slowpath_route_changed(dp, t, index))
		|| (dynamic_has_changes(dp->dynamic) && has_changed(dp, t, index));
}

/* Returns in how many parts, a power of two, the records are divided, less one, of which each sweep
 * looks at one for flows without a session that are active for long: their accounts are cold lines.
 * Few enough that a flow is told an eighth of the active timeout late at most. */
static uint32_t
active_shares(const struct datapath *dp, uint64_t sweep_ns)
{
	uint32_t shares = ACTIVE_SHARES;

	if (dp->reports == NULL)
		return 0;
	while (shares > 1 && dp->reports->active_ns < shares * sweep_ns * 8)
		shares /= 2;
	return shares - 1;
}

/* What a sweep over the records knows before it looks at them. */
struct age {
	struct datapath *dp;
	uint32_t now_tick;
	bool moves;      /* anything_moves */
	bool reports;    /* flows are exported */
	uint32_t share;  /* those of the records whose indexes have this remainder may be due ... */
	uint32_t shares; /* ... by this number, a power of two, less one */
};

/* Handles one record of the sweep: collects its counts, ages it.  A million idle flows are visited
 * each second, so most of them must take few instructions; each is a cold line, so that two million
 * of them are visited in two. */
static void
age_one(void *arg, struct flow_table *t, uint32_t index)
{
	const struct age *age = arg;
	struct datapath *dp = age->dp;
	struct flow *f = flow_at(t, index);
	uint32_t idle = age->now_tick - f->seen;

	if (f->packets != 0)
		slowpath_collect(dp, f);
	if (unlikely(f->epoch == dp->kept_epoch))
		slowpath_keep(dp, t, index);
	if (unlikely(age->reports) && !(f->flags & FLOW_SESSION)
		&& (index & age->shares) == age->share && idle <= clock_tick(FLOW_IDLE_NS))
		slowpath_report_active(dp, t, index);
	if (f->epoch == dp->epoch && f->nexthop >= NEXTHOP_FIRST
		&& idle <= clock_tick(FLOW_SWEEP_NS) * 2)
		host_used(dp->host, f->nexthop);
	if ((f->epoch != dp->epoch && (f->epoch != 0 || f->list != 0))
		|| (unlikely(f->flags & FLOW_AWAY) && has_returned(dp))
		|| (unlikely(age->moves) && is_moved(dp, t, index)))
		outdate(dp, f);
	if (idle > clock_tick(FLOW_IDLE_NS)
		&& (f->flags & (FLOW_SESSION | FLOW_ALIAS)) != FLOW_SESSION)
		flow_table_remove(t, index);
}

/* Returns how many records are due since the last call.  In virtual time, which may jump, all of
 * them are due at the first call in each period: the result of a replay must not depend on the
 * number of calls. */
static uint32_t
take_due(const struct fastpath *fp, uint64_t *swept_ns, uint64_t records, uint64_t period_ns)
{
	uint64_t now_ns = fp->dp.now_ns, elapsed = now_ns - *swept_ns;
	uint64_t due = elapsed >= period_ns ? records : records * elapsed / period_ns;

	if (fp->dp.clock.virtual)
		due = now_ns / FLOW_SWEEP_NS != *swept_ns / FLOW_SWEEP_NS ? records : 0;
	else if (due > SWEEP_BUDGET)
		due = SWEEP_BUDGET;
	if (due != 0 || records == 0)
		*swept_ns = now_ns;
	return (uint32_t)due;
}

/* Returns in which time the records of a table are walked over.  Changes of routes and sets are to
 * reach flows in FLOW_SWEEP_NS. */
static uint64_t
sweep_period(const struct fastpath *fp, const struct flow_table *t)
{
	if (fp->dp.now_ns < fp->hurry.until_ns)
		return HURRIED_PERIOD_NS;
	return anything_moves(&fp->dp) ? FLOW_SWEEP_NS : flow_sweep_ns(t);
}

/* Notes the end of a walk: all counts for editions before the one in which the walk began are
 * collected. */
static void
come_round(const struct fastpath *fp, struct sweep *sweep)
{
	atomic_store_explicit(&sweep->counted, sweep->began, memory_order_relaxed);
	sweep->began = fp->dp.gen->edition;
	sweep->rounds++;
}

/* Forgets changed addresses when both tables have been walked over since. */
static void
forget_changes(struct fastpath *fp)
{
	if (!dynamic_has_changes(fp->dp.dynamic) || fp->sweep4.rounds == fp->sweep4.forgotten
		|| fp->sweep6.rounds == fp->sweep6.forgotten)
		return;
	fp->sweep4.forgotten = fp->sweep4.rounds;
	fp->sweep6.forgotten = fp->sweep6.rounds;
	dynamic_forget(fp->dp.dynamic);
}

/* A route that changes after a quiet time is likely the way around a failure: flows under it are to
 * take it at once.  Routes that change all the time do not make the sweep hurry all the time. */
static void
hurry(struct fastpath *fp)
{
	uint64_t views = slowpath_route_views(&fp->dp), now_ns = fp->dp.now_ns;

	if (views == fp->hurry.views)
		return;
	fp->hurry.views = views;
	if (now_ns - fp->hurry.changed_ns > FLOW_SWEEP_NS)
		fp->hurry.began_ns = now_ns;
	fp->hurry.changed_ns = now_ns;
	fp->hurry.until_ns = RTE_MIN(now_ns + HURRY_NS, fp->hurry.began_ns + FLOW_SWEEP_NS);
}

static void
sweep(struct fastpath *fp, struct flow_table *t, struct sweep *sweep)
{
	struct datapath *dp = &fp->dp;
	uint64_t period_ns = sweep_period(fp, t);
	uint32_t due = take_due(fp, &t->swept_ns, t->high, period_ns), hand = t->hand;
	struct age age = {
		.dp = dp,
		.now_tick = clock_tick(dp->now_ns),
		.reports = dp->reports != NULL,
		.shares = active_shares(dp, period_ns),
		.moves = anything_moves(dp),
	};

	age.share = (uint32_t)sweep->rounds & age.shares;
	if (t->high == 0)
		come_round(fp, sweep);
	if (due == 0)
		return;
	flow_table_sweep(t, due, age_one, &age);
	flow_table_reclaim(t);
	if (due >= t->high || t->hand < hand)
		come_round(fp, sweep);
}

uint64_t
fastpath_uncounted(const struct fastpath *fp)
{
	return RTE_MIN(atomic_load_explicit(&fp->sweep4.counted, memory_order_relaxed),
		atomic_load_explicit(&fp->sweep6.counted, memory_order_relaxed));
}

unsigned
fastpath_wait_ms(const struct fastpath *fp)
{
	const struct datapath *dp = &fp->dp;
	uint64_t most = RTE_MAX(RTE_MAX(dp->flow4->high, dp->flow6->high), dp->sessions->high);
	uint64_t sweep_ns = SWEEP_BUDGET * FLOW_SWEEP_NS / RTE_MAX(most, UINT64_C(1));

	if (dp->now_ns < fp->hurry.until_ns)
		return 0;
	return (unsigned)(RTE_MIN(sweep_ns, HOST_PERIOD_NS) / NS_PER_MS);
}

/* Ends the sessions that are idle for too long. */
static void
sweep_sessions(struct fastpath *fp)
{
	struct sessions *t = fp->dp.sessions;
	uint32_t due = take_due(fp, &t->swept_ns, t->high, FLOW_SWEEP_NS);

	if (due != 0)
		sessions_sweep(t, due, clock_tick(fp->dp.now_ns));
}

/* Evaluates all flows again when so many routes have changed that nobody has counted them. */
static void
follow_routes(struct fastpath *fp)
{
	uint64_t changes = slowpath_route_changes(&fp->dp);

	if (changes != fp->route_changes)
		fastpath_bump_epoch(fp);
	fp->route_changes = changes;
}

void
fastpath_age(struct fastpath *fp)
{
	struct datapath *dp = &fp->dp;

	if (dp->now_ns - fp->aged_ns < AGE_PERIOD_NS)
		return;
	if (dp->now_ns / FASTPATH_SAMPLE_NS != fp->aged_ns / FASTPATH_SAMPLE_NS)
		fastpath_time_next(fp);
	fp->aged_ns = dp->now_ns;
	host_follow(dp->host);
	fastpath_outside_bursts(fp);
	slowpath_follow_fragments(dp, &fp->burst);
	sweep_sessions(fp);
	nat_age(dp->nat, clock_tick(dp->now_ns));
	nat_set_time(dp->nat, dp->now_ns);
	if (unlikely(dp->gen != NULL && dp->gen->n_live != 0))
		hurry(fp);
	sweep(fp, dp->flow4, &fp->sweep4);
	sweep(fp, dp->flow6, &fp->sweep6);
	forget_changes(fp);
	dynamic_age(dp);
	if (unlikely(dp->gen != NULL && dp->gen->n_bridges != 0))
		slowpath_bridge_age(dp);
	if (dp->now_ns - fp->host_ns < HOST_PERIOD_NS) {
		fastpath_send_born(fp); /* neighbours in use may have been probed */
		return;
	}
	fp->host_ns = dp->now_ns;
	/* As often as the exporter looks: a fence waits for all stores before it. */
	if (unlikely(dp->reports != NULL))
		flow_reports_publish(dp->reports);
	fragments_age(dp->slow->fragments, dp->now_ns);
	fastpath_outside_bursts(fp);
	slowpath_release(dp, &fp->burst);
	host_tick(dp->host, dp->now_ns);
	if (unlikely(dp->gen != NULL && dp->gen->n_live != 0))
		follow_routes(fp);
	fastpath_send_born(fp);
}
