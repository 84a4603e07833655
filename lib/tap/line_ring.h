/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of cache lines, by which a worker tells something to another thread as cheaply as can be:
 * one writer, one reader, no lock.
 *
 * Lines are written by streaming stores (x86-64; elsewhere by plain ones): they go past the
 * writer's caches, displace nothing there, and need not be fetched from the reader's core, which
 * has had them last.  Such stores are ordered only by a fence, so lines become visible to the
 * reader together: when LINE_RING_BATCH of them have been added, and by line_ring_publish.
 *
 * Threads: the owning worker adds and publishes; the reader peeks and releases.  Memory:
 * line_ring_create. */
#ifndef TAP_LINE_RING_H
#define TAP_LINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>

#include "base/sanitizer.h"

/* ThreadSanitizer sees plain stores only. */
#if defined(__x86_64__) && !defined(WITH_TSAN)
#define LINE_RING_STREAMS 1
#include <immintrin.h>
#endif

enum {
	LINE_RING_LINE = 64,    /* bytes of a line */
	LINE_RING_BATCH = 1024, /* lines that are added and not published, at most */
};

/* Positions only grow; a line stands at its position modulo size. */
struct line_ring {
	uint32_t size;
	_Alignas(64) uint64_t written;           /* writer: lines that it has added */
	uint64_t taken_seen;                     /* writer: the last value of taken that it read */
	_Alignas(64) atomic_uint_fast64_t added; /* writer: write; lines that are published */
	_Alignas(64) atomic_uint_fast64_t taken; /* reader: write */
	_Alignas(64) uint64_t next; /* reader: the oldest line that it has not released */
	uint64_t added_seen;        /* reader: the last value of added that it read */
	_Alignas(64) uint8_t line[][LINE_RING_LINE];
};

/* Returns a ring of that many lines, a power of two of at least LINE_RING_BATCH, or NULL without
 * memory. */
struct line_ring *line_ring_create(uint32_t lines, int numa_node);
void line_ring_destroy(struct line_ring *r);       /* NULL is fine */
size_t line_ring_bytes(const struct line_ring *r); /* 0 of NULL */

/* Reads how far the reader has come.  The writer's. */
void line_ring_look(struct line_ring *r);

/* Makes what has been added visible to the reader.  The writer's. */
void line_ring_publish(struct line_ring *r);

/* Returns true if more than that many lines are free.  The writer's. */
static inline bool
line_ring_has_room(struct line_ring *r, uint32_t more_than)
{
	if (likely(r->written - r->taken_seen + more_than < r->size))
		return true;
	line_ring_look(r);
	return r->written - r->taken_seen + more_than < r->size;
}

static inline void
line_ring_store(uint8_t *to, const void *from)
{
#ifdef LINE_RING_STREAMS
	_mm_stream_si128((__m128i *)(void *)to, _mm_loadu_si128((const __m128i *)from));
#else
	memcpy(to, from, 16);
#endif
}

/* Adds a line of three parts of 16 bytes and a word of 8, for which there must be room; the last 8
 * bytes are zero. */
static inline void
line_ring_add(struct line_ring *r, const void *const part[static 3], uint64_t word)
{
	uint8_t *to = r->line[r->written & (r->size - 1)];

	for (unsigned i = 0; i < 3; i++)
		line_ring_store(to + 16 * i, part[i]);
#ifdef LINE_RING_STREAMS
	_mm_stream_si128((__m128i *)(void *)(to + 48), _mm_cvtsi64_si128((long long)word));
#else
	memcpy(to + 48, (const uint64_t[2]){ word, 0 }, 16);
#endif
	r->written++;
	if (r->written - atomic_load_explicit(&r->added, memory_order_relaxed) >= LINE_RING_BATCH)
		line_ring_publish(r);
}

/* Returns the oldest line that is published, NULL without one; it stays valid until
 * line_ring_release.  The writer may use the places of released lines when a 64th of the ring has
 * been released, or when line_ring_peek finds nothing. */
const void *line_ring_peek(struct line_ring *r);
void line_ring_release(struct line_ring *r);

/* Returns the number of lines that are published and not released.  The reader's. */
uint32_t line_ring_waiting(const struct line_ring *r);

#endif
