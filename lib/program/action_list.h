/* SPDX-License-Identifier: BSD-3-Clause */
/* Action lists, shared by flows.
 *
 * Programs of many flows have the same few lists (what a rule counts, meters, marks), so a record
 * holds the number of its list.  A list exists while records hold it.  Its arguments refer to rule
 * counters and meters of the edition (policy/generation.h) that it was made for: the same words of
 * another edition are another list.
 *
 * Threads: the owning worker.  Memory: action_lists_create. */
#ifndef PROGRAM_ACTION_LIST_H
#define PROGRAM_ACTION_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program/program.h"
#include "packet/ledger.h"

#define ACTION_LISTS_MAX 65535u

struct action_list {
	uint32_t word[PROGRAM_ACTIONS_MAX]; /* ended by 0 if there is room */
	uint32_t edition;                   /* low bits of its number */
	uint32_t refs;                      /* records that hold it; 0: vacant */
	uint32_t hash;
	uint16_t next;  /* in its chain, or of the vacant */
	uint16_t owner; /* ingress interface of the flow that it was made for */
};

struct action_lists {
	struct action_list *list; /* [1..capacity]; [0] is the empty one */
	uint16_t *chain;          /* heads */
	uint32_t capacity, mask;
	uint32_t high; /* no list above was ever used */
	uint32_t used;
	uint16_t vacant;
	uint16_t last;                 /* the list that was taken last: mostly the next one, too */
	uint16_t owned[LEDGER_IFACES]; /* lists by owner */
	uint64_t refused;              /* flows left without a program: no list was free */
	int numa_node;
};

/* Creates the lists for that many records of flows: one list for 64 records, since most share
 * theirs.  NULL without memory. */
struct action_lists *action_lists_create(uint32_t records, int numa_node);
void action_lists_destroy(struct action_lists *t); /* NULL is fine */
size_t action_lists_bytes(const struct action_lists *t);

/* Returns the number of the list with these n words of an edition, for one more record; n is not
 * 0.  Returns 0 when there is no room. */
uint16_t action_lists_take(
	struct action_lists *t, const uint32_t word[], unsigned n, uint32_t edition);

/* Records that the list was taken for a flow of this ingress interface; the first one owns it. */
void action_lists_own(struct action_lists *t, uint16_t list, uint16_t iface);

/* Returns true if no list is free. */
static inline bool
action_lists_full(const struct action_lists *t)
{
	return t->vacant == 0 && t->high == t->capacity;
}

/* Returns the interface that owns most lists. */
uint16_t action_lists_heaviest(const struct action_lists *t);

/* Releases one record's hold on the list. 0 is fine. */
void action_lists_give(struct action_lists *t, uint16_t list);

static inline const struct action_list *
action_lists_at(const struct action_lists *t, uint16_t list)
{
	return &t->list[list];
}

#endif
