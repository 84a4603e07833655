/* SPDX-License-Identifier: BSD-3-Clause */
/* What the curves of the three laws are made of: one worker of a configuration, bursts through it
 * with a clock around each, and arrivals in a time of their own.
 *
 * The processor's work is real and timed; time between arrivals is not waited for, it is counted.
 * So making frames costs the worker nothing, and a packet's latency is from when it was due to
 * arrive until the burst that it left with was sent.
 *
 * Threads: one.  What is wrong ends the process with a sentence. */
#ifndef BENCH_CURVES_H
#define BENCH_CURVES_H

#include "measure/rig.h"
#include "io/queue.h"

enum {
	CURVE_RING = 1024, /* packets that wait at the port; more are lost there */
};

struct curve_rig {
	struct rig rig;
	struct rx_queue queue;
	uint64_t clock_cycles;
	double hz;
	double typical_cycles; /* of a packet: of bursts in which the core was taken away */
	uint64_t bursts, interrupted;
};

void curve_open(struct curve_rig *c, const char *config, unsigned burst,
	const struct traffic_setup *traffic);
void curve_close(struct curve_rig *c);
void curve_die(const char *what) __attribute__((noreturn));

/* What lies in the port's ring goes through the worker, n of them; the cycles that took.  A burst
 * in which the worker lost its core counts as a usual one, and is counted as interrupted. */
double curve_burst(struct curve_rig *c, unsigned n);

/* Cycles a packet when bursts are always full: the median of many bursts. */
double curve_capacity(struct curve_rig *c);

struct curve_point {
	double offered, delivered; /* packets a cycle */
	double p50, p99;           /* latency in cycles */
	unsigned mbufs;            /* most in use, those that wait included */
	uint64_t lost;             /* at the port: no room in the ring */
};

/* packets arrive at random (Poisson), rate a cycle on average. */
struct curve_point curve_load(struct curve_rig *c, double rate, unsigned packets);

#endif
