/* SPDX-License-Identifier: BSD-3-Clause */
/* What the keys of a burst have in common. */
#ifndef FASTPATH_QUICK_KEYS_H
#define FASTPATH_QUICK_KEYS_H

/* Whether keys are made and hashed in registers. */
#if defined(__SSE4_1__) && defined(__AES__)
#define KEYS_IN_REGISTERS 1
#else
#define KEYS_IN_REGISTERS 0
#endif

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

#endif
