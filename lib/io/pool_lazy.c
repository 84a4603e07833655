/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools whose mbufs are made when they are needed. */

#include "io/pool_lazy.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_common.h>

enum {
	STEP = 128, /* mbufs that are made at once, at least */
};

struct pool_lazy {
	pool_lazy_ready_fn ready;
	uint8_t *memory;
	size_t bytes, each_bytes;
	bool closed;
};

static const char store_name[] = "weir_lazy";

const struct rte_mempool_ops *
pool_ring(void)
{
	static const struct rte_mempool_ops *ring;

	for (unsigned i = 0; ring == NULL && i < rte_mempool_ops_table.num_ops; i++) {
		if (strcmp(rte_mempool_ops_table.ops[i].name, "ring_mp_mc") == 0)
			ring = &rte_mempool_ops_table.ops[i];
	}
	return ring;
}

struct pool_lazy *
pool_lazy_create(const struct rte_mempool *mp, pool_lazy_ready_fn ready)
{
	struct pool_lazy *lazy = calloc(1, sizeof(*lazy));

	if (lazy == NULL)
		return NULL;
	lazy->ready = ready;
	lazy->each_bytes = mp->header_size + mp->elt_size + mp->trailer_size;
	lazy->bytes = lazy->each_bytes * mp->size;
	lazy->memory = mmap(NULL, lazy->bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (lazy->memory == MAP_FAILED) {
		free(lazy);
		return NULL;
	}
	return lazy;
}

void
pool_lazy_close(struct pool_lazy *lazy)
{
	if (lazy != NULL)
		lazy->closed = true;
}

void
pool_lazy_destroy(struct pool_lazy *lazy)
{
	if (lazy == NULL)
		return;
	munmap(lazy->memory, lazy->bytes);
	free(lazy);
}

bool
pool_lazy_make(struct rte_mempool *mp, unsigned n)
{
	struct pool_lazy *lazy = pool_lazy_of(mp);
	unsigned from = mp->populated_size;
	unsigned most = RTE_MIN(RTE_MAX(n, RTE_MAX((unsigned)STEP, from / 2)), mp->size - from);
	int rc;

	if (lazy == NULL || lazy->closed || most == 0)
		return false;
	rc = rte_mempool_populate_iova(mp, (char *)lazy->memory + from * lazy->each_bytes,
		RTE_BAD_IOVA, most * lazy->each_bytes, NULL, NULL);
	if (rc > 0)
		lazy->ready(mp, from);
	return rc > 0;
}

int
pool_ring_get(struct rte_mempool *mp, void **objects, unsigned n)
{
	int rc = pool_ring()->dequeue(mp, objects, n);

	if (rc < 0 && pool_lazy_make(mp, n))
		rc = pool_ring()->dequeue(mp, objects, n);
	return rc;
}

unsigned
pool_ring_count(const struct rte_mempool *mp)
{
	return pool_ring()->get_count(mp) + mp->size - mp->populated_size;
}

static int
store_alloc(struct rte_mempool *mp)
{
	return pool_ring()->alloc(mp);
}

static void
store_free(struct rte_mempool *mp)
{
	pool_ring()->free(mp);
}

static int
store_put(struct rte_mempool *mp, void *const *objects, unsigned n)
{
	return pool_ring()->enqueue(mp, objects, n);
}

const char *
pool_lazy_store(void)
{
	static struct rte_mempool_ops lazy = {
		.alloc = store_alloc,
		.free = store_free,
		.enqueue = store_put,
		.dequeue = pool_ring_get,
		.get_count = pool_ring_count,
	};

	if (lazy.name[0] != '\0')
		return store_name;
	strcpy(lazy.name, store_name);
	rte_mempool_register_ops(&lazy);
	return store_name;
}
