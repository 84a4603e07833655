/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract of a stage: decides one thing about a flow, and never touches a packet.
 *
 * A descriptor is a constant in the stage's file and one line in registry.c.  The configuration of
 * one use of the stage in a pipeline is decoded by its schema into cfg, and built into an instance:
 * an immutable snapshot that belongs to a generation.
 *
 * Threads: build and discard run in control; evaluate in any worker, at the same time. */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stage/eval.h"

struct cfg_field;
struct build;           /* stage/build.h: names of the configuration -> built tables */

/* What an instance needs of its pipeline, and what order of stages it implies. */
enum stage_trait {
	TRAIT_PORTS = 1,        /* looks at ports: later fragments are judged by their first */
	TRAIT_ENDS = 2,         /* every packet ends here: a stage behind it is never reached */
	TRAIT_TRACKS = 4,       /* makes sessions */
	TRAIT_NEEDS_TRACK = 8,  /* has to stand behind a stage that tracks */
	TRAIT_ROUTES = 16,      /* sets the egress interface */
	TRAIT_NEEDS_ROUTE = 32, /* has to stand behind a stage that routes */
	TRAIT_WIRE = 64,        /* takes frames of any MAC and EtherType */
};

struct stage_build {
	struct build *build;            /* look-ups, places, meters; errors */
	const void *cfg;                /* decoded by schema */
	struct loc loc;                 /* of the stage in its pipeline */
	const char *owner;              /* "pipelines.inside" */
	unsigned traits;                /* out: enum stage_trait */
	unsigned rare_words;            /* out: rare actions it may emit at most */
};

struct stage {
	const char *name;
	const char *summary;            /* one sentence, for the reference */
	const struct cfg_field *schema; /* NULL: takes nothing */
	size_t cfg_size;
	const char *shorthand;          /* field that a bare scalar fills ("route: main"), or NULL */

	/* Returns 0 and *instance (may be NULL), or negative after err_add for each fault. */
	int (*build)(struct stage_build *sb, void **instance);
	void (*discard)(void *instance);        /* NULL is fine */

	/* Judges n evals, none of them done.  Leaves ev->done false to go on to the next stage. */
	void (*evaluate)(const void *instance, struct eval *const ev[], unsigned n);
};

/* Every stage there is, ended by NULL. */
extern const struct stage *const stage_registry[];

const struct stage *stage_find(const char *name);

#endif
