/* SPDX-License-Identifier: BSD-3-Clause */
/* How a worker sleeps with `idle: interrupt`: until one of its receive queues interrupts, or its
 * doorbell rings, or housekeeping is due (fastpath_wait_ms: after 10 ms at most).
 *
 *   no packets ─► interrupts_arm ─► one more loop ─► no packets ─► interrupts_wait
 *                                               └─► packets ─► interrupts_end
 *
 * Whoever has work for a worker rings (base/doorbell.h): workers that hand over, the host thread,
 * control.  A worker does not sleep like this while one of its queues has no interrupt, while
 * frames wait in a backlog, and while housekeeping needs more than a loop in a millisecond: then it
 * sleeps by time (worker/idle.h).  So it does for good when packets have come INTERRUPTS_MISSED
 * times in a row without an interrupt: some devices (QEMU's e1000) promise what they do not keep.
 *
 * Threads: the owning worker; interrupts_list once by control, before the worker starts.
 * Memory: file descriptors, from interrupts_init to interrupts_fini. */
#ifndef WORKER_INTERRUPTS_H
#define WORKER_INTERRUPTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_interrupts.h>

enum {
	INTERRUPTS_MISSED = 8,
};

enum interrupts_state {
	INTERRUPTS_OFF,
	INTERRUPTS_ARMED,
	INTERRUPTS_WOKEN,     /* the last sleep was ended, */
	INTERRUPTS_OVERSLEPT, /* or ended by itself, and no packet was seen since */
};

struct doorbell;
struct worker;

struct interrupts {
	struct doorbell *bell; /* NULL: idle is not interrupt */
	int epoll;
	bool ready; /* every queue that the worker polls can interrupt */
	enum interrupts_state state;
	unsigned missed;   /* sleeps in a row that a packet has not ended */
	atomic_bool deaf;  /* INTERRUPTS_MISSED was reached.  worker: write, control: read */
	uint64_t packets;  /* of the worker, when it fell asleep */
	unsigned sleep_ms; /* of the sleep that it is armed for */
	struct rte_epoll_event bell_event;
};

/* Makes a worker sleep on interrupts and on this bell.  Returns 0 or -errno. */
int interrupts_init(struct worker *w, struct doorbell *bell);
void interrupts_fini(struct worker *w); /* a zeroed worker is fine */

/* Adds the interrupts of the queues that the worker polls; before the list changes, and before a
 * device is closed, they are removed. */
void interrupts_list(struct worker *w);
void interrupts_unlist(struct worker *w);

/* Enables the interrupts.  Returns false, with none enabled, if the worker must sleep by time. */
bool interrupts_arm(struct worker *w);

/* Waits, and disables them.  The loop before this one was armed and found nothing.  Returns false
 * if nothing has woken it. */
bool interrupts_wait(struct worker *w);

/* Ends what the loops before began, after one that had something to do. */
void interrupts_end(struct worker *w);

#endif
