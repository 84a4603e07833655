/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration on its way to run: it is read, its conversations are tried by a process beside,
 * sessions are marked if they are to be kept, then it is taken.  One at a time; meanwhile the
 * control thread does everything else.
 *
 * Threads: the control thread.  Memory: everything of an order is copied. */
#ifndef CONTROL_TAKING_H
#define CONTROL_TAKING_H

#include <stdbool.h>

#include "control/rpc.h"

struct control;

struct taking_order {
	struct rpc_call *call; /* answered at the end; NULL: a signal, the log says what becomes */
	const char *path;      /* from the root */
	const char *text;      /* a configuration that ran before; NULL: the file is read */
	const char *what;      /* "commit", "reload", "rollback to 7" */
	const char *who;
	unsigned long seconds; /* in which it is to be confirmed; 0: it stays */
};

/* Begins.  Returns true if the call is answered already; else it is finished later. */
bool taking_begin(struct control *c, const struct taking_order *order);

/* Fails the call if a configuration is on its way; returns true then. */
bool taking_refuses(struct control *c, struct rpc_call *call);

/* Of a signal: it is obeyed when the configuration that is on its way has been taken or refused.
 * False: there is none. */
bool taking_defers(struct control *c);

/* Leaves what is on its way, because Weir stops; its call fails. */
void taking_cancel(struct control *c);

#endif
