/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the quick test that use vector registers, for processors without them. */
#ifndef FASTPATH_QUICK_GENERIC_H
#define FASTPATH_QUICK_GENERIC_H

/* Whether keys are made and hashed in registers. */
#if defined(__SSE4_1__) && defined(__AES__)
#define KEYS_IN_REGISTERS 1
#else
#define KEYS_IN_REGISTERS 0
#endif

#if !defined(__SSE4_1__)
static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	bool right = true;

	for (unsigned i = 0; i < 32; i++)
		right &= ((frame[i] ^ h->value[i]) & h->mask[i]) <= h->most[i];
	return right;
}
#endif

#if !KEYS_IN_REGISTERS
/* Returns the hash of a key whose interface is 0. */
static inline uint64_t
hash4(uint64_t low, uint64_t high, const struct flow_secret *s)
{
#if defined(__AES__) || defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
	return flow_hash4_aes(low, high, s);
#else
	uint64_t word[2] = { low, high };

	return flow_hash_sip(word, sizeof(word), s);
#endif
}

static inline uint64_t
take_key4(struct key4 *key, const uint8_t *from, uint16_t iface, const struct flow_secret *s)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->iface = 0;
	hash = hash4(load64(key), load64(&key->dst), s);
	key->iface = iface;
	return hash;
}

static inline uint64_t
hash6(const struct key6 *k, const struct flow_secret *s)
{
#if defined(__AES__) || defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
	return flow_hash6_aes(k, s);
#else
	return flow_hash_sip(k, sizeof(*k), s);
#endif
}

static inline uint64_t
take_key6(struct key6 *key, const uint8_t *from, uint16_t iface, const struct flow_secret *s)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->proto = from[2];
	key->iface = 0;
	hash = hash6(key, s);
	key->iface = iface;
	return hash;
}
#endif

#endif
