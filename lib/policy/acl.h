/* SPDX-License-Identifier: BSD-3-Clause */
/* Access lists (section acls), built for stage acl. */
#ifndef POLICY_ACL_H
#define POLICY_ACL_H

#include "policy/build.h"

struct matcher;

struct acl_rule {
	enum acl_action action; /* ACL_NONE: jump or call */
	uint32_t counter;
	uint8_t add; /* dynamic set that gets the source; 0: none */
	const struct pipeline *jump;
	const struct acl *call;
	struct loc loc;      /* of the call; while it is built */
	uint8_t reply, code; /* of ACL_REJECT: enum reply, its code in IPv4 terms */
	bool limits;         /* its match has conditions (policy/condition.h) */
};

struct acl {
	const char *name;
	struct matcher *matcher;
	const struct acl_rule *rule; /* [n] is the default */
	unsigned n;
	bool plain;     /* no rule calls or returns */
	bool adds;      /* a rule adds to a dynamic set */
	bool continues; /* a rule lets the next ones decide */
	bool open;      /* no default is written: a list that calls it goes on with the rest */
	/* Of a stage that uses the list, those of called ones included. */
	unsigned traits; /* enum stage_trait */
	const struct jump *jumps;
	unsigned n_jumps, jumps_room;
	unsigned calls;                             /* that one packet may follow */
	enum { ACL_NEW, ACL_OPEN, ACL_DONE } state; /* of acl_calls_check's walk */
};

#define ACL_CALLS_MAX 8u /* lists that wait for each other */

/* Rules with action continue that count one packet in a list and those that it calls; further ones
 * that it meets do nothing. */
#define ACL_CONTINUES_MAX 2u

/* Declares a list, so that others can call it before it is built; NULL: no memory. */
struct acl *acl_declare(struct build *b, const struct acl_cfg *cfg);

/* Follows calls once all lists are built: reports those in a circle, and computes what a stage
 * needs to know of a list and those that it calls.  Returns 0, or negative after errors. */
int acl_calls_check(struct build *b);

/* Builds a declared access list, which belongs to the build.  Returns 0, or negative after an error
 * for each fault. */
int build_acl(struct build *b, const struct acl_cfg *cfg, struct acl *declared, struct acl **acl);
void acl_discard(struct acl *acl); /* NULL is fine */

#endif
