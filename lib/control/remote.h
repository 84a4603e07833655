/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs of other threads that the control thread does: only this thread may look at the appliance.
 *
 * A job is done after signals and timers, one a turn of the loop, like a request of the control
 * socket.  The thread that posts a job neither waits for it nor holds the control thread up.
 *
 * Threads: remote_post by any; the others by the control thread.  Memory: remote_create/_destroy;
 * a job is its owner's. */
#ifndef CONTROL_REMOTE_H
#define CONTROL_REMOTE_H

#include <stdbool.h>

struct control;
struct event_base;
struct remote;

enum {
	REMOTE_JOBS = 256, /* that wait at once; more are refused */
};

struct remote_job {
	/* Called by the control thread, once. */
	void (*run)(struct remote_job *job, struct control *c);
	struct remote_job *next;
};

struct remote *remote_create(struct event_base *base, struct control *c); /* NULL: no memory */

/* No thread posts any more.  Jobs that wait are not run: their owners still have them.  NULL is
 * allowed. */
void remote_destroy(struct remote *r);

/* Returns false if too many jobs wait. */
bool remote_post(struct remote *r, struct remote_job *job);

/* Takes back a job that has not been run, and returns true; false: it is none of those. */
bool remote_withdraw(struct remote *r, struct remote_job *job);

#endif
