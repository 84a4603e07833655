/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports whose device vanishes while Weir runs, and comes back. */

#include "io/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include <rte_mempool.h>

#include "io/bond.h"
#include "io/pool.h"
#include "io/port_priv.h"

bool
port_vanished(const struct port *port)
{
	/* Members of a bond may vanish one by one. */
	if (port->bond != NULL)
		return port->open && (bond_members(port) & ~bond_vanished(port)) == 0;
	return port_device_vanished(port);
}

void
port_vanished_text(const struct port *port, char *text, size_t size)
{
	if (port->bond != NULL)
		snprintf(text, size, "the devices of all members were deleted or moved away");
	else if (port->kind == DEVICE_PCI)
		snprintf(text, size, "%s is being unbound from vfio-pci", port->device);
	else
		snprintf(text, size, "%s was deleted or moved away", port->interface);
}

void
port_detach(struct ports *ports, struct port *port)
{
	struct port_stats so_far;

	port_stats(port, &so_far);
	ports->kept += port_reap(port);
	if (port->started
		&& port->kind
			== DEVICE_AF_XDP) /* nobody completes what its send rings hold any more */
		ports->kept += port->tx_queues * (unsigned)DEVICE_AF_XDP_DESCRIPTORS;
	port_close(port);
	port->before = so_far;
	port->promiscuous = false;
	port->packet.count = 0;
	port->rte = NULL;
	atomic_store_explicit(&port->asked_back, false, memory_order_relaxed);
	atomic_store_explicit(&port->link_up, false, memory_order_relaxed);
}

bool
port_is_back(const struct port_cfg *cfg)
{
	for (unsigned i = 0; i < cfg->bond.n; i++)
		if (device_is_there(bond_cfg_device(&cfg->bond, i)))
			return true;
	return cfg->bond.n == 0 && device_is_there(cfg->device);
}

/* The buffers that were taken by drivers which do not give them back are missing. */
static int
check_buffers(const struct ports *ports, const struct port *port, const struct port_cfg *cfg,
	struct err *err)
{
	unsigned wanted = port->kind == DEVICE_AF_XDP
		? 2 * port->rx_queues * DEVICE_AF_XDP_DESCRIPTORS
		: 0;

	if (ports->kept == 0 || port->pool == NULL || rte_mempool_avail_count(port->pool) >= wanted)
		return 0;
	return err_add(err, ENOMEM, cfg->device_loc,
		"ports.%s.device: the driver of %s has kept %u packet buffers; to "
		"open it once more needs a restart",
		cfg->name, port->device, ports->kept);
}

int
port_attach(struct ports *ports, struct port *port, const struct port_cfg *cfg, struct pools *pools,
	struct err *err)
{
	unsigned queues = cfg->queues != 0 ? cfg->queues
					   : port_auto_queues(cfg, port->kind, ports->workers);
	int rc = check_buffers(ports, port, cfg, err);

	if (rc == 0)
		rc = port_find(port, cfg, queues, true, err);
	if (rc == 0)
		rc = port_decide_queues(port, cfg, queues, ports->workers, err);
	if (rc == 0)
		rc = pools_give_port(pools, ports, port, err);
	if (rc == 0)
		rc = port_start(port, ports->source_key, pools, err);
	if (rc < 0)
		port_close(port);
	return rc;
}

void
port_link_text(const struct port *port, char *text, size_t size)
{
	text[0] = '\0';
	if (port->bond != NULL)
		snprintf(text, size, ": no member carries frames");
	if (!port_is_watched(port) || device_interface_up(port->interface))
		return;
	if (device_interface_set_up(port->interface))
		snprintf(text, size, ": %s has no carrier", port->interface);
	else
		snprintf(text, size, ": %s is not set up (ip link set %s up)", port->interface,
			port->interface);
}
