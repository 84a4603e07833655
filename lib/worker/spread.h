/* SPDX-License-Identifier: BSD-3-Clause */
/* Decides which worker polls which receive queue. */
#ifndef WORKER_SPREAD_H
#define WORKER_SPREAD_H

#include <stdint.h>

struct spread {
	unsigned workers; /* 1 .. 64 */
	const int *node;  /* NUMA node of each worker */
	uint64_t among;   /* workers that poll ports of fewer queues, a bit each; 0: all */
};

/* Returns the worker of a queue.  A port with a queue for each worker has them in order, as its RSS
 * table expects.  A port with fewer queues is polled by workers of its own node if there are any,
 * else by all; port and queue choose among them, so that ports of one queue do not meet at one
 * worker. */
unsigned spread_queue(
	const struct spread *s, unsigned port, unsigned queues, unsigned queue, int port_node);

#endif
