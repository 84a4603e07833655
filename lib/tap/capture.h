/* SPDX-License-Identifier: BSD-3-Clause */
/* A capture of one worker: copies of the frames that a filter selects, as they came in and as they
 * left, in a ring of bytes.
 *
 * A frame that came in is copied before anything is done to it, and gets its verdict at the end of
 * its burst.  The worker spends CAPTURE_SHARE of its time at most: while that is used up, bursts
 * are not looked at, and counted.  What finds no room in the ring is lost and counted, and the
 * worker looks at nothing more until its next round of time (budget.h) begins.
 *
 * Threads: the owning worker writes; control reads records and counts.  Memory: capture_create. */
#ifndef TAP_CAPTURE_H
#define TAP_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/burst.h"

enum {
	CAPTURE_FILTER_MAX = 512,     /* instructions of a filter */
	CAPTURE_RING_BYTES = 4 << 20, /* of one worker */
	CAPTURE_FRAME_MAX = 16384,    /* bytes copied of a frame */
	CAPTURE_SHARE = 40, /* one part in so many of a worker's time; copies displace as much again
			       from its caches */
};

enum capture_direction { CAPTURE_IN = 1, CAPTURE_OUT = 2 }; /* as of pcapng's epb_flags */

struct capture_record {
	uint64_t time_ns; /* the worker's clock */
	uint32_t room;    /* bytes of the record with its frame; 0 direction: skip them */
	uint32_t bytes, kept;
	uint32_t counter;    /* of a dropped frame: the line that decided it, or 0 */
	uint16_t iface;      /* by id; 0: none */
	uint16_t port;       /* by index */
	uint8_t direction;   /* enum capture_direction */
	uint8_t reason;      /* enum reason: why it was dropped, or 0 */
	uint16_t generation; /* low bits of its number, which counter belongs to */
	uint8_t frame[];
};

/* An instruction of a classic BPF filter, as struct bpf_insn. */
struct capture_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct capture_setup {
	const struct capture_insn *filter; /* copied; checked by capture_filter_is_sound */
	unsigned n_filter;                 /* 0: every frame */
	bool drops;                        /* dropped frames alone */
	bool samples;                      /* those alone that a stage sample chooses */
	uint32_t frame_bytes;              /* copied of a frame at most */
};

struct capture;

/* Returns true if the filter ends, and reads nothing but the frame. */
bool capture_filter_is_sound(const struct capture_insn *filter, unsigned n);

struct capture *capture_create(const struct capture_setup *setup, int numa_node); /* or NULL */
void capture_destroy(struct capture *c);                                          /* NULL is fine */

/* What the worker knows of a burst or a frame. */
struct capture_now {
	uint64_t time_ns;
	uint64_t generation;
	const uint32_t *counter; /* by slot */
};

/* Copies the selected frames of a burst that has been parsed.  Returns false if the burst is not
 * looked at. */
bool capture_begin(struct capture *c, const struct burst *b, const struct capture_now *now);

/* Copies a frame of the burst that a stage sample has chosen, if it is selected and the capture is
 * one of samples.  Nothing is done to the frame yet. */
void capture_sample(
	struct capture *c, const struct burst *b, unsigned slot, const struct capture_now *now);

/* Ends the burst: verdicts of what came in, copies of what leaves.  out and egress are set. */
void capture_end(struct capture *c, const struct burst *b, const struct capture_now *now);

/* Copies a frame that Weir made, or that had waited, and that leaves now. */
struct rte_mbuf;
void capture_out(struct capture *c, const struct rte_mbuf *m, uint16_t iface, uint16_t port,
	const struct capture_now *now);

/* --- control --- */

/* Returns the oldest record, or NULL; valid until capture_release. */
const struct capture_record *capture_peek(struct capture *c);
void capture_release(struct capture *c);

struct capture_counts {
	uint64_t lost;    /* selected, and without room in the ring */
	uint64_t skipped; /* frames that were not looked at */
};
void capture_counts(const struct capture *c, struct capture_counts *out);

#endif
