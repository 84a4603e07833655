/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets of an interface two plans judge differently.
 *
 * Each choice, step and route that one plan has and the other has not is looked at in turn: is
 * there a packet that meets it and whose verdict differs?  A packet that is tried also says which
 * others go the same way under both plans; those are taken out of what remains, until nothing does.
 * By align.h a packet whose verdict differs meets such a change; so when every one was looked at to
 * the end, all differences are known, each by the change that makes it.
 *
 * Threads: the control thread. */
#ifndef ANALYSIS_EXPLORE_H
#define ANALYSIS_EXPLORE_H

#include "analysis/walk.h"
#include "region/find.h"

/* One difference: the packet that shows it, and the set of packets that meet the same changes. */
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

/* Finds the differences of packets of the pairs' interface and family.  NULL when memory is short.
 */
struct explored *explore(const struct explore_in *in);
void explored_destroy(struct explored *x); /* NULL is fine */

/* Changes that were not looked at to the end. */
unsigned explored_cut(const struct explored *x);

/* Has the difference that a packet shows been found: does it meet a change that was? */
bool explored_knows(struct explored *x, const struct point *p, unsigned assumed);

/* The processor time of the calling thread: what is found does not depend on who else computes. */
uint64_t explore_now_ns(void);

#endif
