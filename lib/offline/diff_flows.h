/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows of captures whose verdict differs between two configurations: each is replayed with both.
 *
 * Threads: the control thread.  Memory: diff_flows_create/_destroy. */
#ifndef OFFLINE_DIFF_FLOWS_H
#define OFFLINE_DIFF_FLOWS_H

#include "offline/diff.h"

#define DIFF_FLOWS_MAX 10000 /* more are counted only */

struct diff_flow {
	char in[64], flow[192];
	char before[160], after[160]; /* of its first packet that differs */
	uint64_t packet;              /* the number of that, from 1 */
	uint64_t packets;             /* that differ */
};

struct diff_flows {
	struct diff_flow *flow;
	unsigned n;
	uint64_t more;    /* flows beyond DIFF_FLOWS_MAX, by packets */
	uint64_t packets; /* of the captures */
};

/* NULL after an error, which was told. */
struct diff_flows *diff_flows_create(const struct diff_options *options);
void diff_flows_destroy(struct diff_flows *f); /* NULL is fine */

#endif
