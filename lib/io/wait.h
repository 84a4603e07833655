/* SPDX-License-Identifier: BSD-3-Clause */
/* A call of DPDK's that waits for somebody else may be ended by SIGTERM and SIGINT.
 *
 * These are blocked while everything starts.  Between wait_begin and wait_end they interrupt what waits in the kernel,
 * again and again until it gives up, and stay pending for whoever unblocks them next.
 *
 * Threads: the control thread, while no worker runs. */
#ifndef IO_WAIT_H
#define IO_WAIT_H

#include <signal.h>
#include <stdbool.h>

struct wait {
	sigset_t mask;
	struct sigaction was[3];
};

void wait_begin(struct wait *w);

/* True if a signal has come. */
bool wait_end(struct wait *w);

#endif
