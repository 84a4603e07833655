/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of entries of a fixed size. */

#include "tap/ring.h"

#include <stdatomic.h>

#include <rte_common.h>

#include "base/memory.h"
#include "base/prefetch.h"

#define AHEAD       8u  /* entries: from the prefetch of a place to its use */
#define GIVEN_PARTS 64u /* the places of a ring are given back in so many parts, at least */

/* Positions only grow; an entry stands at its position modulo size. */
struct ring {
	uint32_t size, entry_bytes;
	_Alignas(64) atomic_uint_fast64_t added; /* worker: write */
	atomic_uint_fast64_t lost;               /* worker: write */
	uint64_t taken_seen;                     /* worker: the last value of taken that it read */
	_Alignas(64) atomic_uint_fast64_t taken; /* control: write; see ring_release */
	_Alignas(64) uint64_t next; /* control: the oldest entry that it has not released */
	uint64_t added_seen;        /* control: the last value of added that it read */
	_Alignas(64) uint8_t entry[];
};

static size_t
bytes_of(uint32_t entries, uint32_t entry_bytes)
{
	return sizeof(struct ring) + (size_t)entries * entry_bytes;
}

struct ring *
ring_create(uint32_t entries, uint32_t entry_bytes, int numa_node)
{
	struct ring *r = memory_take(bytes_of(entries, entry_bytes), numa_node);

	if (r == NULL)
		return NULL;
	r->size = entries;
	r->entry_bytes = entry_bytes;
	return r;
}

void
ring_destroy(struct ring *r)
{
	if (r != NULL)
		memory_give(r, bytes_of(r->size, r->entry_bytes));
}

static void *
place_of(struct ring *r, uint64_t at)
{
	return r->entry + (at & (r->size - 1)) * r->entry_bytes;
}

bool
ring_has_room(struct ring *r, uint32_t more_than)
{
	uint64_t at = atomic_load_explicit(&r->added, memory_order_relaxed);

	if (at - r->taken_seen + more_than < r->size)
		return true;
	/* Pairs with the release in ring_release. */
	r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
	return at - r->taken_seen + more_than < r->size;
}

void *
ring_reserve(struct ring *r)
{
	uint64_t at = atomic_load_explicit(&r->added, memory_order_relaxed);

	/* Pairs with the release in ring_release: a place is reused when it has been read. */
	if (at - r->taken_seen == r->size)
		r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
	if (at - r->taken_seen == r->size) {
		uint64_t lost = atomic_load_explicit(&r->lost, memory_order_relaxed);

		atomic_store_explicit(&r->lost, lost + 1, memory_order_relaxed);
		return NULL;
	}
	return place_of(r, at);
}

void
ring_commit(struct ring *r)
{
	uint64_t at = atomic_load_explicit(&r->added, memory_order_relaxed);

	const uint8_t *later = place_of(r, at + AHEAD);

	/* Pairs with the acquires in ring_waiting. */
	atomic_store_explicit(&r->added, at + 1, memory_order_release);
	/* The reader has had the lines last: stores to them fill the store buffer otherwise. */
	for (uint32_t i = 0; i < r->entry_bytes; i += RTE_CACHE_LINE_SIZE)
		prefetch_to_write(later + i);
}

uint32_t
ring_waiting(const struct ring *r)
{
	return (uint32_t)(atomic_load_explicit(&r->added, memory_order_acquire) - r->next);
}

/* Gives the places of released entries to the writer. */
static void
give_places(struct ring *r)
{
	/* Pairs with the acquires in ring_reserve and ring_has_room. */
	atomic_store_explicit(&r->taken, r->next, memory_order_release);
}

const void *
ring_peek(struct ring *r)
{
	if (r->next == r->added_seen) {
		give_places(r);
		r->added_seen = atomic_load_explicit(&r->added, memory_order_acquire);
	}
	return r->next != r->added_seen ? place_of(r, r->next) : NULL;
}

/* Each store to taken takes its line from the writer, and each load of added that one: some for
 * many entries. */
void
ring_release(struct ring *r)
{
	uint32_t part = r->size / GIVEN_PARTS;

	r->next++;
	if (part == 0 || (r->next & (part - 1)) == 0)
		give_places(r);
}

uint64_t
ring_lost(const struct ring *r)
{
	return atomic_load_explicit(&r->lost, memory_order_relaxed);
}
