/* SPDX-License-Identifier: BSD-3-Clause */
/* Cells: sets of packets that are a product of one set of values for each field that rules match.
 *
 * The packets of one family that a compiled match (table/rules.h) accepts are one cell, once the
 * ingress interface, the VLAN, the state of the connection, its translation, the egress interface,
 * the sender's MAC and the length are known.  A fragment stands for its datagram's first fragment,
 * which has the ports.
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

/* One packet: a value for each field; fields that its protocol does not have are ignored. */
struct point {
	wide_t at[DIMS];
};

/* Return all packets of a family, 4 or 6; and its sound packets: without TCP flags that no endpoint
 * sends, and without an IPv6 extension header as protocol. */
const struct cell *cell_all(unsigned family);
const struct cell *cell_sound(unsigned family);

/* Returns true if interface and VLAN of the match admit packets of an interface and outer VLAN (0:
 * none). */
bool match_enters(const struct rule_match *m, uint16_t iface, uint16_t vlan);

/* Return true if a match asks for something that is neither in a cell nor in match_enters nor in
 * its state; if a packet has all of that. */
bool match_asks_more(const struct rule_match *m);
bool match_admits_rest(const struct rule_match *m, const struct rule_key *key);

/* Fills the cell of the packets that a match accepts, regardless of its state and of what
 * match_enters and match_admits_rest compare.  Returns false if there are none, or if the scratch
 * is exhausted. */
bool cell_from_match(
	struct scratch *s, const struct rule_match *m, unsigned family, struct cell *out);

/* Returns the addresses of a prefix as one span. */
struct span span_of_prefix(const struct prefix *p);

wide_t value_of_address(const union address *a, unsigned family);
union address address_of_value(wide_t value, unsigned family);

bool cell_intersects(const struct cell *a, const struct cell *b);
bool cell_covers(const struct cell *a, const struct cell *b); /* true if all of b is in a */
bool cell_holds(const struct cell *c, const struct point *p);
bool cell_is_empty(const struct cell *c);

/* Returns the only dimension in which a does not cover b; DIMS: a covers b; DIMS + 1: there are
 * several. */
unsigned cell_difference(const struct cell *a, const struct cell *b);

/* Fills the intersection.  Returns false if it is empty. */
bool cell_and(struct scratch *s, const struct cell *a, const struct cell *b, struct cell *out);

/* Chooses a packet of a cell that is not empty; where there is a choice, one with usual values. */
void cell_pick(const struct cell *c, unsigned family, struct point *p);

uint64_t cell_hash(const struct cell *c);

#endif
