/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a worker stands that does not come to the end of its loop: a signal makes its thread note
 * its stack.
 *
 * Debug builds: the same signal, queued with a number, makes the thread stand still for so many
 * milliseconds, for tests.
 *
 * Threads: control; the handler runs on the worker's thread.  Memory: static. */
#ifndef WORKER_STALL_H
#define WORKER_STALL_H

#include <pthread.h>
#include <stddef.h>

/* Installs the handler, before workers run. */
void stall_prepare(void);

/* Writes the stack of a thread, innermost first: "flow_lookup, weir+0x5a3b0"; "" if the thread does
 * not answer within STALL_ANSWER_MS, because the kernel holds it. */
void stall_place(pthread_t thread, char *text, size_t size);

enum {
	STALL_ANSWER_MS = 200,
	STALL_FRAMES = 16,
};

#endif
