/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that open, start and close ports. */
#ifndef IO_PORT_PRIV_H
#define IO_PORT_PRIV_H

#include <rte_ethdev.h>

#include "io/port.h"

/* Decides which MAC the port has. */
void port_choose_mac(struct port *port);

/* Decides whether the device is to spread flows over its queues (port->steered): workers are
 * created accordingly, before the port starts. */
void port_choose_rss(struct port *port, const struct rte_eth_dev_info *info);

/* Finds and opens the device of a port that is described by cfg; not a bond. */
int port_probe(struct port *port, const struct port_cfg *cfg, unsigned queues, struct err *err);

/* Finds and opens the device of a port, or its bond.  anew: it had vanished (bond_open). */
int port_find(
	struct port *port, const struct port_cfg *cfg, unsigned queues, bool anew, struct err *err);

/* Takes what the driver says of an open device. */
void port_take_info(struct port *port, const struct rte_eth_dev_info *info);

/* Closes a device; not a bond.  Half-opened is fine. */
void port_shut(struct port *port);

/* Returns true if the device stands on a kernel interface that can be deleted. */
bool port_is_watched(const struct port *port);

/* Returns true if the device has vanished (port_vanished); not of a bond. */
bool port_device_vanished(const struct port *port);

/* Reads what the device has counted. */
void port_device_stats(struct port *port, struct port_stats *stats);
void port_stats_add(struct port_stats *sum, const struct port_stats *s);

/* Decides the receive and transmit queues of an open device, for that many workers; queues: as
 * configured, or port_auto_queues. */
int port_decide_queues(struct port *port, const struct port_cfg *cfg, unsigned queues,
	unsigned workers, struct err *err);
unsigned port_auto_queues(const struct port_cfg *cfg, enum device_kind kind, unsigned workers);

/* The largest MTU that the driver names, and whether it means it: virtual devices name one that
 * they do not keep. */
uint32_t port_most_mtu(const struct rte_eth_dev_info *info);
bool port_mtu_is_meant(const struct port *port);

/* Asks for the VLAN filter where the device has it on in any case, in *conf, before the device is
 * configured. */
void port_ask_for_vlans(
	struct port *port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf);

/* Tells a started device that filters by VLAN which ones it lets through. */
void port_tell_vlans(struct port *port);

/* Listens for the kernel asking for PCI devices back (vfio-pci), from ports_open to ports_close. */
void ports_listen(struct ports *ports);
void ports_listen_no_more(struct ports *ports);

/* Finds and opens the device of a row, and decides what is decided before buffers are: queues,
 * MAC. */
int port_open(struct port *port, const struct port_cfg *cfg, unsigned workers, struct err *err);

/* Sets what the row says, before the device is opened. */
void port_take_row(struct port *port, const struct port_cfg *cfg);

/* Configures an open device and sets it going. */
int port_start(struct port *port, uint8_t *source_key, const struct pools *pools, struct err *err);

/* Returns the number of buffers that the driver of a started device will not give back when it is
 * closed. */
unsigned port_reap(const struct port *port);

/* Stops and closes the device.  Half-opened is fine. */
void port_close(struct port *port);

#endif
