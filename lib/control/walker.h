/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that workers answer: each goes from worker to worker, a walk (fastpath/walk.h) at a time,
 * while the control thread does other things.
 *
 * A worker is at work for one call at a time; others wait in their order.  One that stands still
 * makes its calls fail after WALKER_PATIENCE_MS; what it was asked stays with it until it moves.
 *
 * Threads: the control thread.  Memory: walkers_create/_destroy. */
#ifndef CONTROL_WALKER_H
#define CONTROL_WALKER_H

#include "control/rpc.h"
#include "fastpath/walk.h"

struct control;
struct walkers;

enum {
	WALKER_CALLS = 128, /* calls under way at once; more are refused */
	WALKER_PATIENCE_MS = 1500,
	WALKER_POLL_US = 500,
};

/* How a call turns rows into its result. */
struct walk_use {
	enum walk_kind kind;
	enum walk_action action;
	struct walk_filter filter;
	/* A row of a worker; NULL: rows are only counted. */
	void (*row)(struct control *c, struct rpc_call *call, unsigned worker,
		const struct walk_row *row);
	/* At the end: with the cursor of the next page, or 0, and how many matched. */
	void (*end)(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched);
	/* Instead of end, when the call has an error; may be NULL. */
	void (*failed)(struct control *c);
};

/* NULL: no memory. */
struct walkers *walkers_create(struct control *c);

/* What is under way is left: workers have stopped, or do not come to their end. */
void walkers_destroy(struct walkers *ws);

/* Begins where from says, a cursor or 0.  Always returns false, or true after an error: for a
 * verb_fn to return. */
bool walkers_begin(
	struct walkers *ws, struct rpc_call *call, const struct walk_use *use, uint64_t from);

#endif
