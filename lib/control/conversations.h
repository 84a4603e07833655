/* SPDX-License-Identifier: BSD-3-Clause */
/* Tries the conversations of a configuration for an appliance that is about to run it.
 *
 * A conversation needs an appliance of its own, and a process has one at a time; so the running
 * program is started once more as `weir test` in a process beside, which has ports from memory, no
 * hugepages and a second's work.
 *
 * Threads: the control thread, which waits for the other process, CONVERSATIONS_SECONDS at most. */
#ifndef CONTROL_CONVERSATIONS_H
#define CONTROL_CONVERSATIONS_H

#include "base/err.h"
#include "config/config.h"

enum {
	CONVERSATIONS_SECONDS = 60,
};

/* Sets what is called about ten times a second while the control thread waits here, so that it is
 * not taken for dead. */
void conversations_while_waiting(void (*call)(void *arg), void *arg);

/* Returns 0 when every conversation of the file that cfg was read from is as expected, or when it
 * has none; negative after an error at the step of each other one. */
int conversations_gate(const struct config *cfg, struct err *err);

#endif
