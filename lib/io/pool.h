/* SPDX-License-Identifier: BSD-3-Clause */
/* Mbuf pools: one per NUMA node, sized from the configuration, with an explanation of the size.
 *
 * Debug builds (WEIR_DEBUG) check every mbuf at every free: the pool's own store keeps its state,
 * so a second free, or a send of a freed or already sent mbuf, ends the process with a message.
 * With ASan free buffers are poisoned as a whole and received ones behind their data.  Release
 * builds have none of it.
 *
 * Threads: created and destroyed by the control thread; any lcore allocates and frees.
 * Memory: DPDK's, on the node the pool is for. */
#ifndef IO_POOL_H
#define IO_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_mbuf.h>

#include "base/err.h"
#include "io/port.h"

enum {
	POOL_NODES_MAX = 8,
	POOLS_MAX = POOL_NODES_MAX + PORT_MAX,
	POOL_CACHE = 256, /* mbufs in a worker's cache; up to half as many again */
	POOL_BURSTS = 4,  /* bursts that a worker processes: received, made, sent */
};

/* What the pools must suffice for. */
struct pool_cfg {
	struct loc loc;   /* of system.memory */
	unsigned mbufs;   /* system.memory.mbufs: all of them; 0: auto */
	unsigned burst;   /* largest burst */
	unsigned holders; /* mbufs that holders may keep per worker (neighbour queue,
			   * reassembly, capture ring) */
	unsigned ring;    /* mbufs that one hand-off ring may hold; 0: no hand-off */
	bool lazy;        /* mbufs are made when they are needed: one thread, no devices */
};

/* The sizes of one node. */
struct pool_sizing {
	int node;
	unsigned ports;        /* on this node */
	unsigned port_mbufs;   /* queues x descriptors of all of them */
	unsigned workers;      /* on this node */
	unsigned worker_mbufs; /* of each: the five that follow */
	unsigned cache;
	unsigned in_hand;
	unsigned backlog; /* two bursts for each port */
	unsigned holders;
	unsigned rings;
	unsigned control_mbufs; /* the control thread's cache */
	unsigned count;         /* mbufs in all */
	unsigned mbuf_bytes;    /* of one */
	size_t bytes;           /* in all */
};

struct pool {
	struct pool_sizing sizing;
	unsigned for_ports; /* of its mbufs: for descriptors and backlogs of ports */
	struct rte_mempool *mp;
};

struct pools {
	unsigned count;
	struct pool_cfg cfg;
	struct pool at[POOLS_MAX]; /* one of each node, then those for ports that came later */
};

/* Returns the memory that the pools will take, from the configuration alone, before EAL is started:
 * for eal_cfg. */
size_t pool_estimate_bytes(
	const struct pool_cfg *cfg, const struct port_cfg *ports, unsigned count, unsigned workers);

/* What each node's pool must last for, with opened ports; creates nothing. */
void pools_size(struct pools *pools, const struct pool_cfg *cfg, const struct ports *ports);

/* Creates the pools for opened ports.  Returns 0, or -errno with one error at cfg->loc; for a PCI
 * device that would not find the buffers, at its port. */
int pools_create(struct pools *pools, const struct pool_cfg *cfg, const struct ports *ports,
	struct err *err);

/* Gives a port that is opened after the start its pool (port->pool): one that has buffers large
 * enough and enough of them that no port uses any more, else a new one.  A pool is kept when its
 * port goes, for the next one.  Returns 0 or -ENOMEM with an error at the port. */
int pools_give_port(
	struct pools *pools, const struct ports *ports, struct port *port, struct err *err);

/* Tells that a driver has kept n mbufs of a pool for ever. */
void pools_lose(struct pools *pools, const struct rte_mempool *mp, unsigned n);

/* Returns the bytes of address space that a start without hugepages sets aside for ports to come:
 * memory is taken when it is used. */
size_t pool_spare_bytes(size_t estimate);

/* Frees the pools; every mbuf must be back.  Zeroed pools are fine. */
void pools_destroy(struct pools *pools);

/* Returns the pool of a NUMA node, or the first one. */
struct rte_mempool *pools_of_node(const struct pools *pools, int node);

/* Returns the mbufs not in a pool, over all pools; those in the workers' caches count as in a
 * pool. */
unsigned pools_in_use(const struct pools *pools);

/* Writes the sizes, one line per node:
 *   mbufs: lan 1 queue x (1024 rx + 1024 tx) + wan 1 queue x (1024 rx + 1024 tx)
 *          + 1 worker x (384 cache + 128 in hand + 128 backlog + 256 held) + 384 control
 *          = 5376, 12 MiB */
void pools_print(const struct pools *pools, const struct ports *ports, FILE *out);

/* Returns what is wrong with the addresses by which devices find a pool's buffers, of a sample of
 * them, or NULL. */
const char *pool_address_fault(struct rte_mempool *mp);

/* Creates a separate pool, checked like the others, for tests: n mbufs for frames of an MTU of
 * 1500. */
struct rte_mempool *pool_create_plain(const char *name, unsigned n);
void pool_destroy_plain(struct rte_mempool *mp); /* NULL is fine */

#ifdef WEIR_DEBUG
/* Fault injection for tests: the n-th mbuf from now on is refused, and all after it; 0: none. */
extern unsigned pool_fault_after;

/* Registers the debug store, after EAL's start.  Returns the name to create pools with. */
const char *pool_debug_store(void);

/* Makes the memory of a pool ordinary again, before it is freed. */
void pool_debug_forget(struct rte_mempool *mp);

/* Set while a pool is filled: its mbufs have no state yet. */
extern const struct rte_mempool *pool_debug_filling;

void mbuf_debug_received(struct rte_mbuf **pkts, unsigned n);
void mbuf_debug_sending(struct rte_mbuf **pkts, unsigned n);
void mbuf_debug_kept(struct rte_mbuf **pkts, unsigned n); /* the device did not take them */

/* Ends the process if m is free or sent. */
void mbuf_debug_check_owned(const struct rte_mbuf *m, const char *where);

/* Makes the room behind the data writable again, before a received frame grows at its end. */
void mbuf_debug_open_tail(struct rte_mbuf *m);
#else
static inline void
mbuf_debug_received(struct rte_mbuf **pkts, unsigned n)
{
	(void)pkts;
	(void)n;
}

static inline void
mbuf_debug_sending(struct rte_mbuf **pkts, unsigned n)
{
	(void)pkts;
	(void)n;
}

static inline void
mbuf_debug_kept(struct rte_mbuf **pkts, unsigned n)
{
	(void)pkts;
	(void)n;
}

static inline void
mbuf_debug_check_owned(const struct rte_mbuf *m, const char *where)
{
	(void)m;
	(void)where;
}

static inline void
mbuf_debug_open_tail(struct rte_mbuf *m)
{
	(void)m;
}
#endif

#endif
