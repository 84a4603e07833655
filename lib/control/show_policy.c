/* SPDX-License-Identifier: BSD-3-Clause */
/* show pipelines, rules, config: what the configuration in use says, and what of it
 * was met. */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/text.h"
#include "config/compile.h"
#include "control/control_priv.h"
#include "control/read.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "policy/pipeline.h"
#include "schema/json_text.h"

/* --- pipelines --- */

static void
row_entries(struct control *c, json_t *row, const struct pipeline *p)
{
	const struct generation *gen = appliance_generation(c->appliance);
	json_t *names = json_array();
	struct traffic_counts sum = { 0 };

	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		struct traffic_counts t;

		if (gen->iface[i] == NULL || gen->iface[i]->pipeline != p)
			continue;
		traffic_of_iface(c->appliance, i, &t);
		sum.rx += t.rx;
		json_array_append_new(names, json_text(gen->iface[i]->name));
	}
	json_object_set_new(row, "interfaces", names);
	row_count(row, "packets", sum.rx);
}

/* What the workers have counted of a stage's place under this configuration. */
static void
row_counts(struct control *c, json_t *row, uint32_t number)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct step_counts sum = { 0 };

	for (unsigned w = 0; w < gen->n_workers; w++) {
		const struct step_counts *n = &gen->worker[w].steps[number];

		sum.packets += counter_get(&n->packets);
		sum.ended += counter_get(&n->ended);
		sum.sampled += counter_get(&n->sampled);
		sum.cycles += counter_get(&n->cycles);
	}
	row_count(row, "evaluated", sum.packets);
	row_count(row, "ended", sum.ended);
	if (sum.sampled != 0)
		row_count(row, "cycles", sum.cycles / sum.sampled);
}

/* The steps of a known flow's packets, whatever their pipeline. */
static void
add_fast_path(struct control *c, struct rpc_call *call)
{
	struct workers *ws = appliance_workers(c->appliance);
	static const char *const names[] = { "parse", "execute" };
	struct fastpath_times sum = { 0 };
	uint64_t hits = 0;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct fastpath_times t;

		fastpath_times(workers_at(ws, w)->fp, &t);
		sum.packets += t.packets;
		sum.parse_cycles += t.parse_cycles;
		sum.execute_cycles += t.execute_cycles;
		hits += counter_get(&fastpath_ledger(workers_at(ws, w)->fp)->lookups_hit);
	}
	for (unsigned i = 0; i < 2; i++) {
		json_t *row = json_object();

		row_text(row, "pipeline", "(fast path)");
		row_count(row, "stage", i + 1);
		row_text(row, "name", names[i]);
		row_count(row, "evaluated", hits);
		if (sum.packets != 0)
			row_count(row, "cycles",
				(i == 0 ? sum.parse_cycles : sum.execute_cycles) / sum.packets);
		json_array_append_new(result_rows(call), row);
	}
}

static void
add_step(struct control *c, struct rpc_call *call, const struct pipeline *p, unsigned i)
{
	const struct step *step = &p->step[i];
	json_t *row = json_object();

	row_text(row, "pipeline", p->name);
	row_count(row, "stage", i + 1);
	row_text(row, "name", step->stage->table->name);
	row_place(row, "place", &step->loc);
	if (step->condition != NULL)
		json_object_set_new(row, "conditional", json_true());
	if (i == 0)
		row_entries(c, row, p);
	row_counts(c, row, step->number);
	json_array_append_new(result_rows(call), row);
}

bool
show_pipelines(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	unsigned long from;

	if (!rpc_from(call, &from))
		return true;
	result_rows(call);
	for (; from < gen->n_pipelines && json_array_size(result_rows(call)) < PAGE_ROWS; from++)
		for (unsigned i = 0; i < gen->pipelines[from]->n; i++)
			add_step(c, call, gen->pipelines[from], i);
	if (from < gen->n_pipelines)
		result_next(call, from);
	else
		add_fast_path(c, call);
	return true;
}

/* --- rules --- */

struct counter_sum {
	uint64_t packets, bytes;
	double first, last; /* seconds ago */
};

static void
add_hits(struct counter_sum *sum, const struct rule_hits *h, uint32_t now)
{
	uint64_t packets = counter_get(&h->packets);
	double first = (double)(now - counter_get(&h->first)) * 1.048576e-3;
	double last = (double)(now - counter_get(&h->last)) * 1.048576e-3;

	if (packets == 0)
		return;
	sum->first = sum->packets == 0 || first > sum->first ? first : sum->first;
	sum->last = sum->packets == 0 || last < sum->last ? last : sum->last;
	sum->packets += packets;
	sum->bytes += counter_get(&h->bytes);
}

static void
sum_counter(struct control *c, unsigned counter, struct counter_sum *sum)
{
	const struct generation *gen = appliance_generation(c->appliance);
	uint32_t now = clock_tick(appliance_now_ns(c->appliance));

	*sum = (struct counter_sum){ 0 };
	if (gen->carried_hits != NULL)
		add_hits(sum, &gen->carried_hits[counter], now);
	for (unsigned w = 0; w < gen->n_workers; w++)
		add_hits(sum, &gen->worker[w].hits[counter], now);
}

uint64_t
counter_packets(struct control *c, unsigned counter)
{
	struct counter_sum sum;

	sum_counter(c, counter, &sum);
	return sum.packets;
}

static void
add_rule(struct rpc_call *call, const struct rule_counter *p, const struct counter_sum *sum)
{
	json_t *row = json_object();

	row_count(row, "packets", sum->packets);
	row_count(row, "bytes", sum->bytes);
	row_place(row, "place", &p->loc);
	row_text(row, "owner", p->owner);
	row_text(row, "name", p->name);
	if (sum->first != 0 || sum->last != 0) {
		row_real(row, "first", sum->first);
		row_real(row, "last", sum->last);
	}
	json_array_append_new(result_rows(call), row);
}

/* "from-outside" is "acls.from-outside", too. */
static bool
is_owner(const char *owner, const char *asked)
{
	const char *dot = strchr(owner, '.');

	return strcmp(owner, asked) == 0 || (dot != NULL && strcmp(dot + 1, asked) == 0);
}

static bool
is_asked(const struct rule_counter *p, const char *owner, const char *name)
{
	return (owner == NULL || is_owner(p->owner, owner))
		&& (name == NULL || (p->name != NULL && strcmp(p->name, name) == 0));
}

/* Returns true if there is a rule of that owner, and of that name; NULL is any. */
static bool
has_rule(const struct generation *gen, const char *owner, const char *name)
{
	for (unsigned i = 1; i < gen->n_counters; i++)
		if (is_asked(&gen->counters[i], owner, name))
			return true;
	return owner == NULL && name == NULL;
}

bool
show_rules(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *owner = rpc_text(call, "owner"), *name = rpc_text(call, "name");
	bool unused = rpc_flag(call, "unused");
	unsigned long from, last;

	if (!rpc_from(call, &from))
		return true;
	if (!has_rule(gen, owner, NULL))
		return !rpc_wrong(call, "owner", owner, "access list or pipeline with rules");
	if (!has_rule(gen, owner, name))
		return !rpc_wrong(call, "name", name, "name of a rule there");
	result_rows(call);
	from = from == 0 ? 1 : from;
	last = RTE_MIN((unsigned long)gen->n_counters, from + PAGE_LOOKS);
	for (; from < last && json_array_size(result_rows(call)) < PAGE_ROWS; from++) {
		const struct rule_counter *p = &gen->counters[from];
		struct counter_sum sum;

		if (!is_asked(p, owner, name))
			continue;
		sum_counter(c, (unsigned)from, &sum);
		if (!unused || sum.packets == 0)
			add_rule(call, p, &sum);
	}
	if (from < gen->n_counters)
		result_next(call, from);
	return true;
}

/* --- config --- */

/* Printed once for all pages of a generation. */
static bool
print_config(struct control *c, bool all)
{
	uint64_t generation = appliance_generation(c->appliance)->number;

	if (c->config_text != NULL && c->config_generation == generation && c->config_all == all)
		return true;
	free(c->config_text);
	c->config_text = config_text(appliance_config(c->appliance),
		all ? DOCUMENT_DEFAULTS_IN : DOCUMENT_DEFAULTS_OUT, &c->config_bytes);
	c->config_generation = generation;
	c->config_all = all;
	return c->config_text != NULL;
}

bool
show_config(struct control *c, struct rpc_call *call)
{
	if (!print_config(c, rpc_flag(call, "all")))
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	return answer_text(call, c->config_text, c->config_bytes);
}
