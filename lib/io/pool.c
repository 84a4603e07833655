/* SPDX-License-Identifier: BSD-3-Clause */
/* Mbuf pools: one per NUMA node, sized from the configuration. */

#include "io/pool.h"

#include <errno.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

#include "io/device.h"
#include "io/eal.h"
#include "io/pool_lazy.h"
#include "io/pool_priv.h"

#ifdef WEIR_DEBUG
/* Without caches every free goes through the debug store. */
#define CACHE         0
#define PRIVATE_BYTES 64
#else
#define CACHE         POOL_CACHE
#define PRIVATE_BYTES 0
#endif

enum {
	CACHE_MOST = POOL_CACHE + POOL_CACHE / 2, /* a mempool cache overflows at 1.5 of its size */
	COUNT_MIN = 2 * POOL_CACHE,
	MIB = 1 << 20,
	ADDRESS_SAMPLES = 256,
};

unsigned
pool_data_room(unsigned mtu)
{
	return device_frame_bytes(mtu) + RTE_PKTMBUF_HEADROOM;
}

unsigned
pool_mbuf_bytes(unsigned mtu)
{
	struct rte_mempool_objsz size;
	unsigned element = (unsigned)sizeof(struct rte_mbuf) + PRIVATE_BYTES + pool_data_room(mtu);

	/* The object, and its place in the pool's ring. */
	return rte_mempool_calc_obj_size(element, 0, &size) + (unsigned)sizeof(void *);
}

/* Fills the shares of workers and control, and the sum. */
static void
sizing_sum(
	struct pool_sizing *s, const struct pool_cfg *cfg, unsigned all_ports, unsigned all_workers)
{
	s->cache = CACHE_MOST;
	s->in_hand = POOL_BURSTS * cfg->burst;
	s->backlog = 2 * cfg->burst * all_ports;
	s->holders = cfg->holders;
	s->rings = cfg->ring * (all_workers - 1);
	s->worker_mbufs = s->cache + s->in_hand + s->backlog + s->holders + s->rings;
	s->control_mbufs = CACHE_MOST;
	s->count = s->port_mbufs + s->workers * s->worker_mbufs + s->control_mbufs;
	if (cfg->mbufs != 0)
		s->count = cfg->mbufs;
	s->count = RTE_MAX(s->count, (unsigned)COUNT_MIN);
	s->bytes = (size_t)s->count * s->mbuf_bytes;
}

static unsigned
estimate_descriptors(const struct port_cfg *port)
{
	unsigned rx = port->rx_descriptors != 0 ? port->rx_descriptors : (unsigned)PORT_DESCRIPTORS;
	unsigned tx = port->tx_descriptors != 0 ? port->tx_descriptors : (unsigned)PORT_DESCRIPTORS;

	if (!port->capture && port->device != NULL && device_kind(port->device) == DEVICE_AF_XDP)
		return 2 * DEVICE_AF_XDP_DESCRIPTORS;
	/* A member has as many; LACP takes memory besides. */
	return port->bond.n != 0 && !port->capture ? port->bond.n * (rx + 2 * tx) : rx + tx;
}

size_t
pool_estimate_bytes(
	const struct pool_cfg *cfg, const struct port_cfg *ports, unsigned count, unsigned workers)
{
	struct pool_sizing s = { .workers = workers };
	unsigned mtu = PORT_MTU;

	for (unsigned i = 0; i < count; i++) {
		s.port_mbufs += RTE_MAX(ports[i].queues, workers) * estimate_descriptors(&ports[i]);
		mtu = RTE_MAX(mtu, ports[i].mtu);
	}
	s.mbuf_bytes = pool_mbuf_bytes(mtu);
	sizing_sum(&s, cfg, count, workers);
	return s.bytes;
}

int
pool_node_of(int node)
{
	return eal_has_hugepages() ? node : 0;
}

struct pool_place
pool_place_of(const struct pool_cfg *cfg, int node)
{
	return (struct pool_place){
		.node = eal_has_hugepages() ? node : SOCKET_ID_ANY,
		.lazy = cfg->lazy,
	};
}

static struct pool_sizing *
sizing_of(struct pools *pools, int node)
{
	node = pool_node_of(node);
	for (unsigned i = 0; i < pools->count; i++) {
		if (pools->at[i].sizing.node == node)
			return &pools->at[i].sizing;
	}
	if (pools->count == POOL_NODES_MAX)
		return &pools->at[0].sizing;
	pools->at[pools->count].sizing.node = node;
	return &pools->at[pools->count++].sizing;
}

void
pools_size(struct pools *pools, const struct pool_cfg *cfg, const struct ports *ports)
{
	unsigned mtu = PORT_MTU;

	memset(pools, 0, sizeof(*pools));
	pools->cfg = *cfg;
	for (unsigned i = 0; i < ports->count; i++) {
		const struct port *port = &ports->at[i];
		struct pool_sizing *s;

		if (!port->used)
			continue;
		s = sizing_of(pools, port->numa_node);
		s->ports++;
		s->port_mbufs += port_rx_buffers(port) + port_tx_buffers(port);
		mtu = RTE_MAX(mtu, port->mtu);
	}
	for (unsigned w = 0; w < ports->workers; w++)
		sizing_of(pools, eal_worker_node(w))->workers++;
	for (unsigned i = 0; i < pools->count; i++) {
		pools->at[i].sizing.mbuf_bytes = pool_mbuf_bytes(mtu);
		sizing_sum(&pools->at[i].sizing, &pools->cfg, ports->count, ports->workers);
	}
}

/* Returns the flag that packs a pool: where addresses are virtual, an mbuf may lie across pages.
 * Otherwise DPDK leaves gaps, as large as the mbufs with 4 KiB pages, and the af_xdp driver, which
 * does not know of them, loses every mbuf behind the place where the pool would end without gaps.
 * DPDK gives a packed pool no IO addresses: address_one does. */
static unsigned
packing(void)
{
	return rte_eal_iova_mode() == RTE_IOVA_VA ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0;
}

/* Sets the IO address of an mbuf.  In VA mode a device uses the virtual address, for all of DPDK's
 * memory. */
static void
set_address(struct rte_mbuf *m)
{
	rte_mempool_get_header(m)->iova = (rte_iova_t)(uintptr_t)m;
	rte_mbuf_iova_set(m, (rte_iova_t)(uintptr_t)m->buf_addr);
}

/* Initialises the mbufs from the one at *arg on. */
static void
init_one(struct rte_mempool *mp, void *arg, void *object, unsigned index)
{
	const unsigned *from = arg;

	if (index < *from)
		return;
	rte_pktmbuf_init(mp, NULL, object, index);
	if (packing() != 0)
		set_address(object);
}

static void
init_mbufs(struct rte_mempool *mp, unsigned from)
{
	rte_mempool_obj_iter(mp, init_one, &from);
}

static int
set_store(struct rte_mempool *mp, bool lazy)
{
	struct pool_lazy *later = lazy ? pool_lazy_create(mp, init_mbufs) : NULL;
	/* DPDK has room for 16 stores, and with 24.11's drivers there is one left. */
#ifdef WEIR_DEBUG
	const char *store = pool_debug_store();
#else
	const char *store = lazy ? pool_lazy_store() : rte_mbuf_best_mempool_ops();
#endif

	if (lazy && later == NULL)
		return -ENOMEM;
	return rte_mempool_set_ops_byname(mp, store, later);
}

static int
fill(struct rte_mempool *mp, unsigned room, bool lazy)
{
	struct rte_pktmbuf_pool_private private = { .mbuf_data_room_size = (uint16_t)room,
		.mbuf_priv_size = PRIVATE_BYTES };
	int rc = set_store(mp, lazy);

	rte_pktmbuf_pool_init(mp, &private);
#ifdef WEIR_DEBUG
	pool_debug_filling = mp;
#endif
	if (rc == 0 && lazy)
		rc = pool_lazy_make(mp, 1) ? 0 : -ENOMEM;
	else if (rc == 0)
		rc = rte_mempool_populate_default(mp);
	if (rc >= 0 && !lazy)
		init_mbufs(mp, 0);
#ifdef WEIR_DEBUG
	pool_debug_filling = NULL;
#endif
	return rc;
}

static void
free_pool(struct rte_mempool *mp)
{
	struct pool_lazy *lazy = pool_lazy_of(mp);

	pool_lazy_close(lazy);
	rte_mempool_free(mp);
	pool_lazy_destroy(lazy);
}

struct rte_mempool *
pool_create(const char *name, unsigned n, unsigned room, const struct pool_place *place)
{
	unsigned element = (unsigned)sizeof(struct rte_mbuf) + PRIVATE_BYTES + room;
	struct rte_mempool *mp = rte_mempool_create_empty(name, n, element, CACHE,
		sizeof(struct rte_pktmbuf_pool_private), place->node, packing());

	if (mp != NULL && fill(mp, room, place->lazy && packing() != 0) < 0) {
		free_pool(mp);
		mp = NULL;
	}
	return mp;
}

struct rte_mempool *
pool_create_plain(const char *name, unsigned n)
{
	return pool_create(
		name, n, pool_data_room(PORT_MTU), &(struct pool_place){ .node = SOCKET_ID_ANY });
}

void
pool_destroy_plain(struct rte_mempool *mp)
{
	if (mp == NULL)
		return;
#ifdef WEIR_DEBUG
	pool_debug_forget(mp);
#endif
	free_pool(mp);
}

/* Returns what is wrong with the address by which a device would find an mbuf's buffer, or NULL. */
static const char *
address_fault(const struct rte_mbuf *m)
{
	rte_iova_t iova = rte_mbuf_iova_get(m), physical;

	if (iova == 0 || iova == RTE_BAD_IOVA)
		return "have no IO address";
	if (rte_eal_iova_mode() == RTE_IOVA_VA)
		return iova == (rte_iova_t)(uintptr_t)m->buf_addr
			? NULL
			: "have an IO address that is not their virtual one";
	physical = rte_mem_virt2phy(m->buf_addr); /* the kernel gives it to root only */
	return physical == RTE_BAD_IOVA || physical == iova
		? NULL
		: "have an IO address that is not their physical one";
}

struct sample {
	unsigned every; /* mbufs between two that are checked */
	const char *fault;
};

static void
sample_one(struct rte_mempool *mp, void *arg, void *object, unsigned index)
{
	struct sample *s = arg;

	if (s->fault == NULL && index % s->every == 0)
		s->fault = address_fault(object);
}

const char *
pool_address_fault(struct rte_mempool *mp)
{
	struct sample s = { .every = mp->size / ADDRESS_SAMPLES + 1 };

	rte_mempool_obj_iter(mp, sample_one, &s);
	return s.fault;
}

static int
check_addresses(const struct pools *pools, const struct ports *ports, struct err *err)
{
	const struct port *dma = NULL;

	for (unsigned i = 0; i < ports->count && dma == NULL; i++)
		dma = ports->at[i].used && ports->at[i].kind == DEVICE_PCI ? &ports->at[i] : NULL;
	for (unsigned i = 0; dma != NULL && i < pools->count; i++) {
		const char *fault = pool_address_fault(pools->at[i].mp);

		if (fault != NULL)
			return err_add(err, EFAULT, dma->loc,
				"ports.%s: %s reads and writes memory by itself, and packet buffers "
				"%s (IOVA mode %s, %s)",
				dma->name, dma->device, fault,
				rte_eal_iova_mode() == RTE_IOVA_VA ? "VA" : "PA", eal_memory());
	}
	return 0;
}

int
pools_create(
	struct pools *pools, const struct pool_cfg *cfg, const struct ports *ports, struct err *err)
{
	unsigned mtu = PORT_MTU;

	for (unsigned i = 0; i < ports->count; i++)
		mtu = RTE_MAX(mtu, ports->at[i].mtu);
	pools_size(pools, cfg, ports);

	for (unsigned i = 0; i < pools->count; i++) {
		struct pool *p = &pools->at[i];
		struct pool_place place = pool_place_of(cfg, p->sizing.node);
		char name[RTE_MEMPOOL_NAMESIZE];

		p->for_ports = p->sizing.port_mbufs + ports->count * pool_backlogs(ports, cfg);
		snprintf(name, sizeof(name), "mbufs%d", p->sizing.node);
		p->mp = pool_create(name, p->sizing.count, pool_data_room(mtu), &place);
		if (p->mp == NULL) {
			int rc = err_add(err, ENOMEM, cfg->loc,
				"system.memory.mbufs: no memory for %u mbufs, %zu MiB, "
				"on NUMA node %d (%s)",
				p->sizing.count, p->sizing.bytes / MIB, p->sizing.node,
				eal_memory());

			pools_destroy(pools);
			return rc;
		}
	}
	if (check_addresses(pools, ports, err) < 0) {
		pools_destroy(pools);
		return -EFAULT;
	}
	return 0;
}

void
pools_destroy(struct pools *pools)
{
	for (unsigned i = 0; i < pools->count; i++)
		pool_destroy_plain(pools->at[i].mp);
	pools->count = 0;
}

struct rte_mempool *
pools_of_node(const struct pools *pools, int node)
{
	node = pool_node_of(node);
	for (unsigned i = 0; i < pools->count; i++) {
		if (pools->at[i].sizing.node == node)
			return pools->at[i].mp;
	}
	return pools->at[0].mp;
}

unsigned
pools_in_use(const struct pools *pools)
{
	unsigned n = 0;

	for (unsigned i = 0; i < pools->count; i++)
		n += rte_mempool_in_use_count(pools->at[i].mp);
	return n;
}

static void
print_port(const struct port *port, const char *before, FILE *out)
{
	fprintf(out, "%s%s ", before, port->name);
	if (port->rx_queues == port->tx_queues)
		fprintf(out, "%u queue%s x (%u rx + %u tx)", port->rx_queues,
			port->rx_queues == 1 ? "" : "s", port->rx_descriptors,
			port->tx_descriptors);
	else
		fprintf(out, "(%u x %u rx + %u x %u tx)", port->rx_queues, port->rx_descriptors,
			port->tx_queues, port->tx_descriptors);
}

static void
print_one(const struct pool *p, const struct ports *ports, FILE *out)
{
	const struct pool_sizing *s = &p->sizing;
	const char *before = "mbufs: ";

	for (unsigned i = 0; i < ports->count; i++) {
		const struct port *port = &ports->at[i];

		if (!port->used || pool_node_of(port->numa_node) != s->node
			|| (port->pool != NULL && port->pool != p->mp))
			continue;
		print_port(port, before, out);
		before = " + ";
	}
	if (s->workers > 0)
		fprintf(out,
			"%s%u worker%s x (%u cache + %u in hand + %u backlog + %u held"
			" + %u in rings)",
			before, s->workers, s->workers == 1 ? "" : "s", s->cache, s->in_hand,
			s->backlog, s->holders, s->rings);
	fprintf(out, " + %u control = %u, %zu MiB", s->control_mbufs,
		s->port_mbufs + s->workers * s->worker_mbufs + s->control_mbufs, s->bytes / MIB);
}

void
pools_print(const struct pools *pools, const struct ports *ports, FILE *out)
{
	for (unsigned i = 0; i < pools->count; i++) {
		print_one(&pools->at[i], ports, out);
		if (pools->cfg.mbufs != 0)
			fprintf(out, "; %u as configured", pools->cfg.mbufs);
		if (pools->count > 1)
			fprintf(out, " on NUMA node %d", pools->at[i].sizing.node);
		fputc('\n', out);
	}
}
