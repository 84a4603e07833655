/* SPDX-License-Identifier: BSD-3-Clause */
/* Large blocks of memory on a NUMA node, zeroed, on huge pages if available.
 *
 * Explicit huge pages are left to DPDK; transparent ones are requested.
 * Threads: any.  Memory: memory_give with the same size. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Returns NULL without memory.  The block is aligned to 2 MiB if bytes is at least that, else to a
 * page. */
void *memory_take(size_t bytes, int numa_node);
void memory_give(void *block, size_t bytes); /* NULL is fine */

/* The same for a block that may never be used: memory_populate gives pages to all others first. */
void *memory_take_last(size_t bytes, int numa_node);

/* Returns the bytes of all blocks that are held, in whole pages. */
size_t memory_held_bytes(void);

/* Gives pages to blocks of 2 MiB and more as if they were written, bytes at most, so that their
 * first use costs nobody a page fault.  Returns whether blocks are left without; none are where the
 * kernel is older than 5.14, or has no more memory.  What others do with the blocks meanwhile is
 * fine. */
bool memory_populate(size_t bytes);

/* Set while tables are made only to learn their bytes: the kernel then reserves no memory for
 * blocks, which nobody may use. */
extern bool memory_without_reserve;

/* Fault injection: the n-th call from now fails (1: the next one); 0: none.  Tests only. */
extern unsigned memory_fault_at;

#endif
