/* SPDX-License-Identifier: BSD-3-Clause */
/* With answer=1,interrupts=1: receive queues interrupt when an answer comes, by an eventfd, once
 * the program has enabled it (rte_eth_dev_rx_intr_enable).  As with virtio, what came before does
 * not interrupt.
 *
 * Threads: interrupts_begin and _end by the one that starts the port, interrupts_raise by any that
 * sends. */
#ifndef NET_WEIR_REPLAY_INTERRUPTS_H
#define NET_WEIR_REPLAY_INTERRUPTS_H

#include "device.h"

/* Makes the interrupts of a started port that was configured with them.  0 or -errno. */
int interrupts_begin(struct rte_eth_dev *dev);
void interrupts_end(struct rte_eth_dev *dev);

/* The operations of DPDK: 0, or -ENOTSUP without interrupts. */
int interrupts_enable(struct rte_eth_dev *dev, uint16_t queue);
int interrupts_disable(struct rte_eth_dev *dev, uint16_t queue);

/* A frame has come by the queue. */
void interrupts_raise(struct rx_queue *q);

#endif
