/* SPDX-License-Identifier: BSD-3-Clause */
/* A pipeline: the stages of an interface in the operator's order, compiled, and their evaluation
 * over a vector of packets. */
#ifndef POLICY_PIPELINE_H
#define POLICY_PIPELINE_H

#include "policy/stage.h"

struct jump;

#define PIPELINE_STEPS_MAX 64
#define PIPELINE_JUMPS_MAX 8  /* gotos that one packet may follow */
#define PIPELINE_SAMPLED   64 /* one evaluation in so many is measured */

struct matcher; /* policy/matcher.h: a stage's if: */

struct step {
	const struct stage *stage;
	void *instance;
	struct matcher *condition; /* NULL: for every packet */
	uint32_t number;           /* over all pipelines of the generation, 1 and up */
	struct loc loc;
	/* as the stage's build set them; read while the pipeline is checked */
	unsigned traits, action_words;
	const struct jump *jumps; /* policy/build.h */
	unsigned n_jumps;
	const struct route_table *table; /* that it looks into, or NULL */
	const struct route_table *via;   /* next hops of its own, as a table; or NULL */
	uint64_t mirrors;                /* ports that get copies, a bit for each index */
	uint8_t domain;                  /* of the interfaces that it is for; DOMAIN_NONE: of any */
};

struct pipeline {
	const char *name;
	unsigned traits; /* of all its stages and of those that goto leads to */
	bool alone;      /* a packet's result may depend on that of the packet
			  * before it: they are judged one by one */
	unsigned n;
	struct step step[PIPELINE_STEPS_MAX];
};

/* Judges n <= BURST_MAX packets that came in by interfaces with this pipeline, stage by stage.  All
 * of them are done afterwards: a packet without a decision is dropped as pipeline_end. */
void pipeline_evaluate(const struct pipeline *p, struct eval *const ev[], unsigned n);

#endif
