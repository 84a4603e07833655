/* SPDX-License-Identifier: BSD-3-Clause */
/* Large blocks of memory on a NUMA node. */

#include "base/memory.h"

#include <errno.h>
#include <numa.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/sanitizer.h"

/* The leak check looks for pointers in these blocks only if they are registered. */
#ifdef WITH_ASAN
#include <sanitizer/lsan_interface.h>
#define BLOCK_TAKEN(p, n) __lsan_register_root_region(p, n)
#define BLOCK_GIVEN(p, n) __lsan_unregister_root_region(p, n)
#else
#define BLOCK_TAKEN(p, n) ((void)0)
#define BLOCK_GIVEN(p, n) ((void)0)
#endif

#define HUGE_BYTES ((size_t)2 << 20)

/* Linux 5.14; headers of Debian 12 have it. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* A block whose pages are not all there. */
struct sparse {
	uint8_t *next_page;
	size_t bytes; /* from there to its end */
	struct sparse *next;
};

static struct {
	pthread_mutex_t lock; /* of all; the kernel clears up to 2 MiB under it */
	struct sparse *first;
} sparse = { .lock = PTHREAD_MUTEX_INITIALIZER };

unsigned memory_fault_at;
bool memory_without_reserve;

static atomic_size_t held_bytes; /* order does not matter for a count */

static size_t
rounded(size_t bytes)
{
	return (bytes + 4095) & ~(size_t)4095;
}

static void *
map(size_t bytes)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (memory_without_reserve ? MAP_NORESERVE : 0);

	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
}

/* Maps bytes aligned to a huge page, and unmaps what lies before and behind. */
static void *
map_aligned(size_t bytes)
{
	size_t room = bytes + HUGE_BYTES;
	uint8_t *p = map(room);
	uint8_t *start;

	if (p == MAP_FAILED)
		return NULL;
	start = (uint8_t *)(((uintptr_t)p + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
	if (start > p)
		munmap(p, (size_t)(start - p));
	if (start + bytes < p + room)
		munmap(start + bytes, (size_t)(p + room - (start + bytes)));
	madvise(start, bytes, MADV_HUGEPAGE);
	return start;
}

static void *
map_plain(size_t bytes)
{
	void *p = map(bytes);

	return p == MAP_FAILED ? NULL : p;
}

/* Without memory for the note, or while another thread has the list, its pages come when they are
 * used: a worker does not wait. */
static void
note_sparse(uint8_t *block, size_t bytes, bool last)
{
	struct sparse *s = malloc(sizeof(*s)), **at = &sparse.first;

	if (s == NULL)
		return;
	*s = (struct sparse){ .next_page = block, .bytes = bytes };
	if (pthread_mutex_trylock(&sparse.lock) != 0) {
		free(s);
		return;
	}
	while (last && *at != NULL)
		at = &(*at)->next;
	s->next = *at;
	*at = s;
	pthread_mutex_unlock(&sparse.lock);
}

static void
forget(struct sparse **at)
{
	struct sparse *s = *at;

	*at = s->next;
	free(s);
}

/* The block that ends there is given back. */
static void
forget_sparse(const uint8_t *end)
{
	pthread_mutex_lock(&sparse.lock);
	for (struct sparse **at = &sparse.first; *at != NULL; at = &(*at)->next) {
		if ((*at)->next_page + (*at)->bytes == end) {
			forget(at);
			break;
		}
	}
	pthread_mutex_unlock(&sparse.lock);
}

/* Gives pages to a part of the first block, or to none any more if the kernel cannot.  Returns how
 * many bytes got them. */
static size_t
populate_some(void)
{
	struct sparse *s = sparse.first;
	size_t n = s->bytes < HUGE_BYTES ? s->bytes : HUGE_BYTES;

	if (madvise(s->next_page, n, MADV_POPULATE_WRITE) < 0 && errno != EAGAIN) {
		while (sparse.first != NULL)
			forget(&sparse.first);
		return 0;
	}
	s->next_page += n;
	s->bytes -= n;
	if (s->bytes == 0)
		forget(&sparse.first);
	return n;
}

bool
memory_populate(size_t bytes)
{
	bool left;

	for (size_t done = 0;;) {
		pthread_mutex_lock(&sparse.lock);
		if (done < bytes && sparse.first != NULL)
			done += populate_some();
		left = sparse.first != NULL;
		pthread_mutex_unlock(&sparse.lock);
		if (!left || done >= bytes)
			return left;
	}
}

static void *
take(size_t bytes, int numa_node, bool last)
{
	size_t size = rounded(bytes);
	void *p;

	if (memory_fault_at != 0 && --memory_fault_at == 0)
		return NULL;
	p = size >= HUGE_BYTES ? map_aligned(size) : map_plain(size);
	if (p == NULL)
		return NULL;
	if (numa_node >= 0 && numa_available() >= 0)
		numa_tonode_memory(p, size, numa_node);
	BLOCK_TAKEN(p, size);
	if (size >= HUGE_BYTES && !memory_without_reserve)
		note_sparse(p, size, last);
	atomic_fetch_add_explicit(&held_bytes, size, memory_order_relaxed);
	return p;
}

void *
memory_take(size_t bytes, int numa_node)
{
	return take(bytes, numa_node, false);
}

void *
memory_take_last(size_t bytes, int numa_node)
{
	return take(bytes, numa_node, true);
}

void
memory_give(void *block, size_t bytes)
{
	if (block == NULL)
		return;
	BLOCK_GIVEN(block, rounded(bytes));
	if (rounded(bytes) >= HUGE_BYTES)
		forget_sparse((uint8_t *)block + rounded(bytes));
	munmap(block, rounded(bytes));
	atomic_fetch_sub_explicit(&held_bytes, rounded(bytes), memory_order_relaxed);
}

size_t
memory_held_bytes(void)
{
	return atomic_load_explicit(&held_bytes, memory_order_relaxed);
}
