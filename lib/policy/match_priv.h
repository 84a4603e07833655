/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that read a match.
 *
 * match.c        its words
 * match_sides.c  its addresses, and the sets among them: one written match can become several
 * match_one.c    one of these, for each of its flags and ICMP types */
#ifndef POLICY_MATCH_PRIV_H
#define POLICY_MATCH_PRIV_H

#include "policy/match.h"

/* A match that is being read, and the results so far. */
struct reading {
	struct build *b;
	const struct cfg_head *head;
	const struct match_cfg *cfg;
	struct match_list *list;
	struct rule_match match; /* what all resulting matches share */
	bool never;              /* two of its conditions exclude each other */
	uint8_t group_proto;     /* of the group of a set; 0: none */
	uint8_t domain;          /* that `local` speaks of; DOMAIN_NONE: of any */
};

/* Makes the matches hold only if a test has an answer.  Returns 0, or negative after an error at
 * the field. */
int match_ask(struct reading *r, const struct match_test *test, bool answer, const void *field);

/* Returns true if the protocols of the match admit one. */
bool match_admits_proto(const struct reading *r, unsigned proto);

/* Adds the match of r, of the written one with that number, for each of its flags or ICMP types. */
int match_add_one(struct reading *r, uint32_t written);

/* Reports sets that cannot stand where they do, or beside other words.  Returns 0 or -EINVAL. */
int match_check_sides(const struct reading *r);

/* Adds the matches of all choices of addresses.  Returns 0, or negative after errors. */
int match_add_sides(struct reading *r, uint32_t written);

#endif
