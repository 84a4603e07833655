/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a build, for the files that build the sections. */
#ifndef POLICY_BUILD_PRIV_H
#define POLICY_BUILD_PRIV_H

#include "base/arena.h"
#include "base/ids.h"
#include "policy/build.h"
#include "policy/pipeline.h"
#include "policy/reverse_path.h"
#include "policy/times.h"
#include "policy/tuple_sets.h"

/* A named object of a section. what is NULL if it could not be built. */
struct built {
	const char *name;
	void *what;
};

struct built_list {
	struct built *item;
	unsigned n;
};

/* A pipeline while it is checked. */
struct draft {
	struct pipeline pipeline; /* first: names lead to it */
	bool broken;              /* a stage is missing: errors that follow from that are
				   * not reported */
	bool is_target;           /* of a goto */
	enum { DRAFT_NEW, DRAFT_OPEN, DRAFT_DONE } state; /* of the walk along gotos */
	unsigned depth;        /* gotos that a packet may follow from here */
	unsigned action_words; /* that a packet may collect from here */
	uint64_t mirrors;      /* of the pipeline and its gotos, once they were looked at */
	bool looked;
	uint64_t judged; /* bit p: reached after the stages p (enum passed), see
			  * order.c */
};

struct rule_ranges;
struct taken;

/* The domain of a route table. */
struct table_domain {
	uint8_t domain;
	bool assigned; /* by domain: or by its name: it is meant */
};

struct build {
	struct build_setup setup;
	unsigned errors; /* in setup.err before anything was built */
	struct arena arena;
	bool short_of_memory;         /* some part could not be allocated */
	const char *file, *file_name; /* the last loc's file, and our copy of its name without
				       * folders */

	struct built_list sets;             /* struct set */
	struct set *local[DOMAINS_MAX + 1]; /* our own addresses, by domain; the last: of all;
					     * NULL: not asked for so far */
	struct built_list acls;             /* struct acl */
	struct built_list declared;         /* the same from the beginning, built or not */
	struct table_domain *assigned;      /* by place of a table in the file */
	struct built_list routes;           /* struct route_table; those of the file first */
	const struct interface *const *by_domain[DOMAINS_MAX]; /* NULL: not asked for so far */
	const struct route_table *domain_table[DOMAINS_MAX];
	uint32_t n_steps;                 /* of all pipelines so far */
	struct built_list pipelines;      /* struct draft; present from the beginning */
	const struct pipeline **pipeline; /* the same as an array */

	struct generation_live live[16];
	unsigned n_live;

	struct rule_counter *counter;
	unsigned n_counters, counter_room;
	struct meter_spec *meter;
	unsigned n_meters, meter_room;
	struct copy_spec *copy;
	unsigned n_copies, copy_room;
	struct rule_log *rule_log; /* [0] is not used */
	unsigned n_rule_logs, rule_log_room;
	struct ids own_logs, *logs;         /* numbers of rules that are logged */
	struct ids own_dynamics, *dynamics; /* numbers of dynamic sets */
	struct dynamic_set dynamic[MEMBERS_SETS];
	struct ids own_tallies, *tallies; /* numbers of lines that count sessions */
	struct tuple_set *tuple_set;      /* sets of endpoints and pairs */
	unsigned n_tuple_sets, tuple_sets_room;
	struct built *tuple_part; /* what: struct set, of their groups */
	unsigned n_tuple_parts, tuple_parts_room;
	struct rpf_source rpf;                 /* where matches look sources up */
	struct loc rpf_loc;                    /* of the first that does; line 0: none */
	struct ids own_tracks, *tracks;        /* numbers of stages track */
	struct session_policy *session_policy; /* by number */
	unsigned n_session_policies, session_policy_room;
	struct nat_pool_spec *pool;
	unsigned n_pools, pool_room;
	struct public_address *public;
	unsigned n_public, public_room;
	struct taken *taken; /* public.c: addresses of other stations */
	unsigned n_taken;
	struct times *times; /* NULL: no match asks for one */
	struct own_addresses *own;
	struct owners *owners;
};

/* Makes room for the objects of a section, each with its name and not built yet. */
int built_list_init(struct build *b, struct built_list *list, unsigned n);
void *built_find(const struct built_list *list, const char *name);

/* Returns true if an error was reported, by the decoder or since. */
bool build_has_errors(const struct build *b);

/* Takes the result of building one part of a section: returns true if it was built.  A failure
 * without any reported error becomes an error here. */
bool build_part(struct build *b, int rc, struct loc loc, const char *section, const char *name);

/* Makes room for the session policies up to a number.  Returns 0, or negative after an error. */
int build_session_policies(struct build *b, unsigned number);

int build_set(struct build *b, const struct set_cfg *cfg, struct set **set);
int build_pool_spec(struct build *b, const struct nat_pool_cfg *cfg);
int build_route_table(struct build *b, const struct route_table_cfg *cfg,
	const struct table_domain *of, struct route_table **table);

/* domains.c: the domain of each table of a configuration, before tables are built; the tables by
 * domain, those that the file does not have included; and, when pipelines are there, refuses stages
 * that lead packets into another domain without a word. */
/* domains.c: restricts a list of ingress interfaces, of a match, to those of a domain.  Returns
 * false if none is left, or without memory. */
bool build_keep_domain(struct build *b, unsigned domain, struct rule_ranges *list);

uint8_t domains_find(const struct build *b, const char *name); /* or DOMAIN_NONE */
int domains_assign(struct build *b, const struct policy_cfg *cfg);
int domains_add_tables(struct build *b, const struct policy_cfg *cfg);
void domains_check(struct build *b);
int build_pipeline(struct build *b, const struct pipeline_cfg *cfg, struct draft *draft);

/* Collects the addresses of other stations.  Returns 0 or -ENOMEM. */
int public_begin(struct build *b, const struct policy_cfg *cfg);

void pools_finish(struct build *b, struct generation *gen);

void route_table_discard(struct route_table *table);
void pipeline_discard(struct pipeline *p);

/* Reports orders of stages that cannot work, over all pipelines and gotos, and computes the
 * pipelines' traits. */
void order_check(struct build *b);

/* Warns of ports that copy to each other: frames that their peers send back would be copied again.
 */
void mirrors_check(struct build *b);

#endif
