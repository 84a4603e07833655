/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets of DPDK's af_packet driver, and what it does with them that a router must not.
 *
 * The driver (22.11) puts its sockets into a fanout group with two flags: one has the kernel
 * reassemble fragments before we see them, so that they arrive as one cut frame, the other moves a
 * flow to another queue when its own is full.  A group cannot be left, so the call that joins it is
 * met: this folder defines setsockopt(), which the driver, a plugin, then finds in front of libc's.
 * A single socket joins no group; several join one that only hashes.  None of them sees what the
 * kernel itself sends by the interface.  What the kernel dropped is asked of the same sockets, for
 * the driver does not count it.
 *
 * Threads: the control thread.  Memory: with the port. */
#ifndef IO_AF_PACKET_H
#define IO_AF_PACKET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	AF_PACKET_SOCKETS_MAX = 64,
};

struct af_packet {
	unsigned count;
	int fd[AF_PACKET_SOCKETS_MAX];  /* the driver's: not ours to close */
	uint64_t missed;                /* the kernel forgets it at each reading */
};

/* Sockets that join a fanout group until af_packet_opened are p's; queues: how many will be. */
void af_packet_opening(struct af_packet *p, unsigned queues);
void af_packet_opened(void);

/* Frames the kernel had no room for since the device was opened. */
uint64_t af_packet_missed(struct af_packet *p);

/* Whether the kernel has taken its interface from the device: it was deleted or moved to another namespace, and the
 * sockets receive nothing any more, even if it is back under its old name and number. */
bool af_packet_is_unbound(const struct af_packet *p);

#endif
