/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets explained by the running workers. */

#include "control/explains.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/monotonic.h"
#include "base/text.h"
#include "config/compile.h"
#include "control/frame.h"
#include "control/outcome.h"
#include "control/traces.h"
#include "fastpath/foresee.h"
#include "fastpath/trace.h"
#include "worker/ask.h"
#include "worker/workers.h"

#define STATION 0x99 /* the last byte of the sender's MAC, as of weir explain */

/* A packet and its way through the workers: the one that another worker names as the owner has the
 * last word; where devices spread flows each says that it is the owner, and all are asked until one
 * knows the flow. */
struct job {
	struct ask ask; /* first: what the worker is asked */
	struct rpc_call *call;
	unsigned worker, first;
	bool asked, referred; /* to its owner */
	uint64_t since_ms;
	uint16_t port;
	unsigned owner; /* as the worker says */
	struct trace trace;
	struct trace_text says;
	json_t *told; /* what the first worker has said */
	struct foreseen foreseen;
	struct rte_mbuf m;
	uint8_t frame[RTE_PKTMBUF_HEADROOM + FRAME_ROOM];
};

struct explains {
	struct control *control;
	struct event *poll;
	struct job *job[EXPLAIN_CALLS];
};

static struct workers *
workers_of(const struct explains *es)
{
	return appliance_workers(es->control->appliance);
}

/* --- in the worker --- */

static bool
work(struct ask *ask, struct worker *w)
{
	struct job *job = (struct job *)ask;

	job->owner = fastpath_foresee(w->fp, job->port, &job->m, &job->trace, &job->foreseen);
	return true;
}

/* --- the answer --- */

static void
free_job(struct job *job)
{
	if (job == NULL)
		return;
	json_decref(job->told);
	free(job);
}

static void
finish(struct explains *es, unsigned i)
{
	struct job *job = es->job[i];
	struct rpc_call *call = job->call;

	if (call->error == 0) {
		call->result = job->told;
		job->told = NULL;
	}
	es->job[i] = NULL;
	free_job(job);
	call->finished(call);
}

static json_t *
answer_json(const struct explains *es, struct job *job)
{
	const struct generation *gen = appliance_generation(es->control->appliance);
	struct foreseen *f = &job->foreseen;
	json_t *stages = trace_stages(&job->says), *json;
	struct outcome outcome;

	f->seen.gen = gen;
	if (f->generation != gen->number) { /* its lines are known no more */
		f->seen.counter = 0;
		f->program.action_count = 0;
	}
	outcome_from(&outcome, &f->seen, NULL);
	json = outcome_explain(&outcome, &f->seen, stages);
	json_decref(stages);
	row_count(json, "worker", job->worker);
	return json;
}

/* Asks the worker that the job is at, if it has no other request. */
static void
ask_worker(struct explains *es, struct job *job)
{
	job->says.bytes = 0;
	job->says.cut = false;
	job->asked = workers_ask(workers_of(es), job->worker, &job->ask);
}

/* Goes to another worker.  Returns false if all that matter have been asked. */
static bool
go_on(struct explains *es, struct job *job)
{
	unsigned count = workers_count(workers_of(es)), next = (job->worker + 1) % count;

	job->asked = false;
	job->since_ms = monotonic_ms();
	if (job->owner != job->worker && job->owner < count) {
		if (job->referred || job->told != NULL)
			return false; /* it has been asked */
		job->worker = job->owner;
		job->referred = true;
		return true;
	}
	if (job->foreseen.known || job->referred || next == job->first)
		return false;
	job->worker = next;
	return true;
}

static void
take_answer(struct explains *es, unsigned i)
{
	struct job *job = es->job[i];

	if (job->owner == job->worker && (job->told == NULL || job->foreseen.known)) {
		json_decref(job->told);
		job->told = answer_json(es, job);
	}
	if (go_on(es, job)) {
		ask_worker(es, job);
		return;
	}
	if (job->told == NULL)
		rpc_fail(job->call, RPC_STALLED,
			"the workers do not agree on the owner now: ask again");
	finish(es, i);
}

/* A worker that stands still keeps the job, whose call fails. */
static void
give_up(struct explains *es, unsigned i)
{
	struct job *job = es->job[i];
	struct rpc_call *call = job->call;

	rpc_fail(call, RPC_STALLED, "worker %u does not answer", job->worker);
	if (!job->asked) {
		finish(es, i);
		return;
	}
	job->call = NULL;
	call->finished(call);
}

static void
step(struct explains *es, unsigned i)
{
	struct job *job = es->job[i];

	if (job->asked && ask_done(&job->ask)) {
		if (job->call != NULL) {
			take_answer(es, i);
			return;
		}
		es->job[i] = NULL;
		free_job(job);
		return;
	}
	if (job->call == NULL)
		return;
	if (monotonic_ms() - job->since_ms > EXPLAIN_PATIENCE_MS)
		give_up(es, i);
	else if (!job->asked)
		ask_worker(es, job);
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct explains *es = arg;
	struct timeval tv = { .tv_usec = EXPLAIN_POLL_US };
	bool busy = false;

	for (unsigned i = 0; i < EXPLAIN_CALLS; i++) {
		if (es->job[i] != NULL)
			step(es, i);
		busy |= es->job[i] != NULL;
	}
	if (busy)
		event_add(es->poll, &tv);
}

/* --- the call --- */

/* Finds the interface, else the port, by its name.  Returns false after an error. */
static bool
find_ingress(const struct explains *es, struct rpc_call *call, struct job *job,
	struct frame_station *from)
{
	const struct generation *gen = appliance_generation(es->control->appliance);
	const char *name = rpc_text(call, "in");
	char clean[64];

	if (name == NULL)
		return !rpc_fail(call, RPC_PARAMS, "where does the packet come in? in INTERFACE");
	from->iface = generation_find(gen, name);
	if (from->iface != NULL) {
		struct generation_entry entry = generation_entry(gen, from->iface);

		from->iface = entry.iface;
		job->port = entry.iface->port;
		from->port_mac = entry.mac;
		return true;
	}
	for (unsigned i = 0; i < gen->n_ports; i++) {
		if (!gen->port_used[i] || gen->port_name[i] == NULL
			|| strcmp(gen->port_name[i], name) != 0)
			continue;
		job->port = (uint16_t)i;
		from->port_mac = gen->ingress[i].mac;
		return true;
	}
	return !rpc_fail(call, RPC_PARAMS, "in: there is no interface or port '%s'",
		text_clean(clean, sizeof(clean), name));
}

/* Builds the frame in the job.  Returns false after an error. */
static bool
build_frame(const struct explains *es, struct rpc_call *call, struct job *job)
{
	const char *packet = rpc_text(call, "packet");
	struct frame_station from = { .number = STATION };
	char why[128], clean[128];
	int n;

	if (!find_ingress(es, call, job, &from))
		return false;
	if (packet == NULL)
		return !rpc_fail(call, RPC_PARAMS,
			"which packet? such as tcp 10.0.0.2:5203 > "
			"203.0.113.9:80 S");
	n = frame_build(&from, packet, job->frame + RTE_PKTMBUF_HEADROOM, why);
	if (n < 0)
		return !rpc_fail(
			call, RPC_PARAMS, "%s: %s", text_clean(clean, sizeof(clean), packet), why);
	job->m.buf_addr = job->frame;
	job->m.buf_len = sizeof(job->frame);
	job->m.data_off = RTE_PKTMBUF_HEADROOM;
	job->m.data_len = (uint16_t)n;
	job->m.pkt_len = (uint32_t)n;
	job->m.nb_segs = 1;
	rte_mbuf_refcnt_set(&job->m, 1);
	return true;
}

bool
explain_packet(struct control *c, struct rpc_call *call)
{
	struct explains *es = c->explains;
	struct timeval tv = { .tv_usec = EXPLAIN_POLL_US };
	struct job *job = NULL;
	unsigned i = 0;

	while (i < EXPLAIN_CALLS && es->job[i] != NULL)
		i++;
	if (i == EXPLAIN_CALLS)
		return rpc_fail(
			call, RPC_NOT_NOW, "%d packets are explained already", EXPLAIN_CALLS);
	if (posix_memalign((void **)&job, RTE_CACHE_LINE_SIZE, sizeof(*job)) != 0)
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	memset(job, 0, sizeof(*job));
	if (!build_frame(es, call, job)) {
		free_job(job);
		return true;
	}
	job->ask.slice = work;
	job->trace = (struct trace){ .note = trace_text_note, .arg = &job->says };
	job->call = call;
	job->since_ms = monotonic_ms();
	es->job[i] = job;
	ask_worker(es, job);
	event_add(es->poll, &tv);
	return false;
}

struct explains *
explains_create(struct control *c)
{
	struct explains *es = calloc(1, sizeof(*es));

	if (es == NULL)
		return NULL;
	es->control = c;
	es->poll = event_new(c->setup.base, -1, 0, on_poll, es);
	if (es->poll == NULL) {
		free(es);
		return NULL;
	}
	event_priority_set(es->poll, 1);
	return es;
}

void
explains_destroy(struct explains *es)
{
	if (es == NULL)
		return;
	for (unsigned i = 0; i < EXPLAIN_CALLS; i++) {
		struct job *job = es->job[i];

		if (job == NULL)
			continue;
		if (job->call != NULL)
			rpc_free(job->call);
		if (!job->asked || ask_done(&job->ask))
			free_job(job);
	}
	event_free(es->poll);
	free(es);
}
