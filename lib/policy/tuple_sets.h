/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of addresses with ports, and of pairs of addresses.
 *
 *	endpoints: ["tcp 10.0.0.80:443", "10.0.0.0/24:8000-8010", "udp [2001:db8::53]:53"]
 *	pairs: ["10.0.0.2 > 203.0.113.0/24", "tcp 10.0.0.2 > 203.0.113.9:443"]
 *
 * `src: $set` and `dst: $set` match an endpoint of that side: address and port together.  `pair:
 * $set` matches source and destination together.  Elements that differ in one address alone share a
 * group, which becomes one compiled match.
 *
 * Threads: control. */
#ifndef POLICY_TUPLE_SETS_H
#define POLICY_TUPLE_SETS_H

#include <stdbool.h>

#include "table/rules.h"

struct build;
struct set_cfg;

#define TUPLE_GROUPS_MAX 16384u /* of one set */

/* Packets that a group matches: all of its parts. */
struct tuple_group {
	uint8_t proto;             /* 0: any */
	bool has_sport, has_dport; /* of endpoints: has_dport, whatever the side */
	struct rule_range sport, dport;
	struct prefix src;           /* of a pair; family 0: src_set counts */
	struct prefix dst;           /* likewise */
	const struct set *addresses; /* those of the other side; of endpoints: of the side */
};

struct tuple_set {
	const char *name;
	bool pairs;
	const struct tuple_group *group;
	unsigned n;
};

/* Returns true if the configuration of a set lists endpoints or pairs. */
bool tuples_are_written(const struct set_cfg *cfg);

/* Builds it, and adds all its addresses to a set.  Returns 0, or negative after errors. */
int build_tuple_set(struct build *b, const struct set_cfg *cfg, struct set *all);

/* Returns the set of that name, or NULL: it is another kind of set. */
const struct tuple_set *build_find_tuples(const struct build *b, const char *name);

#endif
