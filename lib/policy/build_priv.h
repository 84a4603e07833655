/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files that build the sections share: a build from inside. */
#ifndef POLICY_BUILD_PRIV_H
#define POLICY_BUILD_PRIV_H

#include "base/arena.h"
#include "base/ids.h"
#include "policy/build.h"
#include "policy/pipeline.h"

/* What is built under a name: a list per section.  what is NULL when it could not be built. */
struct built {
	const char *name;
	void *what;
};

struct built_list {
	struct built *item;
	unsigned n;
};

/* A pipeline and what is found out about it while it is checked. */
struct draft {
	struct pipeline pipeline;       /* first: what names lead to */
	bool broken;                    /* a stage is missing: what follows from that is not said */
	bool is_target;                 /* of a goto */
	enum { DRAFT_NEW, DRAFT_OPEN, DRAFT_DONE } state;       /* of the walk along gotos */
	unsigned depth;                 /* gotos that a packet may follow from here */
	unsigned rare_words;            /* that a packet may collect from here */
	uint64_t judged;                /* bit p: reached with enum passed p before it, see order.c */
};

struct taken;

struct build {
	struct build_setup setup;
	unsigned errors;                /* in setup.err before anything was built */
	struct arena arena;
	bool short_of_memory;           /* something is missing: a name, if nothing else */
	const char *file, *file_name;   /* the last loc's file, and our copy without folders */

	struct built_list sets;         /* struct set */
	struct built_list acls;         /* struct acl */
	struct built_list routes;       /* struct route_table */
	struct built_list pipelines;    /* struct draft; there from the beginning */
	const struct pipeline **pipeline;       /* the same as an array */

	struct place *place;
	unsigned n_places, place_room;
	struct meter_spec *meter;
	unsigned n_meters, meter_room;
	struct ids own_tracks, *tracks; /* numbers of stages track */
	struct session_policy *session_policy;  /* by number */
	unsigned n_session_policies, session_policy_room;
	struct nat_pool_spec *pool;
	unsigned n_pools, pool_room;
	rte_be32_t *public;
	unsigned n_public, public_room;
	struct taken *taken;            /* public.c: addresses of others */
	unsigned n_taken;
	struct own_addresses *own;
	struct owners *owners;
};

/* Makes room for the things of a section, each with its name and nothing built. */
int built_list_init(struct build *b, struct built_list *list, unsigned n);
void *built_find(const struct built_list *list, const char *name);

/* Has anything been reported, by the decoder or since? */
bool build_has_errors(const struct build *b);

/* Takes the outcome of one part of a section: true if it was built.  A failure while nothing has been reported, which
 * would be a silent one, becomes an error here. */
bool build_part(struct build *b, int rc, struct loc loc, const char *section, const char *name);

/* Makes room for the session policies up to a number.  0, or negative after an error. */
int build_session_policies(struct build *b, unsigned number);

int build_set(struct build *b, const struct set_cfg *cfg, struct set **set);
int build_pool_spec(struct build *b, const struct nat_pool_cfg *cfg);
int build_route_table(struct build *b, const struct route_table_cfg *cfg,
	struct route_table **table);
int build_pipeline(struct build *b, const struct pipeline_cfg *cfg, struct draft *draft);

/* Collects the addresses that are somebody else's.  0 or -ENOMEM. */
int public_begin(struct build *b, const struct policy_cfg *cfg);

void pools_finish(struct build *b, struct generation *gen);

void route_table_discard(struct route_table *table);
void pipeline_discard(struct pipeline *p);

/* Explains an order of stages that cannot work, over all pipelines and gotos, and works out the
 * pipelines' traits. */
void order_check(struct build *b);

#endif
