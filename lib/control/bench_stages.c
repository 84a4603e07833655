/* SPDX-License-Identifier: BSD-3-Clause */
/* What each stage of a pipeline takes to judge a first packet: the pipeline up to it, less the
 * pipeline before it.  Nothing is installed: sessions and ports of NAT are not taken, which is part
 * of the step "first packets" instead. */

#include <stdlib.h>

#include <rte_cycles.h>

#include "control/bench.h"
#include "control/rig.h"
#include "packet/parse.h"

enum {
	PACKETS = 256,
	REPEATS = 32,                   /* of one round */
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

/* Cycles a packet for a pipeline, the least of the repeats, since whatever interrupts only adds;
 * evaluated as the slow path would: alone where it tracks. */
static double
judge(struct judged *j, const struct generation *gen, const struct pipeline *p)
{
	unsigned at_once = p->traits & TRAIT_TRACKS ? 1 : BENCH_BURST;
	uint64_t least = UINT64_MAX;

	for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
		uint64_t began, cycles;

		for (unsigned i = 0; i < PACKETS; i++)
			eval_init(&j->eval[i], gen, &j->view[i]);
		began = rte_rdtsc();
		for (unsigned i = 0; i < PACKETS; i += at_once)
			pipeline_evaluate(p, &j->vector[i], at_once);
		cycles = rte_rdtsc() - began;
		least = RTE_MIN(least, cycles);
	}
	return (double)least / PACKETS;
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
	for (unsigned round = 0; round < BENCH_ROUNDS; round++) {
		double before;

		part->n = 0;
		before = judge(j, gen, part);
		for (part->n = 1; part->n <= whole->n; part->n++) {
			double cycles = judge(j, gen, part);

			values[part->n - 1][round] = cycles - before;
			before = cycles;
		}
	}
	r->n_stages = whole->n;
	for (unsigned i = 0; i < whole->n; i++)
		r->stage[i] = (struct bench_stage) {
			.name = whole->step[i].stage->table->name, .line = whole->step[i].loc.line,
			.cycles = bench_figure(values[i], BENCH_ROUNDS),
		};
out:
	free(part);
	free(j);
}
