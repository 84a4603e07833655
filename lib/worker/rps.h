/* SPDX-License-Identifier: BSD-3-Clause */
/* Receive packet steering: what a NIC's RSS does, done by the worker that polls, for ports whose
 * device does not bring packets to their owners: fewer queues than workers, or a hash of its own.
 *
 * The receiver reads where the owner of a frame is likely to be from a few fields, and gives the
 * frame on before anything is parsed or looked up; a short one as a copy (io/frame_ring.h).  To the
 * worker that gets it, the frame is as if it came from a queue of the port: it counts it as
 * received, and if the guess was wrong, hands it over like any other.  So a guess costs time when
 * it is wrong, and nothing else.
 *
 *   to a pool's addresses and ports       the worker whose slice has the port
 *   by an interface that translates       by the source, where owners go by inside hosts
 *   else                                  by both ends
 *
 * Where one worker has all flows (worker/gather.h), it guesses nothing of what it receives itself;
 * and none does while sessions are looked for (worker/search.h): they may well be with the
 * receiver, which knows when it looks the flow up.
 *
 * Frames with tags, fragments, IPv6, and protocols without ports are not guessed.
 *
 * Threads: the worker's own. */
#ifndef WORKER_RPS_H
#define WORKER_RPS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/owners.h"

struct generation;
struct port;
struct rte_mbuf;
struct source;
struct worker;

/* In rte_mbuf.port: the frame has not been counted as received. */
#define RPS_MARK 0x0400u

#define RPS_HASHED 0xff

/* How the owners of a queue's packets are guessed. */
struct rps {
	bool on;
	uint8_t owner;  /* of all that does not go to a pool, or RPS_HASHED */
	bool by_source; /* the hash is that of the source */
	struct owners_outline outline;
};

/* Sets how the packets of a port's queue are guessed under the worker's generation. */
void rps_choose(const struct worker *w, const struct port *port, struct rps *out);

/* Gives frames of other workers among n <= BURST_MAX received ones to them.  Returns the number of
 * frames that stay, which then come first, in order: those of the worker, and those that find no
 * room. */
unsigned rps_give(struct worker *w, const struct source *s, struct rte_mbuf **m, unsigned n);

#endif
