/* SPDX-License-Identifier: BSD-3-Clause */
/* SipHash: the keyed hash of every table that outsiders can fill.  It is non-linear, so nobody can
 * choose colliding keys without the secret; with CRC and Toeplitz that is possible for every seed
 * (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).  One compression and three
 * finalisation rounds are the variant for hash tables.  Inline, because a constant length is
 * unrolled. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The secret: 16 bytes of random_bytes. */
struct hash_key {
	uint64_t k0, k1;
};

struct hash_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
hash_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
hash_rounds(struct hash_state *s, unsigned n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = hash_rotate(s->v1, 13) ^ s->v0;
		s->v3 = hash_rotate(s->v3, 16) ^ s->v2;
		s->v0 = hash_rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = hash_rotate(s->v1, 17) ^ s->v2;
		s->v3 = hash_rotate(s->v3, 21) ^ s->v0;
		s->v2 = hash_rotate(s->v2, 32);
	}
}

/* Returns a word as SipHash reads it: little-endian. */
static inline uint64_t
hash_word(const uint8_t *p, size_t n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* Returns SipHash-c-d; c and d are constants. */
static inline uint64_t
hash_sip(const struct hash_key *key, const void *data, size_t n, unsigned c, unsigned d)
{
	struct hash_state s = {
		key->k0 ^ 0x736f6d6570736575,
		key->k1 ^ 0x646f72616e646f6d,
		key->k0 ^ 0x6c7967656e657261,
		key->k1 ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	uint64_t word;
	size_t left = n;

	for (; left >= 8; left -= 8, p += 8) {
		word = hash_word(p, 8);
		s.v3 ^= word;
		hash_rounds(&s, c);
		s.v0 ^= word;
	}
	word = hash_word(p, left) | (uint64_t)n << 56;
	s.v3 ^= word;
	hash_rounds(&s, c);
	s.v0 ^= word;
	s.v2 ^= 0xff;
	hash_rounds(&s, d);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* Returns the hash of n bytes: SipHash-1-3. */
static inline uint64_t
hash_bytes(const struct hash_key *key, const void *data, size_t n)
{
	return hash_sip(key, data, n, 1, 3);
}

#endif
