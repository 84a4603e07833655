/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that wait for the disk. */

#include "control/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/monotonic.h"

struct waiting {
	struct rpc_call *call;
	unsigned number; /* of the newest entry when it was answered */
	uint64_t since_ms;
};

struct kept {
	struct history *history;
	struct event *timer;
	unsigned n;
	struct waiting waiting[KEPT_CALLS];
};

static void
look_again(struct kept *k)
{
	const struct timeval tv = { .tv_usec = KEPT_LOOK_MS * 1000 };

	event_add(k->timer, &tv);
}

static void
note(const struct rpc_call *call, const char *text)
{
	if (call->result != NULL)
		json_object_set_new(call->result, "note", json_string(text));
}

/* Returns true if an answer waits no longer. */
static bool
is_over(const struct kept *k, const struct waiting *w)
{
	if (!history_is_written(k->history, w->number)) {
		if (monotonic_ms() - w->since_ms < KEPT_MS)
			return false;
		note(w->call,
			"the disk is slow: it is not kept yet, and until then a restart does not have it");
	} else if (history_has_failed(k->history)) {
		note(w->call, "it could not be kept, as the log says: a restart does not have it");
	}
	return true;
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct kept *k = arg;

	(void)fd;
	(void)what;
	history_tick(k->history);
	for (unsigned i = 0; i < k->n;) {
		struct waiting w = k->waiting[i];

		if (!is_over(k, &w)) {
			i++;
			continue;
		}
		k->n--;
		memmove(&k->waiting[i], &k->waiting[i + 1], (k->n - i) * sizeof(w));
		w.call->finished(w.call);
	}
	if (k->n != 0)
		look_again(k);
}

struct kept *
kept_create(struct event_base *base, struct history *history)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->history = history;
	k->timer = event_new(base, -1, 0, on_look, k);
	if (k->timer != NULL && event_priority_set(k->timer, 0) == 0)
		return k;
	kept_destroy(k);
	return NULL;
}

void
kept_answer_all(struct kept *k)
{
	while (k->n > 0) {
		struct rpc_call *call = k->waiting[--k->n].call;

		call->finished(call);
	}
}

void
kept_destroy(struct kept *k)
{
	if (k == NULL)
		return;
	kept_answer_all(k);
	if (k->timer != NULL)
		event_free(k->timer);
	free(k);
}

static void
finished_held(struct rpc_call *call)
{
	if (kept_release(call))
		call->finished(call);
}

void
kept_hold(struct kept *k, struct rpc_call *call)
{
	call->kept = k;
	call->release = call->finished;
	call->finished = finished_held;
}

bool
kept_release(struct rpc_call *call)
{
	struct kept *k = call->kept;
	const struct history_entry *newest = history_at(k->history, 0);

	call->finished = call->release;
	call->kept = NULL;
	if (call->error != 0 || newest == NULL || k->n == KEPT_CALLS || call->finished == NULL
		|| history_is_written(k->history, newest->number))
		return true;
	k->waiting[k->n++] = (struct waiting){ call, newest->number, monotonic_ms() };
	look_again(k);
	return false;
}
