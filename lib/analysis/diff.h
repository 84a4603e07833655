/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares two configurations: finds the packets whose verdict changes, each change with a packet
 * as witness, and settings that change without changing a verdict.
 *
 * The packets compared arrive by an interface that both configurations have: as the first packet of
 * a session and, where a pipeline tracks, as a packet of an established session or an ICMP error
 * about one.  Every difference is confirmed before it is reported: the witness is written in packet
 * notation, parsed again, and evaluated by both generations.
 *
 * Threads: the control thread.  Memory: diff_create/diff_destroy. */
#ifndef ANALYSIS_DIFF_H
#define ANALYSIS_DIFF_H

#include "base/err.h"
#include "base/sanitizer.h"
#include "config/config.h"

#define DIFF_TEXT_MAX   512
#define DIFF_DOMAIN_MAX 64

/* Processor time of a comparison. */
#ifdef WITH_ASAN
#define DIFF_BUDGET_NS 20000000000ull
#else
#define DIFF_BUDGET_NS 5000000000ull
#endif

/* Packets whose verdict changes. */
struct diff_packets {
	char what[DIFF_TEXT_MAX]; /* "tcp to 10.0.0.80:22" */
	char from[DIFF_TEXT_MAX]; /* interfaces, or the zone that they are */
	char before[DIFF_TEXT_MAX], after[DIFF_TEXT_MAX]; /* "dropped", "accepted" */
	char line_before[256], line_after[256];           /* "weir.yaml:21 web", or "" */
	char in[64], packet[256];                         /* the witness */
	char domain[DIFF_DOMAIN_MAX];        /* that it enters in; "": there is one domain */
	char domain_before[DIFF_DOMAIN_MAX]; /* likewise in the old one, if it is another; or "" */
	const char *state;                   /* "new", "established", "related" */
};

/* A line of a section that differs. */
struct diff_setting {
	char *where; /* "nat.uplink" */
	char *line;  /* as Weir writes it */
	bool added;  /* in the new one, else in the old one */
};

struct diff {
	struct diff_packets *packets;
	unsigned n_packets, packets_room;
	struct diff_setting *setting;
	unsigned n_settings, settings_room;
	unsigned cut;         /* changes that were not looked at to the end: time, memory */
	unsigned unconfirmed; /* differences that the engine did not confirm; a bug */
	bool short_of_memory;
};

/* Compares two configurations that have been checked.  Returns NULL after errors. */
struct diff *diff_create(
	const struct config *old, const struct config *new, uint64_t budget_ns, struct err *err);
void diff_destroy(struct diff *d); /* NULL is fine */

#endif
