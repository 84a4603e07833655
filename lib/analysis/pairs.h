/* SPDX-License-Identifier: BSD-3-Clause */
/* Pairs the pipelines that packets of an interface go through in two plans: the steps and choices
 * that both have, and those that have changed.
 *
 * Pipelines that a goto leads to are paired by name.
 *
 * Threads: the control thread.  Memory: pairs_create/pairs_destroy; the plans outlive it. */
#ifndef ANALYSIS_PAIRS_H
#define ANALYSIS_PAIRS_H

#include "analysis/align.h"
#include "analysis/plan.h"

#define PAIRS_MAX 256 /* pipelines that one interface leads to */

enum side { OLD, NEW, SIDES };

struct pair_choices {
	uint32_t *
		partner; /* [n + 1]: of each choice in the other plan; ALIGN_NONE: it has changed */
	bool *dead;      /* [n + 1]: no packet of the interface and family matches it */
};

struct pair_step {
	uint32_t partner;              /* ALIGN_NONE: the step, or its condition, has changed */
	struct pair_choices choices;   /* partner NULL: there are none */
	struct pair_choices condition; /* dead alone */
};

struct pair_pipeline {
	const char *name;
	const struct plan_pipeline *of[SIDES]; /* NULL: there is none there */
	struct pair_step *step[SIDES];
};

struct pairs {
	const struct plan *plan[SIDES];
	const struct interface *in[SIDES];
	unsigned family;
	struct scratch scratch;
	struct pair_pipeline pipeline[PAIRS_MAX]; /* [0]: where packets enter */
	unsigned n;
	bool complete; /* all that can be reached is there */
};

/* in: the interface in each plan, with a pipeline.  NULL when memory is short. */
struct pairs *pairs_create(const struct plan *const plan[SIDES],
	const struct interface *const in[SIDES], unsigned family);
void pairs_destroy(struct pairs *p); /* NULL is fine */

const struct pair_pipeline *pairs_find(
	const struct pairs *p, enum side side, const struct pipeline *pipeline);

/* Returns true if a step or choice has no partner. */
bool pairs_differ(const struct pairs *p);

#endif
