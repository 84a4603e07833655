/* SPDX-License-Identifier: BSD-3-Clause */
/* The configurations that ran: the last HISTORY_ENTRIES of them, who brought each and when, kept in
 * a folder over restarts.
 *
 * An entry is two files, NUMBER.yaml (the whole configuration as text) and NUMBER.json (who, when,
 * from which file).  The newest is the last good configuration of the file that Weir was started
 * with.  A thread of its own writes them: a slow disk delays nobody, and a full one is a warning.
 *
 * Threads: the control thread.  Memory: history_create/_destroy, which waits for what is being
 * written. */
#ifndef CONTROL_HISTORY_H
#define CONTROL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum {
	HISTORY_ENTRIES = 20,
	HISTORY_TEXT_MAX = 64 << 20, /* bytes of one configuration */
};

struct history;

struct history_entry {
	unsigned number; /* counts up, over restarts */
	time_t time;
	char who[64]; /* "root", "alice (uid 0)", "start", "SIGHUP" */
	/* "start", "last good", "committed", "commit", "reload", "rollback to 7" */
	char what[32];
	char base[17]; /* history_digest of what the file of the start said when it was read last;
			* "": unknown */
	char *source;  /* file that it was read from */
	char *config;  /* file that Weir was started with */
	char *text;
};

/* Reads what the folder has.  dir NULL, or a folder that is not there (create: and cannot be made):
 * entries are kept in memory alone.  NULL: no memory. */
struct history *history_create(const char *dir, bool create);
void history_destroy(struct history *h); /* NULL is fine */

/* Adds the configuration that runs from now on; strings are copied.  Its number, 0 without memory.
 * history_tick begins to write it: at the start not before the process is confined, since a thread
 * that waits for a disk cannot give up its capabilities. */
unsigned history_add(struct history *h, const struct history_entry *e);

/* Entries, the newest first; NULL behind the oldest. */
const struct history_entry *history_at(const struct history *h, unsigned i);

/* The newest one that ran for the file; NULL: none. */
const struct history_entry *history_last(const struct history *h, const char *config);

/* Returns true if nothing up to an entry waits to be written any more; always without a folder. And
 * whether the last write failed. */
bool history_is_written(const struct history *h, unsigned number);
bool history_has_failed(const struct history *h);

/* The folder; NULL: none. */
const char *history_dir(const struct history *h);

/* Writes the digest of a configuration's text: two that say the same have the same. */
void history_digest(const char *text, char out[static 17]);

/* Says in the log what the writing thread could not write; begins to write what waits.  Call it now
 * and then. */
void history_tick(struct history *h);

#endif
