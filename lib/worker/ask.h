/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of control to a running worker: work on tables that only the worker may touch.
 *
 * Control asks by workers_ask (worker/workers.h); the worker does it in slices, one in each of its
 * loops, between ageing and the next burst.  A slice is to take no longer than a burst does:
 * FASTPATH_WALK_SLICE records, say.  While something is asked the worker does not sleep.
 *
 * Threads: control asks and tests whether it is done; the worker works.  Memory: the caller's,
 * until done. */
#ifndef WORKER_ASK_H
#define WORKER_ASK_H

#include <stdatomic.h>
#include <stdbool.h>

struct worker;

struct ask {
	/* Does a part of the work; returns true after the last one. */
	bool (*slice)(struct ask *ask, struct worker *w);
	atomic_bool done; /* worker: write, control: read */
};

/* Returns true if it is done.  Then the worker's results can be read, and the worker no longer
 * touches ask. */
static inline bool
ask_done(const struct ask *ask)
{
	/* Pairs with the release in worker_answer. */
	return atomic_load_explicit(&ask->done, memory_order_acquire);
}

/* Answers, in the worker, once a loop.  Returns true if there was a request. */
bool worker_answer(struct worker *w);

#endif
