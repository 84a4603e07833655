/* SPDX-License-Identifier: BSD-3-Clause
 * Which fields beyond a flow's key a list of matches decides a packet by.
 *
 * A flow is cached only if all its packets get the same decision.  A match that asks for a field
 * which may differ between packets of one flow (DSCP, TCP flags, fragments, VLAN, MAC, length)
 * makes the decision depend on it only for packets that meet all the rest of the match: the matches
 * that ask are compiled a second time without such fields, for each field.
 *
 * Threads: control builds and discards; any number of workers look up.
 */
#ifndef POLICY_MATCHER_FIELDS_H
#define POLICY_MATCHER_FIELDS_H

#include "policy/eval.h"
#include "policy/match.h"

enum {
	MATCHER_DSCP,
	MATCHER_FLAGS,
	MATCHER_FRAGMENT,
	MATCHER_VLAN,
	MATCHER_MAC,
	MATCHER_LENGTH,
	MATCHER_FIELDS,
	MATCHER_ANY = MATCHER_FIELDS, /* one of them */
	MATCHER_TABLES,
};

/* Matches that ask for a field. */
struct matcher_field {
	struct rules *rules;   /* without the fields of all packets; NULL: none asks */
	const uint32_t *match; /* by index in rules: the index in the list */
};

/* Fills field[MATCHER_TABLES]; memory is b's, but for the tables.  Returns false after an error at
 * loc. */
bool matcher_fields_build(struct build *b, const struct match_list *list, struct loc loc,
	struct matcher_field field[]);
void matcher_fields_discard(struct matcher_field field[]);

/* Notes in ev[i] the fields by which a packet is decided whose match is found[i], RULES_NONE if
 * none counts.  Most packets meet no match that asks for a field: all of a vector are looked up at
 * once.
 */
void matcher_fields_note(const struct matcher_field field[], struct eval *const ev[],
	const struct rule_key key[], const uint32_t found[], unsigned n);

#endif
