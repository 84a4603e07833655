/* SPDX-License-Identifier: BSD-3-Clause */
/* The contract of a stage: decides one thing about a flow, and never touches a packet.
 *
 * A descriptor is a constant in the stage's file and one line in registry.c.  The configuration of
 * one use of the stage in a pipeline is decoded by its table into cfg, and built into an instance:
 * an immutable snapshot that belongs to a generation.
 *
 * Threads: build and discard run in control; evaluate in any worker, at the same time. */
#ifndef POLICY_STAGE_H
#define POLICY_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "schema/field.h"
#include "policy/eval.h"
#include "policy/match.h"

struct build;             /* policy/build.h: names of the configuration -> built tables */
struct fixed_translation; /* policy/owners.h */
struct jump;
struct route_table;

/* The first members of every stage's configuration; STAGE_IF is their row. */
struct stage_cfg {
	struct cfg_head head;
	struct match_cfg when; /* if: */
};

#define STAGE_IF(type) \
	{ \
		"if", CFG_STRUCT, CFG_OPTIONAL, offsetof(type, when), \
			"Condition on packets; without it, the stage applies to all.", \
			.table = &match_table, .presence = true \
	}

/* What an instance requires of its pipeline, and what it offers. */
enum stage_trait {
	TRAIT_PORTS = 1,           /* looks at ports: later fragments are judged by their first */
	TRAIT_ENDS = 2,            /* every packet ends here: a stage behind it is never reached */
	TRAIT_TRACKS = 4,          /* begins sessions */
	TRAIT_NEEDS_TRACK = 8,     /* must stand behind a stage that tracks */
	TRAIT_ROUTES = 16,         /* sets the egress interface */
	TRAIT_NEEDS_ROUTE = 32,    /* must stand behind a stage that routes */
	TRAIT_WIRE = 64,           /* takes frames of any MAC and EtherType */
	TRAIT_TRANSLATES = 128,    /* gives sessions public sources */
	TRAIT_LIMITS = 256,        /* limits the sessions of a source */
	TRAIT_SPREADS = 512,       /* distributes flows over next hops: fragments use that of their
				    * first one */
	TRAIT_BRIDGES = 4096,      /* sends frames to members of the ingress interface's bridge */
	TRAIT_HELPS = 2048,        /* reads control sessions */
	TRAIT_BEFORE_ROUTE = 1024, /* must stand before every stage that routes all packets */
};

struct stage_build {
	struct build *build;         /* look-ups, rule counters, meters; errors */
	const struct stage_cfg *cfg; /* decoded by the stage's table */
	struct loc loc;              /* of the stage in its pipeline */
	const char *owner;           /* "pipelines.inside" */
	unsigned traits;             /* out: enum stage_trait */
	unsigned action_words;       /* out: listed actions it emits for one packet at most */
	const struct jump *jumps;    /* out: targets of its gotos */
	unsigned n_jumps;
	const struct route_table *table; /* out: the table that it looks into; for analysis */
	const struct route_table *via;   /* out: its own next hops, as a table; for analysis */
	uint64_t mirrors;                /* out: ports that get copies, a bit for each index */
	uint8_t domain; /* out: that all its packets must come from, since it would lead them there
			 * without a word; DOMAIN_NONE at first */
};

struct stage {
	const struct cfg_table *table; /* its name, its words, one sentence; its struct begins as
					* struct stage_cfg does */

	/* Builds an instance.  Returns 0 and *instance (may be NULL), or negative after cfg_error
	 * for each fault. */
	int (*build)(struct stage_build *sb, void **instance);
	void (*discard)(void *instance); /* NULL: nothing to discard */

	/* Judges n evals, none of them done.  Leaves ev->done false to continue with the next
	 * stage. */
	void (*evaluate)(const void *instance, struct eval *const ev[], unsigned n);

	/* Returns the i-th translation that it makes without state; false after the last.  NULL: no
	 * instance makes any. */
	bool (*fixed)(const void *instance, unsigned i, struct fixed_translation *out);
};

/* The list of all stages, ended by NULL. */
extern const struct stage *const stage_registry[];

const struct stage *stage_find(const char *name);

/* Returns the tables of the stages as alternatives of a pipeline's list (cfg_choices_fn). */
const struct cfg_table *stage_table(unsigned i);

#endif
