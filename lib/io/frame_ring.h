/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of packet buffers from one thread to one other.
 *
 * Each side remembers how far the other one was when it last looked, and looks again only when that
 * is not enough: the cache line of a side's index moves once for many bursts.  rte_ring reads the
 * other side's index at every call, which costs the receiving worker of a busy queue more than the
 * copy of its pointers (docs/performance/workers.md).
 *
 * Threads: frame_ring_give by one, frame_ring_take by another; frame_ring_count by any.  Memory:
 * the caller's block, frame_ring_bytes large and aligned to a cache line. */
#ifndef IO_FRAME_RING_H
#define IO_FRAME_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "base/prefetch.h"

struct frame_ring {
	uint32_t room; /* frames at most */
	uint32_t mask; /* places - 1; the numbers below count on */
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint given; /* giver: write, taker: read */
	uint32_t taken_seen;                             /* giver's: `taken` when last read */
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint taken; /* taker: write, giver: read */
	uint32_t given_seen;                             /* taker's */
	_Alignas(RTE_CACHE_LINE_SIZE) struct rte_mbuf *at[];
};

size_t frame_ring_bytes(unsigned room);
void frame_ring_init(struct frame_ring *r, unsigned room);

/* Gives up to n frames; returns how many found room, from the first on. */
static inline unsigned
frame_ring_give(struct frame_ring *r, struct rte_mbuf **m, unsigned n)
{
	uint32_t given = atomic_load_explicit(&r->given, memory_order_relaxed);
	uint32_t free = r->room - (given - r->taken_seen);

	if (free < n) {
		/* Pairs with the release in frame_ring_take: the places are no longer read. */
		r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
		free = r->room - (given - r->taken_seen);
	}
	n = RTE_MIN(n, free);
	for (unsigned i = 0; i < n; i++)
		r->at[(given + i) & r->mask] = m[i];
	/* Pairs with the acquire in frame_ring_take: the frames are written. */
	atomic_store_explicit(&r->given, given + n, memory_order_release);
	return n;
}

/* Takes up to n frames, and prefetches the first line of each; returns their number.  It may be
 * less than what has been given meanwhile. */
static inline unsigned
frame_ring_take(struct frame_ring *r, struct rte_mbuf **m, unsigned n)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);

	if (r->given_seen - taken < n)
		/* Pairs with the release in frame_ring_give. */
		r->given_seen = atomic_load_explicit(&r->given, memory_order_acquire);
	n = RTE_MIN(n, r->given_seen - taken);
	for (unsigned i = 0; i < n; i++) {
		m[i] = r->at[(taken + i) & r->mask];
		prefetch_to_write(m[i]);
	}
	if (n != 0)
		/* Pairs with the acquire in frame_ring_give. */
		atomic_store_explicit(&r->taken, taken + n, memory_order_release);
	return n;
}

/* Returns the frames in the ring, or, while others work on it, about as many. */
static inline unsigned
frame_ring_count(struct frame_ring *r)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);

	return atomic_load_explicit(&r->given, memory_order_relaxed) - taken;
}

#endif
