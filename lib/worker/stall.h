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
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Installs the handler, before workers run. */
void stall_prepare(void);

/* Writes the stack of a thread, innermost first: "flow_lookup, weir+0x5a3b0"; "" if the thread does
 * not answer within STALL_ANSWER_MS, because the kernel holds it. */
void stall_place(pthread_t thread, char *text, size_t size);

/* Returns how long a thread has had a processor.  tid: the kernel's number of the thread, which
 * that writes; 0: it has not begun. */
uint64_t stall_ran_ms(const atomic_int *tid);

/* Returns true if a thread could run, and has not had a processor for so long in all: others have
 * it. */
bool stall_starves(const atomic_int *tid, uint64_t ran_ms);

enum {
	STALL_ANSWER_MS = 200,
	STALL_FRAMES = 16,
};

#endif
