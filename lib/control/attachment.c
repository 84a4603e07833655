/* SPDX-License-Identifier: BSD-3-Clause */
/* Something that a running worker is given and gives back. */

#include "control/attachment.h"

#include "worker/workers.h"

/* Asks the worker.  Returns false if it has another request to answer first. */
static bool
ask(struct attachment *a, struct workers *ws, unsigned w,
	bool (*slice)(struct ask *ask, struct worker *w))
{
	a->ask.slice = slice;
	return workers_ask(ws, w, &a->ask);
}

void
attachment_step(struct attachment *a, struct workers *ws, unsigned w, bool ends)
{
	if (a->state == ATTACHMENT_WAITS && ends)
		a->state = ATTACHMENT_GONE;
	if (a->state == ATTACHMENT_WAITS && ask(a, ws, w, a->add))
		a->state = ATTACHMENT_ADDING;
	if (a->state == ATTACHMENT_ADDING && ask_done(&a->ask))
		a->state = ATTACHMENT_RUNS;
	if (a->state == ATTACHMENT_RUNS && ends && ask(a, ws, w, a->remove))
		a->state = ATTACHMENT_REMOVING;
	if (a->state == ATTACHMENT_REMOVING && ask_done(&a->ask))
		a->state = ATTACHMENT_GONE;
}
