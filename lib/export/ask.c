/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking the control thread, and getting its answers. */

#include "export/ask.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <sys/eventfd.h>

#include "base/monotonic.h"

struct asks {
	struct remote *remote;
	struct ask *first; /* all that are under way */
	int fd;            /* tells that there are answers */
	struct event *readable;
	struct snapshot_doubt doubt; /* control */
	struct snapshot *latest;     /* control: the newest snapshot, or NULL ... */
	uint64_t latest_ms;          /* ... and when it was taken */
	pthread_mutex_t lock;        /* of answered */
	struct ask *answered;
};

static void
ask_free(struct ask *ask)
{
	rpc_free(ask->call);
	snapshot_free(ask->snapshot);
	free(ask);
}

/* --- the control thread --- */

static void
give_answer(struct ask *ask)
{
	struct asks *as = ask->asks;
	const uint64_t one = 1;

	if (as == NULL) {
		ask_free(ask);
		return;
	}
	pthread_mutex_lock(&as->lock);
	ask->answered = true;
	ask->next_answered = as->answered;
	as->answered = ask;
	pthread_mutex_unlock(&as->lock);
	(void)!write(as->fd, &one, sizeof(one)); /* it is readable, whatever it counts */
}

/* Returns a snapshot, NULL without memory.  Workers write what it reads with every burst and wait
 * for the lines, so those that ask at nearly the same time share one. */
static struct snapshot *
fresh_snapshot(struct asks *as, struct control *c)
{
	uint64_t now_ms = monotonic_ms();

	if (as->latest == NULL || now_ms - as->latest_ms >= ASK_FRESH_MS
		|| as->latest->generation != appliance_generation(control_appliance(c))->number) {
		snapshot_free(as->latest);
		as->latest = snapshot_take(c, &as->doubt);
		as->latest_ms = now_ms;
	}
	return as->latest != NULL ? snapshot_hold(as->latest) : NULL;
}

static void
finished(struct rpc_call *call)
{
	give_answer(call->arg);
}

static void
run_job(struct remote_job *job, struct control *c)
{
	struct ask *ask = (struct ask *)job; /* its first member */

	if (ask->call == NULL)
		ask->snapshot = fresh_snapshot(ask->asks, c);
	else if (!control_serve(c, ask->call))
		return; /* finished is called later */
	give_answer(ask);
}

/* --- HTTP's thread --- */

static void
unlink_ask(struct asks *as, struct ask *ask)
{
	struct ask **at = &as->first;

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
}

static void
on_answers(evutil_socket_t fd, short what, void *arg)
{
	struct asks *as = arg;
	struct ask *ask, *next;
	uint64_t n;

	(void)!read(fd, &n, sizeof(n));
	pthread_mutex_lock(&as->lock);
	ask = as->answered;
	as->answered = NULL;
	pthread_mutex_unlock(&as->lock);
	for (; ask != NULL; ask = next) {
		next = ask->next_answered;
		unlink_ask(as, ask);
		if (ask->req != NULL)
			ask->reply(ask);
		ask_free(ask);
	}
}

static bool
begin(struct asks *as, struct ask *ask)
{
	ask->job.run = run_job;
	ask->asks = as;
	ask->since_ms = monotonic_ms();
	if (!remote_post(as->remote, &ask->job)) {
		ask_free(ask);
		return false;
	}
	ask->next = as->first;
	as->first = ask;
	return true;
}

bool
ask_snapshot(struct asks *as, struct evhttp_request *req, void (*reply)(struct ask *ask))
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL)
		return false;
	ask->req = req;
	ask->reply = reply;
	return begin(as, ask);
}

bool
ask_call(struct asks *as, struct evhttp_request *req, struct rpc_call *call,
	void (*reply)(struct ask *ask))
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL) {
		rpc_free(call);
		return false;
	}
	ask->req = req;
	ask->reply = reply;
	ask->call = call;
	call->finished = finished;
	call->arg = ask;
	return begin(as, ask);
}

static void
reply_without(struct asks *as, uint64_t before_ms)
{
	for (struct ask *ask = as->first; ask != NULL; ask = ask->next) {
		struct ask none = { .asks = as, .req = ask->req };

		if (ask->req == NULL || ask->since_ms > before_ms)
			continue;
		ask->req = NULL;
		ask->reply(&none);
	}
}

void
asks_tick(struct asks *as)
{
	reply_without(as, monotonic_ms() - ASK_PATIENCE_MS);
}

void
asks_end(struct asks *as)
{
	reply_without(as, UINT64_MAX);
}

struct asks *
asks_create(struct event_base *base, struct control *c)
{
	struct asks *as = calloc(1, sizeof(*as));

	if (as == NULL)
		return NULL;
	as->remote = control_remote(c);
	pthread_mutex_init(&as->lock, NULL);
	as->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (as->fd >= 0)
		as->readable = event_new(base, as->fd, EV_READ | EV_PERSIST, on_answers, as);
	if (as->readable == NULL || event_add(as->readable, NULL) < 0) {
		asks_destroy(as);
		return NULL;
	}
	return as;
}

void
asks_destroy(struct asks *as)
{
	struct ask *next;

	if (as == NULL)
		return;
	for (struct ask *ask = as->first; ask != NULL; ask = next) {
		next = ask->next;
		if (ask->answered || remote_withdraw(as->remote, &ask->job))
			ask_free(ask);
		else
			ask->asks = NULL; /* workers have it: freed when they are done */
	}
	snapshot_free(as->latest);
	if (as->readable != NULL)
		event_free(as->readable);
	if (as->fd >= 0)
		close(as->fd);
	pthread_mutex_destroy(&as->lock);
	free(as);
}
