/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues: what a worker receives from and sends to.
 *
 * A tx_queue is one worker's way out of one port.  What the device does not take stays in its
 * backlog, in order, up to a bound of two bursts, and goes first at the next send or flush; what
 * does not fit is freed and told to the caller, who counts it as tx_full.  Nothing waits.
 *
 * Threads: the owning worker; its counters are read by control without a lock.
 * Memory: the caller's. */
#ifndef IO_QUEUE_H
#define IO_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "base/race.h"
#include "io/pool.h"
#include "io/port.h"

enum {
	QUEUE_BURST_MAX = 256,
	QUEUE_BACKLOG_MAX = 2 * QUEUE_BURST_MAX,
};

struct rx_queue {
	uint16_t port;                  /* DPDK's port id */
	uint16_t queue;
	bool stamp;                     /* the device leaves rte_mbuf.port as it was */
};

struct tx_queue {
	uint16_t port;
	uint16_t queue;
	uint16_t bound;                 /* most the backlog may hold: two bursts */
	uint16_t head;                  /* first of the backlog */
	uint16_t count;                 /* length of the backlog: held */
	bool flat;                      /* frames must be one plain buffer */
	struct rte_mempool *pool;       /* for their copies */
	struct tx_share *share;         /* NULL: the queue is this worker's alone */
	uint64_t packets;               /* given to the device */
	uint64_t bytes;
	uint64_t dropped;               /* freed for want of room */
	struct rte_mbuf *backlog[QUEUE_BACKLOG_MAX];
};

/* Receive queue number queue of a port. */
void rx_queue_init(struct rx_queue *q, const struct port *port, unsigned queue);

/* The way out of port for a worker.  burst: the worker's burst size. */
void tx_queue_init(struct tx_queue *q, struct port *port, unsigned worker, unsigned burst);

/* Frees the backlog (counted as dropped) and returns how many that were. */
unsigned tx_queue_fini(struct tx_queue *q);

#ifdef WEIR_DEBUG
/* Fault injection: the device takes at most this many of a send; negative: all.  Tests only. */
extern int queue_fault_accept;
#endif

/* Writes the port into frames whose device does not. */
void queue_stamp(const struct rx_queue *q, struct rte_mbuf **pkts, unsigned n);

/* Up to n frames; how many there were. */
static inline unsigned
queue_receive(const struct rx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
	unsigned got = rte_eth_rx_burst(q->port, q->queue, pkts, (uint16_t)n);

	race_take((void **)pkts, got);
	if (unlikely(q->stamp))
		queue_stamp(q, pkts, got);
	mbuf_debug_received(pkts, got);
	return got;
}

/* What queue_send and queue_flush do when there is a backlog or the device was full. */
unsigned queue_send_slowly(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, unsigned done);

/* One try to give frames of so many bytes to the device; how many it took. */
unsigned queue_offer(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, uint64_t bytes);

uint64_t queue_bytes(struct rte_mbuf **pkts, unsigned n);

/* queue_send where frames of several buffers, or of a buffer that is another's, must be copied
 * first. */
unsigned queue_send_flat(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n);

/* Sends n frames (at most QUEUE_BURST_MAX) of bytes in all, which are the queue's from here on.  Returns how
 * many were freed for want of room. */
static inline unsigned
queue_send_counted(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, uint64_t bytes)
{
	unsigned done = 0;

	if (unlikely(q->flat))
		return queue_send_flat(q, pkts, n);
	if (likely(q->count == 0)) {
		done = queue_offer(q, pkts, n, bytes);
		if (likely(done == n))
			return 0;
	}
	return queue_send_slowly(q, pkts, n, done);
}

/* The same where nobody has counted the bytes yet. */
static inline unsigned
queue_send(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
	return queue_send_counted(q, pkts, n, queue_bytes(pkts, n));
}

/* Tries the backlog once more.  Returns how many frames left. */
unsigned queue_flush(struct tx_queue *q);

/* Fetches the mbufs of frames that have left from a device that keeps them until asked; when idle,
 * and before mbufs are counted. */
void queue_reap(const struct tx_queue *q);

/* Frames in the backlog. */
static inline unsigned
queue_held(const struct tx_queue *q)
{
	return q->count;
}

#endif
