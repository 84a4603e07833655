/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring between a worker's NAT and the writer of its log. */

#include "nat/log.h"

#include <stdatomic.h>

#include "base/memory.h"

/* Positions only grow; an entry's place is its position modulo size. */
struct nat_log {
	uint32_t size;
	_Alignas(64) atomic_uint_fast64_t added; /* worker: write */
	atomic_uint_fast64_t lost;               /* worker: write */
	uint64_t taken_seen;                     /* worker: the last value of taken that it read */
	_Alignas(64) atomic_uint_fast64_t taken; /* control: write */
	_Alignas(64) struct nat_log_entry entry[];
};

static size_t
bytes_of(uint32_t entries)
{
	return sizeof(struct nat_log) + entries * sizeof(struct nat_log_entry);
}

struct nat_log *
nat_log_create(uint32_t entries, int numa_node)
{
	struct nat_log *l = memory_take(bytes_of(entries), numa_node);

	if (l != NULL)
		l->size = entries;
	return l;
}

void
nat_log_destroy(struct nat_log *l)
{
	if (l != NULL)
		memory_give(l, bytes_of(l->size));
}

size_t
nat_log_bytes(const struct nat_log *l)
{
	return l != NULL ? bytes_of(l->size) : 0;
}

void
nat_log_add(struct nat_log *l, const struct nat_log_entry *e)
{
	uint64_t at = atomic_load_explicit(&l->added, memory_order_relaxed);

	/* Pairs with the release in nat_log_take: a place is reused when it has been read. */
	if (at - l->taken_seen == l->size)
		l->taken_seen = atomic_load_explicit(&l->taken, memory_order_acquire);
	if (at - l->taken_seen == l->size) {
		uint64_t lost = atomic_load_explicit(&l->lost, memory_order_relaxed);

		atomic_store_explicit(&l->lost, lost + 1, memory_order_relaxed);
		return;
	}
	l->entry[at % l->size] = *e;
	/* Pairs with the acquires in nat_log_take and nat_log_waiting. */
	atomic_store_explicit(&l->added, at + 1, memory_order_release);
}

uint32_t
nat_log_waiting(const struct nat_log *l)
{
	return (uint32_t)(atomic_load_explicit(&l->added, memory_order_acquire)
		- atomic_load_explicit(&l->taken, memory_order_relaxed));
}

unsigned
nat_log_take(struct nat_log *l, struct nat_log_entry *out, unsigned n)
{
	uint64_t at = atomic_load_explicit(&l->taken, memory_order_relaxed);
	uint32_t waiting = nat_log_waiting(l);

	if (n > waiting)
		n = waiting;
	for (unsigned i = 0; i < n; i++)
		out[i] = l->entry[(at + i) % l->size];
	/* Pairs with the acquire in nat_log_add. */
	atomic_store_explicit(&l->taken, at + n, memory_order_release);
	return n;
}

uint64_t
nat_log_lost(const struct nat_log *l)
{
	return atomic_load_explicit(&l->lost, memory_order_relaxed);
}
