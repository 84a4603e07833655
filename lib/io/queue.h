/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive and transmit queues of a worker.
 *
 * A tx_queue connects one worker to one port.  Frames that the device does not take stay in its
 * backlog, in order, up to a bound of two bursts, and go first at the next send or flush; frames
 * that do not fit are freed, and the caller counts them as tx_full.  Nothing waits.
 *
 * Threads: the owning worker; control reads its counters without a lock.
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
	uint16_t port; /* DPDK's port id */
	uint16_t queue;
	bool stamp; /* the device does not write rte_mbuf.port */
};

struct tx_queue {
	uint16_t port;
	uint16_t queue;
	uint16_t bound;           /* maximum of the backlog: two bursts */
	uint16_t head;            /* first frame of the backlog */
	uint16_t count;           /* length of the backlog: held */
	bool flat;                /* frames must be one plain buffer */
	struct rte_mempool *pool; /* for their copies */
	struct tx_share *share;   /* NULL: the queue is this worker's alone */
	uint64_t packets;         /* given to the device */
	uint64_t bytes;
	uint64_t dropped; /* freed for lack of room */
	struct rte_mbuf *backlog[QUEUE_BACKLOG_MAX];
};

/* Initialises receive queue number queue of a port. */
void rx_queue_init(struct rx_queue *q, const struct port *port, unsigned queue);

/* Initialises a worker's transmit queue of a port. burst: the worker's burst size. */
void tx_queue_init(struct tx_queue *q, struct port *port, unsigned worker, unsigned burst);

/* Frees the backlog (counted as dropped) and returns how many frames it had. */
unsigned tx_queue_fini(struct tx_queue *q);

#ifdef WEIR_DEBUG
/* Fault injection: the device takes at most this many of a send; negative: all.  Tests only. */
extern int queue_fault_accept;
#endif

/* Writes the port into frames whose device does not. */
void queue_stamp(const struct rx_queue *q, struct rte_mbuf **pkts, unsigned n);

/* Receives up to n frames; returns their number. */
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

/* The part of queue_send and queue_flush for a backlog or a full device. */
unsigned queue_send_slowly(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, unsigned done);

/* Offers frames of that many bytes to the device once; returns how many it took. */
unsigned queue_offer(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, uint64_t bytes);

uint64_t queue_bytes(struct rte_mbuf **pkts, unsigned n);

/* queue_send for a device that needs plain buffers: frames of several buffers, or of another pool,
 * are copied first. */
unsigned queue_send_flat(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n);

/* Sends n frames (at most QUEUE_BURST_MAX) of bytes in all; they belong to the queue from here on.
 * Returns how many were freed for lack of room. */
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

/* Sends n frames whose bytes have not been counted. */
static inline unsigned
queue_send(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
	return queue_send_counted(q, pkts, n, queue_bytes(pkts, n));
}

/* Tries the backlog once more. Returns how many frames left. */
unsigned queue_flush(struct tx_queue *q);

/* Frees the mbufs of sent frames that a device keeps until asked; when idle, and before mbufs are
 * counted. */
void queue_reap(const struct tx_queue *q);

/* Calls the driver with nothing to send: a bond then sends LACP's frames.  Does nothing while
 * another worker has the queue. */
void queue_kick(struct tx_queue *q);

/* Returns the frames in the backlog. */
static inline unsigned
queue_held(const struct tx_queue *q)
{
	return q->count;
}

#endif
