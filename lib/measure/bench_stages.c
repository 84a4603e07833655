/* SPDX-License-Identifier: BSD-3-Clause */
/* Measures each stage of a pipeline for a first packet: the pipeline up to it, minus the pipeline
 * before it.  Nothing is installed: sessions and ports of NAT are not taken, which is part of the
 * step "evaluate" instead. */

#include <stdlib.h>

#include <rte_cycles.h>

#include "measure/bench.h"
#include "measure/rig.h"
#include "packet/parse.h"

enum {
	PACKETS = 256,
	PAIRS = 32, /* of one round */
};

struct judged {
	struct view view[PACKETS];
	struct eval eval[PACKETS];
	struct eval *vector[PACKETS];
};

static bool
prepare(struct judged *j, struct rig *rig, const struct generation *gen)
{
	uint32_t bytes = traffic_bytes(rig->traffic);
	uint8_t *frame = malloc(bytes);

	if (frame == NULL)
		return false;
	for (unsigned i = 0; i < PACKETS; i++) {
		traffic_opening(rig->traffic, i % rig->setup.flows, frame);
		parse_bytes(&j->view[i], frame, bytes, bytes, &gen->ingress[rig->in->index]);
		j->vector[i] = &j->eval[i];
	}
	free(frame);
	return true;
}

/* Returns cycles a packet for the first n stages of a pipeline, with as many packets at once as the
 * slow path would take. */
static double
judge(struct judged *j, const struct generation *gen, struct pipeline *p, unsigned n)
{
	unsigned at_once = p->alone ? 1 : BENCH_BURST;
	uint64_t began;

	p->n = n;
	for (unsigned i = 0; i < PACKETS; i++)
		eval_init(&j->eval[i], gen, &j->view[i]);
	began = rte_rdtsc();
	for (unsigned i = 0; i < PACKETS; i += at_once)
		pipeline_evaluate(p, &j->vector[i], at_once);
	return (double)(rte_rdtsc() - began) / PACKETS;
}

/* Returns the difference of two sides; each comes first in every other pair. */
static double
difference(struct judged *j, const struct generation *gen, struct pipeline *p, unsigned stage)
{
	double pairs[PAIRS];

	for (unsigned i = 0; i < PAIRS; i++) {
		unsigned with_first = i & 1;
		double a = judge(j, gen, p, stage + with_first);
		double b = judge(j, gen, p, stage + !with_first);

		pairs[i] = with_first ? a - b : b - a;
	}
	return bench_median(pairs, PAIRS);
}

void
bench_stages(struct bench_result *r, struct rig *rig)
{
	const struct generation *gen = appliance_generation(rig->offline.appliance);
	const struct pipeline *whole = gen->iface[rig->setup.aim.iface]->pipeline;
	static double values[PIPELINE_STEPS_MAX][BENCH_ROUNDS];
	struct judged *j = malloc(sizeof(*j));
	struct pipeline *part = malloc(sizeof(*part));

	if (j == NULL || part == NULL || !prepare(j, rig, gen))
		goto out;
	*part = *whole;
	for (unsigned round = 0; round < BENCH_ROUNDS; round++)
		for (unsigned i = 0; i < whole->n; i++)
			values[i][round] = difference(j, gen, part, i);
	r->n_stages = whole->n;
	for (unsigned i = 0; i < whole->n; i++)
		r->stage[i] = (struct bench_stage){
			.name = whole->step[i].stage->table->name,
			.line = whole->step[i].loc.line,
			.cycles = bench_figure(values[i], BENCH_ROUNDS),
		};
out:
	free(part);
	free(j);
}
