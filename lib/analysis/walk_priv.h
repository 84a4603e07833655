/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by walk.c, walk_records.c, walk_stages.c, walk_routes.c and verdict.c. */
#ifndef ANALYSIS_WALK_PRIV_H
#define ANALYSIS_WALK_PRIV_H

#include <netinet/in.h>

#include "analysis/walk.h"

/* Tables that stage route looks into for one packet: its own, and those of other domains that
 * routes lead to. */
#define LOOKUPS_MAX 8

struct lookup {
	const struct route_table *table;
	uint32_t route; /* or PREFIXES_NONE */
};

/* A walk under way. */
struct walking {
	const struct walk_in *in;
	struct walk *out;
	struct eval ev;
	struct trace trace;
	struct walk_fields fields;
	uint32_t matched;                  /* what the look-up of a list has found */
	bool listened;                     /* it has been told */
	struct lookup lookup[LOOKUPS_MAX]; /* of the last stage route or rpf */
	unsigned n_lookups;
	uint64_t route_id; /* a hash of the next hops */
	uint64_t way_id;   /* of all routes so far, with their domains */
	unsigned pipeline; /* index among the pairs, for ids */
	struct fixed_translation source_map, dest_map; /* the last ones; length 0: none */
};

/* Returns true for protocols with ports that stages know. */
static inline bool
walk_has_ports(wide_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_DCCP
		|| proto == IPPROTO_SCTP || proto == IPPROTO_UDPLITE;
}

/* As parse sees it: an error quotes another packet. */
static inline bool
walk_is_error(unsigned family, uint8_t type)
{
	return family == 6 ? type < 128
			   : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Notes what conditions can ask for beside the packet's own fields. */
void walk_see(const struct walking *w, struct walk_fields *f);

/* Adds a record of what the packet meets now.  NULL: there is no room. */
struct record *walk_add(struct walking *w, enum record_kind kind);

/* Restrict the record of a stage to packets that it takes for the same.  dst_set, src_set: an
 * earlier stage has set the address. */
void walk_after_track(struct walking *w, struct record *r);
void walk_after_dnat(struct walking *w, const struct plan_step *s, uint32_t found, bool dst_set);
void walk_after_snat(struct walking *w, const struct plan_step *s, struct record *r, bool src_set);

/* A step, and its place in its pipeline. */
struct walk_place {
	const struct plan_step *s;
	const struct pair_step *ps;
	unsigned at;
};

/* Likewise for tables, each with a record of its own; they say what has changed, too. */
void walk_after_route(
	struct walking *w, const struct walk_place *at, struct record *r, bool dst_set);
void walk_after_rpf(struct walking *w, const struct walk_place *at, struct record *r);

/* Fills a verdict except for its route. */
void verdict_from(const struct generation *gen, const struct program *p, struct verdict *out);

#endif
