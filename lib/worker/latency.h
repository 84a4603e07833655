/* SPDX-License-Identifier: BSD-3-Clause */
/* How long packets are in a worker, from the reading of the clock before they are received until
 * the transmit buffers have been given to the devices: a histogram of sampled loops.
 *
 * A bin is an eighth of a power of two wide: percentiles are at most 12.5 % too large.  What a
 * device keeps, and the sleep before a packet is seen, are not in it.
 *
 * Threads: the worker writes, others read. */
#ifndef WORKER_LATENCY_H
#define WORKER_LATENCY_H

#include <stdint.h>

enum {
	LATENCY_EVERY = 16, /* busy loops, of which one is measured */
	LATENCY_PARTS = 8,  /* bins of a power of two */
	LATENCY_BINS = 8 * 33,
};

struct latency {
	uint32_t until; /* loops until the next one that is measured */
	uint64_t sum_ns;
	uint64_t count[LATENCY_BINS]; /* packets by their time */
};

static inline unsigned
latency_bin(uint64_t ns)
{
	unsigned power;

	if (ns < LATENCY_PARTS)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns); /* at least 3 */
	if (power > 34)
		return LATENCY_BINS - 1;
	return (power - 2) * LATENCY_PARTS + (unsigned)(ns >> (power - 3) & (LATENCY_PARTS - 1));
}

/* The first time that is above a bin. */
uint64_t latency_above(unsigned bin);

/* Adds packets that took so long. */
void latency_add(struct latency *l, uint64_t ns, unsigned packets);

/* Adds the figures of a worker that runs to those of the caller. */
void latency_collect(struct latency *sum, const struct latency *l);

/* The time that a share of the packets was below, 0 of none. */
uint64_t latency_percentile(const struct latency *l, double share);

#endif
