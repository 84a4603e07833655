/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of entries of a fixed size. */

#include "tap/ring.h"

#include <stdatomic.h>

#include "base/memory.h"

/* Positions only grow; an entry stands at its position modulo size. */
struct ring {
	uint32_t size, entry_bytes;
	_Alignas(64) atomic_uint_fast64_t added; /* worker: write */
	atomic_uint_fast64_t lost;               /* worker: write */
	uint64_t taken_seen;                     /* worker: the last value of taken that it read */
	_Alignas(64) atomic_uint_fast64_t taken; /* control: write */
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

	/* Pairs with the acquires in ring_waiting. */
	atomic_store_explicit(&r->added, at + 1, memory_order_release);
}

uint32_t
ring_waiting(const struct ring *r)
{
	return (uint32_t)(atomic_load_explicit(&r->added, memory_order_acquire)
		- atomic_load_explicit(&r->taken, memory_order_relaxed));
}

const void *
ring_peek(struct ring *r)
{
	if (ring_waiting(r) == 0)
		return NULL;
	return place_of(r, atomic_load_explicit(&r->taken, memory_order_relaxed));
}

void
ring_release(struct ring *r)
{
	uint64_t at = atomic_load_explicit(&r->taken, memory_order_relaxed);

	/* Pairs with the acquire in ring_reserve. */
	atomic_store_explicit(&r->taken, at + 1, memory_order_release);
}

uint64_t
ring_lost(const struct ring *r)
{
	return atomic_load_explicit(&r->lost, memory_order_relaxed);
}
