/* SPDX-License-Identifier: BSD-3-Clause */
/* The members of one dynamic set: addresses that rules or clients have added, each for a time.
 *
 * A set has a fixed size.  When it is full, the newest member takes the place of the oldest one of
 * the owner (the ingress interface) that has most of them: a flood from one interface displaces its
 * own members.  A member that is added again is as new as if it had not been there.
 *
 * Each worker has a copy that it alone touches, and control has one; they tell each other what is
 * added and deleted (worker/members_link.h).
 *
 * Threads: the owner of the copy.  Memory: members_create. */
#ifndef TABLE_MEMBERS_H
#define TABLE_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"

#define MEMBERS_SETS     64u      /* dynamic sets of a configuration, numbers 1 and up */
#define MEMBERS_SIZE_MIN 16u      /* of a set */
#define MEMBERS_SIZE_MAX 1048576u /* of a set */
#define MEMBERS_OWNERS   1024u    /* interfaces; the owner of what a client adds is 0 */

struct members;

struct member {
	union address address;
	uint8_t family;
	uint8_t domain; /* that the address is in */
	uint16_t owner;
	uint64_t since_ns; /* when it was added last */
};

/* Called for a member that has come or gone. */
typedef void (*member_fn)(void *arg, const struct member *m);

struct members *members_create(uint32_t size, int numa_node); /* NULL: no memory */
void members_destroy(struct members *m);                      /* NULL is fine */
size_t members_bytes(uint32_t size);

/* Sets how long a member stays, in ns; 0: until it is deleted. */
void members_set_timeout(struct members *m, uint64_t timeout_ns);

/* Says which set it is, by the hash of its name.  If it was another one before, that one's members
 * are none any more. */
void members_belong(struct members *m, uint64_t of);
uint64_t members_set(const struct members *m); /* 0: nobody's so far */

/* Returns true if the address is a member; space: of the address (packet/key.h). */
bool members_has(const struct members *m, unsigned space, const union address *a, uint64_t now_ns);

/* Adds a member, or renews it.  Returns true if it was none before.  displaced is called for the
 * member that has lost its place, if it is not NULL. */
bool members_add(struct members *m, const struct member *new, uint64_t now_ns, member_fn displaced,
	void *arg);

/* Deletes a member; returns true if it was one. */
bool members_delete(struct members *m, unsigned space, const union address *a);

/* Removes at most max members whose time is over, and calls gone for each. */
unsigned members_expire(
	struct members *m, uint64_t now_ns, unsigned max, member_fn gone, void *arg);

/* Calls each for all members, the oldest of each owner first. */
void members_each(const struct members *m, member_fn each, void *arg);

uint32_t members_count(const struct members *m);
uint64_t members_displaced(const struct members *m); /* so far */

#endif
