/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by explore.c and suspects.c. */
#ifndef ANALYSIS_EXPLORE_PRIV_H
#define ANALYSIS_EXPLORE_PRIV_H

#include "analysis/explore.h"

/* Cells that are excluded, newest first. */
struct excluded {
	const struct cell *cell;
	const struct excluded *next;
};

/* A set of packets that remains to be searched. */
struct item {
	struct cell cell;
	const struct excluded *excluded; /* beside the base's */
	bool base;                       /* the base of the suspect is excluded, too */
};

/* A change, and where packets that match it can be. */
struct suspect {
	uint64_t key;
	unsigned states; /* enum rule_state bits of packets that can match it */
	struct item *item;
	unsigned n_items, room;
	const struct cell **base; /* excluded from items that say so */
	uint64_t *base_id;        /* hashes of them, in any order */
	bool sorted;              /* they are */
	unsigned n_base;
	bool complete;
};

struct explored {
	struct explore_in in;
	struct scratch scratch; /* of one suspect */
	struct walk walk[SIDES];
	uint64_t *key; /* of changes that were found; a hash table */
	unsigned n_keys, key_room;
	unsigned cut;
	const struct cell **gather; /* of a search: all that is excluded */
	unsigned gather_room;
};

/* Calls one for each change.  What the suspect points to is in x->scratch, which is released
 * afterwards. */
void suspects_each(struct explored *x, void (*one)(struct explored *x, struct suspect *s));

/* Returns true if the change was found; and notes that it is (without memory the search counts as
 * cut). */
bool explored_has(const struct explored *x, uint64_t key);
void explored_note(struct explored *x, uint64_t key);

#endif
