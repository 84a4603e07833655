/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the quick test that use vector registers or AES instructions, for processors that
 * have fewer of them. */
#ifndef FASTPATH_QUICK_GENERIC_H
#define FASTPATH_QUICK_GENERIC_H

#if defined(__SSE4_1__) && !defined(__AVX2__)
static inline __m128i
quick_head_half(const uint8_t *frame, const struct quick_head *h, unsigned at)
{
	__m128i differ = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)(frame + at)),
		_mm_load_si128((const __m128i *)(h->value + at)));

	differ = _mm_and_si128(differ, _mm_load_si128((const __m128i *)(h->mask + at)));
	return _mm_subs_epu8(differ, _mm_load_si128((const __m128i *)(h->most + at)));
}

static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	__m128i differ = _mm_or_si128(quick_head_half(frame, h, 0), quick_head_half(frame, h, 16));

	return _mm_testz_si128(differ, differ);
}
#elif !defined(__SSE4_1__)
static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	bool right = true;

	for (unsigned i = 0; i < 32; i++)
		right &= ((frame[i] ^ h->value[i]) & h->mask[i]) <= h->most[i];
	return right;
}
#endif

#ifndef __AES__
/* Returns the hash of a key whose interface is 0. */
static inline uint64_t
hash4(uint64_t low, uint64_t high, const struct flow_secret *s)
{
#if defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
	return flow_hash4_aes(low, high, s);
#else
	uint64_t word[2] = { low, high };

	return flow_hash_sip(word, sizeof(word), s);
#endif
}

static inline uint64_t
take_key4(struct key4 *key, const uint8_t *from, const struct quick *q)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->iface = 0;
	key->domain = q->in->domain & 63;
	hash = hash4(load64(key), load64(&key->dst), &q->flows->secret);
	key->iface = q->in->untagged & (KEY_IFACES - 1);
	return hash;
}

static inline uint64_t
hash6(const struct key6 *k, const struct flow_secret *s)
{
#if defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
	return flow_hash6_aes(k, s);
#else
	return flow_hash_sip(k, sizeof(*k), s);
#endif
}

static inline uint64_t
take_key6(struct key6 *key, const uint8_t *from, const struct quick *q)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->proto = from[2];
	key->iface = 0;
	key->domain = q->in->domain & 63;
	hash = hash6(key, &q->flows->secret);
	key->iface = q->in->untagged & (KEY_IFACES - 1);
	return hash;
}
#endif

#endif
