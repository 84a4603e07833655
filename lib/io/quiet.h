/* SPDX-License-Identifier: BSD-3-Clause */
/* What DPDK and its drivers say, caught: silent when all is well, the reason of an error otherwise.
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
	int memory;             /* what was said; -1: nothing is caught */
	int saved[2];           /* stdout, stderr */
	char reason[QUIET_REASON_MAX];
};

/* From now on quiet_begin catches nothing: all of it is seen. */
void quiet_off(void);

void quiet_begin(struct quiet *q);

/* Gives stdout and stderr back.  Afterwards reason is what was complained about first, or "". */
void quiet_end(struct quiet *q);

/* ": " and the reason, or "" if nothing was said; for the end of an error. */
const char *quiet_colon(const struct quiet *q);

#endif
