/* SPDX-License-Identifier: BSD-3-Clause */
/* What a frame would meet now in a running data path, of which nothing is changed.
 *
 * Threads: the owning worker, between bursts; control asks it (worker/ask.h). */
#ifndef FASTPATH_FORESEE_H
#define FASTPATH_FORESEE_H

#include "fastpath/fastpath.h"
#include "slowpath/foresee.h"

/* Judges a frame that comes in by a port; m stays the caller's and unchanged.  Returns the worker
 * that owns it: if that is another one, it is to be asked, and out is not filled. */
unsigned fastpath_foresee(struct fastpath *fp, uint16_t port, struct rte_mbuf *m,
	const struct trace *trace, struct foreseen *out);

#endif
