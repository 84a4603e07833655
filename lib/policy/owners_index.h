/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the port forward that a packet belongs to, by one look-up in a table of rules
 * (table/rules.h), whatever their number.
 *
 * Threads: built by control, used by any.  Memory: owners_index_build/_discard. */
#ifndef POLICY_OWNERS_INDEX_H
#define POLICY_OWNERS_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct build;
struct owners;
struct rule_key;
struct rules;

#define OWNERS_NONE UINT32_MAX

/* The packets that a table is for. */
enum owners_index_kind {
	OWNERS_THERE_PORTS, /* on their way to a forward of certain ports */
	OWNERS_THERE_ALL,   /* on their way to a forward of every port */
	OWNERS_BACK,        /* answers; the key has the ends exchanged */
	OWNERS_INDEXES,
};

struct owners_index {
	struct rules *rules; /* NULL: there are no such forwards */
	uint32_t *fixed;     /* by rule: index in owners.fixed */
};

/* Fills o->index from o->fixed.  Returns 0 or -ENOMEM. */
int owners_index_build(struct build *b, struct owners *o);
void owners_index_discard(struct owners *o);

/* Returns the first forward of that kind that the key belongs to, as index in o->fixed, or
 * OWNERS_NONE. */
uint32_t owners_index_find(
	const struct owners *o, enum owners_index_kind kind, const struct rule_key *key);

#endif
