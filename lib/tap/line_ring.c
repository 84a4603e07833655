/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of cache lines. */

#include "tap/line_ring.h"

#include <rte_prefetch.h>

#include "base/memory.h"

#define GIVEN_PARTS 64u /* the places of a ring are given back in so many parts, at least */
#define AHEAD       8u  /* lines: from the prefetch of a line to its use; they are in no cache */

static size_t
bytes_of(uint32_t lines)
{
	return sizeof(struct line_ring) + (size_t)lines * LINE_RING_LINE;
}

struct line_ring *
line_ring_create(uint32_t lines, int numa_node)
{
	struct line_ring *r = memory_take(bytes_of(lines), numa_node);

	if (r != NULL)
		r->size = lines;
	return r;
}

void
line_ring_destroy(struct line_ring *r)
{
	if (r != NULL)
		memory_give(r, bytes_of(r->size));
}

size_t
line_ring_bytes(const struct line_ring *r)
{
	return r != NULL ? bytes_of(r->size) : 0;
}

void
line_ring_look(struct line_ring *r)
{
	/* Pairs with the release in give_places: a place is written again when it has been read. */
	r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
}

void
line_ring_publish(struct line_ring *r)
{
	if (r->written == atomic_load_explicit(&r->added, memory_order_relaxed))
		return;
#ifdef LINE_RING_STREAMS
	_mm_sfence(); /* a release does not order streaming stores */
#endif
	/* Pairs with the acquires in line_ring_peek and line_ring_waiting. */
	atomic_store_explicit(&r->added, r->written, memory_order_release);
}

/* Gives the places of released lines to the writer. */
static void
give_places(struct line_ring *r)
{
	/* Pairs with the acquire in line_ring_look. */
	atomic_store_explicit(&r->taken, r->next, memory_order_release);
}

const void *
line_ring_peek(struct line_ring *r)
{
	if (r->next == r->added_seen) {
		give_places(r);
		r->added_seen = atomic_load_explicit(&r->added, memory_order_acquire);
	}
	if (r->next == r->added_seen)
		return NULL;
	rte_prefetch0(r->line[(r->next + AHEAD) & (r->size - 1)]);
	return r->line[r->next & (r->size - 1)];
}

void
line_ring_release(struct line_ring *r)
{
	uint32_t part = r->size / GIVEN_PARTS;

	r->next++;
	if (part == 0 || (r->next & (part - 1)) == 0)
		give_places(r);
}

uint32_t
line_ring_waiting(const struct line_ring *r)
{
	return (uint32_t)(atomic_load_explicit(&r->added, memory_order_acquire) - r->next);
}
