/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files that open, start and close ports. */
#ifndef IO_PORT_PRIV_H
#define IO_PORT_PRIV_H

#include <rte_ethdev.h>

#include "io/port.h"

/* Decides which MAC the port answers for. */
void port_choose_mac(struct port *port);

/* Decides whether the device is to spread flows over its queues (port->steered): workers are made by
 * the answer, before the port starts. */
void port_choose_rss(struct port *port, const struct rte_eth_dev_info *info);

/* Stops the device and gives it back.  Half-opened is fine. */
void port_close(struct port *port);

#endif
