/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports: finding and opening devices, giving them back. */

#include "base/log.h"
#include "base/random.h"
#include "io/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_log.h>

#include "io/capture.h"
#include "io/port_priv.h"
#include "io/quiet.h"
#include "io/wait.h"

void
ports_eal_needs(const struct port_cfg *cfg, unsigned count, struct eal_cfg *eal)
{
	for (unsigned i = 0; i < count; i++) {
		enum device_kind kind = DEVICE_CAPTURE;

		if (!cfg[i].capture)
			kind = device_kind(cfg[i].device);
		if (kind == DEVICE_PCI) {
			eal->pci = true;
			if (eal->n_pci < EAL_PCI_MAX)
				eal->pci_device[eal->n_pci++] = cfg[i].device;
		}
		if (kind == DEVICE_VIRTIO_USER)
			eal->single_file_segments = true;
	}
}

static void
row_name(char *out, size_t size, const struct port_cfg *cfg, const char *key)
{
	snprintf(out, size, "ports.%s.%s", cfg->name, key);
}

bool
port_same_device(const char *a, const char *b)
{
	char x[DEVICE_VALUE_MAX];
	char y[DEVICE_VALUE_MAX];

	if (device_name(a, x) && device_name(b, y) && strcmp(x, y) == 0)
		return true;
	return device_kind(a) != DEVICE_MEMIF && device_arg(a, "iface", x, sizeof(x))
		&& device_arg(b, "iface", y, sizeof(y)) && strcmp(x, y) == 0;
}

static int
check_one(const struct port_cfg *cfg, unsigned i, struct err *err)
{
	char what[96];
	int rc;

	row_name(what, sizeof(what), &cfg[i], "device");
	if (strlen(cfg[i].name) >= PORT_NAME_MAX)
		return err_add(err, EINVAL, cfg[i].loc,
			"ports.%s: a name has at most %d characters", cfg[i].name,
			PORT_NAME_MAX - 1);
	rc = device_check(cfg[i].device, what, cfg[i].device_loc, err);
	if (rc < 0)
		return rc;
	if (device_kind(cfg[i].device) == DEVICE_FOREIGN && !cfg[i].plugins)
		return err_add(err, EINVAL, cfg[i].device_loc,
			"%s: no driver of DPDK's is called '%.*s'; a plugin's is "
			"loaded by system.eal: [\"-d\", FILE]",
			what, (int)strcspn(cfg[i].device, ","), cfg[i].device);
	if (cfg[i].queues > device_queues(cfg[i].device))
		return err_add(err, EINVAL, cfg[i].queues_loc,
			"ports.%s.queues: %u are asked for, the driver has %u", cfg[i].name,
			cfg[i].queues, device_queues(cfg[i].device));
	for (unsigned j = 0; j < i; j++) {
		if (!cfg[j].capture && port_same_device(cfg[i].device, cfg[j].device))
			return err_add(err, EINVAL, cfg[i].device_loc,
				"%s: port '%s' has this device already", what, cfg[j].name);
	}
	return 0;
}

int
ports_check(const struct port_cfg *cfg, unsigned count, struct err *err)
{
	int rc = 0;

	if (count > PORT_MAX)
		return err_add(err, EINVAL, cfg[PORT_MAX].loc, "ports: %u are too many, at most %d",
			count, PORT_MAX);
	for (unsigned i = 0; i < count; i++) {
		if (!cfg[i].capture && check_one(cfg, i, err) < 0)
			rc = -EINVAL;
	}
	return rc;
}

int
ports_check_host(const struct port_cfg *cfg, unsigned count, struct err *err)
{
	const char *lacks;
	char what[96];
	int rc = 0;

	for (unsigned i = 0; i < count; i++) {
		if (cfg[i].capture)
			continue;
		row_name(what, sizeof(what), &cfg[i], "device");
		lacks = device_lacks_capability(cfg[i].device);
		if (lacks != NULL)
			rc = err_add(err, EPERM, cfg[i].device_loc,
				"%s: %s is needed for it, and this process lacks that: start "
				"Weir as root, or setcap cap_net_admin,cap_net_raw+ep on the program",
				what, lacks);
		else if (device_check_host(cfg[i].device, what, "/sys", cfg[i].device_loc, err) < 0)
			rc = -ENODEV;
	}
	return rc;
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
	default:
		return 1;
	}
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
	char what[96];

	row_name(what, sizeof(what), cfg, "device");
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
	quiet_begin(&quiet);
	rc = device_waits(text) ? probe_waiting(cfg, text, &quiet, err) : rte_dev_probe(text);
	quiet_end(&quiet);
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
	abilities_take(&port->abilities, &info);
	if (port_mtu_is_meant(port))
		port->abilities.mtu = port_most_mtu(&info);
	port->rte = info.device;
	port->if_index = info.if_index;
	if (info.if_index != 0)
		if_indextoname(info.if_index, port->interface);

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
	port->vlans = cfg->vlans;
	port->by_source = cfg->by_source; /* if the device can */
	port->stamps_port = port->kind != DEVICE_RING && port->kind != DEVICE_CAPTURE;
	port->used = true;
	if (!cfg->capture)
		device_name(cfg->device, port->device);
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
		rc = port_probe(port, cfg, queues, err);
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
