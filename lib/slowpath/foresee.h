/* SPDX-License-Identifier: BSD-3-Clause */
/* What a packet would meet now: the tables, sessions, mappings, neighbours and limits of a running
 * worker, of which nothing is changed.
 *
 * Threads: the owning worker, between bursts. */
#ifndef SLOWPATH_FORESEE_H
#define SLOWPATH_FORESEE_H

#include "slowpath/slowpath.h"

struct foreseen {
	uint64_t generation;
	bool known;              /* its flow has a record, or it has a session */
	struct observation seen; /* its pointers lead to the members below, and to the generation */
	struct view view;
	struct program program;
};

/* Judges the packet in slot 0 of a burst, which has been parsed.  A packet with a program of its
 * flow is evaluated, too, for the trace. */
void slowpath_foresee(
	struct datapath *dp, struct burst *b, const struct trace *trace, struct foreseen *out);

#endif
