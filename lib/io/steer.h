/* SPDX-License-Identifier: BSD-3-Clause */
/* Steering: which worker owns a packet, and how it gets there.
 *
 * Where no device spreads flows symmetrically (one queue, a device's own hash), the worker that
 * receives a packet of an unknown flow finds its owner by a keyed hash that is the same for both
 * directions of a flow, and hands the packet over in bursts, by a ring for each ordered pair of
 * workers.  A full ring is a drop at the sender (handoff_full); other rings are not affected.
 * Rings of words carry answers in the other direction: what became of a frame.
 *
 * Fragments are hashed by addresses alone (IPv4: and protocol), so all fragments of a datagram have
 * one owner; ICMP errors by the packet they quote, so they come to the worker that owns its flow.
 * worker/owner.h describes owners with NAT.
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
struct toeplitz;

enum {
	STEER_RING = 1024,   /* frames in one ring by default, unless those towards
			      * one worker together exceed */
	STEER_RINGS = 4096,  /* this many frames */
	STEER_RING_MIN = 64, /* two bursts of the default size */
	STEER_KEY_BYTES = 16,
	STEER_WORDS = 2048, /* answers in one ring: more than first fragments are
			     * under way; fewer among many workers */
};

/* A frame as steering sees it.  ICMP queries have the identifier in both ports, fragments are of
 * kind KEY_FRAGMENT, an error has the tuple of an answer to the packet that it quotes. */
struct steer_view {
	struct tuple tuple;
	uint16_t vlan[2]; /* ids of its tags, 0: none */
};

/* Returns the frames of one ring among that many workers.  The frames handed to one worker are
 * bounded, so that buffers grow with the number of workers and not with its square.  0 for one
 * worker. */
unsigned steer_ring_frames(unsigned workers);

/* Creates rings for every ordered pair of workers.  key: secret, from base/random.h (a constant in
 * replay).  Returns NULL if there is no memory. */
struct steer *steer_create(
	unsigned workers, unsigned ring_size, const uint8_t key[STEER_KEY_BYTES]);

/* Has every frame go with its buffer: for who knows frames by their buffers.  Before the first
 * one. */
void steer_keep_buffers(struct steer *s);

/* Frees the rings and the frames in them. */
void steer_destroy(struct steer *s); /* NULL is fine */

/* Returns the worker that owns a flow, for either direction. */
unsigned steer_owner(const struct steer *s, const struct tuple *tuple);

/* Returns the worker of an address. */
unsigned steer_owner_of_address(const struct steer *s, const union address *a);

/* Tells that devices spread packets from the inside by their source address, by Toeplitz with a key
 * and a table that is filled in turn (ports_by_source).  From then on an inside address belongs to
 * the worker that its packets come to. */
void steer_by_source(struct steer *s, const uint8_t *rss_key, unsigned reta_size);

/* Returns the worker of an inside IPv4 address. */
unsigned steer_owner_of_inside(const struct steer *s, rte_be32_t address);

/* Tells that devices spread packets by the symmetric key over these types of RTE_ETH_RSS_*, with a
 * table that is filled in turn (ports_steered). */
void steer_by_device(struct steer *s, uint64_t rss_types, unsigned reta_size);

/* Returns the hash of devices that spread packets by the symmetric key. */
const struct toeplitz *steer_symmetric(const struct steer *s);

/* Returns, after steer_by_device, the worker to which the unfragmented packets of a flow come; its
 * fragments come elsewhere. */
unsigned steer_owner_of_device(const struct steer *s, const struct tuple *t);

/* Reads the fields that a frame is steered by.  Returns false if it is not IP; its tags are read in
 * any case.  view must be zeroed. */
bool steer_parse(const uint8_t *frame, size_t length, struct steer_view *view);

/* Returns the worker that owns a received frame; frames that are not IP belong to worker 0. */
unsigned steer_frame(const struct steer *s, const struct rte_mbuf *m);

/* Hands n frames from one worker to another.  Returns how many were freed because the ring was
 * full. */
unsigned steer_send(
	struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n);

/* Hands as many of n frames as there is room for; returns their number.  The others remain the
 * caller's. */
unsigned steer_offer(
	struct steer *s, unsigned from, unsigned to, struct rte_mbuf **pkts, unsigned n);

/* Hands one frame with its buffer, and whatever is written in that.  Returns false if the ring is
 * full; the frame remains the caller's. */
bool steer_pass(struct steer *s, unsigned from, unsigned to, struct rte_mbuf *m);

/* Returns true if frames or answers wait for a worker: cheap, for every loop. */
bool steer_waits(const struct steer *s, unsigned to);

/* Takes up to n frames handed to worker to, from its senders in turn; short ones in buffers of the
 * pool (io/frame_ring.h).  Returns their number. */
unsigned steer_receive(
	struct steer *s, unsigned to, struct rte_mempool *pool, struct rte_mbuf **pkts, unsigned n);

/* Drops one short frame towards worker to for which steer_receive has found no buffer.  Returns
 * false if there is none, or true with its port field and length. */
bool steer_shed(struct steer *s, unsigned to, uint16_t *port, uint16_t *bytes);

/* Answers a worker with one word, which is not 0.  Returns false if the ring is full. */
bool steer_answer(struct steer *s, unsigned from, unsigned to, uint64_t word);

/* Takes up to n answers to worker to.  Returns their number. */
unsigned steer_answers(struct steer *s, unsigned to, uint64_t *words, unsigned n);

/* Returns the frames in the rings towards a worker: held. */
unsigned steer_held(const struct steer *s, unsigned to);

#endif
