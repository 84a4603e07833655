/* SPDX-License-Identifier: BSD-3-Clause */
/* All workers: created together, started on their cores, given generations, watched, stopped.
 *
 * Threads: the control thread.  Memory: workers_create/_destroy. */
#ifndef WORKER_WORKERS_H
#define WORKER_WORKERS_H

#include <stdbool.h>

#include "base/err.h"
#include "io/pool.h"
#include "worker/worker.h"

enum {
	WORKERS_STALL_MS = 500,  /* a worker without a loop for this time is reported */
	WORKERS_ADOPT_MS = 2000, /* longest wait for the adoption of a generation */
};

struct workers;

struct workers_setup {
	unsigned count;
	unsigned burst;
	bool in_order;       /* struct worker_common */
	uint32_t flows;      /* of each worker */
	uint64_t gate_bytes; /* bytes of each worker, 0: default */
	enum idle_mode idle;
	struct ports *ports; /* open */
	const struct pools *pools;
	struct clock clock; /* every worker gets a copy */
	struct loc loc;     /* where their number is written, for errors */
};

/* Creates the workers.  Returns NULL with one error in err, at the place of the setup. */
struct workers *workers_create(const struct workers_setup *setup, struct err *err);
void workers_destroy(struct workers *ws); /* stopped; NULL is fine */

/* Starts each worker's loop on the core that EAL gave it.  Without it the caller steps them. */
int workers_start(struct workers *ws, struct err *err);

/* Runs one loop of each worker on the caller's thread, in order.  Returns 0 if there was nothing to
 * do. */
unsigned workers_step(struct workers *ws);

/* Allocates what adopting a generation needs, before it is published.  Returns 0 or -ENOMEM. */
int workers_make_room(struct workers *ws, const struct generation *gen);

/* Returns the first edition for which a flow of any worker may still hold counts
 * (fastpath_uncounted). */
uint64_t workers_uncounted(const struct workers *ws);

/* Publishes a generation, and returns when no worker uses an older one: 0, or -ETIMEDOUT when a
 * worker stands still, which the log names.  Later generations can be published all the same, and
 * do not wait for that worker. */
int workers_publish(struct workers *ws, const struct generation *gen);

/* workers_adopted returns the number of the generation that a worker uses, workers_oldest the
 * lowest of all, and whose it is: earlier ones may be freed. */
uint64_t workers_adopted(const struct workers *ws, unsigned i);
uint64_t workers_oldest(const struct workers *ws, unsigned *who);

/* Tells the workers which ports are present (io/port.h), and waits until all of them know.  Returns
 * false if a worker stands still: it may still use the queues of any port. */
bool workers_take_ports(struct workers *ws);

/* Tells the workers that the link of a port has changed (struct port's link_up). */
void workers_links_changed(struct workers *ws);

/* Connects the workers with the host thread, before a generation with host interfaces is
 * published; they are told once, and x lives longer than they run. */
void workers_connect_kernel(struct workers *ws, struct exchange *x);

/* To be called before a generation with other ports is published: workers hand packets to their
 * owners if devices no longer bring all of them there. */
void workers_check_steering(struct workers *ws);

/* Stops receiving, joins the threads, sends what can be sent, drops everything held.  Returns false
 * if a worker does not end; then nothing that it uses may be freed. */
bool workers_stop(struct workers *ws);

/* Adds what flows have counted to the rule counters now.  Running workers do it themselves, for
 * each flow once in a second or two, and are not asked: the time would grow with their flows. */
void workers_push_hits(struct workers *ws);

/* Watches the workers' loops; to be called about every 100 ms.  Logs once that a worker stands
 * still, and once that it moves again.  Returns how many stand still. */
unsigned workers_watch(struct workers *ws, uint64_t now_ms);

/* Asks a worker to work on its tables (worker/ask.h).  Without threads, or when they have ended, it
 * is done when this returns.  False: the worker is at work for another ask. */
bool workers_ask(struct workers *ws, unsigned worker, struct ask *ask);

/* Returns true if a worker's thread has not ended. */
bool workers_running(const struct workers *ws);

/* Returns true if workers_watch has found that it stands still. */
bool workers_stalled(const struct workers *ws, unsigned i);

unsigned workers_count(const struct workers *ws);
struct worker *workers_at(struct workers *ws, unsigned i);

/* Writes the sum of all workers' ledgers to *sum. */
void workers_ledger(struct workers *ws, struct ledger_sum *sum);

#endif
