/* SPDX-License-Identifier: BSD-3-Clause */
/* The output of `weir replay`: each packet when it is decided, the sums at the end; as JSON or as a
 * table.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_REPLAY_REPORT_H
#define OFFLINE_REPLAY_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "offline/offline.h"
#include "control/report.h"

struct replay_report {
	FILE *out;
	bool json;
	bool colour;
	uint64_t packets; /* told so far */
};

/* Begins a report.  json: path, "-" for standard output, or NULL for a table there.  Returns 0, or
 * negative after an error. */
int replay_report_begin(struct replay_report *r, const char *json, struct err *err);

void replay_report_packet(struct replay_report *r, const struct outcome *o);

/* Writes the sums, and ends the file.  Returns 0, or negative after an error. */
int replay_report_end(struct replay_report *r, const struct report *sums, struct err *err);

#endif
