/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports whose device vanishes while Weir runs, and comes back. */

#include "io/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include <rte_mempool.h>

#include "io/pool.h"
#include "io/port_priv.h"

/* Does the device stand on a kernel interface that can be deleted? */
static bool
is_watched(const struct port *port)
{
	return port->if_index != 0
		&& (port->kind == DEVICE_AF_PACKET || port->kind == DEVICE_AF_XDP
			|| port->kind == DEVICE_TAP);
}

bool
port_vanished(const struct port *port)
{
	char name[IF_NAMESIZE];

	if (port->open && port->kind == DEVICE_PCI)
		return atomic_load_explicit(&port->asked_back, memory_order_relaxed);
	if (!port->open || !is_watched(port))
		return false;
	/* By number: an interface that was created anew under the old name is another one. */
	return (if_indextoname(port->if_index, name) == NULL && errno == ENXIO)
		|| (port->kind == DEVICE_AF_PACKET && af_packet_is_unbound(&port->packet));
}

void
port_vanished_text(const struct port *port, char *text, size_t size)
{
	if (port->kind == DEVICE_PCI)
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

/* Bound to a driver that DPDK can use. */
static bool
is_bound(const struct port_cfg *cfg)
{
	struct err *err = err_create();
	bool bound = err != NULL
		&& device_check_host(cfg->device, "", "/sys", cfg->device_loc, err) == 0;

	err_destroy(err);
	return bound;
}

bool
port_is_back(const struct port_cfg *cfg)
{
	char interface[DEVICE_VALUE_MAX];

	if (device_kind(cfg->device) == DEVICE_PCI)
		return is_bound(cfg);
	/* A tap is made by its driver. */
	return device_kind(cfg->device) == DEVICE_TAP
		|| (device_arg(cfg->device, "iface", interface, sizeof(interface))
			&& if_nametoindex(interface) != 0);
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
		rc = port_probe(port, cfg, queues, err);
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
	if (!is_watched(port) || device_interface_up(port->interface))
		return;
	if (device_interface_set_up(port->interface))
		snprintf(text, size, ": %s has no carrier", port->interface);
	else
		snprintf(text, size, ": %s is not set up (ip link set %s up)", port->interface,
			port->interface);
}
