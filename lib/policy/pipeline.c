/* SPDX-License-Identifier: BSD-3-Clause */
/* Evaluates a pipeline: stage by stage, over all packets that are still undecided. */
#include "policy/pipeline.h"

#include <assert.h>
#include <string.h>

#include <rte_cycles.h>

#include "base/counter.h"
#include "packet/burst.h"
#include "policy/matcher.h"

/* The packets in one pipeline, in order of arrival. */
struct vector {
	struct eval *ev[BURST_MAX];
	unsigned n;
	struct step_counts *counts; /* of the worker; NULL: not counted */
	bool sampled;               /* time is measured */
};

/* Chooses the packets of v that the step is for. */
static void
choose(const struct step *step, const struct vector *v, struct vector *chosen)
{
	uint32_t found[BURST_MAX];

	if (step->condition == NULL) {
		memcpy(chosen->ev, v->ev, v->n * sizeof(v->ev[0]));
		chosen->n = v->n;
		return;
	}
	matcher_find(step->condition, v->ev, found, v->n);
	chosen->n = 0;
	for (unsigned i = 0; i < v->n; i++) {
		v->ev[i]->stage = step->stage->table->name;
		if (v->ev[i]->done)
			continue; /* it cannot be decided */
		if (found[i] != MATCHER_NONE)
			chosen->ev[chosen->n++] = v->ev[i];
		else
			eval_note(v->ev[i], "%s: not for this packet", v->ev[i]->stage);
	}
}

/* Removes decided packets, and those that continue elsewhere. */
static void
compact(struct vector *v, struct vector *jumping)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < v->n; i++) {
		if (v->ev[i]->jump != NULL)
			jumping->ev[jumping->n++] = v->ev[i];
		else if (!v->ev[i]->done)
			v->ev[kept++] = v->ev[i];
	}
	v->n = kept;
}

static void
run_step(const struct step *step, struct vector *v, struct vector *jumping)
{
	uint64_t began = v->sampled ? rte_rdtsc() : 0;
	struct vector chosen;
	unsigned n = v->n;

	choose(step, v, &chosen);
	for (unsigned i = 0; i < chosen.n; i++)
		chosen.ev[i]->stage = step->stage->table->name;
	if (chosen.n > 0)
		step->stage->evaluate(step->instance, chosen.ev, chosen.n);
	compact(v, jumping);
	if (v->counts == NULL)
		return;
	counter_add(&v->counts[step->number].packets, chosen.n);
	counter_add(&v->counts[step->number].ended, n - v->n);
	if (v->sampled) {
		counter_add(&v->counts[step->number].sampled, chosen.n);
		counter_add(&v->counts[step->number].cycles, rte_rdtsc() - began);
	}
}

/* Ends the pipeline, which is not a decision of its own: a decision of route holds. */
static void
end(const struct pipeline *p, struct vector *v)
{
	for (unsigned i = 0; i < v->n; i++) {
		if (v->ev[i]->program.verdict == PROGRAM_NONE) {
			eval_note(v->ev[i], "pipeline %s ends without a decision", p->name);
			eval_drop(v->ev[i], REASON_pipeline_end, 0);
		}
		v->ev[i]->done = true;
	}
}

static void
run(const struct pipeline *p, struct vector *v, unsigned jumps)
{
	struct vector jumping, together;

	jumping.n = 0;
	together.counts = v->counts;
	together.sampled = v->sampled;

	for (unsigned i = 0; i < p->n && v->n > 0; i++)
		run_step(&p->step[i], v, &jumping);
	end(p, v);

	/* Packets that continue in the same pipeline stay together.  The bound is checked when
	 * pipelines are built; here it only stops an endless loop caused by a bug. */
	while (jumping.n > 0) {
		const struct pipeline *to = jumping.ev[0]->jump;
		unsigned rest = 0;

		together.n = 0;
		for (unsigned i = 0; i < jumping.n; i++) {
			if (jumping.ev[i]->jump == to)
				together.ev[together.n++] = jumping.ev[i];
			else
				jumping.ev[rest++] = jumping.ev[i];
		}
		jumping.n = rest;
		for (unsigned i = 0; i < together.n; i++)
			together.ev[i]->jump = NULL;
		if (jumps < PIPELINE_JUMPS_MAX)
			run(to, &together, jumps + 1);
		else
			end(to, &together);
	}
}

void
pipeline_evaluate(const struct pipeline *p, struct eval *const ev[], unsigned n)
{
	struct step_counts *counts = n > 0 ? ev[0]->steps : NULL;
	struct vector v;

	assert(n <= BURST_MAX);
	memcpy(v.ev, ev, n * sizeof(ev[0]));
	v.n = n;
	v.counts = counts;
	v.sampled = counts != NULL && counts->packets++ % PIPELINE_SAMPLED == 0;
	run(p, &v, 0);
}
