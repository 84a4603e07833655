/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the lines of events go: the journal, standard error, or a file.
 *
 * A thread of its own writes them, so a full disk, a pipe that nobody reads, or a journal that does
 * not answer stops nobody: lines wait, up to EVENT_SINK_BYTES, and further ones are lost and
 * counted.  In their place stands {"time":...,"event":"lost","lines":17}.  A failure is reported
 * once, and so is its end.
 *
 * Threads: the control thread calls.  Memory: event_sink_open/_close. */
#ifndef CONTROL_EVENT_SINK_H
#define CONTROL_EVENT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

enum {
	EVENT_SINK_BYTES = 1 << 19, /* of lines that wait */
	EVENT_LINE_BYTES = 2048,    /* of a line at most; a longer one is lost */
};

struct event_sink;

/* Opens "journal", "stderr", or a file to append to.  Returns NULL after an error, at loc if that
 * is a place. */
struct event_sink *event_sink_open(const char *to, struct loc loc, struct err *err);

/* Writes what waits, for a second at most, and closes.  NULL is fine. */
void event_sink_close(struct event_sink *s);

const char *event_sink_to(const struct event_sink *s);

/* Adds a line, which ends in a newline. */
void event_sink_put(struct event_sink *s, const char *line, size_t bytes);

/* Adds the line of an event, with members (a reference that is taken). */
void event_sink_tell(struct event_sink *s, const char *event, int64_t wall_ns, json_t *members);

/* Opens the file again: the old one has been moved away. */
void event_sink_reopen(struct event_sink *s);

/* Lines that were given to it, and of those the lost ones. */
void event_sink_counts(struct event_sink *s, uint64_t *lines, uint64_t *lost);

/* Writes "2026-11-23T00:18:50.123456Z" for nanoseconds since 1970. */
#define EVENT_TIME_BYTES 40
const char *event_time(char out[EVENT_TIME_BYTES], int64_t wall_ns);

#endif
