/* SPDX-License-Identifier: BSD-3-Clause */
/* One device, of a port or of a member of a bond: found, opened, closed; whether it has vanished.
 */

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "base/log.h"
#include "io/bond.h"
#include "io/capture.h"
#include "io/port_priv.h"
#include "io/quiet.h"
#include "io/vfio_reset.h"
#include "io/wait.h"

struct rte_ether_addr
port_default_mac(unsigned index)
{
	return (struct rte_ether_addr){ { 0x02, 0x77, 0x65, 0x69, 0x72, (uint8_t)index } };
}

static int
find_id(struct port *port)
{
	uint16_t id;

	if (rte_eth_dev_get_port_by_name(port->device, &port->id) == 0)
		return 0;
	RTE_ETH_FOREACH_DEV(id)
	{
		struct rte_eth_dev_info info;

		if (rte_eth_dev_info_get(id, &info) == 0 && info.device != NULL
			&& strcmp(rte_dev_name(info.device), port->device) == 0) {
			port->id = id;
			return 0;
		}
	}
	return -ENODEV;
}

/* Opens a device that waits for another process, until that comes or a signal does. */
static int
probe_waiting(const struct port_cfg *cfg, const char *text, struct quiet *quiet, struct err *err)
{
	struct wait wait;
	int rc;

	quiet_end(quiet);
	log_info("ports.%s: %s waits for the process at its other end; SIGTERM ends it", cfg->name,
		cfg->device);
	quiet_begin(quiet);
	wait_begin(&wait);
	rc = rte_dev_probe(text);
	if (wait_end(&wait))
		return err_add(err, EINTR, cfg->device_loc,
			"ports.%s.device: stopped by a signal while it waited for the "
			"process at the other end",
			cfg->name);
	return rc;
}

/* Claims the device, and warns of what spoils the port on this host. */
static int
look_around(struct port *port, const struct port_cfg *cfg, struct err *err)
{
	char what[160];

	snprintf(what, sizeof(what), "ports.%s.device", cfg->name);
	port->claim = device_claim(cfg->device, what, cfg->device_loc, err);
	if (port->claim == -EBUSY)
		return -EBUSY;
	device_warn_host(cfg->device, what, cfg->device_loc, err);
	return 0;
}

int
port_probe(struct port *port, const struct port_cfg *cfg, unsigned queues, struct err *err)
{
	char far_mac[RTE_ETHER_ADDR_FMT_SIZE];
	char text[DEVICE_TEXT_MAX];
	struct rte_ether_addr mac = cfg->has_mac ? cfg->mac : port_default_mac(port->index);
	struct device_wish wish = { .queues = queues, .mtu = port->mtu };
	struct quiet quiet;
	int rc;

	/* The kernel's end of a tap is another station than ours. */
	if (port->kind == DEVICE_TAP)
		mac.addr_bytes[0] ^= 0x04;
	rte_ether_format_addr(far_mac, sizeof(far_mac), &mac);
	if (port->kind == DEVICE_TAP || cfg->has_mac)
		wish.mac = far_mac;
	if (device_complete(cfg->device, &wish, text) < 0)
		return err_add(
			err, ENAMETOOLONG, cfg->device_loc, "ports.%s.device: too long", cfg->name);
	if (look_around(port, cfg, err) < 0)
		return -EBUSY;
	device_clear(text, cfg->device_loc, err);

	af_packet_opening(&port->packet, queues);
	vfio_reset_begin();
	quiet_begin(&quiet);
	rc = device_waits(text) ? probe_waiting(cfg, text, &quiet, err) : rte_dev_probe(text);
	quiet_end(&quiet);
	vfio_reset_end();
	af_packet_opened();
	if (rc == -EINTR)
		return rc;
	if (rc == 0 || rc == -EEXIST)
		rc = find_id(port);
	if (rc < 0)
		return err_add(err, -rc, cfg->device_loc, "ports.%s.device: %s cannot be opened%s",
			cfg->name, port->device, quiet_colon(&quiet));
	port->open = true;
	/* Then fragments would come reassembled: better not at all. */
	if (port->kind == DEVICE_AF_PACKET && port->packet.count == 0)
		return err_add(err, ENOTSUP, cfg->device_loc,
			"ports.%s.device: this build does not "
			"export setsockopt to DPDK's plugins",
			cfg->name);
	return 0;
}

bool
port_mtu_is_meant(const struct port *port)
{
	for (unsigned i = 0; port->bond != NULL && i < port->bond->n; i++)
		if (!port_mtu_is_meant(&port->bond->member[i].device))
			return false;
	return port->kind == DEVICE_BOND || port->kind == DEVICE_PCI || port->kind == DEVICE_AF_XDP
		|| port->kind == DEVICE_REPLAY || port->kind == DEVICE_OTHER
		|| port->kind == DEVICE_FOREIGN;
}

uint32_t
port_most_mtu(const struct rte_eth_dev_info *info)
{
	uint32_t most = info->max_rx_pktlen > RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN
		? info->max_rx_pktlen - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN
		: RTE_ETHER_MTU;

	return RTE_MIN(most, info->max_mtu);
}

void
port_take_info(struct port *port, const struct rte_eth_dev_info *info)
{
	abilities_take(&port->abilities, info);
	if (port_mtu_is_meant(port))
		port->abilities.mtu = port_most_mtu(info);
	port->rte = info->device;
	port->if_index = info->if_index;
	if (info->if_index != 0)
		if_indextoname(info->if_index, port->interface);
}

void
port_take_row(struct port *port, const struct port_cfg *cfg)
{
	snprintf(port->name, sizeof(port->name), "%s", cfg->name);
	port->loc = cfg->loc;
	port->kind = cfg->capture ? DEVICE_CAPTURE : device_kind(cfg->device);
	port->mtu = cfg->mtu != 0 ? cfg->mtu : PORT_MTU;
	port->has_mac = cfg->has_mac;
	port->mac = cfg->mac;
	port->wants_promiscuous = cfg->promiscuous;
	port->wants_interrupts = cfg->interrupts;
	port->vlans = cfg->vlans;
	port->by_source = cfg->by_source; /* if the device can */
	port->stamps_port = port->kind != DEVICE_RING && port->kind != DEVICE_CAPTURE
		&& port->kind != DEVICE_BOND;
	port->used = true;
	if (!cfg->capture && port->kind == DEVICE_BOND)
		snprintf(port->device, sizeof(port->device), "net_bonding_%s", cfg->name);
	else if (!cfg->capture)
		device_name(cfg->device, port->device);
}

/* A ring loops to itself; what lies in it when it goes is freed first. */
static void
drain(const struct port *port)
{
	struct rte_mbuf *pkts[32];
	uint16_t n;

	for (uint16_t q = 0; q < port->rx_queues; q++) {
		while ((n = rte_eth_rx_burst(port->id, q, pkts, RTE_DIM(pkts))) > 0)
			rte_pktmbuf_free_bulk(pkts, n);
	}
}

void
port_shut(struct port *port)
{
	struct quiet quiet;

	if (port->claim >= 0)
		close(port->claim);
	port->claim = -1;
	if (!port->open)
		return;
	quiet_begin(&quiet);
	if (port->promiscuous)
		rte_eth_promiscuous_disable(port->id);
	if (port->started && port->kind == DEVICE_RING)
		drain(port);
	if (port->started)
		rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
	if (port->rte != NULL)
		rte_dev_remove(port->rte);
	quiet_end(&quiet);
	if (port->capture != NULL)
		capture_close(port);
	port->open = false;
	port->started = false;
}

unsigned
port_rx_buffers(const struct port *port)
{
	unsigned devices = port->bond != NULL ? port->bond->n : 1;

	return devices * port->rx_queues * port->rx_descriptors;
}

unsigned
port_tx_buffers(const struct port *port)
{
	unsigned devices = port->bond != NULL ? port->bond->n : 1;

	return devices * port->tx_queues * port->tx_descriptors;
}

bool
port_is_watched(const struct port *port)
{
	return port->if_index != 0
		&& (port->kind == DEVICE_AF_PACKET || port->kind == DEVICE_AF_XDP
			|| port->kind == DEVICE_TAP);
}

bool
port_device_vanished(const struct port *port)
{
	char name[IF_NAMESIZE];

	if (port->open && port->kind == DEVICE_PCI)
		return atomic_load_explicit(&port->asked_back, memory_order_relaxed);
	if (!port->open || !port_is_watched(port))
		return false;
	/* By number: an interface that was created anew under the old name is another one. */
	return (if_indextoname(port->if_index, name) == NULL && errno == ENXIO)
		|| (port->kind == DEVICE_AF_PACKET && af_packet_is_unbound(&port->packet));
}

void
port_device_stats(struct port *port, struct port_stats *stats)
{
	struct rte_eth_stats s = { 0 };

	if (port->started)
		rte_eth_stats_get(port->id, &s);
	*stats = (struct port_stats){
		.rx_packets = s.ipackets,
		.rx_bytes = s.ibytes,
		.rx_missed = s.imissed + (port->started ? af_packet_missed(&port->packet) : 0),
		.rx_errors = s.ierrors,
		.rx_no_mbuf = s.rx_nombuf,
		.tx_packets = s.opackets,
		.tx_bytes = s.obytes,
		.tx_errors = s.oerrors,
	};
}

void
port_stats_add(struct port_stats *sum, const struct port_stats *s)
{
	sum->rx_packets += s->rx_packets;
	sum->rx_bytes += s->rx_bytes;
	sum->rx_missed += s->rx_missed;
	sum->rx_errors += s->rx_errors;
	sum->rx_no_mbuf += s->rx_no_mbuf;
	sum->tx_packets += s->tx_packets;
	sum->tx_bytes += s->tx_bytes;
	sum->tx_errors += s->tx_errors;
}
