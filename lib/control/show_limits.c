/* SPDX-License-Identifier: BSD-3-Clause */
/* show limits: the bounds of Weir, and the rates, numbers of sessions and quotas of the
 * configuration, each with how far it is used. */

#include <stdio.h>
#include <string.h>

#include "base/counter.h"
#include "base/limiter.h"
#include "base/text.h"
#include "config/limits.h"
#include "control/control_priv.h"
#include "schema/value.h"
#include "session/session.h"
#include "session/tally.h"

#define WALK_KEYS (1u << 22) /* entries of tables that one call walks over */

static void
add_limit(struct rpc_call *call, const char *name, uint64_t most, int64_t used, const char *text)
{
	json_t *row = json_object();

	row_text(row, "name", name);
	row_count(row, "most", most);
	if (used >= 0)
		row_count(row, "used", (uint64_t)used);
	row_text(row, "text", text);
	json_array_append_new(result_rows(call), row);
}

static const char *const classes[] = {
	[SESSION_CLOSED] = "closed sessions",
	[SESSION_HALF_OPEN] = "half-open sessions",
	[SESSION_UNREPLIED_UDP] = "unreplied UDP",
	[SESSION_UNREPLIED_ICMP] = "unreplied ICMP",
	[SESSION_UNREPLIED_OTHER] = "unreplied others",
	[SESSION_REPLIED] = "replied sessions",
	[SESSION_ESTABLISHED] = "established TCP",
};

/* The bounds of Weir itself. */
static void
add_bounds(struct control *c, struct rpc_call *call)
{
	struct workers *ws = appliance_workers(c->appliance);
	const struct config *cfg = appliance_config(c->appliance);
	struct session_counts counts = { 0 };

	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct fastpath_flows flows;

		fastpath_figures(workers_at(ws, w)->fp, &flows);
		session_counts_add(&counts, &flows.counts);
	}
	for (unsigned i = 0; i < SESSION_CLASSES; i++)
		add_limit(call, classes[i],
			i == SESSION_HALF_OPEN ? counts.half_open_max : counts.capacity,
			(int64_t)counts.now[i],
			i == SESSION_HALF_OPEN
				? "Sessions that are half-open, of all workers."
				: "Sessions of this class, of all workers; they share the table.");
	for (const struct limit *l = limits; l->name != NULL; l++)
		add_limit(call, l->name, l->most,
			strcmp(l->name, "ports") == 0 ? (int64_t)cfg->ports.count
				: strcmp(l->name, "interfaces") == 0
				? (int64_t)cfg->interfaces.count
				: strcmp(l->name, "workers") == 0 ? (int64_t)workers_count(ws)
				: strcmp(l->name, "pools") == 0   ? (int64_t)cfg->policy.nat.count
								  : -1,
			l->what);
}

/* --- limits of the configuration --- */

/* What all workers have counted of one. */
struct sums {
	uint64_t most, used, within, over, displaced;
	bool is_used; /* used is known */
};

static void
sum_worker(struct control *c, unsigned number, unsigned w, uint64_t *walk, struct sums *out)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const struct generation_worker *gw = &gen->worker[w];
	const struct meter_spec *spec = &gen->meters[number];
	const struct tally *tally = fastpath_tally(
		workers_at(appliance_workers(c->appliance), w)->fp);
	const struct limiter *l = gw->limiters[number];

	out->within += counter_get(&gw->asked[number]->within);
	out->over += counter_get(&gw->asked[number]->over);
	if (spec->most_sessions != 0 && tally != NULL) {
		out->used += tally_sessions(tally, spec->tally);
		out->is_used = true;
	}
	if (l == NULL)
		return;
	out->displaced += limiter_displaced(l);
	out->is_used = *walk >= spec->keys;
	*walk -= out->is_used ? spec->keys : 0;
	if (out->is_used)
		out->used += limiter_used(l, appliance_now_ns(c->appliance));
}

static void
limit_text(const struct meter_spec *spec, char *out, size_t bytes)
{
	static const char *const per[] = {
		[METER_ALL] = "in all",
		[METER_SOURCE] = "for each source",
		[METER_DESTINATION] = "for each destination",
	};
	const struct cfg_rate rate = { spec->rate, spec->packets ? CFG_RATE_COUNT : CFG_RATE_BITS,
		spec->seconds };
	char buf[VALUE_TEXT_MAX];

	if (spec->quota != 0)
		snprintf(out, bytes, "Bytes of a quota of %s.", value_size_text(spec->quota, buf));
	else if (spec->most_sessions != 0)
		snprintf(out, bytes, "Sessions, %u at most %s.", spec->most_sessions,
			per[spec->per]);
	else if (spec->keys == 0)
		snprintf(out, bytes, "A rate of %s in all.", value_rate_text(&rate, buf));
	else
		snprintf(out, bytes, "A rate of %s%s %s; addresses that have used some of it.",
			value_rate_text(&rate, buf), spec->sessions ? " sessions" : "",
			per[spec->per]);
}

static void
add_configured(struct control *c, struct rpc_call *call, unsigned number, uint64_t *walk)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const struct meter_spec *spec = &gen->meters[number];
	const struct rule_counter *line = &gen->counters[spec->counter];
	const struct loc *loc = spec->asked ? &spec->loc : &line->loc;
	const char *owner = spec->asked ? spec->owner : line->owner;
	const char *own = spec->asked ? spec->name : line->name;
	struct sums sums = { .most = spec->quota };
	char name[256], text[192];
	json_t *row = json_object();

	for (unsigned w = 0; w < gen->n_workers; w++)
		sum_worker(c, number, w, walk, &sums);
	if (spec->quota != 0) {
		sums.used = __atomic_load_n(gen->worker[0].used[number], __ATOMIC_RELAXED);
		sums.is_used = true;
	}
	snprintf(name, sizeof(name), "%s%s%s", owner, own != NULL ? " " : "",
		own != NULL ? own : "");
	limit_text(spec, text, sizeof(text));
	row_text(row, "name", name);
	if (sums.most != 0 || spec->keys != 0)
		row_count(row, "most", sums.most != 0 ? sums.most : spec->keys);
	if (sums.is_used)
		row_count(row, "used", sums.used);
	if (spec->asked) {
		row_count(row, "within", sums.within);
		row_count(row, "over", sums.over);
	}
	if (spec->keys > 1)
		row_count(row, "displaced", sums.displaced);
	row_text(row, "text", text);
	row_place(row, "place", loc);
	json_array_append_new(result_rows(call), row);
}

bool
show_limits(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	uint64_t walk = WALK_KEYS;
	unsigned long from;

	if (!rpc_from(call, &from))
		return true;
	result_rows(call);
	if (from == 0)
		add_bounds(c, call);
	for (; from < gen->n_meters && json_array_size(result_rows(call)) < PAGE_ROWS; from++)
		add_configured(c, call, (unsigned)from, &walk);
	if (from < gen->n_meters)
		result_next(call, from);
	return true;
}
