/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of NAT's log: one JSON object a line for each begin and end of a mapping.
 *
 *   {"time":"2026-11-23T00:18:50.123456Z","event":"create","pool":"uplink","protocol":"udp",
 *    "inside":"10.0.0.2","inside_port":5000,"public":"198.51.100.1","public_port":5000}
 *
 * An end has "reason", that of its last session.  ICMP has inside_id and public_id instead of
 * ports, a protocol without ports neither.  Lost entries are noted in their place:
 * {"time":...,"event":"lost","worker":0,"entries":17}.
 *
 * Lines that the file does not take now wait here, up to 64 kB, then entries wait in the workers'
 * rings, which lose what has no room.  A failure is reported once, and so is its end.  A line that
 * the file took in part is continued there; in a new file it is written again.
 *
 * Threads: the control thread, which never waits for the file.  Memory: nat_log_open/_close. */
#ifndef CONTROL_NAT_LOG_H
#define CONTROL_NAT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/workers.h"

struct nat_log;
struct nat_log_file;

struct nat_log_counts {
	uint64_t written; /* lines in the file */
	uint64_t waiting; /* entries that it has not taken yet */
	uint64_t lost;    /* entries that found no room in the workers' rings */
	uint64_t errors;  /* of writing, and of reopening */
};

/* Opens a file to append to, or to create anew.  Returns NULL after an error, at loc if that is a
 * place. */
struct nat_log_file *nat_log_open(const char *path, bool anew, struct loc loc, struct err *err);
void nat_log_close(struct nat_log_file *f); /* NULL is fine; lines that it has not taken are
					     * lost */

const char *nat_log_path(const struct nat_log_file *f);

/* Takes the workers' entries.  wall_ns: added to their clocks gives nanoseconds since 1970. Entries
 * that f cannot take stay in the rings. */
void nat_log_write(struct nat_log_file *f, struct workers *ws, int64_t wall_ns);

/* Sets whose names of domains are written; before each write. */
void nat_log_use(struct nat_log_file *f, const struct generation *gen);

/* The steps of nat_log_write: adds lines of one worker's entries; writes them to the file.  Returns
 * false if not all were written. */
void nat_log_add_lines(struct nat_log_file *f, struct nat_log *l, unsigned worker, int64_t wall_ns);
bool nat_log_flush(struct nat_log_file *f);

/* Continues in a new file of the same name: the old one has been moved away.  If none can be
 * opened, continues in the old one. */
void nat_log_reopen(struct nat_log_file *f);

/* Continues in the file of next, which is freed. */
void nat_log_move(struct nat_log_file *f, struct nat_log_file *next);

void nat_log_counts(const struct nat_log_file *f, struct workers *ws, struct nat_log_counts *out);

#endif
