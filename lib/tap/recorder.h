/* SPDX-License-Identifier: BSD-3-Clause */
/* The flight recorder of one worker: the last RECORDER_ENTRIES packets that were dropped or took
 * the slow path, or that a stage sample chose, with their headers, verdict and the line that
 * decided it.  Other packets of known flows that leave are not in it.  It is always on.
 *
 * A flood of drops overwrites all others within milliseconds, so the last RECORDER_LATEST drops of
 * each reason are kept beside, of those that are RECORDER_APART_NS apart.
 *
 * Threads: the owning worker writes; any thread may copy entries meanwhile, and leaves out those
 * that are overwritten.  Memory: recorder_create. */
#ifndef TAP_RECORDER_H
#define TAP_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mbuf;

enum {
	RECORDER_ENTRIES = 8192,
	RECORDER_BYTES = 128, /* of a frame */
	RECORDER_LATEST = 4,  /* drops of each reason */
	RECORDER_APART_NS = 1000000,
};

struct recorder_entry {
	uint64_t time_ns; /* the worker's clock */
	uint32_t generation;
	uint32_t counter; /* that decided a drop, or 0 */
	uint16_t iface;   /* by id, where it came in; 0: none */
	uint16_t out;     /* enum of packet/burst.h, or a port's index */
	uint16_t bytes;   /* of the frame */
	uint8_t port;     /* by index */
	uint8_t reason;   /* enum reason of a drop */
	uint32_t sample;  /* line of the stage sample that chose it, or 0 */
	uint32_t unused;
	uint8_t frame[RECORDER_BYTES]; /* as it came in */
};

struct recorder;

struct recorder *recorder_create(int numa_node); /* NULL: no memory */
void recorder_destroy(struct recorder *r);       /* NULL is fine */

/* Returns the next entry, with the frame copied, for the caller to fill the other members; kept by
 * recorder_keep. */
struct recorder_entry *recorder_begin(struct recorder *r, const struct rte_mbuf *m);
void recorder_keep(struct recorder *r);

/* Copies the entries that there are, the oldest first, RECORDER_ENTRIES at most.  Returns their
 * number. */
unsigned recorder_copy(const struct recorder *r, struct recorder_entry *out);

/* Copies the latest drops of a reason, the oldest first.  Returns their number. */
unsigned recorder_latest(
	const struct recorder *r, unsigned reason, struct recorder_entry out[RECORDER_LATEST]);

#endif
