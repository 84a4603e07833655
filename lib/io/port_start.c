/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts opened devices; reads their link state and counters. */

#include "io/port.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <rte_ethdev.h>

#include "io/bond.h"
#include "io/pool.h"
#include "io/port_priv.h"
#include "io/quiet.h"
#include "io/rx_interrupt.h"

void
port_choose_mac(struct port *port)
{
	if (port->has_mac)
		return;
	/* These have no MAC, or all of them the same one, or (tap) it is the far side's. */
	if (port->kind == DEVICE_NULL || port->kind == DEVICE_RING || port->kind == DEVICE_PCAP
		|| port->kind == DEVICE_CAPTURE || port->kind == DEVICE_TAP
		|| rte_eth_macaddr_get(port->id, &port->mac) < 0
		|| rte_is_zero_ether_addr(&port->mac))
		port->mac = port_default_mac(port->index);
}

void
port_choose_rss(struct port *port, const struct rte_eth_dev_info *info)
{
	const uint64_t useful = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;
	uint64_t types = info->flow_type_rss_offloads & useful;
	bool by_source = port->by_source
		&& (info->flow_type_rss_offloads & RTE_ETH_RSS_L3_SRC_ONLY) != 0
		&& info->hash_key_size <= PORT_RSS_KEY_BYTES && info->reta_size > 0;

	port->by_source = false;
	/* What other virtual devices call RSS is not a Toeplitz hash. */
	if (port->kind != DEVICE_PCI && port->kind != DEVICE_REPLAY)
		return;
	if (port->rx_queues == 1 || types == 0 || info->hash_key_size == 0)
		return;
	port->steered = true;
	port->by_source = by_source;
	port->rss_types = types | (by_source ? RTE_ETH_RSS_L3_SRC_ONLY : 0);
	port->reta_size = info->reta_size;
}

/* Requests RSS. The key 6d5a... makes Toeplitz symmetric: both directions of a flow have the same
 * hash, on any NIC (Woo and Park, Scalable TCP Session Monitoring with Symmetric Receive-side
 * Scaling, 2012).  By source the key is a secret: Toeplitz is linear, and inside hosts must not
 * choose their worker. */
static void
ask_for_rss(const struct port *port, const struct rte_eth_dev_info *info, uint8_t *source_key,
	struct rte_eth_conf *conf)
{
	static uint8_t key[256];

	if (!port->steered)
		return;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = i % 2 == 0 ? 0x6d : 0x5a;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_key = port->by_source ? source_key : key;
	conf->rx_adv_conf.rss_conf.rss_key_len = info->hash_key_size;
	conf->rx_adv_conf.rss_conf.rss_hf = port->rss_types;
}

static int
choose_mtu(struct port *port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf,
	struct err *err)
{
	uint32_t most = port_most_mtu(info);
	int rc;

	if (port_mtu_is_meant(port) && port->mtu > most)
		return err_add(err, EINVAL, port->loc,
			"ports.%s: its interfaces ask for an MTU of %u; %s can do %u", port->name,
			port->mtu, port->device, most);
	conf->rxmode.mtu = RTE_MIN(port->mtu, most);
	if (port->interface[0] == '\0')
		return 0;
	rc = device_raise_mtu(port->interface, port->mtu);
	if (rc < 0)
		return err_add(err, -rc, port->loc,
			"ports.%s: the MTU of %s cannot be raised to %u: %s", port->name,
			port->interface, port->mtu, strerror(-rc));
	return 0;
}

static int
set_up_queues(struct port *port, const struct pools *pools)
{
	unsigned node = (unsigned)port->numa_node;
	int rc = 0;

	if (port->pool == NULL)
		port->pool = pools_of_node(pools, port->numa_node);
	for (uint16_t q = 0; rc == 0 && q < port->rx_queues; q++)
		rc = rte_eth_rx_queue_setup(
			port->id, q, port->rx_descriptors, node, NULL, port->pool);
	for (uint16_t q = 0; rc == 0 && q < port->tx_queues; q++)
		rc = rte_eth_tx_queue_setup(port->id, q, port->tx_descriptors, node, NULL);
	return rc;
}

/* Sets the device's filter so that our frames pass: by our MAC if the device can have it, else
 * without a filter.  A kernel interface keeps the MAC that the operator gave it. */
static void
choose_filter(struct port *port)
{
	bool kernels = port->kind == DEVICE_AF_PACKET || port->kind == DEVICE_AF_XDP;
	bool promiscuous = port->wants_promiscuous, on = rte_eth_promiscuous_get(port->id) == 1;
	struct rte_ether_addr device;

	rte_eth_allmulticast_enable(port->id);
	/* Otherwise LACP's mode drops broadcasts and all multicasts. */
	if (port->bond != NULL && rte_eth_allmulticast_get(port->id) != 1)
		promiscuous = true;
	if (port->kind != DEVICE_TAP && rte_eth_macaddr_get(port->id, &device) == 0
		&& !rte_is_same_ether_addr(&device, &port->mac)
		&& (kernels || rte_eth_dev_default_mac_addr_set(port->id, &port->mac) < 0))
		promiscuous = true;
	if (promiscuous && !on)
		port->promiscuous = rte_eth_promiscuous_enable(port->id) == 0;
	if (!promiscuous && on && port->promiscuous)
		port->promiscuous = rte_eth_promiscuous_disable(port->id) != 0;
}

void
port_want_promiscuous(struct port *port, bool wanted)
{
	bool wants = port->wants_promiscuous;

	port->wants_promiscuous = wanted;
	if (port->started && wants != wanted)
		choose_filter(port);
}

static int
start_device(struct port *port, const struct pools *pools, const struct rte_eth_conf *conf)
{
	int rc = rte_eth_dev_configure(port->id, port->rx_queues, port->tx_queues, conf);

	if (rc == 0)
		rc = set_up_queues(port, pools);
	if (rc == 0)
		rc = rte_eth_dev_start(port->id);
	return rc;
}

/* Virtual devices are not asked for interrupts: those that a router uses have none (of
 * net_af_packet the sockets serve), or (net_tap, net_vhost) no way to enable them. */
static bool
may_have_interrupts(const struct port *port)
{
	return port->kind == DEVICE_PCI || port->kind == DEVICE_REPLAY || port->kind == DEVICE_OTHER
		|| port->kind == DEVICE_FOREIGN;
}

static int
set_going(struct port *port, const struct pools *pools, struct rte_eth_conf *conf)
{
	int rc;

	conf->intr_conf.rxq = port->wants_interrupts && may_have_interrupts(port);
	rc = start_device(port, pools, conf);
	if (rc < 0 && conf->intr_conf.rxq != 0) { /* net_virtio on uio_pci_generic */
		conf->intr_conf.rxq = 0;
		rc = start_device(port, pools, conf);
	}
	if (rc == 0) {
		port->started = true; /* of a bond: its members, too */
		choose_filter(port);
		port->interrupts = port->wants_interrupts
			&& (conf->intr_conf.rxq != 0 || port->kind == DEVICE_AF_PACKET)
			&& rx_interrupt_try(port);
		port_tell_vlans(port);
		rte_eth_stats_reset(port->id);
	}
	return rc;
}

int
port_start(struct port *port, uint8_t *source_key, const struct pools *pools, struct err *err)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = { 0 };
	struct quiet quiet;
	int rc;

	rc = rte_eth_dev_info_get(port->id, &info);
	if (rc < 0)
		return err_add(err, -rc, port->loc,
			"ports.%s: the device does not say what it can do", port->name);
	ask_for_rss(port, &info, source_key, &conf);
	port_ask_for_vlans(port, &info, &conf);
	conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	rc = choose_mtu(port, &info, &conf, err);
	if (rc < 0)
		return rc;

	rc = port->bond != NULL ? bond_prepare(port, err) : 0;
	if (rc < 0)
		return rc;

	quiet_begin(&quiet);
	rc = set_going(port, pools, &conf);
	quiet_end(&quiet);
	if (rc < 0)
		return err_add(err, -rc, port->loc, "ports.%s: %s does not start%s", port->name,
			port->device, quiet_colon(&quiet));
	rc = port->bond != NULL ? bond_started(port, err) : 0;
	if (rc < 0)
		return rc;
	port_update(port);
	/* Pairs with the acquire in the workers' is_present: its queues may be used. */
	atomic_store_explicit(&port->present, true, memory_order_release);
	return 0;
}

int
ports_start(struct ports *ports, const struct pools *pools, struct err *err)
{
	for (unsigned i = 0; i < ports->count; i++) {
		int rc = !ports->at[i].used
			? 0
			: port_start(&ports->at[i], ports->source_key, pools, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

bool
ports_steered(const struct ports *ports)
{
	const struct port *first = NULL;

	for (unsigned i = 0; ports->workers > 1 && i < ports->count; i++) {
		const struct port *port = &ports->at[i];

		if (!port->used)
			continue;
		if (first == NULL)
			first = port;
		if (!port->steered || port->by_source || port->rx_queues != ports->workers
			|| port->rss_types != first->rss_types
			|| port->reta_size != first->reta_size)
			return false;
	}
	return true;
}

bool
ports_spread_alike(const struct ports *ports, uint64_t *rss_types, unsigned *reta_size)
{
	*reta_size = 0;
	for (unsigned i = 0; ports->workers > 1 && i < ports->count; i++) {
		const struct port *port = &ports->at[i];

		if (!port->used || port->by_source)
			continue;
		if (!port->steered || port->rx_queues != ports->workers
			|| (*reta_size != 0
				&& (port->rss_types != *rss_types
					|| port->reta_size != *reta_size)))
			return false;
		*rss_types = port->rss_types;
		*reta_size = port->reta_size;
	}
	return *reta_size != 0;
}

const char *
ports_replies(const struct ports *ports, const struct port *port)
{
	unsigned table;
	uint64_t types;

	if (ports->workers <= 1)
		return "one worker";
	return ports->foresees_replies && !port->by_source
			&& ports_spread_alike(ports, &types, &table)
		? "public port"
		: "handed over";
}

const uint8_t *
ports_by_source(const struct ports *ports, unsigned *reta_size)
{
	*reta_size = 0;
	for (unsigned i = 0; i < ports->count; i++) {
		const struct port *port = &ports->at[i];

		if (!port->used || !port->by_source)
			continue;
		if (port->rx_queues != ports->workers
			|| (*reta_size != 0 && port->reta_size != *reta_size))
			return NULL;
		*reta_size = port->reta_size;
	}
	return *reta_size != 0 ? ports->source_key : NULL;
}

bool
port_update(struct port *port)
{
	struct rte_eth_link link = { 0 };
	char name[IF_NAMESIZE] = "";
	bool up;

	if (!port->started) {
		up = false;
	} else if (port->bond != NULL) {
		up = bond_is_up(port);
	} else if (port->kind == DEVICE_AF_PACKET || port->kind == DEVICE_AF_XDP
		|| port->kind == DEVICE_TAP) {
		/* The interface may have been renamed; when it is gone the name stays, for
		 * messages. */
		if (if_indextoname(port->if_index, name) != NULL)
			memcpy(port->interface, name, sizeof(port->interface));
		up = device_interface_up(port->interface);
	} else {
		up = rte_eth_link_get_nowait(port->id, &link) == 0
			&& link.link_status == RTE_ETH_LINK_UP;
	}
	return atomic_exchange_explicit(&port->link_up, up, memory_order_relaxed) != up;
}

void
port_stats(struct port *port, struct port_stats *stats)
{
	port_device_stats(port, stats);
	if (port->bond != NULL && port->started)
		stats->rx_missed += bond_missed(port);
	port_stats_add(stats, &port->before);
}
