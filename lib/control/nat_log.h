/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of NAT's log: a JSON object a line for each mapping that began or ended.
 *
 *   {"time":"2026-11-23T00:18:50.123456Z","event":"create","pool":"uplink","protocol":"udp",
 *    "inside":"10.0.0.2","inside_port":5000,"public":"198.51.100.1","public_port":5000}
 *
 * An end has "reason", of its last session.  ICMP has inside_id and public_id for ports, a protocol without ports
 * neither.  What was lost stands where it would have stood: {"time":...,"event":"lost","worker":0,"entries":17}.
 *
 * What the file does not take now waits here, 64 kB of it, and then with the workers, whose rings lose what has no
 * room.  A failure is said once, and again when it is over.  A line of which the file took a part goes on where it was
 * cut; in a new file it begins anew.
 *
 * Threads: the control thread, which never waits for the file to take more.  Memory: nat_log_open/_close. */
#ifndef CONTROL_NAT_LOG_H
#define CONTROL_NAT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/workers.h"

struct nat_log;
struct nat_log_file;

struct nat_log_counts {
	uint64_t written;               /* lines that the file has */
	uint64_t waiting;               /* entries that it has not taken yet */
	uint64_t lost;                  /* entries that found no room with the workers */
	uint64_t errors;                /* of writing, and of opening it again */
};

/* Opens a file to add to, or to begin anew.  NULL after an error, at loc if that is a place. */
struct nat_log_file *nat_log_open(const char *path, bool anew, struct loc loc, struct err *err);
void nat_log_close(struct nat_log_file *f);     /* NULL is fine; what it has not taken is lost */

const char *nat_log_path(const struct nat_log_file *f);

/* Takes what workers have told since the last time.  wall_ns: to be added to their clocks for nanoseconds since 1970.
 * What f cannot take stays with them. */
void nat_log_write(struct nat_log_file *f, struct workers *ws, int64_t wall_ns);

/* Its steps: lines of what one worker has told, and to the file what it takes of them.  False: not all. */
void nat_log_add_lines(struct nat_log_file *f, struct nat_log *l, unsigned worker, int64_t wall_ns);
bool nat_log_flush(struct nat_log_file *f);

/* Goes on in a file of the same name: the old one has been moved away.  Without one that can be opened, in the old. */
void nat_log_reopen(struct nat_log_file *f);

/* Goes on in the file of next, which is no more. */
void nat_log_move(struct nat_log_file *f, struct nat_log_file *next);

void nat_log_counts(const struct nat_log_file *f, struct workers *ws, struct nat_log_counts *out);

#endif
