/* SPDX-License-Identifier: BSD-3-Clause */
/* The Toeplitz hash: for each bit of the input that is set, the 32 bits of the key from there on.
 */

#include "packet/toeplitz.h"

#include <string.h>

/* Returns the 32 bits of the key from a bit on, the first bit being the highest of the first byte.
 */
static uint32_t
key_from(const uint8_t *key, unsigned bit)
{
	const uint8_t *at = key + bit / 8;
	uint64_t bits = (uint64_t)at[0] << 32 | (uint64_t)at[1] << 24 | (uint64_t)at[2] << 16
		| (uint64_t)at[3] << 8;

	if (bit % 8 != 0)
		bits |= at[4];
	return (uint32_t)(bits >> (8 - bit % 8));
}

void
toeplitz_init(struct toeplitz *t, const uint8_t key[TOEPLITZ_KEY_BYTES])
{
	for (unsigned at = 0; at < TOEPLITZ_BYTES; at++) {
		t->byte[at][0] = 0;
		for (unsigned value = 1; value < 256; value++) {
			unsigned lowest = (unsigned)__builtin_ctz(value);

			t->byte[at][value] = t->byte[at][value & (value - 1)]
				^ key_from(key, at * 8 + 7 - lowest);
		}
	}
}

/* Returns the hash of bytes that are hashed from a place on. */
static uint32_t
hash_at(const struct toeplitz *t, unsigned at, const void *data, unsigned bytes)
{
	const uint8_t *byte = data;
	uint32_t hash = 0;

	for (unsigned i = 0; i < bytes; i++)
		hash ^= t->byte[at + i][byte[i]];
	return hash;
}

uint32_t
toeplitz_of_addresses(const struct toeplitz *t, const struct tuple *tuple)
{
	unsigned bytes = tuple->family == 4 ? 4 : 16;

	return hash_at(t, 0, &tuple->src, bytes) ^ hash_at(t, bytes, &tuple->dst, bytes);
}

uint32_t
toeplitz_of_ports(const struct toeplitz *t, const struct tuple *tuple)
{
	unsigned at = tuple->family == 4 ? 8 : 32;

	return toeplitz_of_addresses(t, tuple) ^ hash_at(t, at, &tuple->sport, 2)
		^ hash_at(t, at + 2, &tuple->dport, 2);
}
