/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that lines of the configuration count: by source, by destination, or all together.
 *
 * A session counts for a line from the packet on that the line has let pass until the session ends.
 * A line has a number that belongs to its name over generations, so a count outlives a reload, and
 * a line that is gone keeps its count until its sessions have ended.
 *
 * Memory is for TALLY_HOLDS lines of every session: no number of sessions or addresses exhausts it.
 * The hash is keyed, because outsiders choose addresses.
 *
 * Threads: the owning worker; control makes room before a generation is published, and reads the
 * sums.  Memory: tally_create. */
#ifndef SESSION_TALLY_H
#define SESSION_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"

#define TALLY_LINES 4096u /* numbers of lines, over generations; 0 is none */
#define TALLY_HOLDS 4u    /* lines that one session counts for, at most */

struct tally;

/* Whose sessions are counted. */
struct tally_key {
	union address address; /* zeros: all of the line together */
	uint8_t family;        /* 0: likewise */
	uint8_t domain;        /* of the address */
	uint16_t line;
};

/* Creates the tables for that many sessions.  NULL without memory. */
struct tally *tally_create(uint32_t sessions, int numa_node);
void tally_destroy(struct tally *t); /* NULL is fine */

/* Returns true if the session counts for the line, or could: its key has fewer than max.  session:
 * its index, or 0 for one that is in no table yet. */
bool tally_may(const struct tally *t, uint32_t session, const struct tally_key *key, uint32_t max);

/* Makes the session count, if it does not yet and tally_may says so; returns false if it may
 * not. */
bool tally_take(struct tally *t, uint32_t session, const struct tally_key *key, uint32_t max);

/* Takes the session from all lines: it ends. */
void tally_give(struct tally *t, uint32_t session);

/* Returns the number of sessions of a key. */
uint32_t tally_held(const struct tally *t, const struct tally_key *key);

/* Return the sessions that a line counts, and of how many keys.  Any thread. */
uint32_t tally_sessions(const struct tally *t, uint16_t line);
uint32_t tally_keys(const struct tally *t, uint16_t line);

#endif
