/* SPDX-License-Identifier: BSD-3-Clause */
/* Times of the day and the week that matches ask for (`time:`), and which of them it is now.
 *
 * The data path reads no wall clock: control looks once a second and says which times hold; a
 * worker that sees a change has all flows evaluated again.  In replay the wall clock is that of
 * the capture.
 *
 * Threads: control builds and sets; workers read what holds. */
#ifndef POLICY_TIMES_H
#define POLICY_TIMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/field.h"

struct build;

#define TIMES_MAX     64u /* different times of one configuration */
#define TIMES_MINUTES 1440u

/* One of a list under the key time. */
struct time_cfg {
	struct cfg_head head;
	CFG_LIST_OF(const char *) days; /* "mon", "mon-fri"; none: every day */
	const char *from, *to;          /* "08:00" */
};

extern const struct cfg_table time_table;

struct time_span {
	uint8_t days;      /* bit 0: Monday, ..., on which it begins */
	uint16_t from, to; /* minutes of the day; to <= from: of the next day */
};

struct times {
	unsigned n;
	struct {
		const struct time_span *span; /* any of them */
		unsigned n;
	} time[TIMES_MAX];
	atomic_uint_fast64_t held; /* bit i: time i holds.  control: write, workers: read */
};

/* Returns true if one of n spans holds in a minute of a day of the week, 0 for Monday. */
bool times_hold(const struct time_span span[], unsigned n, unsigned day, unsigned minute);

/* Sets which times hold at a time of the wall clock, in seconds of the epoch, in the host's zone.
 * NULL is fine. */
void times_set(struct times *t, int64_t wall_s);

/* Returns a time of the wall clock, in seconds of the epoch, whose day of the week and time of the
 * day are those of text: "mon 09:00"; -1 for anything else. */
int64_t times_wall(const char *text);

/* Returns the times that hold, one bit each; NULL: none. */
static inline uint64_t
times_held(const struct times *t)
{
	return t != NULL ? atomic_load_explicit(&t->held, memory_order_relaxed) : 0;
}

/* Returns the number of a list of times in the build, or negative after an error. */
int build_time(struct build *b, const struct time_cfg *items, unsigned count);

/* Returns a hash of a time that depends on what it says alone. */
uint64_t build_time_hash(const struct build *b, unsigned number);

#endif
