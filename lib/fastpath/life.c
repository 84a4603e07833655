/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a data path: created, given generations, aged, stopped. */

#include <errno.h>
#include <stddef.h>

#include "base/counter.h"
#include "base/memory.h"
#include "nat/nat.h"
#include "nat/layout.h"
#include "program/action_list.h"
#include "session/session.h"
#include "fastpath/fastpath_priv.h"
#include "packet/parse.h"
#include "slowpath/fragments/fragments.h"
#include "tap/probes.h"
#include "tap/recorder.h"
#include "tap/rule_ring.h"

#define FLOW_IDLE_TICKS ((uint32_t)(60 * NS_PER_SECOND >> 20)) /* of a cached flow */
#define SWEEP_PERIOD_NS NS_PER_SECOND    /* every record is visited once in this time */
#define SWEEP_BUDGET    512u             /* records visited in one call, at most */
#define AGE_PERIOD_NS   (50 * NS_PER_US) /* the least time between two runs of housekeeping */
#define HOST_PERIOD_NS  (10 * NS_PER_MS)

/* Sets the next hops that are not neighbours. */
static void
fill_verdicts(struct nexthop *nh)
{
	for (unsigned r = 0; r < NEXTHOP_FIRST; r++)
		nh[r].state = NEXTHOP_DROP;
	nh[NEXTHOP_LOCAL].state = NEXTHOP_TO_US;
	for (uint16_t k = 0; NEXTHOP_WORKERS + k < NEXTHOP_LOCAL; k++)
		nh[NEXTHOP_WORKERS + k] = (struct nexthop){
			.state = NEXTHOP_WORKER,
			.port = OUT_WORKER,
			.iface = k,
		};
}

/* Returns the fast path: the host has one argument for sending and telling. */
static struct fastpath *
fastpath_of(void *slowpath)
{
	return (struct fastpath *)((char *)slowpath - offsetof(struct fastpath, slow));
}

static void
tell_others(void *slowpath, const struct host_fact *fact)
{
	struct fastpath *fp = fastpath_of(slowpath);

	if (fp->tell != NULL)
		fp->tell(fp->tell_arg, fact);
}

/* Makes all programs be evaluated again, because next hops are reused. */
static void
forget_nexthops(void *slowpath)
{
	fastpath_bump_epoch(fastpath_of(slowpath));
}

/* Returns true if a session has begun that the packet belongs to, or if no sender is told any
 * more. */
static bool
is_expected(void *slowpath, const struct tuple *t)
{
	const struct slowpath *s = slowpath;
	bool reply;

	return !nat_rejects(s->nat, t->dst.v4) || session_find(s->sessions, t, &reply) != NULL;
}

/* Gives back what a session's stages took, when it ends. */
static void
release_session(void *slowpath, struct session *session, enum session_end why)
{
	struct slowpath *s = slowpath;

	PROBE_SESSION_END(s->worker, session - s->sessions->session, why);
	slowpath_rule_session_ends(s, session, (uint8_t)why);
	nat_release(s->nat, session, why, s->now_ns);
}

static void
expect_release(void *slowpath, struct session *const sessions[], unsigned n)
{
	const struct slowpath *s = slowpath;

	nat_expect(s->nat, sessions, n);
}

static void
watch(struct slowpath *s, struct flow_table *t)
{
	t->let_go = slowpath_let_go;
	t->arg = s;
}

static bool
is_contested(void *arg, rte_be32_t address)
{
	const struct slowpath *s = arg;

	return host_is_contested(s->host, address);
}

static int
make_parts(struct fastpath *fp, const struct fastpath_setup *setup)
{
	struct slowpath *s = &fp->slow;
	uint32_t flows = setup->sessions * 2;
	struct host_setup host = {
		.ledger = &fp->ledger,
		.pool = setup->pool,
		.worker = setup->worker,
		.workers = setup->workers,
		.send = slowpath_send,
		.tell = tell_others,
		.forget = forget_nexthops,
		.expected = is_expected,
		.leaves = slowpath_waited,
		.stays = slowpath_waited_in_vain,
		.quiet = setup->clock.virtual,
		.trusting = setup->clock.virtual,
		.arg = s,
	};

	s->nexthops = memory_take(NEXTHOP_COUNT * sizeof(*s->nexthops), setup->numa_node);
	s->flow4 = flow_table_create(flows, sizeof(struct flow4), setup->numa_node);
	s->flow6 = flow_table_create(flows / 2, sizeof(struct flow6), setup->numa_node);
	s->lists = action_lists_create(flows + flows / 2, setup->numa_node);
	if (s->nexthops == NULL || s->flow4 == NULL || s->flow6 == NULL || s->lists == NULL
		|| slowpath_init(s) < 0)
		return -ENOMEM;
	watch(s, s->flow4);
	watch(s, s->flow6);
	s->fragments = fragments_create(&fp->ledger);
	s->recorder = recorder_create(setup->numa_node);
	if (s->fragments == NULL || s->recorder == NULL)
		return -ENOMEM;
	s->sessions = sessions_create(
		setup->sessions, setup->gate_bytes, s->flow4, s->flow6, setup->numa_node);
	s->nat = nat_create(setup->sessions, setup->worker, setup->workers, setup->numa_node);
	if (s->sessions == NULL || s->nat == NULL)
		return -ENOMEM;
	s->sessions->release = release_session;
	s->sessions->expect = expect_release;
	s->sessions->arg = s;
	fill_verdicts(s->nexthops);
	host.nexthops = s->nexthops;
	s->host = host_create(&host, setup->numa_node);
	nat_ask_contested(s->nat, is_contested, s);
	return s->host != NULL ? 0 : -ENOMEM;
}

struct fastpath *
fastpath_create(const struct fastpath_setup *setup)
{
	struct fastpath *fp = memory_take(sizeof(*fp), setup->numa_node);

	if (fp == NULL)
		return NULL;
	fp->variant = fastpath_choose();
	fp->clock = setup->clock;
	fp->tell = setup->tell;
	fp->tell_arg = setup->arg;
	fp->slow.worker = setup->worker;
	fp->slow.ledger = &fp->ledger;
	if (make_parts(fp, setup) < 0) {
		fastpath_destroy(fp);
		return NULL;
	}
	fastpath_tick(fp);
	return fp;
}

void
fastpath_destroy(struct fastpath *fp)
{
	if (fp == NULL)
		return;
	host_destroy(fp->slow.host);
	fragments_destroy(fp->slow.fragments);
	slowpath_fini(&fp->slow);
	sessions_destroy(fp->slow.sessions);
	nat_destroy(fp->slow.nat);
	flow_table_destroy(fp->slow.flow4);
	flow_table_destroy(fp->slow.flow6);
	action_lists_destroy(fp->slow.lists);
	rule_ring_destroy(fp->rules);
	recorder_destroy(fp->slow.recorder);
	memory_give(fp->slow.nexthops, NEXTHOP_COUNT * sizeof(*fp->slow.nexthops));
	memory_give(fp, sizeof(*fp));
}

void
fastpath_set_port(struct fastpath *fp, uint16_t port, struct tx_queue *tx)
{
	fp->gather[port].queue = tx;
	if (port >= fp->n_ports)
		fp->n_ports = port + 1u;
}

static void
push_one(void *arg, struct flow_table *t, uint32_t index)
{
	slowpath_collect(arg, flow_at(t, index));
}

void
fastpath_push_hits(struct fastpath *fp)
{
	struct slowpath *s = &fp->slow;

	flow_table_sweep(s->flow4, UINT32_MAX, push_one, s);
	flow_table_sweep(s->flow6, UINT32_MAX, push_one, s);
}

void
fastpath_bump_epoch(struct fastpath *fp)
{
	/* 16 bits, and 0 means "no program"; ageing clears programs of old epochs long before they
	 * wrap around. */
	fp->slow.epoch = (uint16_t)(fp->epochs++ % 65535 + 1);
}

/* Prepares the burst's spare slot, in which held packets are judged. */
static void
outside_bursts(struct fastpath *fp)
{
	fp->burst.n = 0;
	fp->burst.tick = clock_tick(fp->slow.now_ns);
	fp->slow.slot = 0;
}

void
fastpath_decide(struct fastpath *fp, const struct fragment_pass *pass, enum reason why)
{
	fragments_decide(fp->slow.fragments, pass, why);
	outside_bursts(fp);
	slowpath_release(&fp->slow, &fp->burst);
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
		r = fp->rules = rule_ring_create(RULE_LOGS, fp->slow.sessions->capacity, -1);
	for (unsigned i = 1; i < gen->n_rule_logs; i++)
		end |= gen->rule_logs[i].end;
	if (r == NULL || (end && rule_ring_keep_sessions(r) < 0))
		return -ENOMEM;
	return 0;
}

int
fastpath_make_room(struct fastpath *fp, const struct generation *gen)
{
	if (make_rules(fp, gen) < 0)
		return -ENOMEM;
	return gen->nat != NULL ? nat_make_room(fp->slow.nat, gen->nat) : 0;
}

void
fastpath_adopt(struct fastpath *fp, const struct generation *gen)
{
	fp->slow.gen = gen;
	fp->slow.rules = fp->rules;
	fp->slow.sessions->zone_of = gen->zones.any_gone ? gen->zones.of : NULL;
	sessions_set_policies(fp->slow.sessions, gen->session_policies);
	nat_adopt(fp->slow.nat, gen->nat != NULL ? gen->nat : &nat_layout_empty);
	host_configure(fp->slow.host, gen);
	fastpath_bump_epoch(fp);
	outside_bursts(fp);
	slowpath_adopt_fragments(&fp->slow, &fp->burst);
	fastpath_send_born(fp);
}

/* Releases the action list of a program of an older epoch, which runs no more. */
static void
outdate(struct slowpath *s, struct flow *f)
{
	f->epoch = 0;
	action_lists_give(s->lists, f->list);
	f->list = 0;
}

/* Handles one record of the sweep: collects its counts, ages it. */
static void
age_one(void *arg, struct flow_table *t, uint32_t index)
{
	struct slowpath *s = arg;
	struct flow *f = flow_at(t, index);
	uint32_t idle = clock_tick(s->now_ns) - f->seen;

	slowpath_collect(s, f);
	if (f->epoch == s->epoch && f->nexthop >= NEXTHOP_FIRST
		&& idle <= clock_tick(SWEEP_PERIOD_NS) * 2)
		host_used(s->host, f->nexthop);
	if (f->epoch != s->epoch)
		outdate(s, f);
	if (idle > FLOW_IDLE_TICKS && (f->flags & (FLOW_SESSION | FLOW_ALIAS)) != FLOW_SESSION)
		flow_table_remove(t, index);
}

/* Returns how many records are due since the last call.  In virtual time, which may jump, all of
 * them are due at the first call in each period: the result of a replay must not depend on the
 * number of calls. */
static uint32_t
take_due(const struct fastpath *fp, uint64_t *swept_ns, uint64_t records)
{
	uint64_t now_ns = fp->slow.now_ns, elapsed = now_ns - *swept_ns;
	uint64_t due = elapsed >= SWEEP_PERIOD_NS ? records : records * elapsed / SWEEP_PERIOD_NS;

	if (fp->clock.virtual)
		due = now_ns / SWEEP_PERIOD_NS != *swept_ns / SWEEP_PERIOD_NS ? records : 0;
	else if (due > SWEEP_BUDGET)
		due = SWEEP_BUDGET;
	if (due != 0 || records == 0)
		*swept_ns = now_ns;
	return (uint32_t)due;
}

/* Notes the end of a walk: all counts for generations before the one in which the walk began are
 * collected. */
static void
come_round(const struct fastpath *fp, struct sweep *sweep)
{
	atomic_store_explicit(&sweep->counted, sweep->began, memory_order_relaxed);
	sweep->began = fp->slow.gen->number;
}

static void
sweep(struct fastpath *fp, struct flow_table *t, struct sweep *sweep)
{
	uint32_t due = take_due(fp, &t->swept_ns, t->high), hand = t->hand;

	if (t->high == 0)
		come_round(fp, sweep);
	if (due == 0)
		return;
	flow_table_sweep(t, due, age_one, &fp->slow);
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

/* Ends the sessions that are idle for too long. */
static void
sweep_sessions(struct fastpath *fp)
{
	struct sessions *t = fp->slow.sessions;
	uint32_t due = take_due(fp, &t->swept_ns, t->high);

	if (due != 0)
		sessions_sweep(t, due, clock_tick(fp->slow.now_ns));
}

void
fastpath_age(struct fastpath *fp)
{
	struct slowpath *s = &fp->slow;

	if (s->now_ns - fp->aged_ns < AGE_PERIOD_NS)
		return;
	fp->aged_ns = s->now_ns;
	host_follow(s->host);
	outside_bursts(fp);
	slowpath_follow_fragments(s, &fp->burst);
	sweep_sessions(fp);
	nat_age(s->nat, clock_tick(s->now_ns));
	sweep(fp, s->flow4, &fp->sweep4);
	sweep(fp, s->flow6, &fp->sweep6);
	if (s->now_ns - fp->host_ns < HOST_PERIOD_NS) {
		fastpath_send_born(fp); /* neighbours in use may have been probed */
		return;
	}
	fp->host_ns = s->now_ns;
	fragments_age(s->fragments, s->now_ns);
	outside_bursts(fp);
	slowpath_release(s, &fp->burst);
	host_tick(s->host, s->now_ns);
	fastpath_send_born(fp);
}

static void
forget_one(void *arg, struct flow_table *t, uint32_t index)
{
	flow_table_remove(t, index);
}

void
fastpath_port_returned(struct fastpath *fp, uint16_t port)
{
	host_port_returned(fp->slow.host, port);
}

void
fastpath_stop(struct fastpath *fp)
{
	struct slowpath *s = &fp->slow;

	fragments_stop(s->fragments);
	host_stop(s->host);
	fastpath_send_born(fp);
	fastpath_flush(fp);
	for (uint16_t p = 0; p < fp->n_ports; p++) {
		struct tx_queue *queue = fp->gather[p].queue;

		if (queue != NULL)
			counter_add(
				&fp->ledger.iface[0].drops[REASON_stopped], tx_queue_fini(queue));
	}
	counter_set(&fp->ledger.held[HELD_transmit], 0);
	sessions_flush(s->sessions, SESSION_END_stopped);
	flow_table_sweep(s->flow4, UINT32_MAX, forget_one, s);
	flow_table_sweep(s->flow6, UINT32_MAX, forget_one, s);
	flow_table_reclaim(s->flow4);
	flow_table_reclaim(s->flow6);
}

void
fastpath_figures(const struct fastpath *fp, struct fastpath_flows *out)
{
	const struct flow_table *t4 = fp->slow.flow4, *t6 = fp->slow.flow6;

	*out = (struct fastpath_flows){
		.used4 = counter_get(&t4->used),
		.used6 = counter_get(&t6->used),
		.capacity4 = t4->capacity,
		.capacity6 = t6->capacity,
		.sessions = counter_get(&fp->slow.sessions->used),
		.sessions_capacity = fp->slow.sessions->capacity,
		.flow_bytes = flow_table_bytes(t4) + flow_table_bytes(t6)
			+ action_lists_bytes(fp->slow.lists),
		.flow6_bytes = flow_table_bytes(t6),
		.session_bytes = sessions_bytes(fp->slow.sessions),
		.source_bytes = sources_bytes(fp->slow.sessions->sources),
		.uncached = counter_get(&fp->slow.lists->refused),
	};
	sessions_figures(fp->slow.sessions, &out->counts);
}

void
fastpath_flows(const struct fastpath *fp, struct fastpath_flows *out)
{
	fastpath_figures(fp, out);
	sessions_count(fp->slow.sessions, &out->counts);
	out->nat_bytes = nat_bytes(fp->slow.nat);
	out->longest_probe = RTE_MAX(
		flow_table_longest_probe(fp->slow.flow4), flow_table_longest_probe(fp->slow.flow6));
}

const struct nat *
fastpath_nat(const struct fastpath *fp)
{
	return fp->slow.nat;
}

struct rule_ring *
fastpath_rules(const struct fastpath *fp)
{
	return fp->rules;
}
