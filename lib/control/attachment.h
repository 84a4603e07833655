/* SPDX-License-Identifier: BSD-3-Clause */
/* Something that a running worker is given and gives back: a capture, a trace.
 *
 *	waits ─► adding ─► runs ─► removing ─► gone
 *
 * Threads: control; add and remove run in the worker.  Memory: the caller's, until it is gone. */
#ifndef CONTROL_ATTACHMENT_H
#define CONTROL_ATTACHMENT_H

#include "worker/ask.h"

struct workers;

struct attachment {
	struct ask ask; /* first: what the worker is asked */
	/* Each returns true, and gets ask of its attachment. */
	bool (*add)(struct ask *ask, struct worker *w);
	bool (*remove)(struct ask *ask, struct worker *w);
	enum {
		ATTACHMENT_WAITS,
		ATTACHMENT_ADDING,
		ATTACHMENT_RUNS,
		ATTACHMENT_REMOVING,
		ATTACHMENT_GONE,
	} state;
};

/* Advances an attachment as far as worker number w has answered; ends: it is to be given back. */
void attachment_step(struct attachment *a, struct workers *ws, unsigned w, bool ends);

#endif
