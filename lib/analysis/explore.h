/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the packets of an interface for which two plans have different verdicts.
 *
 * For each choice, step and route that only one of the plans has (a change), packets that match it
 * are searched for one with two verdicts.  Each packet that is tried also yields the set of packets
 * that take the same path through both plans; this set is removed from the search, which ends when
 * nothing remains.  A packet with two verdicts always matches a change (align.h), so once every
 * change has been searched to its end, all differences are known.
 *
 * Threads: the control thread. */
#ifndef ANALYSIS_EXPLORE_H
#define ANALYSIS_EXPLORE_H

#include "analysis/walk.h"
#include "region/find.h"

/* One difference: its witness, and the set of packets that match the same changes. */
struct difference {
	unsigned family;
	unsigned assumed; /* enum conn_state, 0: of packets that begin a session */
	struct point point;
	const struct cell *what; /* valid during the call */
	struct verdict verdict[SIDES];
	struct loc line[SIDES];  /* that decides it; line 0: none */
	const char *name[SIDES]; /* of the rule there, or NULL */
};

struct explore_in {
	const struct pairs *pairs;
	struct classes *classes;
	uint64_t deadline_ns; /* of explore_now_ns */
	void (*found)(void *arg, const struct difference *d);
	void *arg;
};

struct explored;

/* Finds the differences for packets of the pairs' interface and family.  Returns NULL without
 * memory. */
struct explored *explore(const struct explore_in *in);
void explored_destroy(struct explored *x); /* NULL is fine */

/* Returns the number of changes that were not searched to the end. */
unsigned explored_cut(const struct explored *x);

/* Returns true if the packet matches a change for which a difference has been found. */
bool explored_knows(struct explored *x, const struct point *p, unsigned assumed);

/* Returns the processor time of the calling thread, so that the result does not depend on the load
 * of the machine. */
uint64_t explore_now_ns(void);

#endif
