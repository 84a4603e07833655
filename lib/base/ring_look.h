/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks at a ring of DPDK before taking from it, in loops that mostly find nothing.
 *
 * Threads: the ring's taker. */
#ifndef BASE_RING_LOOK_H
#define BASE_RING_LOOK_H

#include <stdbool.h>

#include <rte_ring.h>

/* Returns true if something waits; what is given meanwhile may be missed.  rte_ring_empty reads
 * plainly what the giver writes atomically, which is a data race. */
static inline bool
ring_waits(const struct rte_ring *r)
{
	return __atomic_load_n(&r->prod.tail, __ATOMIC_RELAXED)
		!= __atomic_load_n(&r->cons.tail, __ATOMIC_RELAXED);
}

#endif
