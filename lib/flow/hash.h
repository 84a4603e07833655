/* SPDX-License-Identifier: BSD-3-Clause */
/* The keyed hash of flow keys: four AES rounds under a secret key, or SipHash-1-3.
 *
 * Linear hashes (CRC32, Toeplitz) have collisions that no seed changes, so an outsider computes
 * them offline; nobody can do so here without the secret. A process uses one of the two throughout,
 * depending on the processor.
 *
 * The interface is not hashed: flows of one conversation that arrive by different interfaces of a
 * domain share their buckets, so a session is found regardless of the ingress interface.  The
 * domain is hashed: many domains with the same addresses fill different buckets.
 *
 * Bits 0..31 choose the bucket, 32..47 are the signature, 48..63 are free for other uses (ECMP). */
#ifndef FLOW_HASH_H
#define FLOW_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packet/key.h"

#define FLOW_HASH_ROUNDS 4

struct flow_secret {
	uint8_t round[FLOW_HASH_ROUNDS + 1][16]; /* whitening, then a key for each round */
} __attribute__((aligned(16)));

/* Draws a secret with random_bytes. */
void flow_secret_draw(struct flow_secret *s);

/* Returns true if this processor has AES instructions, so that the AES hash is in use. */
bool flow_hash_has_aes(void);

/* Returns the hash in use, for code that is compiled for any processor; the interface is not
 * hashed. */
uint64_t flow_hash4(const struct key4 *k, const struct flow_secret *s);
uint64_t flow_hash6(const struct key6 *k, const struct flow_secret *s);

/* Returns the hash in use of any two words. */
uint64_t flow_hash_words(uint64_t low, uint64_t high, const struct flow_secret *s);

/* Returns the portable hash; the key's interface is 0. */
uint64_t flow_hash_sip(const void *key, size_t bytes, const struct flow_secret *s)
	__attribute__((pure));

#if defined(__x86_64__)
#include <immintrin.h>

#ifdef __AES__
#define HASH_AES static inline
#else
#define HASH_AES static inline __attribute__((target("aes,sse4.2")))
#endif

HASH_AES __m128i
hash_aes_block(__m128i state, __m128i block, const struct flow_secret *s)
{
	state = _mm_xor_si128(state, block);
	for (unsigned i = 1; i <= FLOW_HASH_ROUNDS; i++)
		state = _mm_aesenc_si128(state, _mm_load_si128((const __m128i *)s->round[i]));
	return state;
}

/* Returns the AES hash of the two words of a key whose interface is 0. */
HASH_AES uint64_t
flow_hash4_aes(uint64_t low, uint64_t high, const struct flow_secret *s)
{
	__m128i state = _mm_load_si128((const __m128i *)s->round[0]);

	state = hash_aes_block(state, _mm_set_epi64x((long long)high, (long long)low), s);
	return (uint64_t)_mm_cvtsi128_si64(state);
}

/* Returns the AES hash of a key whose interface is 0. */
HASH_AES uint64_t
flow_hash6_aes(const struct key6 *k, const struct flow_secret *s)
{
	const uint8_t *p = (const uint8_t *)k;
	__m128i state = _mm_load_si128((const __m128i *)s->round[0]);

	state = hash_aes_block(state, _mm_loadu_si128((const __m128i *)p), s);
	state = hash_aes_block(state, _mm_loadu_si128((const __m128i *)(p + 16)), s);
	state = hash_aes_block(state, _mm_loadl_epi64((const __m128i *)(p + 32)), s);
	return (uint64_t)_mm_cvtsi128_si64(state);
}
#elif defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
#include <arm_neon.h>

static inline uint8x16_t
hash_aes_block(uint8x16_t state, uint8x16_t block, const struct flow_secret *s)
{
	state = veorq_u8(state, block);
	for (unsigned i = 1; i <= FLOW_HASH_ROUNDS; i++)
		state = veorq_u8(
			vaesmcq_u8(vaeseq_u8(state, vdupq_n_u8(0))), vld1q_u8(s->round[i]));
	return state;
}

static inline uint64_t
flow_hash4_aes(uint64_t low, uint64_t high, const struct flow_secret *s)
{
	uint64x2_t words = { low, high };
	uint8x16_t state = vld1q_u8(s->round[0]);

	state = hash_aes_block(state, vreinterpretq_u8_u64(words), s);
	return vgetq_lane_u64(vreinterpretq_u64_u8(state), 0);
}

static inline uint64_t
flow_hash6_aes(const struct key6 *k, const struct flow_secret *s)
{
	const uint8_t *p = (const uint8_t *)k;
	uint8_t last[16] = { 0 };
	uint8x16_t state = vld1q_u8(s->round[0]);

	memcpy(last, p + 32, 8);
	state = hash_aes_block(state, vld1q_u8(p), s);
	state = hash_aes_block(state, vld1q_u8(p + 16), s);
	state = hash_aes_block(state, vld1q_u8(last), s);
	return vgetq_lane_u64(vreinterpretq_u64_u8(state), 0);
}
#endif

#endif
