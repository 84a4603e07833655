/* SPDX-License-Identifier: BSD-3-Clause */
/* A port whose frames come from memory, for replay and tests.
 *
 * The device is DPDK's net_ring over rings of ours, so what runs above it is the production code.
 * Opened by ports_open for a port_cfg with capture set; its MAC is the configured one, else
 * 02:77:65:69:72:NN with NN its place in the file.
 *
 * Threads: one thread pushes and drains; workers receive and send.  Memory: with the port. */
#ifndef IO_CAPTURE_H
#define IO_CAPTURE_H

#include <rte_mbuf.h>

#include "io/port.h"

enum {
	CAPTURE_RING = 2048,            /* frames a queue holds in each direction */
};

/* Makes the device and writes its DPDK port id to port->id.  Called by ports_open. */
int capture_open(struct port *port, unsigned queues, struct err *err);

/* Frees rings and what they hold, after the device is closed.  Called by ports_close. */
void capture_close(struct port *port);

/* Lays n frames into receive queue queue.  Returns how many found room; the others stay the
 * caller's. */
unsigned capture_push(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n);

/* Takes up to n frames that were sent by transmit queue queue.  They are the caller's to free. */
unsigned capture_drain(struct port *port, unsigned queue, struct rte_mbuf **pkts, unsigned n);

#endif
