/* SPDX-License-Identifier: BSD-3-Clause */
/* Large blocks of memory on a NUMA node. */

#include "base/memory.h"

#include <numa.h>
#include <stdatomic.h>
#include <stdint.h>
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

void *
memory_take(size_t bytes, int numa_node)
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
	atomic_fetch_add_explicit(&held_bytes, size, memory_order_relaxed);
	return p;
}

void
memory_give(void *block, size_t bytes)
{
	if (block == NULL)
		return;
	BLOCK_GIVEN(block, rounded(bytes));
	munmap(block, rounded(bytes));
	atomic_fetch_sub_explicit(&held_bytes, rounded(bytes), memory_order_relaxed);
}

size_t
memory_held_bytes(void)
{
	return atomic_load_explicit(&held_bytes, memory_order_relaxed);
}
