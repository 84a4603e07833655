/* SPDX-License-Identifier: BSD-3-Clause */
/* Doorbells: a thread that polls sleeps until another one has work for it.
 *
 * The sleeper arms the bell, looks at all its work once more, and then waits until the bell's file
 * descriptor is readable; the others ring after they have written the work.  Either the sleeper
 * sees the work, or they see that it sleeps: no ring is lost.  Ringing a thread that is awake is a
 * fence and a load; of several rings one at most calls the kernel.
 *
 * Threads: doorbell_arm and doorbell_disarm by the sleeper, doorbell_ring by any.
 * Memory: the caller's; the file descriptor from doorbell_init to doorbell_fini. */
#ifndef BASE_DOORBELL_H
#define BASE_DOORBELL_H

#include <stdatomic.h>
#include <stdbool.h>

#include <rte_atomic.h>

struct doorbell {
	_Alignas(64) atomic_bool sleeping; /* sleeper: write; others: read, clear */
	int fd;                            /* an eventfd */
};

/* Returns 0 or -errno. */
int doorbell_init(struct doorbell *bell);
void doorbell_fini(struct doorbell *bell); /* a zeroed one is fine */

/* Tells that the sleeper is about to wait for bell->fd.  It looks for work after this. */
void doorbell_arm(struct doorbell *bell);

/* Tells that it no longer waits, and takes the ring, if any. */
void doorbell_disarm(struct doorbell *bell);

/* The part of doorbell_ring that calls the kernel. */
void doorbell_wake(struct doorbell *bell);

/* Wakes the sleeper, after its work was written. */
static inline void
doorbell_ring(struct doorbell *bell)
{
	/* Pairs with the fence in doorbell_arm: either the sleeper sees the work, or this sees that
	 * it sleeps. */
	rte_atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&bell->sleeping, memory_order_relaxed))
		doorbell_wake(bell);
}

#endif
