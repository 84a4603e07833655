/* SPDX-License-Identifier: BSD-3-Clause */
/* Which public ports bring the replies of a session to this worker, where devices spread packets by
 * the Toeplitz hash of both addresses and ports.
 *
 * Of the ports that a worker may give out (nat/slice.h), one of n brings the replies of a session
 * to the same worker, of n workers: the hash of a reply selects an entry of the device's table, and
 * the entry a queue.  As the hash is linear, the ports of one word of a pool's bitmap
 * (nat/port_pool.h) that do so are one of as many sets as the table has entries: a look-up for 64
 * ports.
 *
 * Threads: created by control before the workers run, read by its worker. */
#ifndef NAT_REPLY_H
#define NAT_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/toeplitz.h"

/* How devices spread what comes from outside. */
struct nat_reply_setup {
	const struct toeplitz *hash; /* of IPv4 addresses and ports; stays */
	uint16_t table;              /* entries of the devices' tables, filled with the workers in
				      * turn; a power of two */
	bool tcp, udp;               /* whose ports are hashed */
	uint16_t worker, workers;
};

struct nat_reply;

/* Returns NULL without memory, or if the table's size is no power of two. */
struct nat_reply *nat_reply_create(const struct nat_reply_setup *setup);
void nat_reply_destroy(struct nat_reply *r); /* NULL is fine */

/* Ports that are wanted for a session; any, if bits is NULL. */
struct nat_wish {
	const uint64_t *bits; /* for the ports of a word, by what follows */
	const struct toeplitz *hash;
	uint32_t reply, mask; /* the hash of the reply to port 0; bits of the hash that count */
};

/* Returns the wish for a session: inside, as it is before translation, and its public address. */
struct nat_wish nat_reply_wish(
	const struct nat_reply *r, const struct tuple *inside, rte_be32_t public);

/* Returns the wanted ports of a word of a bitmap of ports (nat/port_pool.h). */
static inline uint64_t
nat_wish_bits(const struct nat_wish *w, unsigned parity, unsigned word)
{
	if (w->bits == NULL)
		return ~UINT64_C(0);
	return w->bits[(w->reply ^ toeplitz_of_dport(w->hash, 4, (uint16_t)(word * 128 + parity)))
		& w->mask];
}

static inline bool
nat_wish_has(const struct nat_wish *w, uint16_t port)
{
	return nat_wish_bits(w, port & 1, port / 128) >> (port >> 1) % 64 & 1;
}

#endif
