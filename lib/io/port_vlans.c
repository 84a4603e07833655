/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports whose device drops frames of VLANs that it was not told.
 *
 * virtio-net does, whether or not its filter was asked for: untagged frames and those with an outer
 * tag of 802.1ad pass, all others are dropped, and nothing counts them.  Drivers of other NICs
 * leave the filter off. */

#include "io/port.h"

#include <string.h>

#include <rte_ethdev.h>

#include "io/bond.h"
#include "io/port_priv.h"

enum {
	VLANS = 4096,
};

static bool
has(const struct port_vlans *set, unsigned vlan)
{
	return (set->bits[vlan / 64] >> vlan % 64 & 1) != 0;
}

static bool
has_virtio(const struct port *port)
{
	for (unsigned i = 0; port->bond != NULL && i < port->bond->n; i++)
		if (has_virtio(&port->bond->member[i].device))
			return true;
	return strcmp(port->abilities.driver, "net_virtio") == 0;
}

void
port_ask_for_vlans(
	struct port *port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	port->filters_vlans = has_virtio(port)
		&& (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) != 0;
	if (port->filters_vlans)
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_VLAN_FILTER;
	memset(&port->told, 0, sizeof(port->told));
}

void
port_tell_vlans(struct port *port)
{
	port->vlans.bits[0] |= 1; /* priority tags */
	for (unsigned vlan = 0; port->filters_vlans && vlan < VLANS; vlan++) {
		if (!has(&port->vlans, vlan) || has(&port->told, vlan)
			|| rte_eth_dev_vlan_filter(port->id, (uint16_t)vlan, 1) < 0)
			continue;
		port->told.bits[vlan / 64] |= UINT64_C(1) << vlan % 64;
	}
}

static void
take_vlans(struct port *port, const struct port_cfg *cfg)
{
	for (unsigned w = 0; w < RTE_DIM(port->vlans.bits); w++)
		port->vlans.bits[w] |= cfg->vlans.bits[w];
	if (port->started)
		port_tell_vlans(port);
}

void
ports_take_vlans(struct ports *ports, const struct port_cfg *cfg, unsigned count)
{
	for (unsigned i = 0; i < ports->count; i++)
		for (unsigned row = 0; row < count; row++)
			if (ports->at[i].used && strcmp(ports->at[i].name, cfg[row].name) == 0)
				take_vlans(&ports->at[i], &cfg[row]);
}
