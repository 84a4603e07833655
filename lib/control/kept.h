/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers that wait for the disk: once an operator is told that a configuration was taken, a
 * restart comes up with it, also after a crash or a loss of power.
 *
 * Threads: the control thread, which goes on meanwhile. */
#ifndef CONTROL_KEPT_H
#define CONTROL_KEPT_H

#include <stdbool.h>

#include <event2/event.h>

#include "control/history.h"
#include "control/rpc.h"

enum {
	KEPT_CALLS = 8,   /* answers that wait at the same time; others do not wait */
	KEPT_MS = 5000,   /* longest wait */
	KEPT_LOOK_MS = 2, /* between two looks */
};

struct kept;

/* NULL: no memory.  Destroying answers what waits; NULL is fine. */
struct kept *kept_create(struct event_base *base, struct history *history);
void kept_destroy(struct kept *k);

/* Nothing waits any longer: Weir stops, and writes what is left. */
void kept_answer_all(struct kept *k);

/* Before a verb acts that may take a configuration: its answer, now or later, will wait until all
 * entries of the history are on disk.  The call says so if they are not in time, or cannot be. */
void kept_hold(struct kept *k, struct rpc_call *call);

/* Once the verb has answered a held call at once: returns true if the answer need not wait, else it
 * is given later. */
bool kept_release(struct rpc_call *call);

#endif
