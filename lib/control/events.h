/* SPDX-License-Identifier: BSD-3-Clause */
/* Events of a running appliance as lines of JSON (control/event_sink.h): hits of rules that are
 * logged, and, where section telemetry asks for it, links, reloads, limits, stalls.
 *
 * Threads: the control thread.  Memory: events_create/_destroy. */
#ifndef CONTROL_EVENTS_H
#define CONTROL_EVENTS_H

#include <jansson.h>

#include "control/appliance.h"

struct event_sink;
struct events;

enum {
	EVENT_RULES_AT_ONCE = 2048, /* lines of a worker's rules in one call of events_tick */
};

struct events *events_create(void);    /* NULL: no memory */
void events_destroy(struct events *e); /* NULL is fine */

/* Opens what setup asks for, *next; NULL if that is in use already, or nothing is to be written.
 * Returns 0 or negative after an error. */
struct events_setup {
	const struct config *cfg;
	const struct generation *gen;
};
int events_open(const struct events *e, const struct events_setup *setup, struct event_sink **next,
	struct err *err);

/* Goes on with next, as opened. */
void events_take(struct events *e, const struct events_setup *setup, struct event_sink *next);

/* Opens the file again. */
void events_reopen(struct events *e);

/* Writes what has happened since the last time; about every 100 ms.  wall_ns: added to the workers'
 * clocks gives nanoseconds since 1970.  names: of interfaces, by id. */
struct events_now {
	struct workers *workers;
	const struct generation *gen;
	const struct ports *ports;
	const struct pools *pools;
	const struct ids *ifaces;
	int64_t wall_ns;
	uint64_t clock_ns; /* of the workers, now */
};
void events_tick(struct events *e, const struct events_now *now);

/* Tells once a second what is nearly used up, or has room again. */
void events_look_at_levels(struct events *e, const struct events_now *now);

/* Tells of stations of bridges that move too often. */
void events_look_at_bridges(struct events *e, const struct generation *gen);

/* Writes an event with members (a reference that is taken), if section telemetry asks for it. */
void events_tell(struct events *e, const char *event, json_t *members);

#endif
