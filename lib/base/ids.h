/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of names: a name keeps its number over all generations of a process.
 *
 *	ids_begin(&ids);                // a generation is built
 *	id = ids_take(&ids, "lan");
 *	...
 *	ids_commit(&ids);               // it is published; else names in use are unchanged
 *
 * What outlives a generation (a session, a counter, an entry of a table) holds the number.  A
 * removed name keeps its number, too, until all are taken; then the number of the name that has
 * been gone longest is reused.
 *
 * Threads: the control thread.  Memory: grows to the largest number of names. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdbool.h>
#include <stdint.h>

struct id_name {
	char *name;
	uint64_t hash;
	uint64_t last;          /* the turn in which it was last in use */
	bool running, building; /* in the running generation, in the one being built */
};

struct ids {
	unsigned max; /* numbers are 1 .. max - 1 */
	unsigned n;   /* highest number + 1, 0 before the first */
	unsigned room;
	uint64_t turn;
	struct id_name *id;
};

/* Returns the FNV-1a hash of a name, which is the operator's own. */
uint64_t name_hash(const char *name);

void ids_init(struct ids *ids, unsigned max);
void ids_fini(struct ids *ids); /* zeroed is fine */

void ids_begin(struct ids *ids);
void ids_commit(struct ids *ids);

/* Returns the number of a name, -ENOSPC when all are in use, or -ENOMEM. */
int ids_take(struct ids *ids, const char *name);

#endif
