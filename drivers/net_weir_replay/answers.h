/* SPDX-License-Identifier: BSD-3-Clause */
/* With answer=: what the port sends comes back as the answer of a host behind it would.
 *
 * Threads: a ring is filled by all threads that send, and emptied by the one that polls its receive
 * queue.  Created and freed while the port is stopped. */
#ifndef NET_WEIR_REPLAY_ANSWERS_H
#define NET_WEIR_REPLAY_ANSWERS_H

#include "device.h"

/* Makes a ring for each receive queue.  Returns 0 or -ENOMEM. */
int answers_begin(struct device *device, unsigned queues);

/* Frees the rings, and the frames in them. */
void answers_end(struct device *device);

uint16_t answers_transmit(void *queue, struct rte_mbuf **mbufs, uint16_t n);
uint16_t answers_receive(void *queue, struct rte_mbuf **mbufs, uint16_t n);

#endif
