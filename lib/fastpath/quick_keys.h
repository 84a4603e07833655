/* SPDX-License-Identifier: BSD-3-Clause */
/* What keys are made of; keys and their hashes for processors without AES instructions or vector
 * registers. */
#ifndef FASTPATH_QUICK_KEYS_H
#define FASTPATH_QUICK_KEYS_H

/* What the keys of a burst's untagged packets have in common, and where their hashes start: the
 * domain is hashed, too, at no cost for a packet. */
struct key_maker {
#if KEYS_IN_REGISTERS
	__m128i ingress; /* key_ingress where a key has it */
	__m128i start;   /* the first step of the hash over the domain */
#else
	uint16_t ingress;
	uint8_t domain;
#endif
	const struct flow_secret *secret;
};

static inline struct key_maker
key_maker_of(const struct ingress *in, const struct flow_secret *secret)
{
	struct key_maker maker = { .secret = secret };
	uint16_t ingress = key_ingress(in->untagged, in->domain);

#if KEYS_IN_REGISTERS
	maker.ingress = _mm_cvtsi32_si128((int)((uint32_t)ingress << 16));
	maker.start = _mm_xor_si128(_mm_load_si128((const __m128i *)secret->round[0]),
		_mm_cvtsi32_si128((int)((uint32_t)key_ingress(0, in->domain) << 16)));
#else
	maker.ingress = ingress;
	maker.domain = in->domain;
#endif
	return maker;
}

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
take_key4(struct key4 *key, const uint8_t *from, const struct key_maker *maker)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->iface = 0;
	key->domain = maker->domain & 63;
	hash = hash4(load64(key), load64(&key->dst), maker->secret);
	key->iface = maker->ingress & (KEY_IFACES - 1);
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
take_key6(struct key6 *key, const uint8_t *from, const struct key_maker *maker)
{
	uint64_t hash;

	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->proto = from[2];
	key->iface = 0;
	key->domain = maker->domain & 63;
	hash = hash6(key, maker->secret);
	key->iface = maker->ingress & (KEY_IFACES - 1);
	return hash;
}
#endif

#endif
