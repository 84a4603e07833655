/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6: the quick test of a frame, its key and the hash of that. */
#ifndef FASTPATH_QUICK6_H
#define FASTPATH_QUICK6_H

#include "fastpath/quick.h"

#define QUICK6_BYTES 62 /* Ethernet, IPv6, UDP */

/* MAC, EtherType, version. */
static const struct quick_head quick_head6 = {
	.mask = {
		[0] = 0xff, [1] = 0xff, [2] = 0xff, [3] = 0xff, [4] = 0xff, [5] = 0xff,
		[12] = 0xff, [13] = 0xff, [14] = 0xf0,
	},
	.value = { [12] = 0x86, [13] = 0xdd, [14] = 0x60 },
};

static inline bool
quick6(const uint8_t *frame, unsigned bytes, const struct quick_head *h)
{
	const uint8_t *ip = frame + 14;
	unsigned payload = read_be16(ip + 4);

	return quick_head_right(frame, h) && ip[24] != 0xff && payload - 8 <= bytes - QUICK6_BYTES
		&& quick_l4(ip + 40, ip[6], payload);
}

/* Hash and key of the 40 bytes at IPv6 header + 4: length and hop limit in the header, kind and
 * interface and domain in the key. */
#ifdef __AES__
static inline uint64_t
take_key6(struct key6 *key, const uint8_t *from, const struct quick *q)
{
	const __m128i places = _mm_set_epi8(
		15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, -1, -1, 2, -1);
	const __m128i *in = (const __m128i *)(const void *)from;
	__m128i *out = (__m128i *)(void *)key;
	__m128i first = _mm_shuffle_epi8(_mm_loadu_si128(in), places);
	__m128i second = _mm_loadu_si128(in + 1), third = _mm_loadl_epi64(in + 2);
	__m128i state = q->start;

	/* From the registers: a vector load of bytes that were stored in pieces would stall. */
	_mm_storeu_si128(out, _mm_or_si128(first, q->ingress));
	_mm_storeu_si128(out + 1, second);
	_mm_storel_epi64(out + 2, third);
	state = hash_aes_block(state, first, &q->flows->secret);
	state = hash_aes_block(state, second, &q->flows->secret);
	return (uint64_t)_mm_cvtsi128_si64(hash_aes_block(state, third, &q->flows->secret));
}
#endif

/* Does for IPv6 what take_plain4 does for IPv4. */
static inline bool
take_plain6(struct burst *b, unsigned i, unsigned bytes, const struct quick *q, unsigned *protos)
{
	const uint8_t *frame = b->frame[i];
	uint64_t hash;

	if (unlikely(bytes < QUICK6_BYTES || !quick6(frame, bytes, &q->head)))
		return false;
	hash = take_key6(&b->key6[i], frame + 14 + 4, q);
	b->class[i] = SLOT_PLAIN6;
	b->hash[i] = hash;
	if (q->turn != SYN_TURNS && syn_gate_defers(b, i, frame[14 + 6], frame + 14 + 40, q->turn))
		return true;
	rte_prefetch0(flow_bucket(q->flows, hash));
	*protos |= frame[14 + 6];
	return true;
}

#endif
