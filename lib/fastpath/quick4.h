/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4: the quick test of a frame, its key and the hash of that. */
#ifndef FASTPATH_QUICK4_H
#define FASTPATH_QUICK4_H

#include "fastpath/quick.h"

#define QUICK4_BYTES 42 /* Ethernet, IPv4, UDP: shorter frames are left to the full parser */

/* Returns true if the sum over a 20-byte header of version 4 without fragment bits is correct.  The
 * sum of its words is a multiple of 0xffff that is not 0, at every width; and a multiple times the
 * inverse of 0xffff modulo 2^64 is the quotient.  There is no carry: the first word is less than
 * 2^63. */
static inline bool
quick_sum4(const uint8_t *ip)
{
	uint64_t sum = load64(ip) + load32(ip + 8) + load32(ip + 12) + load32(ip + 16);

	return sum * 0xfffefffefffeffffull - 1 < 0x0001000100010001ull;
}

/* MAC (of the ingress), EtherType, version and header length, no fragment, no multicast. */
static const struct quick_head quick_head4 = {
	.mask = {
		[0] = 0xff, [1] = 0xff, [2] = 0xff, [3] = 0xff, [4] = 0xff, [5] = 0xff,
		[12] = 0xff, [13] = 0xff, [14] = 0xff, [20] = 0x3f, [21] = 0xff, [30] = 0xff,
	},
	.value = { [12] = 0x08, [13] = 0x00, [14] = 0x45 },
	.most = { [30] = 0xdf },
};

static inline bool
quick4(const uint8_t *frame, unsigned bytes, const struct quick_head *h)
{
	const uint8_t *ip = frame + 14;
	unsigned total = read_be16(ip + 2);

	return quick_head_right(frame, h) && total - 28 <= bytes - QUICK4_BYTES && quick_sum4(ip)
		&& quick_l4(ip + 20, ip[9], total - 20);
}

/* Hash and key of the 16 bytes at IPv4 header + 8. Bytes 0 and 2..3 are TTL and checksum in the
 * header, kind, interface and domain in the key; the interface is not hashed. */
#ifdef __AES__
static inline uint64_t
take_key4(struct key4 *key, const uint8_t *from, const struct quick *q)
{
	const __m128i mask = _mm_set_epi32(-1, -1, -1, 0xff00);
	__m128i k = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)from), mask);

	_mm_storeu_si128((__m128i *)(void *)key, _mm_or_si128(k, q->ingress));
	return (uint64_t)_mm_cvtsi128_si64(hash_aes_block(q->start, k, &q->flows->secret));
}
#endif

/* Sets key and hash of a slot whose frame passes the quick test, and prefetches the bucket.  bytes:
 * in its first segment, if that is the only one.  Returns false for another slot. */
static inline bool
take_plain4(struct burst *b, unsigned i, unsigned bytes, const struct quick *q, unsigned *protos)
{
	const uint8_t *frame = b->frame[i];
	uint64_t hash;

	if (unlikely(bytes < QUICK4_BYTES || !quick4(frame, bytes, &q->head)))
		return false;
	hash = take_key4(&b->key4[i], frame + 14 + 8, q);
	b->hash[i] = hash;
	if (q->turn != SYN_TURNS && syn_gate_defers(b, i, frame[14 + 9], frame + 14 + 20, q->turn))
		return true;
	rte_prefetch0(flow_bucket(q->flows, hash));
	*protos |= frame[14 + 9];
	return true;
}

#endif
