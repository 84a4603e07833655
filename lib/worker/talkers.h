/* SPDX-License-Identifier: BSD-3-Clause */
/* Top talkers: the sources, destinations and flows with most packets and most bytes in the last ten
 * seconds.
 *
 * Packets are sampled as they are received, before translation.  While a worker receives fewer than
 * TALKERS_SAMPLES in a window, it samples every packet, and only the sketch makes figures inexact.
 * At higher rates it samples one in gap packets, at random distances, and counts it gap times.
 * Samples go into Space-Saving sketches (Metwally, Agrawal, El Abbadi: "Efficient computation of
 * frequent and top-k elements in data streams", 2005), cut into buckets by a keyed hash.  The
 * samples of an entry are at least count - error and at most count.  error is at most the samples
 * of its bucket / TALKERS_WAYS, on average 1 / 256 of all samples, so an entry with a larger share
 * than that is in the sketch.
 *
 * A window is written for TALKERS_WINDOW_NS.  Afterwards it may be read until TALKERS_WINDOWS later
 * windows have been written.
 *
 * Threads: the worker writes, control reads complete windows.  Memory: one block on the worker's
 * NUMA node. */
#ifndef WORKER_TALKERS_H
#define WORKER_TALKERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "base/hash.h"
#include "packet/ingress.h"
#include "packet/key.h"

struct rte_mbuf;

enum {
	TALKERS_BUCKETS = 32,
	TALKERS_WAYS = 8,
	TALKERS_WINDOWS = 5,    /* complete ones that are read */
	TALKERS_SPARE = 2,      /* the one being written, and one that a reader may still look at */
	TALKERS_SAMPLES = 8192, /* of a window */
};

#define TALKERS_WINDOW_NS 2000000000ull

enum talker_kind { TALKER_SOURCE, TALKER_DESTINATION, TALKER_FLOW, TALKER_KINDS };
enum talker_by { TALKER_PACKETS, TALKER_BYTES, TALKER_BYS };

struct talker {
	struct tuple
		who;    /* of a source or a destination: one address and its domain, no protocol */
	uint64_t count; /* packets or bytes */
	uint64_t error; /* of count: it may be too large by as much */
	uint64_t other; /* since it has its place: bytes of a sketch by packets, or packets */
};

struct talkers_sketch {
	uint32_t mark[TALKERS_BUCKETS][TALKERS_WAYS]; /* of the hash; 0: empty */
	struct talker entry[TALKERS_BUCKETS][TALKERS_WAYS];
};

struct talkers_window {
	uint64_t packets, bytes; /* of all that was sampled */
	struct talkers_sketch sketch[TALKER_KINDS][TALKER_BYS];
};

struct talkers {
	uint32_t left; /* packets until the next sample */
	uint32_t gap;  /* packets that a sample stands for */
	uint64_t turn_ns;
	uint64_t samples, seen; /* of the window being written */
	uint64_t random;
	struct hash_key key;
	atomic_uint_fast64_t complete; /* windows so far.  worker: write, control: read */
	struct talkers_window window[TALKERS_WINDOWS + TALKERS_SPARE];
};

struct talkers *talkers_create(int numa_node); /* NULL: no memory */
void talkers_destroy(struct talkers *t);       /* NULL is fine */

void talkers_sample(struct talkers *t, struct rte_mbuf *const *m, unsigned n,
	const struct ingress *in, uint64_t now_ns);
void talkers_turn(struct talkers *t, uint64_t now_ns);

/* Looks at n packets that have been received by a port; in: what it is, NULL: of the main domain.
 */
static inline void
talkers_see(struct talkers *t, struct rte_mbuf *const *m, unsigned n, const struct ingress *in,
	uint64_t now_ns)
{
	if (unlikely(t->left < n))
		talkers_sample(t, m, n, in, now_ns);
	else
		t->left -= n;
}

/* Begins another window if it is time; once a loop. */
static inline void
talkers_tick(struct talkers *t, uint64_t now_ns)
{
	if (unlikely(now_ns >= t->turn_ns))
		talkers_turn(t, now_ns);
}

/* Adds a packet with the weight of a sample.  For talkers_sample; tests call it. */
void talkers_add(struct talkers *t, const struct tuple *flow, uint32_t bytes, uint32_t weight);

/* Returns complete window number back, 1 the newest, or NULL if there is none as old. */
const struct talkers_window *talkers_window(const struct talkers *t, unsigned back);

#endif
