/* SPDX-License-Identifier: BSD-3-Clause */
/* The dynamic sets of one worker: its copy of their members, what it and control tell each other,
 * and which addresses have come or gone lately, so that their flows are judged again.
 *
 * Threads: the owning worker; control makes room before a generation is published, and uses the
 * other ends of the two rings.  Memory: dynamic_create. */
#ifndef SLOWPATH_DYNAMIC_H
#define SLOWPATH_DYNAMIC_H

#include <stdbool.h>
#include <stdint.h>

#include "table/members.h"

struct datapath;
struct dynamic;
struct generation;

#define DYNAMIC_CHANGES 4096u /* that wait in one direction */

enum dynamic_op { DYNAMIC_ADD, DYNAMIC_DELETE };

struct dynamic_change {
	struct member member;
	uint64_t of; /* hash of the set's name */
	uint8_t op;  /* enum dynamic_op */
	uint8_t set;
};

struct dynamic *dynamic_create(void); /* NULL: no memory */
void dynamic_destroy(struct dynamic *d);

/* Control: makes the tables of a generation's sets.  A set keeps the size that it had first.
 * Returns 0 or -ENOMEM. */
int dynamic_make_room(struct dynamic *d, const struct generation *gen);

/* Control: tells the worker of a change; false: there is no room now.  Takes what the worker tells;
 * false: nothing waits. */
bool dynamic_tell(struct dynamic *d, const struct dynamic_change *change);
bool dynamic_take(struct dynamic *d, struct dynamic_change *change);

/* Returns the members by number of the set, for evaluations. */
struct members *const *dynamic_members(const struct dynamic *d);

/* Returns the number of members that were added so far. */
uint64_t dynamic_added(const struct dynamic *d);

void dynamic_adopt(struct dynamic *d, const struct generation *gen);

/* Adds an address, or renews it. */
void dynamic_add(struct datapath *dp, unsigned set, const struct member *m);

/* Takes what control tells, and removes members whose time is over; called often. */
void dynamic_age(struct datapath *dp);

/* Returns true if addresses have changed lately, and if one of a flow's may have.  All records have
 * been looked at since the last call of dynamic_forget: the older half is forgotten. */
bool dynamic_has_changes(const struct dynamic *d);
bool dynamic_touches(const struct dynamic *d, const union address *a);
void dynamic_forget(struct dynamic *d);

#endif
