/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of frames from one thread to one other.
 *
 * A short frame is copied into the ring, with the fields hash, port and vlan_tci_outer of its
 * buffer.  The giver frees its buffer, and the taker puts the copy into one of its own.  A buffer
 * that goes to another core and comes back moves two cache lines each way, one by one; lines of the
 * ring follow each other, so the processor fetches them ahead.  Longer frames go in their buffer
 * (docs/performance/workers.md).
 *
 * Each side remembers how far the other one was when it last looked, and looks again only when that
 * is not enough: the cache line of a side's index moves once for many bursts.  rte_ring reads the
 * other side's index at every call.
 *
 * Threads: frame_ring_give by one, frame_ring_take by another; frame_ring_count by any.  Memory:
 * the caller's block, frame_ring_bytes large and aligned to a cache line. */
#ifndef IO_FRAME_RING_H
#define IO_FRAME_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "io/queue.h"

enum { FRAME_COPY_MAX = 2 * RTE_CACHE_LINE_SIZE - 16 };

/* A place of the ring. */
struct frame_place {
	union {
		struct rte_mbuf *m;
		uint64_t hash; /* of a copy, like the other fields */
	};
	uint16_t bytes; /* of the copy; 0: the frame is m */
	uint16_t port;
	uint16_t vlan_tci_outer;
	uint8_t unused[2];
	uint8_t copy[FRAME_COPY_MAX];
};

static_assert(sizeof(struct frame_place) == 2 * RTE_CACHE_LINE_SIZE, "places share no line");

struct frame_ring {
	uint32_t room; /* frames at most */
	uint32_t mask; /* places - 1; the numbers below count on */
	bool whole;    /* nothing is copied */
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint given; /* giver: write, taker: read */
	uint32_t taken_seen;                             /* giver's: `taken` when last read */
	_Alignas(RTE_CACHE_LINE_SIZE) atomic_uint taken; /* taker: write, giver: read */
	uint32_t given_seen;                             /* taker's */
	bool short_of_buffers;                           /* taker's: there was none for the next */
	_Alignas(RTE_CACHE_LINE_SIZE) struct frame_place at[];
};

size_t frame_ring_bytes(unsigned room);
void frame_ring_init(struct frame_ring *r, unsigned room);

/* Gives up to n frames, at most QUEUE_BURST_MAX; returns how many found room, from the first on.
 * Those are the ring's. */
unsigned frame_ring_give(struct frame_ring *r, struct rte_mbuf **m, unsigned n);

/* Gives a frame with its buffer, and whatever is written in that.  Returns false if there is no
 * room. */
bool frame_ring_give_whole(struct frame_ring *r, struct rte_mbuf *m);

/* Takes up to n frames, at most QUEUE_BURST_MAX; returns their number.  It may be less than what
 * has been given meanwhile, and less than there are if the pool has too few buffers for copies. */
unsigned frame_ring_take(
	struct frame_ring *r, struct rte_mempool *pool, struct rte_mbuf **m, unsigned n);

/* Drops the next frame if it is a copy for which frame_ring_take has found no buffer, or buffers
 * behind it would never come free.  Returns false, or true with its port field and length. */
bool frame_ring_shed(struct frame_ring *r, uint16_t *port, uint16_t *bytes);

/* Frees the frames in the ring; by its taker. */
void frame_ring_empty(struct frame_ring *r);

/* Returns the frames in the ring, or, while others work on it, about as many. */
static inline unsigned
frame_ring_count(struct frame_ring *r)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);

	return atomic_load_explicit(&r->given, memory_order_relaxed) - taken;
}

#endif
