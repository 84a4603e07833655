/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps the kernel from answering ARP by the interface of a port (af_packet, af_xdp) for addresses
 * of host interfaces in the same network namespace: net.ipv4.conf.*.arp_ignore is 1 meanwhile.
 *
 * Threads: the control thread. */
#ifndef CONTROL_HUSH_H
#define CONTROL_HUSH_H

#include "io/port.h"

struct hushed {
	unsigned n;
	char name[PORT_MAX][16]; /* of kernel interfaces; "": it was refused, and the log says so */
};

/* Does so for the device of a port, once; what is refused is logged. */
void hush_port(struct hushed *h, const char *device);

/* Undoes it. */
void hush_end(struct hushed *h);

#endif
