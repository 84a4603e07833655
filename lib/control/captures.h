/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures under way: begun by a call, read by further ones, page by page, as pcapng.
 *
 * A capture ends by its limits, or when nobody has read it for CAPTURE_LEASE_MS.  Packets of all
 * workers are in order of time as far as they are there.
 *
 * Threads: the control thread.  Memory: captures_create/_destroy. */
#ifndef CONTROL_CAPTURES_H
#define CONTROL_CAPTURES_H

#include "control/control_priv.h"

struct captures;

enum {
	CAPTURE_JOBS = 4, /* at once */
	CAPTURE_LEASE_MS = 2000,
	CAPTURE_POLL_MS = 10,
	CAPTURE_PAGE = 1 << 19, /* bytes of pcapng in a page, about */
	CAPTURE_WAIT_MS = 200,  /* for packets, before an empty page */
};

struct captures *captures_create(struct control *c); /* NULL: no memory */

/* Takes the captures from the workers.  What a worker that stands still may yet use is left. */
void captures_destroy(struct captures *cs);

/* VERB_CAPTURE. */
bool capture_frames(struct control *c, struct rpc_call *call);

/* Bytes as a JSON string in base64. */
json_t *base64_json(const uint8_t *data, size_t n);

#endif
