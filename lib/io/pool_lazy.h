/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools whose mbufs are made when they are needed.
 *
 * Writing the header of an mbuf touches its page.  For a whole pool that is tens of MiB, and half
 * of what a short `weir replay` costs, although it uses a handful of mbufs.  A lazy pool reports
 * its full size and counts its full number of free mbufs, but makes them some at a time, whenever
 * its ring of free mbufs is empty.
 *
 * Threads: one, for all operations on such a pool.
 * Memory: address space for all mbufs, outside DPDK's memory: not for devices that use DMA. */
#ifndef IO_POOL_LAZY_H
#define IO_POOL_LAZY_H

#include <stdbool.h>

#include <rte_mempool.h>

struct pool_lazy;

/* Makes the mbufs ready that were added to a pool, from the given one on. */
typedef void (*pool_lazy_ready_fn)(struct rte_mempool *mp, unsigned from);

/* Reserves address space for all mbufs of an empty pool and makes the store for it.  Returns what
 * rte_mempool_set_ops_byname gets as configuration of the pool, or NULL: no memory. */
struct pool_lazy *pool_lazy_create(const struct rte_mempool *mp, pool_lazy_ready_fn ready);

/* Makes n mbufs, and more where half as many as there are is more: a busy pool is soon complete.
 * Returns true if there are more than before.  A pool needs it once before it is used. */
bool pool_lazy_make(struct rte_mempool *mp, unsigned n);

/* Stops a pool from making mbufs: before rte_mempool_free, which takes them one by one.  NULL is
 * fine. */
void pool_lazy_close(struct pool_lazy *lazy);

/* Frees the memory, after rte_mempool_free; NULL is fine. */
void pool_lazy_destroy(struct pool_lazy *lazy);

/* Returns the lazy part of a pool of ours; NULL: all its mbufs are made. */
static inline struct pool_lazy *
pool_lazy_of(const struct rte_mempool *mp)
{
	return mp->pool_config;
}

/* Registers the store for lazy pools, after EAL's start.  Returns its name. */
const char *pool_lazy_store(void);

/* Takes from DPDK's ring store, which a lazy pool fills when it has too few; counts the free mbufs
 * of a pool, with those that are not made. */
int pool_ring_get(struct rte_mempool *mp, void **objects, unsigned n);
unsigned pool_ring_count(const struct rte_mempool *mp);

/* Returns DPDK's ring store, or NULL. */
const struct rte_mempool_ops *pool_ring(void);

#endif
