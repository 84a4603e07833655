/* SPDX-License-Identifier: BSD-3-Clause */
/* Prometheus' text format (0.0.4) of a snapshot.
 *
 * Labels are names of the configuration and of this program, never an address of a client or a
 * flow.  A pool's public addresses are labels for METRICS_ADDRESSES of them; the others are added
 * up as address="others".
 *
 * Threads: pure functions. */
#ifndef EXPORT_METRICS_H
#define EXPORT_METRICS_H

#include "export/snapshot.h"

struct evbuffer;

enum {
	METRICS_ADDRESSES = 64, /* of each pool */
};

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_print(const struct snapshot *s, struct evbuffer *out);

#endif
