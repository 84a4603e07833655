/* SPDX-License-Identifier: BSD-3-Clause */
/* A replay device: a capture that its queues receive, and counters of what they send to nowhere.
 *
 * Threads: rx_queue and tx_queue belong to the thread that polls them, but for setup, start and
 * stop, when nobody does.  Their counters are read by others as they are. */
#ifndef NET_WEIR_REPLAY_DEVICE_H
#define NET_WEIR_REPLAY_DEVICE_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "dpdk_driver.h"
#include "frames.h"
#include "fresh.h"
#include "options.h"
#include "samples.h"

struct rte_ring;

enum {
	RETA_SIZE = 128,
};

struct rx_counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t missed; /* rate: not fetched before the ring of descriptors was full */
	uint64_t no_mbuf;
	uint64_t fresh;
};

/* An mbuf that waits with a frame in it. */
struct posted {
	struct rte_mbuf *mbuf;
	uint32_t frame;
	uint32_t hash;
};

struct rx_queue {
	const struct frame *at; /* this queue's, in order */
	const struct place *places;
	const uint8_t *bytes;
	struct rte_mempool *pool;
	uint32_t count;
	uint32_t next;
	uint32_t first; /* once=: of those that are repeated */
	uint32_t step;
	uint32_t moved; /* step= times the repetitions so far */
	uint64_t left;  /* frames until the last loop has ended */
	uint64_t rearm; /* what every mbuf begins with: data_off, refcnt, nb_segs, port */

	const struct fresh *fresh;
	uint32_t fresh_percent;
	uint32_t fresh_credit; /* of a hundred */
	uint32_t fresh_number;

	uint64_t rate; /* frames a second, in 2^-32; 0: no limit */
	uint64_t cycles_last;
	uint64_t due; /* frames, in 2^-32 */
	uint16_t descriptors;

	struct posted *posted; /* ring=: as many as descriptors; NULL without */
	uint16_t posted_first;
	uint16_t posted_count;

	struct rte_ring *answers; /* answer=: what comes back; NULL without */
	atomic_bool interrupting; /* interrupts=: an answer interrupts */
	int interrupt_fd;

	struct rx_counters counters;
} __rte_cache_aligned;

struct tx_counters {
	uint64_t packets;
	uint64_t bytes;
};

struct tx_queue {
	struct rte_mbuf **sent; /* ring=: those that wait to be freed; NULL without */
	uint16_t descriptors;
	uint16_t sent_first;
	uint16_t sent_count;
	struct device *device;
	struct tx_counters counters;
} __rte_cache_aligned;

/* The private data of a port. */
struct device {
	struct options options;
	struct samples samples;
	struct frames frames;
	struct rss rss;
	struct fresh fresh;
	struct rte_ether_addr mac;
	uint16_t reta[RETA_SIZE];
	unsigned answering;   /* answer=: receive queues */
	struct frame *spread; /* the frames of queue 0, those of queue 1, ... */
	struct place *spread_places;
	struct rx_queue rx[REPLAY_QUEUES_MAX];
	struct tx_queue tx[REPLAY_QUEUES_MAX];
	/* What the counters were when they were last set back. */
	struct rx_counters rx_base[REPLAY_QUEUES_MAX];
	struct tx_counters tx_base[REPLAY_QUEUES_MAX];
};

static inline struct device *
device_of(const struct rte_eth_dev *dev)
{
	return dev->data->dev_private;
}

/* Writes a line of the device's to DPDK's log. */
void device_log(const char *name, const char *sentence);

/* What a port can do; the table that DPDK calls by. */
extern const struct eth_dev_ops device_ops;

/* spread.c: gives every receive queue its frames, by hash and redirection table.  0 or -ENOMEM. */
int device_spread(struct device *device, unsigned queues);

/* receive.c: how a started device is to be received from. */
eth_rx_burst_t receive_choose(const struct options *options);

/* posted.c: the same with ring=. */
eth_rx_burst_t posted_choose(void);
void posted_free(struct rx_queue *q);

/* transmit.c */
eth_tx_burst_t transmit_choose(const struct options *options, uint64_t offloads);

/* Frees what waits in the ring.  How many. */
unsigned transmit_free(struct tx_queue *q);

/* stats.c */
int stats_get(struct rte_eth_dev *dev, struct rte_eth_stats *stats);
int stats_reset(struct rte_eth_dev *dev);
int stats_extended(struct rte_eth_dev *dev, struct rte_eth_xstat *stats, unsigned n);
int stats_names(struct rte_eth_dev *dev, struct rte_eth_xstat_name *names, unsigned n);

#endif
