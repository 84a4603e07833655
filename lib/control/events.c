/* SPDX-License-Identifier: BSD-3-Clause */
/* Events of a running appliance. */

#include "control/events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/ids.h"
#include "control/event_sink.h"
#include "control/events_priv.h"
#include "schema/json_text.h"

struct events *
events_create(void)
{
	return calloc(1, sizeof(struct events));
}

void
events_destroy(struct events *e)
{
	if (e == NULL)
		return;
	event_sink_close(e->sink);
	for (unsigned i = 0; i < RULE_LOGS; i++)
		free(e->rule[i].members);
	free(e);
}

/* --- where to --- */

/* What cfg names: "journal", "stderr", a path; NULL: nothing. */
static const char *
wanted(const struct events_setup *setup)
{
	const struct cfg_path *to = &setup->cfg->telemetry.log.to;

	if (to->written != NULL && strcmp(to->written, "journal") != 0
		&& strcmp(to->written, "stderr") != 0)
		return to->resolved;
	if (to->written != NULL)
		return to->written;
	return setup->gen->n_rule_logs != 0 ? "stderr" : NULL;
}

int
events_open(const struct events *e, const struct events_setup *setup, struct event_sink **next,
	struct err *err)
{
	const struct event_log_cfg *log = &setup->cfg->telemetry.log;
	const char *to = wanted(setup);

	*next = NULL;
	if (to == NULL || (e->sink != NULL && strcmp(to, event_sink_to(e->sink)) == 0))
		return 0;
	*next = event_sink_open(to, cfg_loc(&log->head, &log->to), err);
	return *next != NULL ? 0 : -EINVAL;
}

void
events_take(struct events *e, const struct events_setup *setup, struct event_sink *next)
{
	if (next != NULL || wanted(setup) == NULL) {
		event_sink_close(e->sink);
		e->sink = next;
	}
	e->all = setup->cfg->telemetry.log.to.written != NULL;
	events_take_rules(e, setup->gen);
}

void
events_reopen(struct events *e)
{
	if (e->sink != NULL)
		event_sink_reopen(e->sink);
}

void
events_tell(struct events *e, const char *event, json_t *members)
{
	struct timespec now;

	if (e == NULL || e->sink == NULL || !e->all) {
		json_decref(members);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	event_sink_tell(
		e->sink, event, (int64_t)now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec, members);
}

/* --- what is looked at --- */

static const char *
link_name(const struct port *port)
{
	if (!atomic_load_explicit(&port->present, memory_order_relaxed))
		return "gone";
	return atomic_load_explicit(&port->link_up, memory_order_relaxed) ? "up" : "down";
}

static void
look_at_links(struct events *e, const struct events_now *now)
{
	for (unsigned i = 0; i < now->ports->count && i < PORT_MAX; i++) {
		const struct port *port = &now->ports->at[i];
		const char *link = link_name(port);

		if (e->link[i] != link && e->link[i] != NULL)
			events_tell(e, "link",
				json_pack(
					"{s:o,s:s}", "port", json_text(port->name), "link", link));
		e->link[i] = link;
	}
}

static void
look_at_stalls(struct events *e, const struct events_now *now)
{
	for (unsigned i = 0; i < workers_count(now->workers); i++) {
		bool stalled = workers_stalled(now->workers, i);

		if (stalled != e->stalled[i])
			events_tell(e, "stall",
				json_pack("{s:i,s:b}", "worker", (int)i, "stalled", stalled));
		e->stalled[i] = stalled;
	}
}

/* A limit: a capacity, or what the configuration allows a source. */
static bool
is_limit(enum reason r)
{
	return reason_fault(r) == FAULT_CAPACITY || r == REASON_session_limit
		|| r == REASON_nat_quota;
}

/* Once a second: which limits have cost packets since. */
static void
look_at_limits(struct events *e, const struct events_now *now)
{
	struct ledger_sum sum = { 0 };

	for (unsigned i = 0; i < workers_count(now->workers); i++)
		ledger_add(&sum, fastpath_ledger(workers_at(now->workers, i)->fp));
	for (unsigned r = 1; r < REASON_COUNT; r++) {
		uint64_t more = sum.drops[r] - e->drops[r];

		if (more != 0 && e->limits_seen && is_limit((enum reason)r))
			events_tell(e, "limit",
				json_pack("{s:s,s:I}", "reason", reason_name((enum reason)r),
					"packets", (json_int_t)more));
		e->drops[r] = sum.drops[r];
	}
	e->limits_seen = true;
}

void
events_tick(struct events *e, const struct events_now *now)
{
	bool second = now->clock_ns - e->second_ns >= NS_PER_SECOND;

	if (e->sink == NULL)
		return;
	events_write_rules(e, now);
	if (second) {
		events_say_over(e, now);
		e->second_ns = now->clock_ns;
	}
	if (!e->all)
		return;
	look_at_links(e, now);
	look_at_stalls(e, now);
	if (second)
		look_at_limits(e, now);
}
