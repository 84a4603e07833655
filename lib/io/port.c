/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: finding and opening devices, giving them back. */

#include "base/random.h"
#include "io/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

#include "io/bond.h"
#include "io/capture.h"
#include "io/port_priv.h"

/* As many as each member has. */
static unsigned
of_members(const struct port_cfg *cfg, unsigned workers)
{
	unsigned queues = workers;

	for (unsigned i = 0; i < cfg->bond.n; i++) {
		const char *device = bond_cfg_device(&cfg->bond, i);
		enum device_kind kind = device_kind(device);

		if (kind != DEVICE_PCI && kind != DEVICE_AF_PACKET && kind != DEVICE_REPLAY)
			return 1;
		queues = RTE_MIN(queues, device_queues(device));
	}
	return queues;
}

/* Queues when the configuration leaves it to us. */
unsigned
port_auto_queues(const struct port_cfg *cfg, enum device_kind kind, unsigned workers)
{
	switch (kind) {
	case DEVICE_PCI:
	case DEVICE_AF_PACKET:
	case DEVICE_NULL:
	case DEVICE_REPLAY:
		return RTE_MIN(workers, device_queues(cfg->device));
	case DEVICE_BOND:
		return of_members(cfg, workers);
	default:
		return 1;
	}
}

/* Receive and transmit queues; those of a virtual device come in pairs. */
int
port_decide_queues(struct port *port, const struct port_cfg *cfg, unsigned queues, unsigned workers,
	struct err *err)
{
	struct rte_eth_dev_info info;
	unsigned most;

	if (rte_eth_dev_info_get(port->id, &info) < 0)
		return err_add(err, EIO, cfg->device_loc,
			"ports.%s.device: %s gives no information about itself", cfg->name,
			port->device);
	port_take_info(port, &info);
	most = RTE_MIN(RTE_MIN(info.max_rx_queues, info.max_tx_queues), (uint16_t)PORT_QUEUES_MAX);
	if (cfg->queues > most)
		return err_add(err, EINVAL, cfg->queues_loc,
			"ports.%s.queues: %u are asked for, %s has %u", cfg->name, cfg->queues,
			port->device, most);
	port->rx_queues = (uint16_t)RTE_MIN(queues, most);
	port->tx_queues = port->rx_queues;
	if (port->kind == DEVICE_PCI || port->kind == DEVICE_CAPTURE || port->kind == DEVICE_NULL
		|| port->kind == DEVICE_REPLAY)
		port->tx_queues = (uint16_t)RTE_MIN(workers, most);
	port->tx_shared = workers > port->tx_queues;

	port->rx_descriptors = cfg->rx_descriptors != 0 ? cfg->rx_descriptors : PORT_DESCRIPTORS;
	port->tx_descriptors = cfg->tx_descriptors != 0 ? cfg->tx_descriptors : PORT_DESCRIPTORS;
	rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &port->rx_descriptors, &port->tx_descriptors);
	/* Its rings have one size, whatever is asked for. */
	if (port->kind == DEVICE_AF_XDP)
		port->rx_descriptors = port->tx_descriptors = DEVICE_AF_XDP_DESCRIPTORS;
	port->flat = port->kind == DEVICE_AF_XDP;
	port->numa_node = rte_eth_dev_socket_id(port->id);
	if (port->numa_node < 0)
		port->numa_node = 0;
	port_choose_rss(port, &info);
	return 0;
}

int
port_find(
	struct port *port, const struct port_cfg *cfg, unsigned queues, bool anew, struct err *err)
{
	return cfg->bond.n != 0 ? bond_open(port, cfg, queues, anew, err)
				: port_probe(port, cfg, queues, err);
}

int
port_open(struct port *port, const struct port_cfg *cfg, unsigned workers, struct err *err)
{
	unsigned queues;
	int rc;

	port_take_row(port, cfg);
	queues = cfg->queues != 0 ? cfg->queues : port_auto_queues(cfg, port->kind, workers);

	if (cfg->capture)
		rc = capture_open(port, RTE_MAX(queues, workers), err);
	else
		rc = port_find(port, cfg, queues, false, err);
	if (rc == 0)
		rc = port_decide_queues(port, cfg, queues, workers, err);
	if (rc == 0)
		port_choose_mac(port);
	return rc;
}

int
ports_open(struct ports *ports, const struct port_cfg *cfg, unsigned count, unsigned workers,
	struct err *err)
{
	unsigned reta_size;
	int rc;

	memset(ports, 0, sizeof(*ports));
	ports->workers = workers;
	rc = ports_check(cfg, count, err);
	if (rc == 0)
		rc = ports_check_host(cfg, count, err);
	for (unsigned i = 0; rc == 0 && i < count; i++) {
		ports->count = i + 1;
		ports->at[i].index = (uint16_t)i;
		ports->at[i].claim = -1;
		rc = port_open(&ports->at[i], &cfg[i], workers, err);
	}
	if (rc < 0)
		ports_close(ports);
	else if (ports_by_source(ports, &reta_size) != NULL)
		random_bytes(ports->source_key, sizeof(ports->source_key));
	if (rc == 0)
		ports_listen(ports);
	return rc;
}

/* The af_xdp driver gives back what it has sent when it is asked to send, of nothing too, and what
 * it filled its rings with never. */
unsigned
port_reap(const struct port *port)
{
	if (!port->started || port->kind != DEVICE_AF_XDP)
		return 0;
	for (uint16_t q = 0; q < port->tx_queues; q++)
		rte_eth_tx_burst(port->id, q, NULL, 0);
	return port->rx_queues * (unsigned)DEVICE_AF_XDP_DESCRIPTORS;
}

void
port_close(struct port *port)
{
	if (port->bond != NULL)
		bond_close(port);
	port_shut(port);
}

void
ports_close(struct ports *ports)
{
	ports_listen_no_more(ports);
	for (unsigned i = ports->count; i-- > 0;) {
		struct port *port = &ports->at[i];

		ports->kept += port_reap(port);
		port_close(port);
	}
	ports->count = 0;
}

struct port *
ports_find(struct ports *ports, const char *name)
{
	for (unsigned i = 0; i < ports->count; i++) {
		if (ports->at[i].used && strcmp(ports->at[i].name, name) == 0)
			return &ports->at[i];
	}
	return NULL;
}
