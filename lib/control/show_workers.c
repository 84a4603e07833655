/* SPDX-License-Identifier: BSD-3-Clause */
/* show workers, memory, ledger: what the appliance itself does. */

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "base/counter.h"
#include "base/text.h"
#include "config/compile.h"
#include "control/control_priv.h"
#include "control/kernel_side.h"
#include "kernel/kernel.h"
#include "io/pool.h"
#include "nat/nat.h"

#define LEDGER_TRIES 64 /* readings of ledgers that workers go on writing */

static double
busy_now(const struct rates *r, unsigned w)
{
	const struct rates_sample *a = rates_before(r), *b = rates_after(r);
	double busy = (double)(b->busy_ns[w] - a->busy_ns[w]),
	       idle = (double)(b->idle_ns[w] - a->idle_ns[w]);

	return a->at_ns != 0 && busy + idle > 0 ? busy / (busy + idle) : 0;
}

static void
add_worker(struct control *c, struct rpc_call *call, unsigned i)
{
	struct workers *ws = appliance_workers(c->appliance);
	const struct worker *w = workers_at(ws, i);
	const struct ledger *l = fastpath_ledger(w->fp);
	const struct generation *gen = appliance_generation(c->appliance);
	uint64_t packets = counter_get(&w->packets);
	double ns = packets == 0 ? 0 : (double)counter_get(&w->busy_ns) / (double)packets;
	json_t *row = json_object();
	struct fastpath_flows flows;
	struct latency latency = { 0 };

	fastpath_figures(w->fp, &flows);
	row_count(row, "worker", i);
	row_count(row, "core", appliance_core(c->appliance, i));
	row_real(row, "busy", busy_now(&c->rates, i));
	row_rate(row, "rate",
		rates_of(&c->rates, rates_before(&c->rates)->packets[i],
			rates_after(&c->rates)->packets[i]));
	row_count(row, "packets", packets);
	json_object_set_new(
		row, "begins", json_boolean(gen->gathered == 0 || (gen->gathered >> i & 1)));
	row_count(row, "handed", counter_get(&w->handed));
	row_count(row, "cycles", (uint64_t)(ns * (double)rte_get_tsc_hz() / 1e9));
	latency_collect(&latency, &w->latency);
	row_count(row, "p50", latency_percentile(&latency, 0.5));
	row_count(row, "p99", latency_percentile(&latency, 0.99));
	row_count(row, "p999", latency_percentile(&latency, 0.999));
	row_count(row, "longest_loop", counter_get(&w->longest_gap_ns));
	row_count(row, "longest_sleep", counter_get(&w->idle.longest_ns));
	row_count(row, "flows", flows.used4 + flows.used6);
	row_count(row, "flows_max", flows.capacity4 + flows.capacity6);
	row_count(row, "sessions", flows.sessions);
	row_count(row, "generation", workers_adopted(ws, i));
	row_count(row, "hits", counter_get(&l->lookups_hit));
	row_count(row, "misses", counter_get(&l->lookups_miss));
	json_object_set_new(row, "stalled", json_boolean(workers_stalled(ws, i)));
	json_array_append_new(result_rows(call), row);
}

bool
show_workers(struct control *c, struct rpc_call *call)
{
	result_rows(call);
	for (unsigned i = 0; i < workers_count(appliance_workers(c->appliance)); i++)
		add_worker(c, call, i);
	return true;
}

static void
add_memory(struct rpc_call *call, const char *name, uint64_t bytes, uint64_t used, uint64_t items)
{
	json_t *row = json_object();

	row_text(row, "name", name);
	row_count(row, "bytes", bytes);
	row_count_nonzero(row, "used", used);
	row_count_nonzero(row, "items", items);
	json_array_append_new(result_rows(call), row);
}

/* Adds the routes of the kernel's tables. */
static void
add_kernel_routes(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct kernel_routes *k = kernel_side_routes(c->setup.kernel);
	size_t bytes = 0, used = 0;

	if (k == NULL || !kernel_routes_lock(k))
		return;
	for (unsigned i = 0; i < gen->n_live; i++) {
		bytes += live_bytes(gen->live[i].live);
		used += live_count(gen->live[i].live);
	}
	kernel_routes_unlock(k);
	add_memory(call, "routes of the kernel", bytes, used, 0);
}

bool
show_memory(struct control *c, struct rpc_call *call)
{
	struct workers *ws = appliance_workers(c->appliance);
	const struct pools *pools = appliance_pools(c->appliance);
	struct fastpath_flows sum = { 0 };
	uint64_t nat = 0, mbufs = 0, buffers = 0;

	for (unsigned i = 0; i < workers_count(ws); i++) {
		struct fastpath_flows f;

		fastpath_figures(workers_at(ws, i)->fp, &f);
		sum.used4 += f.used4 + f.used6;
		sum.capacity4 += f.capacity4 + f.capacity6;
		sum.sessions += f.sessions;
		sum.sessions_capacity += f.sessions_capacity;
		sum.flow_bytes += f.flow_bytes;
		sum.session_bytes += f.session_bytes;
		sum.source_bytes += f.source_bytes;
		nat += nat_bytes(fastpath_nat(workers_at(ws, i)->fp));
	}
	for (unsigned i = 0; i < pools->count; i++) {
		mbufs += pools->at[i].sizing.count;
		buffers += pools->at[i].sizing.bytes;
	}
	add_memory(call, "flows", sum.flow_bytes, sum.used4, sum.capacity4);
	add_memory(call, "sessions", sum.session_bytes, sum.sessions, sum.sessions_capacity);
	add_kernel_routes(c, call);
	add_memory(call, "sources", sum.source_bytes, 0, 0);
	add_memory(call, "nat", nat, 0, 0);
	add_memory(call, "packet buffers", buffers, pools_in_use(pools), mbufs);
	return true;
}

static json_t *
by_name(const int64_t *n, unsigned count, const char *const names[])
{
	json_t *json = json_object();

	for (unsigned i = 0; i < count; i++)
		if (n[i] != 0)
			json_object_set_new(json, names[i], json_integer((json_int_t)n[i]));
	return json;
}

#define X(name, sentence) #name,
static const char *const births[] = { BIRTHS(X) };
static const char *const consumers[] = { CONSUMERS(X) };
static const char *const holders[] = { HOLDERS(X) };
#undef X

/* Workers go on while their ledgers are read, one number after the other: a difference that is none
 * is gone when they are read again; a bug stays. */
static void
read_ledger(struct workers *ws, struct ledger_sum *sum)
{
	for (unsigned i = 0; i < LEDGER_TRIES; i++) {
		workers_ledger(ws, sum);
		if (sum->imbalance == 0)
			return;
	}
}

bool
show_ledger(struct control *c, struct rpc_call *call)
{
	struct workers *ws = appliance_workers(c->appliance);
	int64_t born[BORN_COUNT] = { 0 }, consumed[CONSUMED_COUNT] = { 0 },
		held[HELD_COUNT] = { 0 };
	struct ledger_sum sum;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		const struct ledger *l = fastpath_ledger(workers_at(ws, w)->fp);

		for (unsigned i = 0; i < BORN_COUNT; i++)
			born[i] += (int64_t)counter_get(&l->born[i]);
		for (unsigned i = 0; i < CONSUMED_COUNT; i++)
			consumed[i] += (int64_t)counter_get(&l->consumed[i]);
		for (unsigned i = 0; i < HELD_COUNT; i++)
			held[i] += counter_get(&l->held[i]);
	}
	read_ledger(ws, &sum);
	call->result = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "rx",
		(json_int_t)sum.rx, "born", (json_int_t)sum.born, "tx", (json_int_t)sum.tx,
		"dropped", (json_int_t)sum.dropped, "consumed", (json_int_t)sum.consumed, "held",
		(json_int_t)sum.held, "imbalance", (json_int_t)sum.imbalance, "born_by",
		by_name(born, BORN_COUNT, births), "consumed_by",
		by_name(consumed, CONSUMED_COUNT, consumers), "held_by",
		by_name(held, HELD_COUNT, holders));
	return true;
}
