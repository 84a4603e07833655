/* SPDX-License-Identifier: BSD-3-Clause */
/* A trace of one worker: packets that a filter selects, each with what every stage says of it and
 * what becomes of it, in a ring.
 *
 * A trace is an observer (slowpath/slowpath.h) for the bursts that have a selected packet, and
 * nothing for others.  The worker spends one part in TRACE_SHARE of its time on it at most: while
 * that is used up, bursts are not looked at, and counted.  What finds no room is lost and counted.
 * After setup->count packets it does nothing more.
 *
 * Threads: the owning worker writes; control reads entries and counts.  Memory: tracer_create. */
#ifndef FASTPATH_TRACE_H
#define FASTPATH_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "fastpath/walk.h"
#include "packet/burst.h"
#include "slowpath/slowpath.h"

enum {
	TRACE_ENTRIES = 256, /* in the ring, a power of two */
	TRACE_BURST = 32,    /* packets of one burst; more of it are not looked at */
	TRACE_TEXT = 2048,   /* bytes for what stages say of a packet */
	TRACE_SHARE = 25,    /* one part in so many of a worker's time */
};

struct trace_setup {
	struct walk_filter filter; /* tuple and interface as the packet comes in */
	bool drops;                /* dropped packets alone */
	bool misses;               /* packets alone that stages decide about */
	uint32_t count;            /* packets after which it ends */
};

/* What stages say: pairs of the stage's name and its sentence, each ended by 0. */
struct trace_text {
	uint16_t bytes;
	bool cut; /* there was no room for all of it */
	char text[TRACE_TEXT];
};

/* Adds a pair: struct trace's note, for a struct trace_text. */
void trace_text_note(void *text, const char *stage, const char *says);

struct trace_entry {
	uint64_t time_ns; /* the worker's clock */
	uint64_t generation;
	struct observation seen; /* without its pointers; view and program are below */
	struct view view;
	struct program program; /* if seen.has_program */
	struct trace_text says;
};

struct tracer;

struct tracer *tracer_create(const struct trace_setup *setup, int numa_node); /* or NULL */
void tracer_destroy(struct tracer *t);                                        /* NULL is fine */

/* Looks at a burst that has been parsed.  Observes it if it has a selected packet. */
void tracer_begin(struct tracer *t, struct datapath *dp, struct burst *b);

/* Ends the burst, observed or not. */
void tracer_end(struct tracer *t, struct datapath *dp);

/* --- control --- */

/* Returns the oldest entry, or NULL; valid until tracer_release. */
const struct trace_entry *tracer_peek(struct tracer *t);
void tracer_release(struct tracer *t);

struct trace_counts {
	uint64_t lost;    /* selected, and without room */
	uint64_t skipped; /* packets that were not looked at */
};
void tracer_counts(const struct tracer *t, struct trace_counts *out);

#endif
