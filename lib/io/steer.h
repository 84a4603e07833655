/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: which worker owns a packet, and how it gets there.
 *
 * Where no device spreads flows for us (one queue, a foreign hash), the worker that receives a
 * packet of an unknown flow finds its owner by a keyed hash that is the same for both directions of a flow, and hands
 * it over by a ring of its own per ordered pair of workers, in bursts.  A full ring is a drop at
 * the sender (handoff_full); other rings do not notice.  Rings of words go the other way: what became of a frame.
 *
 * Fragments are hashed by addresses alone (IPv4: and protocol), all of a datagram alike; ICMP errors by the
 * packet they quote, so they come to the worker that owns its flow.  What NAT makes of this stands
 * in worker/owner.h.
 *
 * Threads: ring (from, to) is written by from and read by to.  The rest is read only.
 * Memory: steer_create/steer_destroy. */
#ifndef IO_STEER_H
#define IO_STEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "base/err.h"
#include "packet/key.h"

struct steer;

enum {
	STEER_RING = 1024,              /* frames in one ring, default, as long as all towards one worker are */
	STEER_RINGS = 4096,             /* no more than these frames together */
	STEER_RING_MIN = 64,            /* two bursts of the default size */
	STEER_KEY_BYTES = 16,
	STEER_WORDS = 2048,             /* answers in one ring: more than firsts are under way; less among many workers */
};

/* A frame as steering sees it.  ICMP queries have the identifier in both ports, fragments are of
 * kind KEY_FRAGMENT, an error has the tuple of what would answer the packet it quotes. */
struct steer_view {
	struct tuple tuple;
	uint16_t vlan[2];               /* ids of its tags, 0: none */
};

/* Frames of one ring among so many workers: what is handed to one of them is bounded, so that buffers grow with the
 * number of workers and not with its square.  0 for one worker. */
unsigned steer_ring_frames(unsigned workers);

/* Rings for every ordered pair of workers.  key: secret, from base/random.h (a constant in replay).
 * NULL if there is no memory. */
struct steer *steer_create(unsigned workers, unsigned ring_size,
	const uint8_t key[STEER_KEY_BYTES]);

/* Frees what the rings still hold. */
void steer_destroy(struct steer *s);    /* NULL is fine */

/* The worker that owns a flow, whichever its direction. */
unsigned steer_owner(const struct steer *s, const struct tuple *tuple);

/* The worker of an address. */
unsigned steer_owner_of_address(const struct steer *s, const union address *a);

/* Devices spread packets from the inside by their source address: Toeplitz by a key, a table that is filled in turn
 * (ports_by_source).  From here on an inside address has the worker that they come to. */
void steer_by_source(struct steer *s, const uint8_t *rss_key, unsigned reta_size);

/* The worker of an inside IPv4 address. */
unsigned steer_owner_of_inside(const struct steer *s, const union address *a);

/* Devices spread packets by the symmetric key over these types of RTE_ETH_RSS_*, and a table that is filled in turn
 * (ports_steered). */
void steer_by_device(struct steer *s, uint64_t rss_types, unsigned reta_size);

/* After steer_by_device: the worker that the whole packets of a flow come to, whose fragments come elsewhere. */
unsigned steer_owner_of_device(const struct steer *s, const struct tuple *t);

/* What a frame is steered by.  False if it is not IP; its tags are read all the same.  view comes
 * zeroed. */
bool steer_parse(const uint8_t *frame, size_t length, struct steer_view *view);

/* The worker that owns a received frame; frames that are not IP belong to worker 0. */
unsigned steer_frame(const struct steer *s, const struct rte_mbuf *m);

/* Hands n frames from one worker to another.  Returns how many were freed because the ring was
 * full. */
unsigned steer_send(struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts,
	unsigned n);

/* Up to n frames handed to worker to, taken from its senders in turn. */
unsigned steer_receive(struct steer *s, unsigned to, struct rte_mbuf **pkts, unsigned n);

/* Answers a worker: one word, which is not 0.  False: the ring is full. */
bool steer_answer(struct steer *s, unsigned from, unsigned to, uint64_t word);

/* Up to n answers to worker to. */
unsigned steer_answers(struct steer *s, unsigned to, uint64_t *words, unsigned n);

/* Frames in the rings towards a worker: held. */
unsigned steer_held(const struct steer *s, unsigned to);

#endif
