/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that create pools. */
#ifndef IO_POOL_PRIV_H
#define IO_POOL_PRIV_H

#include "io/pool.h"

/* Bytes of an mbuf's buffer for frames of an MTU, and of the whole mbuf in its pool. */
unsigned pool_data_room(unsigned mtu);
unsigned pool_mbuf_bytes(unsigned mtu);

/* Returns the node; without hugepages there is one memory, whatever node a core is on. */
int pool_node_of(int node);

/* Where the memory of a pool comes from. */
struct pool_place {
	int node;  /* SOCKET_ID_ANY: any */
	bool lazy; /* mbufs are made when they are needed (io/pool_lazy.h) */
};

struct pool_place pool_place_of(const struct pool_cfg *cfg, int node);

/* Creates a pool of n mbufs with the given room each; NULL: no memory. */
struct rte_mempool *pool_create(
	const char *name, unsigned n, unsigned room, const struct pool_place *place);

/* Mbufs in the backlogs that all workers have for one port. */
static inline unsigned
pool_backlogs(const struct ports *ports, const struct pool_cfg *cfg)
{
	return ports->workers * 2 * cfg->burst;
}

#endif
