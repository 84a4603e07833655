/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a worker stands that does not come to the end of its loop: a signal makes its thread note
 * its stack; and whether it is let run at all.
 *
 * Debug builds: the same signal, queued with a number, makes the thread stand still for so many
 * milliseconds, for tests.
 *
 * Threads: control; the handler runs on the worker's thread.  Memory: static. */
#ifndef WORKER_STALL_H
#define WORKER_STALL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Installs the handler, before workers run. */
void stall_prepare(void);

/* Writes the stack of a thread, innermost first: "flow_lookup, weir+0x5a3b0"; "" if the thread does
 * not answer within STALL_ANSWER_MS, because the kernel holds it. */
void stall_place(pthread_t thread, char *text, size_t size);

/* Returns how long a thread has had a processor. */
uint64_t stall_ran_ms(pthread_t thread);

/* Returns true if a thread has not run for so long, though it could: others have the processor.
 * tid: the kernel's number of the thread. */
bool stall_starves(pthread_t thread, pid_t tid, uint64_t ran_ms);

enum {
	STALL_ANSWER_MS = 200,
	STALL_FRAMES = 16,
};

#endif
