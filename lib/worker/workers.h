/* SPDX-License-Identifier: BSD-3-Clause */
/* All workers: made together, started on their cores, given generations, watched, stopped.
 *
 * Threads: the control thread.  Memory: workers_create/_destroy. */
#ifndef WORKER_WORKERS_H
#define WORKER_WORKERS_H

#include <stdbool.h>

#include "base/err.h"
#include "io/pool.h"
#include "worker/worker.h"

enum {
	WORKERS_STALL_MS = 500,         /* a heart that did not beat for so long is reported */
	WORKERS_ADOPT_MS = 2000,        /* longest wait for a generation to be taken */
};

struct workers;

struct workers_setup {
	unsigned count;
	unsigned burst;
	uint32_t flows;                 /* of each worker */
	uint64_t openings;              /* bytes of each worker, 0: preset */
	enum idle_mode idle;
	struct ports *ports;            /* open */
	const struct pools *pools;
	struct clock clock;             /* every worker gets a copy */
	struct loc loc;                 /* where their number is written, for errors */
};

/* NULL, with one error in err, at the place of the setup. */
struct workers *workers_create(const struct workers_setup *setup, struct err *err);
void workers_destroy(struct workers *ws);       /* stopped; NULL is fine */

/* Each worker's loop on the core that EAL gave it.  Without it the caller steps them. */
int workers_start(struct workers *ws, struct err *err);

/* One loop of each worker on the caller's thread, in order.  0: there was nothing to do. */
unsigned workers_step(struct workers *ws);

/* Allocates what taking a generation needs, before it is published.  0 or -ENOMEM. */
int workers_make_room(struct workers *ws, const struct generation *gen);

/* The first generation that a flow of any worker may still count for (fastpath_uncounted). */
uint64_t workers_uncounted(const struct workers *ws);

/* Makes a generation the current one, and returns when no worker uses an older one: 0, or -ETIMEDOUT
 * when a worker stands still, which the log names; later ones can be published all the same, and
 * do not wait for that worker. */
int workers_publish(struct workers *ws, const struct generation *gen);

/* Number of the generation that a worker uses, and the lowest of all with whose it is: those before it may be
 * freed. */
uint64_t workers_adopted(const struct workers *ws, unsigned i);
uint64_t workers_oldest(const struct workers *ws, unsigned *who);

/* Tells the workers which ports are present (io/port.h), and waits until all of them know.  False: a worker stands
 * still, and may use the queues of any port yet. */
bool workers_take_ports(struct workers *ws);

/* Stops receiving, joins the threads, sends what can be sent, lets go of everything held.  False: a
 * worker does not come to its end, and nothing that it uses may be freed. */
bool workers_stop(struct workers *ws);

/* Adds what flows have counted to the hits of their places, now.  Workers with a thread do it by themselves, for each
 * flow once a second, and are not asked: it would take them as long as their flows are many. */
void workers_push_hits(struct workers *ws);

/* Looks at the heartbeats; call it every 100 ms or so.  Tells once that a worker stands still, and
 * once that it moves again, through the log.  Returns how many stand still. */
unsigned workers_watch(struct workers *ws, uint64_t now_ms);

/* Asks a worker to work on its tables (worker/ask.h).  Without threads, or when they have ended, it is done when this
 * returns.  False: the worker is at work for another ask. */
bool workers_ask(struct workers *ws, unsigned worker, struct ask *ask);

/* Do they have threads that have not ended? */
bool workers_running(const struct workers *ws);

/* Has workers_watch found that it stands still? */
bool workers_stalled(const struct workers *ws, unsigned i);

unsigned workers_count(const struct workers *ws);
struct worker *workers_at(struct workers *ws, unsigned i);

/* The ledgers of all workers as one, written to *sum. */
void workers_ledger(struct workers *ws, struct ledger_sum *sum);

#endif
