/* SPDX-License-Identifier: BSD-3-Clause */
/* The public ports of one address and protocol that one worker may give out.
 *
 * Taking a port costs the same at any fill: a bitmap with a summary, even and odd ports apart (RFC
 * 4787 REQ-4).  The port is unpredictable (RFC 6056): the search begins at a random place.
 *
 * Threads: the owning worker. */
#ifndef NAT_PORT_POOL_H
#define NAT_PORT_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_prefetch.h>

#include "nat/reply.h"

#define PORT_POOL_WORDS 512 /* of 64 ports of one parity: 32,768 */

struct port_pool {
	/* A bit for port 2 * bit + parity.  Both of a port are in one line. */
	struct {
		uint64_t free;
		uint64_t taken; /* has been taken, and not given back */
	} word[2][PORT_POOL_WORDS];
	uint64_t some[2][PORT_POOL_WORDS / 64]; /* a bit for each word with free ports */
	uint32_t n_free;
	uint16_t first_word, words; /* the words of the range */
};

/* A set of ports: a bit for port 2 * bit + parity, as in a pool. */
struct port_mask {
	uint64_t word[2][PORT_POOL_WORDS];
};

/* Ports low..high belong to this worker as far as they are in its slice (nat/slice.h). */
struct port_pool_slice {
	uint16_t low, high;
	uint16_t worker, workers;
};

static inline bool
port_mask_has(const struct port_mask *m, uint16_t port)
{
	return m->word[port & 1][port / 128] >> (port >> 1) % 64 & 1;
}

static inline void
port_mask_set(struct port_mask *m, uint16_t port)
{
	m->word[port & 1][port / 128] |= 1ull << (port >> 1) % 64;
}

/* Sets all ports of a range except 0; removes a range. */
void port_mask_range(struct port_mask *m, uint16_t low, uint16_t high);
void port_mask_except(struct port_mask *m, uint16_t low, uint16_t high);

/* Prefetches the word that tells whether the port is free. */
static inline void
port_pool_prefetch(const struct port_pool *p, uint16_t port)
{
	rte_prefetch0(&p->word[port & 1][port / 128]);
}

/* The place of a random number: a word of the range, and a bit of it. */
static inline unsigned
port_pool_word(const struct port_pool *p, uint32_t random)
{
	return p->first_word + random % p->words;
}

static inline unsigned
port_pool_bit(const struct port_pool *p, uint32_t random)
{
	return random / p->words % 64;
}

/* Returns the port that port_pool_take tries first. */
static inline uint16_t
port_pool_at(const struct port_pool *p, unsigned parity, uint32_t random)
{
	return (uint16_t)((port_pool_word(p, random) * 64 + port_pool_bit(p, random)) * 2 + parity);
}

/* Computes the free ports: the worker's ports that may be given out (may, which has none outside of
 * the slice's range) and are not taken.  Takes about a microsecond for any range. */
void port_pool_fill(
	struct port_pool *p, const struct port_pool_slice *slice, const struct port_mask *may);

/* Takes exactly that port; returns false if it is taken or not this worker's. */
bool port_pool_take_one(struct port_pool *p, uint16_t port);

/* Takes a port of the same parity as like, near a random place; of the other parity when there is
 * none.  Returns 0 when all are taken. */
uint16_t port_pool_take(struct port_pool *p, uint16_t like, uint32_t random);

/* Takes a port of that parity that is wanted, near a random place.  Returns 0 if none is found
 * there; others may be free. */
uint16_t port_pool_take_wanted(
	struct port_pool *p, unsigned parity, uint32_t random, const struct nat_wish *wish);

/* Gives a port back, so that it is free.  Again is fine. */
void port_pool_give(struct port_pool *p, uint16_t port);

/* The same for a port that may not be given out any more: it is not free. */
void port_pool_forget(struct port_pool *p, uint16_t port);

#endif
