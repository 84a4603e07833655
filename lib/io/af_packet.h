/* SPDX-License-Identifier: BSD-3-Clause */
/* The sockets of DPDK's af_packet driver, and options of it that a router must not use.
 *
 * The driver (22.11) puts its sockets into a fanout group with two flags.  One makes the kernel
 * reassemble fragments, so that they arrive as one frame that is cut; the other moves a flow to
 * another queue when its own is full.  A socket cannot leave a group, so the call that joins it is
 * intercepted: this folder defines setsockopt(), which the driver, a plugin, then finds before
 * libc's.  A single socket joins no group; several sockets join one that only hashes.  None of them
 * receives frames that the kernel itself sends by the interface.  The kernel's drops are read from
 * the same sockets, because the driver does not count them.
 *
 * Threads: the control thread; af_packet_wait_... the worker that polls the queue.  Memory: with
 * the port. */
#ifndef IO_AF_PACKET_H
#define IO_AF_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_interrupts.h>

enum {
	AF_PACKET_SOCKETS_MAX = 64,
};

struct af_packet {
	unsigned count;
	int fd[AF_PACKET_SOCKETS_MAX]; /* the driver's: not to be closed here */
	uint64_t missed;               /* the kernel resets it at each reading */
	struct rte_epoll_event wait[AF_PACKET_SOCKETS_MAX]; /* of the worker that polls the queue */
};

/* Assigns sockets that join a fanout group until af_packet_opened to p; queues: their expected
 * number. */
void af_packet_opening(struct af_packet *p, unsigned queues);
void af_packet_opened(void);

/* Adds the socket of a queue to an epoll instance of rte_epoll_wait, or removes it: it is readable
 * while its ring has frames.  Returns 0 or -errno. */
int af_packet_wait_add(struct af_packet *p, unsigned queue, int epoll);
void af_packet_wait_remove(struct af_packet *p, unsigned queue, int epoll);

/* Clears an error of the socket, a link that went down, which would end every wait. */
void af_packet_wait_clear(const struct af_packet *p, unsigned queue);

/* Returns the frames that the kernel had no room for since the device was opened. */
uint64_t af_packet_missed(struct af_packet *p);

/* Returns true if the kernel has taken the interface from the device: it was deleted or moved to
 * another namespace, and the sockets receive nothing any more, even if it is back under its old
 * name and number. */
bool af_packet_is_unbound(const struct af_packet *p);

#endif
