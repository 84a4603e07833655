/* SPDX-License-Identifier: BSD-3-Clause */
/* Creates a data path, with the tables and the host that its packets need, and stops it. */

#include <errno.h>
#include <stddef.h>

#include "base/counter.h"
#include "base/memory.h"
#include "helper/control.h"
#include "nat/nat.h"
#include "nat/layout.h"
#include "program/action_list.h"
#include "session/session.h"
#include "fastpath/fastpath_priv.h"
#include "packet/parse.h"
#include "slowpath/fragments/fragments.h"
#include "tap/flow_report.h"
#include "tap/probes.h"
#include "tap/recorder.h"
#include "tap/rule_ring.h"

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
			.output = { .port = OUT_WORKER, .iface = k },
		};
}

/* Returns the fast path: the host has one argument for sending and telling. */
static struct fastpath *
fastpath_of(void *datapath)
{
	return (struct fastpath *)((char *)datapath - offsetof(struct fastpath, dp));
}

static void
tell_others(void *datapath, const struct host_fact *fact)
{
	struct fastpath *fp = fastpath_of(datapath);

	if (fp->tell != NULL)
		fp->tell(fp->tell_arg, fact);
}

static bool
deliver(void *datapath, enum hostif_class class, struct rte_mbuf *m)
{
	struct fastpath *fp = fastpath_of(datapath);

	return fp->deliver(fp->tell_arg, class, m);
}

/* Makes all programs be evaluated again, because next hops are reused. */
static void
forget_nexthops(void *datapath)
{
	fastpath_bump_epoch(fastpath_of(datapath));
}

/* Returns true if a session has begun that the packet belongs to, or if no sender is told any
 * more. */
static bool
is_expected(void *datapath, const struct tuple *t)
{
	const struct datapath *dp = datapath;
	bool reply;

	return !nat_rejects(dp->nat, t->dst.v4, t->domain)
		|| session_find(dp->sessions, t, &reply) != NULL;
}

/* Gives back what a session's stages took, when it ends. */
static void
release_session(void *datapath, struct session *session, enum session_end why)
{
	struct datapath *dp = datapath;

	PROBE_SESSION_END(dp->worker, session - dp->sessions->session, why);
	if (unlikely(dp->rules != NULL))
		slowpath_rule_session_ends(dp, session, (uint8_t)why);
	if (dp->reports != NULL)
		slowpath_report_session_ends(dp, session, why);
	if (unlikely(dp->helpers->used != 0) && session >= dp->sessions->session
		&& session <= dp->sessions->session + dp->sessions->capacity)
		helpers_detach(
			dp->helpers, session_index(dp->sessions, session), dp->nat, dp->now_ns);
	nat_release(dp->nat, session, why, dp->now_ns);
}

static void
expect_release(void *datapath, struct session *const sessions[], unsigned n)
{
	const struct datapath *dp = datapath;

	if (unlikely(dp->reports != NULL))
		slowpath_report_expect_ends(dp, sessions, n);
	nat_expect(dp->nat, sessions, n);
}

static void
watch(struct datapath *dp, struct flow_table *t)
{
	t->let_go = slowpath_let_go;
	t->arg = dp;
}

static bool
is_contested(void *arg, rte_be32_t address)
{
	const struct datapath *dp = arg;

	return host_is_contested(dp->host, address);
}

static bool
is_dead(void *arg, const struct interface *egress, unsigned family, const union address *gateway)
{
	const struct datapath *dp = arg;

	return host_is_dead(dp->host, egress, family, gateway);
}

static int
make_parts(struct fastpath *fp, const struct fastpath_setup *setup)
{
	struct datapath *dp = &fp->dp;
	uint32_t flows = setup->sessions * 2;
	struct host_setup host = {
		.ledger = &fp->ledger,
		.pool = setup->pool,
		.worker = setup->worker,
		.workers = setup->workers,
		.send = slowpath_send,
		.tell = tell_others,
		.deliver = setup->deliver != NULL ? deliver : NULL,
		.forget = forget_nexthops,
		.expected = is_expected,
		.leaves = slowpath_waited,
		.stays = slowpath_waited_in_vain,
		.quiet = setup->clock.virtual,
		.trusting = setup->clock.virtual,
		.arg = dp,
	};

	dp->nexthops = memory_take(NEXTHOP_COUNT * sizeof(*dp->nexthops), setup->numa_node);
	dp->flow4 = flow_table_create(flows, sizeof(struct flow4), setup->numa_node);
	dp->flow6 = flow_table_create(flows / 2, sizeof(struct flow6), setup->numa_node);
	dp->lists = action_lists_create(flows + flows / 2, setup->numa_node);
	if (dp->nexthops == NULL || dp->flow4 == NULL || dp->flow6 == NULL || dp->lists == NULL
		|| slowpath_init(dp) < 0)
		return -ENOMEM;
	watch(dp, dp->flow4);
	watch(dp, dp->flow6);
	dp->slow->fragments = fragments_create(&fp->ledger);
	dp->slow->recorder = recorder_create(setup->numa_node);
	dp->slow->pool = setup->pool;
	if (dp->slow->fragments == NULL || dp->slow->recorder == NULL)
		return -ENOMEM;
	dp->sessions = sessions_create(
		setup->sessions, setup->gate_bytes, dp->flow4, dp->flow6, setup->numa_node);
	dp->nat = nat_create(setup->sessions, setup->worker, setup->workers, setup->numa_node);
	dp->helpers = helpers_create(setup->sessions);
	if (dp->sessions == NULL || dp->nat == NULL || dp->helpers == NULL)
		return -ENOMEM;
	dp->sessions->release = release_session;
	dp->sessions->expect = expect_release;
	dp->sessions->arg = dp;
	fill_verdicts(dp->nexthops);
	host.nexthops = dp->nexthops;
	dp->host = host_create(&host, setup->numa_node);
	nat_ask_contested(dp->nat, is_contested, dp);
	dp->slow->health = (struct hop_health){ is_dead, dp };
	return dp->host != NULL ? 0 : -ENOMEM;
}

struct fastpath *
fastpath_create(const struct fastpath_setup *setup)
{
	struct fastpath *fp = memory_take(sizeof(*fp), setup->numa_node);

	if (fp == NULL)
		return NULL;
	fp->variant = fastpath_choose();
	fp->dp.clock = setup->clock;
	fp->tell = setup->tell;
	fp->deliver = setup->deliver;
	fp->tell_arg = setup->arg;
	fp->dp.slow = &fp->slow;
	fp->dp.worker = setup->worker;
	fp->dp.ledger = &fp->ledger;
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
	host_destroy(fp->dp.host);
	fragments_destroy(fp->slow.fragments);
	slowpath_fini(&fp->dp);
	sessions_destroy(fp->dp.sessions);
	nat_destroy(fp->dp.nat);
	helpers_destroy(fp->dp.helpers);
	flow_table_destroy(fp->dp.flow4);
	flow_table_destroy(fp->dp.flow6);
	action_lists_destroy(fp->dp.lists);
	rule_ring_destroy(fp->rules);
	flow_reports_destroy(fp->reports);
	recorder_destroy(fp->slow.recorder);
	memory_give(fp->dp.nexthops, NEXTHOP_COUNT * sizeof(*fp->dp.nexthops));
	memory_give(fp, sizeof(*fp));
}

void
fastpath_share_secrets(struct fastpath *fp, const struct fastpath *with)
{
	fp->dp.flow4->secret = with->dp.flow4->secret;
	fp->dp.flow6->secret = with->dp.flow6->secret;
}

int
fastpath_expect_replies(struct fastpath *fp, const struct nat_reply_setup *setup)
{
	return nat_expect_replies(fp->dp.nat, setup);
}

void
fastpath_set_port(struct fastpath *fp, uint16_t port, struct tx_queue *tx)
{
	fp->gather[port].queue = tx;
	if (port >= fp->n_ports)
		fp->n_ports = port + 1u;
}

static void
forget_one(void *arg, struct flow_table *t, uint32_t index)
{
	flow_table_remove(t, index);
}

void
fastpath_port_returned(struct fastpath *fp, uint16_t port)
{
	host_port_returned(fp->dp.host, port);
}

void
fastpath_port_moved(struct fastpath *fp, uint16_t port)
{
	host_port_moved(fp->dp.host, port);
}

void
fastpath_link(struct fastpath *fp, uint16_t port, bool up)
{
	host_link(fp->dp.host, port, up);
}

void
fastpath_stop(struct fastpath *fp)
{
	struct datapath *dp = &fp->dp;

	fragments_stop(dp->slow->fragments);
	host_stop(dp->host);
	fastpath_send_born(fp);
	fastpath_flush(fp);
	for (uint16_t p = 0; p < fp->n_ports; p++) {
		struct tx_queue *queue = fp->gather[p].queue;

		if (queue != NULL)
			counter_add(
				&fp->ledger.iface[0].drops[REASON_stopped], tx_queue_fini(queue));
	}
	counter_set(&fp->ledger.held[HELD_transmit], 0);
	if (dp->reports != NULL)
		dp->reports->stopping = true;
	sessions_flush(dp->sessions, SESSION_END_stopped);
	flow_table_sweep(dp->flow4, UINT32_MAX, forget_one, dp);
	flow_table_sweep(dp->flow6, UINT32_MAX, forget_one, dp);
	flow_table_reclaim(dp->flow4);
	flow_table_reclaim(dp->flow6);
	if (dp->reports != NULL)
		flow_reports_publish(dp->reports);
}
