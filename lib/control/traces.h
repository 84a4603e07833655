/* SPDX-License-Identifier: BSD-3-Clause */
/* The trace under way: begun by a call, read by further ones, page by page.
 *
 * A trace ends by its count or its time, or when nobody has read it for TRACE_LEASE_MS.  There is
 * one at a time.
 *
 * Threads: the control thread.  Memory: traces_create/_destroy. */
#ifndef CONTROL_TRACES_H
#define CONTROL_TRACES_H

#include "control/control_priv.h"

struct trace_text;

struct traces;

enum {
	TRACE_LEASE_MS = 2000,
	TRACE_POLL_MS = 10,
	TRACE_WAIT_MS = 200, /* for packets, before an empty page */
	TRACE_PAGE = 64,     /* packets in a page */
	TRACE_COUNT = 10,    /* packets, unless the call says another number */
	TRACE_SECONDS = 60,  /* likewise */
	TRACE_COUNT_MAX = 100000,
	TRACE_SECONDS_MAX = 86400,
};

struct traces *traces_create(struct control *c); /* NULL: no memory */

/* Takes the trace from the workers.  What a worker that stands still may yet use is left. */
void traces_destroy(struct traces *ts);

/* Returns what stages say as a list of objects; a new reference. */
json_t *trace_stages(const struct trace_text *says);

/* VERB_TRACE. */
bool trace_packets(struct control *c, struct rpc_call *call);

#endif
