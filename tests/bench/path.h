/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path of one worker alone: no device, no thread, no kernel.
 *
 *   lan --- [ pipeline ] --- wan0, wan1, ...
 *
 * Frames are copied from memory into a few packet buffers, the fast path takes them, and a device
 * that only counts gets them back.  Time is virtual and secrets are constant, so two runs execute
 * the same instructions.
 *
 * Threads: one.  Whatever is wrong (a drop, a miss, an imbalance) ends the process with a sentence.
 */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "fastpath/fastpath_priv.h"
#include "stand.h"

enum path_pipeline {
	PATH_FORWARD, /* a wire */
	PATH_ROUTE,
	PATH_ACL,   /* access list, route */
	PATH_EIGHT, /* eight stages without state */
	PATH_TRACK, /* access list, track, route */
	PATH_NAT,   /* access list, track, route, snat */
	PATH_PIPELINES,
};

struct path_options {
	enum path_pipeline pipeline;
	unsigned family; /* 4 or 6 */
	bool tcp;
	unsigned flows, routes, rules;
	unsigned outputs; /* ports that the routes spread over, at most 8 */
	unsigned burst;
	unsigned rounds;
	uint64_t packets; /* of a round */
	bool no_huge;
	const char *variant; /* NULL: the best */
};

/* --- path_config.c: the configuration as text; the caller frees it --- */

char *path_config(const struct path_options *o);

/* --- path_frames.c: the first frame of each flow, in an order that is not the memory's --- */

#define PATH_LAN_MAC \
	{ \
		2, 0, 0, 0, 0, 1 \
	}
#define PATH_WAN_MAC \
	{ \
		2, 0, 0, 0, 0, 2 \
	} /* of all of them */

struct path_frames {
	unsigned count;
	unsigned bytes; /* of a frame */
	unsigned stride;
	uint8_t *at;
};

void path_frames_make(struct path_frames *f, const struct path_options *o);

/* A TCP segment becomes the next one of its flow: the SYN an ACK, an ACK one with data. */
void path_frames_next(struct path_frames *f, unsigned flow, const struct path_options *o);

/* The frame as its receiver answers it, in place. */
void path_answer(uint8_t *frame, const struct path_options *o);

/* --- path_rig.c: everything that stands around the data path --- */

struct path_rig {
	const struct path_options *o;
	struct fastpath *fp;
	struct path_frames frames;
	unsigned next; /* flow */
	unsigned buffer;
	struct rte_mbuf **m;
	uint64_t sent;
};

void path_open(struct path_rig *rig, const struct path_options *o);

/* Every flow's first packets, and their answers where sessions are tracked. */
void path_establish(struct path_rig *rig);

/* Copies the next burst of frames into packet buffers, which are ready for fastpath_process. */
struct rte_mbuf **path_receive(struct path_rig *rig);

/* Ends the process if packets were lost since `before` or the ledger is wrong. */
void path_check(struct path_rig *rig, uint64_t hits_before, uint64_t packets);

void path_close(struct path_rig *rig);

#endif
