/* SPDX-License-Identifier: BSD-3-Clause */
/* The quick test of parse accepts untagged packets to our MAC with UDP or TCP, over IPv4 without
 * options or fragments or over IPv6 without extension headers, and without any fault.  In doubt it
 * leaves the frame to the full parser, which names the fault.  parse_frame gives every accepted
 * frame the kind plain, and the same key.
 *
 * Compiled for each instruction set: the first 32 bytes, which hold all bytes that must have one
 * value, are compared at once.  Never reads behind the frame. */
#ifndef FASTPATH_QUICK_H
#define FASTPATH_QUICK_H

#include "program/rewrite.h"
#include "packet/ingress.h"
#include "packet/parse.h"

/* Ethernet, IPv4, UDP: shorter frames are left to the full parser. */
#define QUICK4_BYTES 42
#define QUICK6_BYTES 62

static inline uint16_t
load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return v;
}

static inline uint32_t
load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static inline unsigned
read_be16(const uint8_t *p)
{
	return rte_be_to_cpu_16(load16(p));
}

/* The required content of the first 32 bytes of a frame: (frame ^ value) & mask, minus most with
 * saturation, is 0. */
struct quick_head {
	uint8_t value[32], mask[32], most[32];
} __attribute__((aligned(32)));

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

/* Bit f: tcp_flags_bad(f), of the six flags that matter. */
#define TCP_FLAGS_BAD 0xc8c8eaeac8c8eaebull

static inline bool
quick_tcp(const uint8_t *tcp, unsigned l4_bytes)
{
	unsigned header;

	if (l4_bytes < 20)
		return false;
	header = tcp[12] >> 2 & 0x3c;
	return header >= 20 && header <= l4_bytes && (TCP_FLAGS_BAD >> (tcp[13] & 0x3f) & 1) == 0;
}

static inline bool
quick_udp(const uint8_t *udp, unsigned l4_bytes)
{
	return read_be16(udp + 4) - 8 <= l4_bytes - 8;
}

/* Returns true for a sound UDP or TCP header; l4_bytes >= 8 bytes of it are in the frame. */
static inline bool
quick_l4(const uint8_t *l4, uint8_t proto, unsigned l4_bytes)
{
	if (proto == IPPROTO_UDP)
		return quick_udp(l4, l4_bytes);
	return proto == IPPROTO_TCP && quick_tcp(l4, l4_bytes);
}

#if defined(__AVX2__)
static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	__m256i differ = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)frame),
		_mm256_load_si256((const __m256i *)h->value));

	differ = _mm256_and_si256(differ, _mm256_load_si256((const __m256i *)h->mask));
	differ = _mm256_subs_epu8(differ, _mm256_load_si256((const __m256i *)h->most));
	return _mm256_testz_si256(differ, differ);
}
#elif defined(__SSE4_1__)
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
#else
static inline bool
quick_head_right(const uint8_t *frame, const struct quick_head *h)
{
	bool right = true;

	for (unsigned i = 0; i < 32; i++)
		right &= ((frame[i] ^ h->value[i]) & h->mask[i]) <= h->most[i];
	return right;
}
#endif

/* MAC (of the ingress), EtherType, version and header length, no fragment, no multicast. */
static const struct quick_head quick_head4 = {
	.mask = {
		[0] = 0xff, [1] = 0xff, [2] = 0xff, [3] = 0xff, [4] = 0xff, [5] = 0xff,
		[12] = 0xff, [13] = 0xff, [14] = 0xff, [20] = 0x3f, [21] = 0xff, [30] = 0xff,
	},
	.value = { [12] = 0x08, [13] = 0x00, [14] = 0x45 },
	.most = { [30] = 0xdf },
};

/* MAC, EtherType, version. */
static const struct quick_head quick_head6 = {
	.mask = {
		[0] = 0xff, [1] = 0xff, [2] = 0xff, [3] = 0xff, [4] = 0xff, [5] = 0xff,
		[12] = 0xff, [13] = 0xff, [14] = 0xf0,
	},
	.value = { [12] = 0x86, [13] = 0xdd, [14] = 0x60 },
};

static inline bool
quick4(const uint8_t *frame, unsigned bytes, const struct quick_head *h)
{
	const uint8_t *ip = frame + 14;
	unsigned total = read_be16(ip + 2);

	return quick_head_right(frame, h) && total - 28 <= bytes - QUICK4_BYTES && quick_sum4(ip)
		&& quick_l4(ip + 20, ip[9], total - 20);
}

static inline bool
quick6(const uint8_t *frame, unsigned bytes, const struct quick_head *h)
{
	const uint8_t *ip = frame + 14;
	unsigned payload = read_be16(ip + 4);

	return quick_head_right(frame, h) && ip[24] != 0xff && payload - 8 <= bytes - QUICK6_BYTES
		&& quick_l4(ip + 40, ip[6], payload);
}

#endif
