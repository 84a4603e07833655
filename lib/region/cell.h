/* SPDX-License-Identifier: BSD-3-Clause */
/* Cells: sets of packets that are a product of one set of values for each field that rules look at.
 *
 * What a compiled match (table/rules.h) takes of one family is one cell, as far as the ingress
 * interface, the VLAN, the state of the connection, its translation, the egress interface, the
 * sender's MAC and the length are known.  Of fragments the first is meant, which has its ports.
 *
 * Threads: pure functions. */
#ifndef REGION_CELL_H
#define REGION_CELL_H

#include "region/spans.h"
#include "table/rules.h"

enum dim {
	DIM_SRC,
	DIM_DST,
	DIM_PROTO,
	DIM_SPORT,
	DIM_DPORT,
	DIM_ICMP, /* type << 8 | code */
	DIM_FLAGS,
	DIM_DSCP,
	DIM_FRAGMENT,
	DIMS,
};

struct cell {
	struct spans dim[DIMS];
};

/* One packet: a value of each field; those that its protocol has not count for nothing. */
struct point {
	wide_t at[DIMS];
};

/* All packets of a family, 4 or 6; and sound ones: no TCP flags that no endpoint sends, no IPv6
 * extension header as a protocol. */
const struct cell *cell_all(unsigned family);
const struct cell *cell_sound(unsigned family);

/* Can packets of an interface and outer VLAN (0: none) meet a match, as far as these two go? */
bool match_enters(const struct rule_match *m, uint16_t iface, uint16_t vlan);

/* Does a match ask for something that stands neither in a cell nor in match_enters nor in its
 * state?  And does a packet have all of that? */
bool match_asks_more(const struct rule_match *m);
bool match_admits_rest(const struct rule_match *m, const struct rule_key *key);

/* Fills what a match takes.  False: nothing, or the scratch is exhausted.  What match_enters and
 * match_admits_rest look at, and the state, are not looked at. */
bool cell_from_match(
	struct scratch *s, const struct rule_match *m, unsigned family, struct cell *out);

/* A prefix of the family as spans of one. */
struct span span_of_prefix(const struct prefix *p);

wide_t value_of_address(const union address *a, unsigned family);
union address address_of_value(wide_t value, unsigned family);

bool cell_meets(const struct cell *a, const struct cell *b);
bool cell_covers(const struct cell *a, const struct cell *b); /* is all of b in a? */
bool cell_holds(const struct cell *c, const struct point *p);
bool cell_is_empty(const struct cell *c);

/* The dimension in which alone a does not cover b; DIMS: it covers all of b; DIMS + 1: there are
 * several. */
unsigned cell_difference(const struct cell *a, const struct cell *b);

/* What both have.  False: nothing. */
bool cell_and(struct scratch *s, const struct cell *a, const struct cell *b, struct cell *out);

/* A packet of a cell that is not empty, one that people would write where there is a choice. */
void cell_pick(const struct cell *c, unsigned family, struct point *p);

uint64_t cell_hash(const struct cell *c);

#endif
