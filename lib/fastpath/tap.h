/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures, traces and the flight recorder of one worker's data path.
 *
 * Without a capture or a trace the data path does nothing for them: the first one replaces the
 * variant of the fast path by one that looks at bursts before and after.
 *
 * Threads: the owning worker, except fastpath_recorder. */
#ifndef FASTPATH_TAP_H
#define FASTPATH_TAP_H

#include <stdbool.h>

#include "fastpath/fastpath.h"

struct capture;
struct recorder;
struct tracer;

#define FASTPATH_CAPTURES 4 /* at once */

/* Adds a capture, or removes it.  Control asks the worker to call them (worker/ask.h).  False:
 * there are as many already. */
bool fastpath_capture_add(struct fastpath *fp, struct capture *c);
void fastpath_capture_remove(struct fastpath *fp, struct capture *c);

/* Begins a trace (fastpath/trace.h), or ends it.  Likewise.  False: there is one already. */
bool fastpath_trace_begin(struct fastpath *fp, struct tracer *t);
void fastpath_trace_end(struct fastpath *fp, struct tracer *t);

/* Any thread (tap/recorder.h). */
const struct recorder *fastpath_recorder(const struct fastpath *fp);

#endif
