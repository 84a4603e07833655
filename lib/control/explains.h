/* SPDX-License-Identifier: BSD-3-Clause */
/* Live explain: what a packet would meet now, asked of the running workers.
 *
 * Sessions, mappings, neighbours and meters belong to a worker, so the worker judges the packet
 * itself, between two bursts, and changes nothing (fastpath/foresee.h).  It costs the worker as
 * much time as one first packet.
 *
 * Threads: the control thread.  Memory: explains_create/_destroy. */
#ifndef CONTROL_EXPLAINS_H
#define CONTROL_EXPLAINS_H

#include "control/control_priv.h"

struct explains;

enum {
	EXPLAIN_CALLS = 16, /* under way at once; more are refused */
	EXPLAIN_PATIENCE_MS = 1500,
	EXPLAIN_POLL_US = 500,
};

struct explains *explains_create(struct control *c); /* NULL: no memory */

/* What a worker that stands still may yet use is left. */
void explains_destroy(struct explains *es);

/* VERB_EXPLAIN. */
bool explain_packet(struct control *c, struct rpc_call *call);

#endif
