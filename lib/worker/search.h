/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker's part in looking for sessions after a reload that gives flows other owners
 * (worker/strays.h, slowpath/handoff.c): its walk over its own sessions, and the callbacks of its
 * slow path.
 *
 * Threads: the worker's own. */
#ifndef WORKER_SEARCH_H
#define WORKER_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

enum walk_phase {
	SEARCH_RESTS,
	SEARCH_CLEARS, /* the filter */
	SEARCH_ENTERS, /* goes through the sessions, and enters strays into the filter */
	SEARCH_COUNTS, /* goes through them again, to see how many strays are left */
};

/* In struct worker. */
struct searching {
	unsigned version;   /* of strays, when last looked at */
	bool late;          /* the worker has not adopted the generation of the serial yet */
	uint64_t serial;    /* of the rules that the walk is for */
	uint64_t refreshed; /* the serial for which programs were decided again */
	uint8_t phase;      /* enum walk_phase */
	uint32_t at;        /* of the walk */
	uint32_t count;     /* strays that it has seen, and that have begun meanwhile */
	uint64_t rested_ns; /* the end of the last walk */
	bool closes;        /* no worker has strays, but their records may still lead to holders */
	uint64_t closes_ns; /* since then */
};

/* Takes notice of new rules and of what other workers have told, in each loop, before packets. */
void search_look(struct worker *w);

/* Sets the owner-lookup callback as w->generation needs it, which is being adopted, and looks. */
void search_adopt(struct worker *w);

/* Goes on with the walk; in each loop.  Returns true while other workers wait for it. */
bool search_walk(struct worker *w, bool busy);

#endif
