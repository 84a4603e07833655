/* SPDX-License-Identifier: BSD-3-Clause */
/* The trace under way. */

#include "control/traces.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/monotonic.h"
#include "base/text.h"
#include "control/attachment.h"
#include "control/filter.h"
#include "control/outcome.h"
#include "fastpath/tap.h"
#include "fastpath/trace.h"
#include "schema/json_text.h"
#include "worker/workers.h"

#define DESTROY_TRIES 200 /* milliseconds that workers have to give the trace back */

/* A worker's part of it. */
struct part {
	struct attachment at; /* first */
	struct tracer *tracer;
};

struct traces {
	struct control *control;
	struct event *poll;
	uint64_t ids;
	bool used;         /* there is a trace, and a client that reads it */
	bool stops;        /* the workers are asked to end it */
	const char *ended; /* why, or NULL */
	uint64_t id;       /* the cursor of its pages */
	uint64_t packets, most;
	uint64_t end_ms, read_ms, call_ms;
	struct rpc_call *call; /* that waits for packets, or NULL */
	json_t *rows;          /* for it */
	struct part part[EAL_WORKERS_MAX];
};

/* --- workers --- */

static bool
add(struct ask *ask, struct worker *w)
{
	fastpath_trace_begin(w->fp, ((struct part *)ask)->tracer);
	return true;
}

static bool
take_away(struct ask *ask, struct worker *w)
{
	fastpath_trace_end(w->fp, ((struct part *)ask)->tracer);
	return true;
}

static void
step_part(struct traces *ts, unsigned w)
{
	attachment_step(&ts->part[w].at, appliance_workers(ts->control->appliance), w, ts->stops);
}

static unsigned
count_workers(const struct traces *ts)
{
	return workers_count(appliance_workers(ts->control->appliance));
}

static bool
is_gone(const struct traces *ts)
{
	for (unsigned w = 0; w < count_workers(ts); w++)
		if (ts->part[w].at.state != ATTACHMENT_GONE)
			return false;
	return true;
}

static bool
is_busy(const struct traces *ts)
{
	return ts->used || ts->part[0].tracer != NULL;
}

/* Frees the workers' parts, which no worker has any more. */
static void
discard(struct traces *ts)
{
	for (unsigned w = 0; w < count_workers(ts); w++)
		tracer_destroy(ts->part[w].tracer);
	memset(ts->part, 0, sizeof(ts->part));
	json_decref(ts->rows);
	ts->rows = NULL;
	ts->used = false;
}

/* --- packets --- */

json_t *
trace_stages(const struct trace_text *says)
{
	json_t *list = json_array();
	const char *at = says->text, *end = says->text + says->bytes;

	while (at < end) {
		const char *text = at + strlen(at) + 1;

		json_array_append_new(list,
			json_pack("{s:o,s:o}", "stage", json_text(at), "says", json_text(text)));
		at = text + strlen(text) + 1;
	}
	if (says->cut)
		json_array_append_new(list,
			json_pack("{s:s,s:s}", "stage", "...", "says",
				"more than there is room for"));
	return list;
}

static void
set_time(json_t *row, int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / (int64_t)NS_PER_SECOND);
	struct tm tm;
	char text[64];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	json_object_set_new(row, "time",
		json_sprintf("%s.%06" PRId64 "Z", text, wall_ns % (int64_t)NS_PER_SECOND / 1000));
}

static void
take_entry(struct traces *ts, unsigned worker, const struct trace_entry *e)
{
	const struct generation *gen = appliance_generation(ts->control->appliance);
	struct program program = e->program;
	struct observation seen = e->seen;
	json_t *stages = trace_stages(&e->says), *row;
	struct outcome outcome;

	seen.view = &e->view;
	seen.program = &program;
	seen.gen = gen;
	if (e->generation != gen->number) { /* its lines are known no more */
		seen.counter = 0;
		program.action_count = 0;
	}
	outcome_from(&outcome, &seen, NULL);
	row = outcome_explain(&outcome, &seen, stages);
	set_time(row, (int64_t)e->time_ns + appliance_wall_ns(ts->control->appliance));
	row_count(row, "worker", worker);
	json_array_append_new(ts->rows, row);
	json_decref(stages);
	ts->packets++;
}

static bool
has_enough(const struct traces *ts)
{
	return ts->packets >= ts->most;
}

static const struct trace_entry *
oldest(const struct traces *ts, unsigned *worker)
{
	const struct trace_entry *found = NULL;

	for (unsigned w = 0; w < count_workers(ts); w++) {
		const struct trace_entry *e = tracer_peek(ts->part[w].tracer);

		if (e == NULL || (found != NULL && found->time_ns <= e->time_ns))
			continue;
		found = e;
		*worker = w;
	}
	return found;
}

/* Takes what workers have, the oldest first, a page at most. */
static void
take_entries(struct traces *ts)
{
	unsigned worker = 0;

	while (json_array_size(ts->rows) < TRACE_PAGE && !has_enough(ts)) {
		const struct trace_entry *e = oldest(ts, &worker);

		if (e == NULL)
			return;
		take_entry(ts, worker, e);
		tracer_release(ts->part[worker].tracer);
	}
}

/* --- the call --- */

static void
stop(struct traces *ts, const char *why)
{
	if (ts->ended == NULL)
		ts->ended = why;
	ts->stops = true;
}

static void
answer(struct traces *ts)
{
	struct rpc_call *call = ts->call;
	unsigned worker;
	bool more = ts->ended == NULL || !is_gone(ts)
		|| (!has_enough(ts) && oldest(ts, &worker) != NULL);
	struct trace_counts sum = { 0 };

	for (unsigned w = 0; w < count_workers(ts); w++) {
		struct trace_counts counts;

		tracer_counts(ts->part[w].tracer, &counts);
		sum.lost += counts.lost;
		sum.skipped += counts.skipped;
	}
	call->result = json_pack("{s:o}", call->verb->rows, ts->rows);
	ts->rows = json_array();
	if (more) {
		result_next(call, ts->id);
	} else {
		row_count(call->result, "lost", sum.lost);
		row_count(call->result, "skipped", sum.skipped);
		row_text(call->result, "ended", ts->ended);
		ts->used = false;
	}
	ts->call = NULL;
	ts->read_ms = monotonic_ms();
	call->finished(call);
}

static void
step(struct traces *ts)
{
	uint64_t now = monotonic_ms();

	if (now >= ts->end_ms)
		stop(ts, "time");
	if (ts->call == NULL && now - ts->read_ms > TRACE_LEASE_MS)
		stop(ts, "not read");
	for (unsigned w = 0; w < count_workers(ts); w++)
		step_part(ts, w);
	take_entries(ts);
	if (has_enough(ts))
		stop(ts, "count");
	if (ts->call != NULL
		&& (json_array_size(ts->rows) == TRACE_PAGE || now - ts->call_ms >= TRACE_WAIT_MS
			|| (ts->ended != NULL && is_gone(ts))))
		answer(ts);
	if (ts->call == NULL && is_gone(ts)
		&& (!ts->used || monotonic_ms() - ts->read_ms > TRACE_LEASE_MS))
		discard(ts);
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct traces *ts = arg;
	struct timeval tv = { .tv_usec = TRACE_POLL_MS * 1000 };

	if (is_busy(ts))
		step(ts);
	if (is_busy(ts))
		event_add(ts->poll, &tv);
}

/* Reads a number of a parameter; its default without it.  False after an error. */
static bool
read_number(struct rpc_call *call, const char *name, uint64_t most, uint64_t *out)
{
	const char *text = rpc_text(call, name);
	char *end, clean[64];
	uint64_t n;

	if (text == NULL)
		return true;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n == 0 || n > most)
		return !rpc_fail(call, RPC_PARAMS, "%s: '%s' is no number from 1 to %" PRIu64, name,
			text_clean(clean, sizeof(clean), text), most);
	*out = n;
	return true;
}

static bool
make_parts(struct traces *ts, const struct trace_setup *setup)
{
	for (unsigned w = 0; w < count_workers(ts); w++) {
		ts->part[w].at.add = add;
		ts->part[w].at.remove = take_away;
		ts->part[w].tracer = tracer_create(setup, -1);
		if (ts->part[w].tracer == NULL)
			return false;
	}
	return true;
}

static bool
begin(struct traces *ts, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(ts->control->appliance);
	struct timeval tv = { .tv_usec = TRACE_POLL_MS * 1000 };
	uint64_t count = TRACE_COUNT, seconds = TRACE_SECONDS;
	struct trace_setup setup;

	if (is_busy(ts))
		return rpc_fail(call, RPC_NOT_NOW, "a trace runs already");
	memset(&setup, 0, sizeof(setup));
	if (!filter_read(call, gen, &setup.filter)
		|| !read_number(call, "count", TRACE_COUNT_MAX, &count)
		|| !read_number(call, "seconds", TRACE_SECONDS_MAX, &seconds))
		return true;
	setup.drops = rpc_flag(call, "drops");
	setup.misses = rpc_flag(call, "misses");
	setup.count = (uint32_t)count;
	if (!make_parts(ts, &setup)) {
		discard(ts);
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	}
	ts->used = true;
	ts->stops = false;
	ts->ended = NULL;
	ts->id = ++ts->ids;
	ts->packets = 0;
	ts->most = count;
	ts->rows = json_array();
	ts->call = call;
	ts->call_ms = ts->read_ms = monotonic_ms();
	ts->end_ms = ts->call_ms + seconds * 1000;
	for (unsigned w = 0; w < count_workers(ts); w++)
		step_part(ts, w);
	event_add(ts->poll, &tv);
	return false;
}

bool
trace_packets(struct control *c, struct rpc_call *call)
{
	struct traces *ts = c->traces;
	unsigned long from;

	if (!rpc_from(call, &from))
		return true;
	if (from == 0)
		return begin(ts, call);
	if (!ts->used || ts->id != from || ts->call != NULL)
		return rpc_fail(call, RPC_NOT_NOW,
			"the trace has ended: it was not read for %d seconds",
			TRACE_LEASE_MS / 1000);
	ts->call = call;
	ts->call_ms = ts->read_ms = monotonic_ms();
	event_active(ts->poll, EV_TIMEOUT, 0);
	return false;
}

struct traces *
traces_create(struct control *c)
{
	struct traces *ts = calloc(1, sizeof(*ts));

	if (ts == NULL)
		return NULL;
	ts->control = c;
	ts->poll = event_new(c->setup.base, -1, 0, on_poll, ts);
	if (ts->poll == NULL) {
		free(ts);
		return NULL;
	}
	event_priority_set(ts->poll, 1);
	return ts;
}

void
traces_destroy(struct traces *ts)
{
	if (ts == NULL)
		return;
	if (ts->call != NULL)
		rpc_free(ts->call);
	if (is_busy(ts)) {
		stop(ts, "stopped");
		for (unsigned i = 0; i < DESTROY_TRIES && !is_gone(ts); i++) {
			for (unsigned w = 0; w < count_workers(ts); w++)
				step_part(ts, w);
			usleep(1000);
		}
	}
	event_free(ts->poll);
	if (is_busy(ts) && !is_gone(ts))
		return;
	discard(ts);
	free(ts);
}
