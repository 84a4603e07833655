/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures under way. */

#include "control/captures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/monotonic.h"
#include "base/text.h"
#include "control/attachment.h"
#include "control/drop_text.h"
#include "control/pcapng.h"
#include "fastpath/tap.h"
#include "schema/value.h"
#include "tap/capture.h"
#include "worker/workers.h"

#define DESTROY_TRIES 200 /* milliseconds that workers have to give captures back */

/* A worker's part of a capture. */
struct part {
	struct attachment at; /* first */
	struct capture *capture;
};

struct job {
	bool used, stops;
	uint64_t id;       /* the cursor of its pages */
	const char *ended; /* why, or NULL */
	uint64_t packets, most_packets, bytes, most_bytes;
	uint64_t end_ms;  /* 0: none */
	uint64_t read_ms; /* when it was last read */
	uint64_t call_ms; /* when call came */
	struct rpc_call *call;
	struct pcapng out;
	uint16_t iface[LEDGER_IFACES]; /* its number in the file + 1, 0: none yet */
	struct part part[EAL_WORKERS_MAX];
};

struct captures {
	struct control *control;
	struct event *poll;
	uint64_t ids;
	struct job job[CAPTURE_JOBS];
};

json_t *
base64_json(const uint8_t *data, size_t n)
{
	static const char
		digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((n + 2) / 3 * 4 + 1), *to = text;
	json_t *json;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t word = (uint32_t)data[i] << 16
			| (i + 1 < n ? (uint32_t)data[i + 1] << 8 : 0)
			| (i + 2 < n ? data[i + 2] : 0);

		*to++ = digits[word >> 18];
		*to++ = digits[word >> 12 & 63];
		*to++ = i + 1 < n ? digits[word >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[word & 63] : '=';
	}
	json = json_stringn_nocheck(text, (size_t)(to - text));
	free(text);
	return json;
}

/* --- workers --- */

static bool
add(struct ask *ask, struct worker *w)
{
	struct part *part = (struct part *)ask;

	fastpath_capture_add(w->fp, part->capture);
	return true;
}

static bool
take_away(struct ask *ask, struct worker *w)
{
	struct part *part = (struct part *)ask;

	fastpath_capture_remove(w->fp, part->capture);
	return true;
}

static void
step_part(struct captures *cs, struct job *job, unsigned w)
{
	attachment_step(&job->part[w].at, appliance_workers(cs->control->appliance), w, job->stops);
}

static unsigned
count_workers(const struct captures *cs)
{
	return workers_count(appliance_workers(cs->control->appliance));
}

/* Returns true if no worker has its part any more. */
static bool
is_gone(const struct captures *cs, const struct job *job)
{
	for (unsigned w = 0; w < count_workers(cs); w++)
		if (job->part[w].at.state != ATTACHMENT_GONE)
			return false;
	return true;
}

static void
discard(struct captures *cs, struct job *job)
{
	for (unsigned w = 0; w < count_workers(cs); w++)
		capture_destroy(job->part[w].capture);
	free(job->out.data);
	memset(job, 0, sizeof(*job));
}

/* --- packets --- */

static unsigned
iface_in_file(struct captures *cs, struct job *job, const struct capture_record *r)
{
	const struct generation *gen = appliance_generation(cs->control->appliance);
	unsigned id = r->iface < LEDGER_IFACES ? r->iface : 0;
	const char *name = gen->iface[id] != NULL ? gen->iface[id]->name
		: r->port < LEDGER_PORTS && gen->port_name[r->port] != NULL
		? gen->port_name[r->port]
		: "none";

	if (job->iface[id] == 0)
		job->iface[id] = (uint16_t)(pcapng_interface(&job->out, name) + 1);
	return job->iface[id] - 1u;
}

static void
take_record(struct captures *cs, struct job *job, const struct capture_record *r, int64_t wall_ns)
{
	char comment[512];
	struct pcapng_packet packet = {
		.iface = iface_in_file(cs, job, r),
		.wall_ns = r->time_ns + (uint64_t)wall_ns,
		.direction = r->direction,
		.frame = r->frame,
		.kept = r->kept,
		.bytes = r->bytes,
	};

	if (r->reason != 0) {
		drop_text(appliance_generation(cs->control->appliance), r->generation, r->reason,
			r->counter, comment);
		packet.comment = comment;
	}
	pcapng_add(&job->out, &packet);
	job->packets++;
	job->bytes += r->kept;
}

static bool
has_enough(const struct job *job)
{
	return (job->most_packets != 0 && job->packets >= job->most_packets)
		|| (job->most_bytes != 0 && job->bytes >= job->most_bytes);
}

/* Takes what workers have, the oldest first, a page at most. */
static void
take_records(struct captures *cs, struct job *job)
{
	int64_t wall_ns = appliance_wall_ns(cs->control->appliance);

	while (job->out.n < CAPTURE_PAGE && !has_enough(job)) {
		const struct capture_record *oldest = NULL;
		unsigned from = 0;

		for (unsigned w = 0; w < count_workers(cs); w++) {
			const struct capture_record *r = capture_peek(job->part[w].capture);

			if (r == NULL || (oldest != NULL && oldest->time_ns <= r->time_ns))
				continue;
			oldest = r;
			from = w;
		}
		if (oldest == NULL)
			return;
		take_record(cs, job, oldest, wall_ns);
		capture_release(job->part[from].capture);
	}
}

/* --- jobs --- */

static void
stop(struct job *job, const char *why)
{
	if (job->ended == NULL)
		job->ended = why;
	job->stops = true;
}

static bool
has_more(struct captures *cs, const struct job *job)
{
	for (unsigned w = 0; w < count_workers(cs) && !has_enough(job); w++)
		if (capture_peek(job->part[w].capture) != NULL)
			return true;
	return !is_gone(cs, job);
}

/* Answers the call that waits. */
static void
answer(struct captures *cs, struct job *job)
{
	struct rpc_call *call = job->call;
	struct capture_counts sum = { 0 };
	bool more = job->ended == NULL || has_more(cs, job);

	for (unsigned w = 0; w < count_workers(cs); w++) {
		struct capture_counts counts;

		capture_counts(job->part[w].capture, &counts);
		sum.lost += counts.lost;
		sum.skipped += counts.skipped;
	}
	call->result = json_pack("{s:o,s:I,s:I,s:I,s:s*}", "data",
		base64_json(job->out.data, job->out.n), "packets", (json_int_t)job->packets, "lost",
		(json_int_t)sum.lost, "skipped", (json_int_t)sum.skipped, "ended",
		more ? NULL : job->ended);
	if (call->result == NULL || job->out.failed)
		rpc_fail(call, RPC_NOT_NOW, "out of memory");
	else if (more)
		result_next(call, job->id);
	else
		job->used = false;
	job->out.n = 0;
	job->call = NULL;
	job->read_ms = monotonic_ms();
	call->finished(call);
}

static void
step(struct captures *cs, struct job *job)
{
	uint64_t now = monotonic_ms();

	if (job->end_ms != 0 && now >= job->end_ms)
		stop(job, "time");
	if (job->call == NULL && now - job->read_ms > CAPTURE_LEASE_MS)
		stop(job, "not read");
	for (unsigned w = 0; w < count_workers(cs); w++)
		step_part(cs, job, w);
	take_records(cs, job);
	if (has_enough(job))
		stop(job,
			job->most_packets != 0 && job->packets >= job->most_packets ? "packets"
										    : "bytes");
	if (job->call != NULL
		&& (job->out.n >= CAPTURE_PAGE / 2 || now - job->call_ms >= CAPTURE_WAIT_MS
			|| (job->ended != NULL && is_gone(cs, job))))
		answer(cs, job);
	if (job->call == NULL && is_gone(cs, job)
		&& (!job->used || monotonic_ms() - job->read_ms > CAPTURE_LEASE_MS))
		discard(cs, job);
}

static bool
is_busy(const struct job *job)
{
	return job->used || job->part[0].capture != NULL;
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct captures *cs = arg;
	struct timeval tv = { .tv_usec = CAPTURE_POLL_MS * 1000 };
	bool busy = false;

	for (unsigned i = 0; i < CAPTURE_JOBS; i++) {
		if (is_busy(&cs->job[i]))
			step(cs, &cs->job[i]);
		busy |= is_busy(&cs->job[i]);
	}
	if (busy)
		event_add(cs->poll, &tv);
}

/* --- the verb --- */

/* Reads "3\n40 0 0 12\n..." of tcpdump -ddd.  Returns the number of instructions, or -1. */
static int
read_filter(const char *text, struct capture_insn out[CAPTURE_FILTER_MAX])
{
	unsigned n, code, jt, jf, k;
	int used;

	if (text == NULL)
		return 0;
	if (sscanf(text, "%u%n", &n, &used) != 1 || n == 0 || n > CAPTURE_FILTER_MAX)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		text += used;
		if (sscanf(text, "%u %u %u %u%n", &code, &jt, &jf, &k, &used) != 4
			|| code > UINT16_MAX || jt > UINT8_MAX || jf > UINT8_MAX)
			return -1;
		out[i] = (struct capture_insn){ (uint16_t)code, (uint8_t)jt, (uint8_t)jf, k };
	}
	text += used;
	return text[strspn(text, " \n")] == '\0' && capture_filter_is_sound(out, n) ? (int)n : -1;
}

/* Reads a number of a parameter; 0 without it.  False after an error. */
static bool
read_count(struct rpc_call *call, const char *name, uint64_t most, uint64_t *out)
{
	const char *text = rpc_text(call, name);
	char *end, clean[64];

	*out = 0;
	if (text == NULL)
		return true;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out != 0
		&& *out <= most)
		return true;
	rpc_fail(call, RPC_PARAMS, "%s: '%s' is no number from 1 to %llu", name,
		text_clean(clean, sizeof(clean), text), (unsigned long long)most);
	return false;
}

static struct job *
free_job(struct captures *cs)
{
	for (unsigned i = 0; i < CAPTURE_JOBS; i++)
		if (!is_busy(&cs->job[i]))
			return &cs->job[i];
	return NULL;
}

/* What the call asks for.  False after an error. */
static bool
read_limits(struct rpc_call *call, struct job *job)
{
	uint64_t seconds;

	if (!read_count(call, "count", UINT32_MAX, &job->most_packets)
		|| !read_count(call, "bytes", UINT64_MAX, &job->most_bytes)
		|| !read_count(call, "seconds", 86400, &seconds))
		return false;
	job->end_ms = seconds != 0 ? monotonic_ms() + seconds * 1000 : 0;
	return true;
}

static bool
make_parts(struct captures *cs, struct job *job, const struct capture_setup *setup)
{
	for (unsigned w = 0; w < count_workers(cs); w++) {
		job->part[w].at.add = add;
		job->part[w].at.remove = take_away;
		job->part[w].capture = capture_create(setup, -1);
		if (job->part[w].capture == NULL)
			return false;
	}
	return true;
}

static bool
begin(struct captures *cs, struct rpc_call *call)
{
	static struct capture_insn filter[CAPTURE_FILTER_MAX];
	struct job *job = free_job(cs);
	int n = read_filter(rpc_text(call, "filter"), filter);
	struct capture_setup setup = {
		.filter = filter,
		.n_filter = n > 0 ? (unsigned)n : 0,
		.drops = rpc_flag(call, "drops"),
		.samples = rpc_flag(call, "samples"),
		.frame_bytes = CAPTURE_FRAME_MAX,
	};
	struct timeval tv = { .tv_usec = CAPTURE_POLL_MS * 1000 };

	if (job == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "%d captures run already", CAPTURE_JOBS);
	if (setup.drops && setup.samples)
		return rpc_fail(call, RPC_PARAMS, "drops and samples exclude each other");
	if (n < 0)
		return rpc_fail(call, RPC_PARAMS,
			"filter: it is no program of at most %d instructions, as tcpdump -ddd "
			"prints it",
			CAPTURE_FILTER_MAX);
	if (!read_limits(call, job)) {
		memset(job, 0, sizeof(*job));
		return true;
	}
	if (!make_parts(cs, job, &setup)) {
		discard(cs, job);
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	}
	job->used = true;
	job->id = ++cs->ids << 8 | (uint64_t)(job - cs->job);
	job->call = call;
	job->call_ms = job->read_ms = monotonic_ms();
	pcapng_begin(&job->out);
	for (unsigned w = 0; w < count_workers(cs); w++)
		step_part(cs, job, w);
	event_add(cs->poll, &tv);
	return false;
}

bool
capture_frames(struct control *c, struct rpc_call *call)
{
	struct captures *cs = c->captures;
	unsigned long from;
	struct job *job;

	if (!rpc_from(call, &from))
		return true;
	if (from == 0)
		return begin(cs, call);
	job = &cs->job[from % 256 % CAPTURE_JOBS];
	if (!job->used || job->id != from || job->call != NULL)
		return rpc_fail(call, RPC_NOT_NOW,
			"the capture has ended: it was not read for %d seconds",
			CAPTURE_LEASE_MS / 1000);
	job->call = call;
	job->call_ms = job->read_ms = monotonic_ms();
	event_active(cs->poll, EV_TIMEOUT, 0); /* what is there already is answered at once */
	return false;
}

struct captures *
captures_create(struct control *c)
{
	struct captures *cs = calloc(1, sizeof(*cs));

	if (cs == NULL)
		return NULL;
	cs->control = c;
	cs->poll = event_new(c->setup.base, -1, 0, on_poll, cs);
	if (cs->poll == NULL) {
		free(cs);
		return NULL;
	}
	event_priority_set(cs->poll, 1);
	return cs;
}

static void
end_job(struct captures *cs, struct job *job)
{
	if (job->call != NULL)
		rpc_free(job->call);
	job->call = NULL;
	stop(job, "stopped");
	for (unsigned i = 0; i < DESTROY_TRIES && !is_gone(cs, job); i++) {
		for (unsigned w = 0; w < count_workers(cs); w++)
			step_part(cs, job, w);
		usleep(1000);
	}
}

void
captures_destroy(struct captures *cs)
{
	bool all_gone = true;

	if (cs == NULL)
		return;
	for (unsigned i = 0; i < CAPTURE_JOBS; i++) {
		struct job *job = &cs->job[i];

		if (!is_busy(job))
			continue;
		end_job(cs, job);
		all_gone &= is_gone(cs, job);
		if (is_gone(cs, job))
			discard(cs, job);
	}
	event_free(cs->poll);
	if (all_gone)
		free(cs);
}
