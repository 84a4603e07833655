/* SPDX-License-Identifier: BSD-3-Clause */
/* The Toeplitz hash by which NICs spread flows over their queues (RSS), by tables: 256 values for
 * each byte that is hashed.
 *
 * The hash is linear: that of two inputs combined by XOR is the XOR of their hashes.  What a
 * destination port adds to the hash of the rest is therefore known before the port is.
 *
 * Threads: read only after toeplitz_init. */
#ifndef PACKET_TOEPLITZ_H
#define PACKET_TOEPLITZ_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"

#define TOEPLITZ_BYTES     36 /* two addresses and two ports of IPv6 */
#define TOEPLITZ_KEY_BYTES (TOEPLITZ_BYTES + 4)

struct toeplitz {
	uint32_t byte[TOEPLITZ_BYTES][256];
};

void toeplitz_init(struct toeplitz *t, const uint8_t key[TOEPLITZ_KEY_BYTES]);

/* Returns the hash of a tuple: of its addresses, or of its addresses and ports. */
uint32_t toeplitz_of_addresses(const struct toeplitz *t, const struct tuple *tuple);
uint32_t toeplitz_of_ports(const struct toeplitz *t, const struct tuple *tuple);

/* Returns the hash of an IPv4 source address alone. */
static inline uint32_t
toeplitz_of_source4(const struct toeplitz *t, rte_be32_t address)
{
	const uint8_t *byte = (const uint8_t *)&address;

	return t->byte[0][byte[0]] ^ t->byte[1][byte[1]] ^ t->byte[2][byte[2]]
		^ t->byte[3][byte[3]];
}

/* Returns what a destination port adds to the hash of a tuple of the family whose port is 0. */
static inline uint32_t
toeplitz_of_dport(const struct toeplitz *t, unsigned family, uint16_t port)
{
	unsigned at = family == 4 ? 10 : 34;

	return t->byte[at][port >> 8] ^ t->byte[at + 1][port & 0xff];
}

#endif
