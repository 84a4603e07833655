/* SPDX-License-Identifier: BSD-3-Clause */
/* Tries the conversations of a configuration for an appliance that is about to run it.
 *
 * A conversation needs an appliance of its own, and a process has one at a time; so the running
 * program is started once more as `weir test` in a process beside, which has ports from memory, no
 * hugepages and a second's work.
 *
 *	trial = conversations_begin(cfg, err);
 *	while (!conversations_read(trial))      // whenever conversations_fd is readable
 *		;
 *	conversations_end(trial, cfg, err);
 *
 * Threads: the control thread, which waits for nothing here but in conversations_gate. */
#ifndef CONTROL_CONVERSATIONS_H
#define CONTROL_CONVERSATIONS_H

#include <stdbool.h>

#include "base/err.h"
#include "config/config.h"

enum {
	CONVERSATIONS_SECONDS = 60, /* a process that takes longer is ended */
};

struct conversations;

/* Starts the process for the file that cfg was read from.  NULL: the file has no conversation, or
 * an error was added. */
struct conversations *conversations_begin(const struct config *cfg, struct err *err);

/* The descriptor by which the process answers. */
int conversations_fd(const struct conversations *t);

/* Reads what the process has written.  Returns true when there is no more to come, or when it
 * writes too much. */
bool conversations_read(struct conversations *t);

/* Ends the process if it still runs, takes what it has found as errors, and frees t.  Returns 0, or
 * negative after errors. */
int conversations_end(struct conversations *t, const struct config *cfg, struct err *err);

/* Ends the process and frees t.  NULL is fine. */
void conversations_cancel(struct conversations *t);

/* All of it, for a start: waits for the process.  SIGTERM or SIGINT, blocked, end the wait with an
 * error. */
int conversations_gate(const struct config *cfg, struct err *err);

#endif
