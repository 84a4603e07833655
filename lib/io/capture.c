/* SPDX-License-Identifier: BSD-3-Clause */
/* A port whose frames come from memory, for replay and tests. */

#include "io/capture.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ring.h>

#include "base/race.h"
#include "io/quiet.h"
#include "io/release.h"

enum {
	CAPTURE_QUEUES_MAX = 16, /* as many as net_ring has */
};

struct capture {
	unsigned queues;
	struct rte_ring *rx[CAPTURE_QUEUES_MAX];
	struct rte_ring *tx[CAPTURE_QUEUES_MAX];
};

typedef int (*from_rings_fn)(const char *name, struct rte_ring *const rx[], unsigned n_rx,
	struct rte_ring *const tx[], unsigned n_tx, unsigned numa_node);

/* Returns the driver's function: the driver is a plugin that EAL has loaded, and is not linked. */
static from_rings_fn
find_driver(void)
{
	from_rings_fn from_rings;
	char name[32];
	void *plugin, *symbol;

	snprintf(name, sizeof(name), "librte_net_ring.so.%d", RELEASE_ABI);
	plugin = dlopen(name, RTLD_NOLOAD | RTLD_NOW);
	symbol = dlsym(plugin != NULL ? plugin : RTLD_DEFAULT, "rte_eth_from_rings");
	if (plugin != NULL)
		dlclose(plugin);
	*(void **)&from_rings = symbol;
	return from_rings;
}

static struct rte_ring *
make_ring(const struct port *port, char way, unsigned queue)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "capture%u_%c%u", port->index, way, queue);
	return rte_ring_create(
		name, CAPTURE_RING, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

static int
open_device(struct port *port, from_rings_fn from_rings)
{
	struct capture *c = port->capture;
	struct quiet quiet;
	int id;

	for (unsigned q = 0; q < c->queues; q++) {
		c->rx[q] = make_ring(port, 'r', q);
		c->tx[q] = make_ring(port, 't', q);
		if (c->rx[q] == NULL || c->tx[q] == NULL)
			return -ENOMEM;
	}
	snprintf(port->device, sizeof(port->device), "capture%u", port->index);
	quiet_begin(&quiet);
	id = from_rings(port->device, c->rx, c->queues, c->tx, c->queues, 0);
	quiet_end(&quiet);
	if (id < 0)
		return rte_errno > 0 ? -rte_errno : -EIO;
	port->id = (uint16_t)id;
	port->open = true;
	return 0;
}

int
capture_open(struct port *port, unsigned queues, struct err *err)
{
	from_rings_fn from_rings = find_driver();
	int rc;

	if (from_rings == NULL)
		return err_add(err, ENOENT, port->loc,
			"ports.%s: DPDK's ring driver (librte_net_ring) is not installed",
			port->name);
	if (queues > CAPTURE_QUEUES_MAX)
		return err_add(err, EINVAL, port->loc,
			"ports.%s: a port from memory has at most %d queues", port->name,
			CAPTURE_QUEUES_MAX);
	port->capture = calloc(1, sizeof(*port->capture));
	if (port->capture == NULL)
		return err_add(err, ENOMEM, port->loc, "ports.%s: out of memory", port->name);
	port->capture->queues = queues;
	rc = open_device(port, from_rings);
	if (rc < 0) {
		capture_close(port);
		return err_add(
			err, -rc, port->loc, "ports.%s: no memory for its rings", port->name);
	}
	return 0;
}

static void
free_ring(struct rte_ring *ring)
{
	struct rte_mbuf *pkts[32];
	unsigned n;

	if (ring == NULL)
		return;
	while ((n = rte_ring_dequeue_burst(ring, (void **)pkts, RTE_DIM(pkts), NULL)) > 0)
		rte_pktmbuf_free_bulk(pkts, n);
	rte_ring_free(ring);
}

void
capture_close(struct port *port)
{
	struct capture *c = port->capture;

	if (c == NULL)
		return;
	for (unsigned q = 0; q < c->queues; q++) {
		free_ring(c->rx[q]);
		free_ring(c->tx[q]);
	}
	free(c);
	port->capture = NULL;
}

unsigned
capture_push(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n)
{
	race_give((void **)pkts, n);
	return rte_ring_enqueue_burst(port->capture->rx[queue], (void **)pkts, n, NULL);
}

unsigned
capture_drain(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n)
{
	unsigned got = rte_ring_dequeue_burst(port->capture->tx[queue], (void **)pkts, n, NULL);

	race_take((void **)pkts, got);
	return got;
}
