/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir bench`: the cost of a packet in a configuration, by step.
 *
 * Devices are not touched: ports are rings in memory.  The code is that of production; a clock is
 * read between its steps once a burst.  Making frames and freeing sent ones is not measured.
 *
 * Threads: the control thread. */
#ifndef MEASURE_BENCH_H
#define MEASURE_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "measure/traffic.h"
#include "fastpath/measure.h"
#include "packet/ledger.h"
#include "policy/pipeline.h"

enum {
	BENCH_ROUNDS = 15,
	BENCH_BURST = 32, /* first packets that are judged together */
};

struct bench_options {
	const char *config;
	const char *in;   /* interface, or NULL */
	const char *json; /* file, "-" for standard output, or NULL */
	uint32_t flows;
	uint32_t size; /* of a frame with FCS; 0: the smallest */
	double new_percent;
	double zipf; /* exponent; 0: every flow in turn */
	bool ip6;
	bool tcp;
};

enum bench_step {
	BENCH_RECEIVE,
	BENCH_PARSE,
	BENCH_LOOK_UP,
	BENCH_EXECUTE,
	BENCH_FIRST,
	BENCH_SEND,
	BENCH_HOUSEKEEPING,
	BENCH_STEPS,
};

/* Cycles of a packet: median, minimum and maximum of the rounds.  A difference compares with a run
 * that lacks something; the value of a round is then the median of pairs, whose sides are measured
 * directly after each other. */
struct bench_figure {
	double median, least, most;
};

struct bench_stage {
	const char *name;
	unsigned line;              /* of the configuration */
	struct bench_figure cycles; /* of a first packet; a difference */
};

struct bench_result {
	const struct bench_options *options;
	const char *interface, *pipeline;
	char flow[192]; /* one of the flows, in packet notation */
	uint32_t bytes; /* of a frame with FCS */
	unsigned burst;
	uint64_t round_packets;
	struct bench_figure all, step[BENCH_STEPS];
	struct bench_figure first; /* of a packet in the slow path, if there were any */
	uint64_t first_packets;
	uint32_t action_flows[MEASURED_ACTIONS];      /* flows that have it; 0: no figure */
	struct bench_figure action[MEASURED_ACTIONS]; /* differences */
	unsigned n_stages;
	struct bench_stage stage[PIPELINE_STEPS_MAX];
	double hz;                    /* of the time-stamp counter */
	uint64_t packets, sent, hits; /* of the rounds */
	uint64_t interrupted;         /* bursts left out because the worker lost its core */
	struct ledger_sum ledger;     /* of the rounds: drops; imbalance at the end */
};

/* Returns the exit status of the command. */
int bench(const struct bench_options *options);

/* bench_stages.c: fills r->stage from n evaluations of packets of this traffic. */
struct rig;
void bench_stages(struct bench_result *r, struct rig *rig);

/* bench_figure.c: figures of n > 0 values, which are sorted. */
double bench_median(double *values, unsigned n);
struct bench_figure bench_figure(double *values, unsigned n);

/* Returns true if a difference of costs cannot be told from nothing: in some round it was 0 or
 * less. */
bool bench_is_noise(const struct bench_figure *difference);

/* bench_report.c */
void bench_print(const struct bench_result *r, FILE *out);
json_t *bench_json(const struct bench_result *r); /* a new reference */

#endif
