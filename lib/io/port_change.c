/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that are added and removed while workers run. */

#include "io/port.h"

#include <errno.h>
#include <string.h>

#include "io/pool.h"
#include "io/port_priv.h"

int
ports_free_slot(const struct ports *ports, const char *name)
{
	int never = -ENOSPC, any = -ENOSPC;

	for (int i = PORT_MAX - 1; i >= 0; i--) {
		const struct port *port = &ports->at[i];

		if (port->used)
			continue;
		if (strcmp(port->name, name) == 0)
			return i;
		any = i;
		if (port->name[0] == '\0')
			never = i;
	}
	return never >= 0 ? never : any;
}

struct rte_ether_addr
port_own_mac(const struct port *port, unsigned slot)
{
	struct port other = *port;

	other.has_mac = false;
	other.index = (uint16_t)slot;
	port_choose_mac(&other);
	return other.mac;
}

/* Makes a slot as new.  What a port of the same name has counted there goes on. */
static struct port *
empty_slot(struct ports *ports, unsigned slot, const char *name)
{
	struct port *port = &ports->at[slot];
	bool same = strcmp(port->name, name) == 0;
	struct port_stats before = port->before;
	struct port_count base = port->base;

	memset(port, 0, sizeof(*port));
	port->index = (uint16_t)slot;
	port->claim = -1;
	port->before = same ? before : (struct port_stats){ 0 };
	port->base = base;
	if (slot >= ports->count)
		ports->count = slot + 1;
	return port;
}

/* By source spread only ports that agree with those of the start. */
static void
agree_on_spreading(const struct ports *ports, struct port *port)
{
	unsigned reta_size;
	bool by_source = port->by_source;

	port->by_source = false;
	if (by_source && port->rx_queues == ports->workers
		&& ports_by_source(ports, &reta_size) != NULL && reta_size == port->reta_size) {
		port->by_source = true;
		return;
	}
	port->rss_types &= ~RTE_ETH_RSS_L3_SRC_ONLY;
}

int
port_add(struct ports *ports, unsigned slot, const struct port_cfg *cfg,
	const struct rte_ether_addr *mac, struct pools *pools, struct err *err)
{
	struct port *port = empty_slot(ports, slot, cfg->name);
	int rc = port_open(port, cfg, ports->workers, err);

	if (rc == 0) {
		if (mac != NULL)
			port->mac = *mac;
		agree_on_spreading(ports, port);
		rc = pools_give_port(pools, ports, port, err);
	}
	if (rc == 0)
		rc = port_start(port, ports->source_key, pools, err);
	if (rc < 0) {
		port_close(port);
		port->used = false;
		port->name[0] = '\0';
		port->rx_queues = port->tx_queues = 0;
	}
	return rc;
}

void
port_add_absent(struct ports *ports, unsigned slot, const struct port_cfg *cfg)
{
	struct port *port = empty_slot(ports, slot, cfg->name);

	port_take_row(port, cfg);
	if (!port->has_mac)
		port->mac = port_default_mac(slot);
}

void
port_remove(struct ports *ports, struct port *port, struct pools *pools)
{
	unsigned kept = ports->kept;

	port_detach(ports, port);
	pools_lose(pools, port->pool, ports->kept - kept);
	port->used = false;
	port->pool = NULL;
	port->rx_queues = port->tx_queues = 0;
	while (ports->count > 0 && !ports->at[ports->count - 1].used)
		ports->count--;
}
