/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers for ports that are opened after the start. */

#include <errno.h>

#include <rte_mempool.h>

#include "base/log.h"
#include "io/eal.h"
#include "io/pool_priv.h"

enum {
	MIB = 1 << 20,
	SPARE_MIB = 256,
};

size_t
pool_spare_bytes(size_t estimate)
{
	return RTE_MAX(estimate, (size_t)SPARE_MIB * MIB);
}

static unsigned
need_of(const struct pools *pools, const struct ports *ports, const struct port *port)
{
	return port_rx_buffers(port) + port_tx_buffers(port) + pool_backlogs(ports, &pools->cfg);
}

/* Returns how many mbufs of a pool its ports need; the port itself does not count. */
static unsigned
taken(const struct pools *pools, const struct ports *ports, const struct pool *p,
	const struct port *port)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ports->count; i++)
		if (ports->at[i].used && &ports->at[i] != port && ports->at[i].pool == p->mp)
			n += need_of(pools, ports, &ports->at[i]);
	return n;
}

static bool
suits(const struct pools *pools, const struct ports *ports, const struct pool *p,
	const struct port *port)
{
	return p->sizing.node == pool_node_of(port->numa_node)
		&& rte_pktmbuf_data_room_size(p->mp) >= pool_data_room(port->mtu)
		&& taken(pools, ports, p, port) + need_of(pools, ports, port) <= p->for_ports;
}

/* Fills the sizing of a pool for one port.  Its mbufs may lie in the rings of every port, and with
 * every worker's holders. */
static void
size_late(const struct pools *pools, const struct ports *ports, const struct port *port,
	struct pool_sizing *s)
{
	const struct pool_sizing *first = &pools->at[0].sizing;

	*s = *first;
	s->node = pool_node_of(port->numa_node);
	s->ports = 1;
	s->workers = ports->workers;
	s->port_mbufs = port_rx_buffers(port);
	for (unsigned i = 0; i < ports->count; i++)
		if (ports->at[i].used)
			s->port_mbufs += port_tx_buffers(&ports->at[i]);
	s->mbuf_bytes = pool_mbuf_bytes(port->mtu);
	s->count = s->port_mbufs + s->workers * s->worker_mbufs + s->control_mbufs;
	s->bytes = (size_t)s->count * s->mbuf_bytes;
}

int
pools_give_port(struct pools *pools, const struct ports *ports, struct port *port, struct err *err)
{
	struct pool *p = &pools->at[pools->count];
	struct pool_place place;
	char name[RTE_MEMPOOL_NAMESIZE];

	for (unsigned i = 0; i < pools->count; i++) {
		if (!suits(pools, ports, &pools->at[i], port))
			continue;
		port->pool = pools->at[i].mp;
		return 0;
	}
	if (pools->count == POOLS_MAX)
		return err_add(err, ENOMEM, port->loc,
			"ports.%s: there are %u packet buffer pools; one more needs a restart",
			port->name, pools->count);
	size_late(pools, ports, port, &p->sizing);
	snprintf(name, sizeof(name), "mbufs%d.%u", p->sizing.node, pools->count);
	place = pool_place_of(&pools->cfg, p->sizing.node);
	p->mp = pool_create(name, p->sizing.count, pool_data_room(port->mtu), &place);
	if (p->mp == NULL)
		return err_add(err, ENOMEM, port->loc,
			"ports.%s: no memory for its %u packet buffers, %zu MiB (%s); a restart sizes "
			"memory for it",
			port->name, p->sizing.count, p->sizing.bytes / MIB, eal_memory());
	p->for_ports = need_of(pools, ports, port);
	pools->count++;
	port->pool = p->mp;
	log_info("port %s: %u more packet buffers, %zu MiB", port->name, p->sizing.count,
		p->sizing.bytes / MIB);
	return 0;
}

void
pools_lose(struct pools *pools, const struct rte_mempool *mp, unsigned n)
{
	for (unsigned i = 0; i < pools->count; i++)
		if (pools->at[i].mp == mp)
			pools->at[i].for_ports -= RTE_MIN(n, pools->at[i].for_ports);
}
