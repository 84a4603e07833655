/* SPDX-License-Identifier: BSD-3-Clause */
/* A port whose frames come from memory, for replay and tests.
 *
 * The device is DPDK's net_ring over Weir's own rings, so the code above it is that of production.
 * ports_open opens it for a port_cfg with capture set; its MAC is the configured one, else
 * 02:77:65:69:72:NN with NN its place in the file.
 *
 * Threads: one thread pushes and drains; workers receive and send.  Memory: with the port. */
#ifndef IO_CAPTURE_H
#define IO_CAPTURE_H

#include <rte_mbuf.h>

#include "io/port.h"

enum {
	CAPTURE_RING = 2048, /* frames a queue holds in each direction */
};

/* Creates the device and writes its DPDK port id to port->id.  Called by ports_open. */
int capture_open(struct port *port, unsigned queues, struct err *err);

/* Frees the rings and their frames, after the device is closed.  Called by ports_close. */
void capture_close(struct port *port);

/* Puts n frames into receive queue queue.  Returns how many found room; the caller keeps the
 * others. */
unsigned capture_push(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n);

/* Takes up to n frames that were sent by transmit queue queue.  The caller frees them. */
unsigned capture_drain(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n);

#endif
