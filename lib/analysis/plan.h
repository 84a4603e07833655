/* SPDX-License-Identifier: BSD-3-Clause */
/* A generation's pipelines in a form for analysis: step by step, with the choices of each step as
 * cells (sets of packets, region/cell.h).
 *
 *   step     condition (if:)         choices of the step
 *   acl      any match, or none      the rules, and the default
 *   dnat     ...                     the forwards, or none
 *   others   ...                     -
 *
 * Threads: the control thread.  Memory: plan_create/plan_destroy; the generation and its
 * configuration outlive it. */
#ifndef ANALYSIS_PLAN_H
#define ANALYSIS_PLAN_H

#include "base/err.h"
#include "config/config.h"
#include "policy/generation.h"
#include "policy/owners.h"
#include "policy/pipeline.h"
#include "region/cell.h"

#define CHOICE_NONE UINT32_MAX

enum plan_kind {
	PLAN_OTHER,
	PLAN_ACL,
	PLAN_DNAT,
	PLAN_ROUTE,
	PLAN_TRACK,
	PLAN_RPF,
	PLAN_SNAT,
};

/* An ordered list of compiled matches, of which the first one that a packet matches decides, and
 * what happens to a packet that matches none. */
struct choices {
	const struct rule_match *match;
	unsigned n;           /* choice n is "none of them" */
	struct cell *cell[2]; /* by family: 4, 6; a match that takes nothing has an empty one */
	uint64_t *cell_id[2]; /* hashes of the cells, with the states asked for */
	uint64_t *outcome;    /* [n + 1]: a hash of what follows */
	struct loc *loc;      /* [n + 1] */
	const char **name;    /* [n + 1], or NULL */
	bool in_list;         /* an access list: choice n is its default */
	uint16_t answers;     /* to what matches ask beside the packet: times as they are now */
};

struct plan_step {
	const struct step *step;
	enum plan_kind kind;
	uint64_t says; /* a hash of what the step's line says, without what its lists hold */
	struct loc loc;
	struct choices condition;          /* n 0 and match NULL: for every packet */
	struct choices *choices;           /* of PLAN_ACL and PLAN_DNAT, else NULL */
	unsigned n_forwards;               /* of PLAN_DNAT */
	struct fixed_translation *forward; /* by choice */
};

struct plan_pipeline {
	const struct pipeline *pipeline;
	struct plan_step *step;
	unsigned n;
};

struct plan {
	const struct generation *gen;
	const struct config *cfg;
	struct scratch scratch; /* cells, ids, texts */
	struct plan_pipeline *pipeline;
	unsigned n_pipelines;
	struct choices *list; /* access lists, by place in the file */
	bool complete;        /* everything had room */
	bool calls;           /* a list calls another one: its packets are not compared */
};

/* Returns NULL without memory. */
struct plan *plan_create(const struct config *cfg, const struct generation *gen);
void plan_destroy(struct plan *p); /* NULL is fine */

const struct plan_pipeline *plan_find(const struct plan *p, const struct pipeline *pipeline);

/* Returns true if interface and VLAN of the match admit packets of an interface. */
bool match_admits(const struct rule_match *m, const struct interface *in);

/* Returns a hash of bytes that continues another hash. */
uint64_t plan_hash(uint64_t hash, const void *bytes, size_t n);

#endif
