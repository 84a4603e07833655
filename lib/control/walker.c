/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on their way through the workers. */

#include "control/walker.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/monotonic.h"
#include "control/control_priv.h"
#include "worker/ask.h"
#include "worker/workers.h"

/* What a worker is asked, and its answer. */
struct walker {
	struct ask ask;
	struct walk walk;
	bool busy; /* the worker has it */
};

/* A call under way; NULL call: the place is free. */
struct way {
	struct rpc_call *call;
	struct walk_use use;
	unsigned worker; /* that it is at, or waits for */
	uint32_t at;     /* where the walk goes on */
	uint64_t matched, rows;
	bool asked; /* the worker is at work for it */
	uint64_t since_ms;
};

struct walkers {
	struct control *control;
	struct event *poll;
	unsigned hand; /* the way that asks first */
	unsigned n;    /* ways under way */
	struct way way[WALKER_CALLS];
	struct walker *walker[EAL_WORKERS_MAX];
};

static bool
work(struct ask *ask, struct worker *w)
{
	struct walker *walker = (struct walker *)ask; /* its first member */

	return fastpath_walk(w->fp, &walker->walk);
}

static unsigned
count_workers(const struct walkers *ws)
{
	return workers_count(appliance_workers(ws->control->appliance));
}

static void
finish(struct walkers *ws, struct way *way, uint64_t next)
{
	struct rpc_call *call = way->call;

	if (call->error == 0)
		way->use.end(ws->control, call, next, way->matched);
	else if (way->use.failed != NULL)
		way->use.failed(ws->control);
	way->call = NULL;
	ws->n--;
	call->finished(call);
}

/* Asks the worker that the call is at, if nobody else does. */
static void
ask_worker(struct walkers *ws, struct way *way)
{
	struct walker *walker = ws->walker[way->worker];

	if (walker == NULL)
		walker = ws->walker[way->worker] = calloc(1, sizeof(*walker));
	if (walker == NULL || walker->busy)
		return;
	walker->ask.slice = work;
	walker->walk.kind = way->use.kind;
	walker->walk.action = way->use.action;
	walker->walk.filter = way->use.filter;
	walker->walk.at = way->at;
	walker->walk.n = 0;
	walker->walk.matched = 0;
	walker->walk.over = false;
	walker->busy = workers_ask(
		appliance_workers(ws->control->appliance), way->worker, &walker->ask);
	way->asked = walker->busy;
	way->since_ms = monotonic_ms();
}

static void
take_answer(struct walkers *ws, struct way *way)
{
	struct walker *walker = ws->walker[way->worker];
	struct walk *w = &walker->walk;
	bool full = way->rows + w->n >= FASTPATH_WALK_ROWS;

	walker->busy = false;
	way->asked = false;
	for (unsigned i = 0; i < w->n && way->use.row != NULL; i++)
		way->use.row(ws->control, way->call, way->worker, &w->row[i]);
	way->rows += w->n;
	way->matched += w->matched;
	way->at = w->at;
	if (w->over) {
		way->worker++;
		way->at = 0;
	}
	if (way->worker == count_workers(ws))
		finish(ws, way, 0);
	else if (full && way->use.action == WALK_LIST)
		finish(ws, way, (uint64_t)way->worker << 32 | way->at);
}

/* A worker that stands still: its calls fail, what it was asked stays with it. */
static void
give_up(struct walkers *ws, struct way *way)
{
	rpc_fail(way->call, RPC_STALLED, "worker %u stands still and does not answer", way->worker);
	finish(ws, way, 0);
}

/* Takes what is there. */
static void
look(struct walkers *ws, struct way *way)
{
	bool stalled = workers_stalled(appliance_workers(ws->control->appliance), way->worker);

	if (way->asked && ask_done(&ws->walker[way->worker]->ask))
		take_answer(ws, way);
	else if (stalled && monotonic_ms() - way->since_ms > WALKER_PATIENCE_MS)
		give_up(ws, way);
}

/* What a call that was given up had asked for. */
static void
collect_left(struct walkers *ws)
{
	for (unsigned w = 0; w < count_workers(ws); w++) {
		bool wanted = false;

		for (unsigned i = 0; i < WALKER_CALLS; i++)
			wanted |= ws->way[i].call != NULL && ws->way[i].asked
				&& ws->way[i].worker == w;
		if (ws->walker[w] != NULL && ws->walker[w]->busy && !wanted
			&& ask_done(&ws->walker[w]->ask))
			ws->walker[w]->busy = false;
	}
}

/* Calls take turns at a worker: the first to ask is another one each time. */
static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct walkers *ws = arg;
	struct timeval tv = { .tv_usec = WALKER_POLL_US };

	collect_left(ws);
	for (unsigned i = 0; i < WALKER_CALLS; i++)
		if (ws->way[i].call != NULL)
			look(ws, &ws->way[i]);
	ws->hand = (ws->hand + 1) % WALKER_CALLS;
	for (unsigned i = 0; i < WALKER_CALLS; i++) {
		struct way *way = &ws->way[(ws->hand + i) % WALKER_CALLS];

		if (way->call != NULL && !way->asked)
			ask_worker(ws, way);
	}
	if (ws->n != 0)
		event_add(ws->poll, &tv);
}

bool
walkers_begin(struct walkers *ws, struct rpc_call *call, const struct walk_use *use, uint64_t from)
{
	struct timeval tv = { .tv_usec = WALKER_POLL_US };
	struct way *way = NULL;

	for (unsigned i = 0; i < WALKER_CALLS && way == NULL; i++)
		if (ws->way[i].call == NULL)
			way = &ws->way[i];
	if (way == NULL)
		return rpc_fail(
			call, RPC_NOT_NOW, "%d calls wait for workers already", WALKER_CALLS);
	if (from >> 32 >= count_workers(ws))
		return rpc_fail(call, RPC_PARAMS,
			PAGE_FROM " is what " PAGE_NEXT " of the page before said");
	*way = (struct way){
		.call = call,
		.use = *use,
		.worker = (unsigned)(from >> 32),
		.at = (uint32_t)from,
		.since_ms = monotonic_ms(),
	};
	ws->n++;
	ask_worker(ws, way);
	event_add(ws->poll, &tv);
	return false;
}

struct walkers *
walkers_create(struct control *c)
{
	struct walkers *ws = calloc(1, sizeof(*ws));

	if (ws == NULL)
		return NULL;
	ws->control = c;
	ws->poll = event_new(c->setup.base, -1, 0, on_poll, ws);
	if (ws->poll == NULL) {
		free(ws);
		return NULL;
	}
	event_priority_set(ws->poll, 1);
	return ws;
}

/* A call that is not finished any more goes back to its owner, who may have forgotten it. */
static void
leave(struct rpc_call *call)
{
	rpc_fail(call, RPC_NOT_NOW, "Weir stops");
	if (call->finished != NULL)
		call->finished(call);
	else
		rpc_free(call);
}

void
walkers_destroy(struct walkers *ws)
{
	if (ws == NULL)
		return;
	for (unsigned i = 0; i < WALKER_CALLS; i++)
		if (ws->way[i].call != NULL)
			leave(ws->way[i].call);
	for (unsigned w = 0; w < EAL_WORKERS_MAX; w++)
		if (ws->walker[w] != NULL
			&& (!ws->walker[w]->busy || ask_done(&ws->walker[w]->ask)))
			free(ws->walker[w]); /* a worker's own that works yet stays */
	event_free(ws->poll);
	free(ws);
}
