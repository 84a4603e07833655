/* SPDX-License-Identifier: BSD-3-Clause */
/* Control's copy of the dynamic sets: merges what workers add, tells them what others and clients
 * have added or deleted, and keeps members over a restart.
 *
 * Threads: the control thread.  Memory: set_keeper_create/_destroy. */
#ifndef CONTROL_SET_KEEPER_H
#define CONTROL_SET_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/generation.h"
#include "slowpath/dynamic.h"
#include "worker/workers.h"

struct set_keeper;

struct set_keeper *set_keeper_create(void); /* NULL: no memory */
void set_keeper_destroy(struct set_keeper *k);

/* Merges; called often.  now_ns: of the workers' clocks. */
void set_keeper_tick(
	struct set_keeper *k, struct workers *ws, const struct generation *gen, uint64_t now_ns);

/* Adds or deletes an address in a set of the generation, by its number; sets change->of.  Workers
 * are told when they have that generation.  Returns false without memory for a new set, or if a
 * member to be deleted is none. */
bool set_keeper_change(struct set_keeper *k, const struct generation *gen,
	struct dynamic_change *change, uint64_t now_ns);

/* Returns the members of a set; NULL: it has never had one. */
const struct members *set_keeper_members(const struct set_keeper *k, unsigned set);

/* Changes that some worker has not been told, because too many waited. */
uint64_t set_keeper_lost(const struct set_keeper *k);

/* Writes the members to a file, and reads them again; ages are kept by the wall clock.  A file that
 * is not there, or cannot be read, adds nothing. */
void set_keeper_save(
	struct set_keeper *k, const struct generation *gen, const char *path, uint64_t now_ns);
void set_keeper_load(
	struct set_keeper *k, const struct generation *gen, const char *path, uint64_t now_ns);

/* Returns true if members have come or gone since they were saved. */
bool set_keeper_is_dirty(const struct set_keeper *k);

#endif
