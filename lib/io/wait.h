/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets SIGTERM and SIGINT end a call of DPDK that waits for another process.
 *
 * These signals are blocked while everything starts.  Between wait_begin and wait_end they
 * interrupt the wait in the kernel, repeatedly until the call gives up, and stay pending for the
 * next reader.
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

/* Returns true if a signal has come. */
bool wait_end(struct wait *w);

#endif
