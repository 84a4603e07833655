/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures what DPDK and its drivers print: silence if all is well, the reason of an error
 * otherwise.
 *
 * DPDK returns a number and writes the sentence to its log, its libraries to stdout or stderr.
 * Between quiet_begin and quiet_end both go to memory, so that the sentence can be part of our one
 * error.
 *
 * Threads: the control thread while no worker runs.  Memory: fixed. */
#ifndef IO_QUIET_H
#define IO_QUIET_H

#include <stdbool.h>

enum {
	QUIET_REASON_MAX = 256,
};

struct quiet {
	int memory;   /* the captured text; -1: nothing is captured */
	int saved[2]; /* stdout, stderr */
	char reason[QUIET_REASON_MAX];
};

/* Makes quiet_begin capture nothing from now on: all output is visible. */
void quiet_off(void);

void quiet_begin(struct quiet *q);

/* Restores stdout and stderr.  Afterwards reason is the first complaint, or "". */
void quiet_end(struct quiet *q);

/* Returns ": " and the reason, or "" if nothing was printed; for the end of an error. */
const char *quiet_colon(const struct quiet *q);

#endif
