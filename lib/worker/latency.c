/* SPDX-License-Identifier: BSD-3-Clause */
/* The histogram of times. */

#include "worker/latency.h"

#include "base/counter.h"

uint64_t
latency_above(unsigned bin)
{
	unsigned power = bin / LATENCY_PARTS + 2;

	if (bin < LATENCY_PARTS)
		return bin + 1;
	return (uint64_t)(LATENCY_PARTS + bin % LATENCY_PARTS + 1) << (power - 3);
}

void
latency_add(struct latency *l, uint64_t ns, unsigned packets)
{
	counter_add(&l->count[latency_bin(ns)], packets);
	counter_add(&l->sum_ns, ns * packets);
}

void
latency_collect(struct latency *sum, const struct latency *l)
{
	for (unsigned i = 0; i < LATENCY_BINS; i++)
		sum->count[i] += counter_get(&l->count[i]);
	sum->sum_ns += counter_get(&l->sum_ns);
}

uint64_t
latency_percentile(const struct latency *l, double share)
{
	uint64_t all = 0, below = 0;

	for (unsigned i = 0; i < LATENCY_BINS; i++)
		all += l->count[i];
	for (unsigned i = 0; i < LATENCY_BINS; i++) {
		below += l->count[i];
		if (all != 0 && (double)below >= share * (double)all)
			return latency_above(i);
	}
	return 0;
}
