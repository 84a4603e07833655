/* SPDX-License-Identifier: BSD-3-Clause */
/* The quick test of parse accepts untagged packets to our MAC with UDP or TCP, over IPv4 without
 * options or fragments or over IPv6 without extension headers, and without any fault.  In doubt it
 * leaves the frame to the full parser, which gives every accepted frame the kind plain and the same
 * key.
 *
 * Compiled for each instruction set.  Never reads behind the frame. */
#ifndef FASTPATH_QUICK_H
#define FASTPATH_QUICK_H

#include <netinet/in.h>
#include <stdbool.h>

#include "flow/table.h"
#include "packet/load.h"
#include "slowpath/syn_gate.h"

/* The first 32 bytes of a frame hold all bytes that must have one value, and are compared at once:
 * (frame ^ value) & mask, minus most with saturation, is 0. */
struct quick_head {
	uint8_t value[32], mask[32], most[32];
} __attribute__((aligned(32)));

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
#endif

/* What the quick test of a burst needs for one IP version, and what the keys have in common. */
struct quick {
	struct quick_head head;
	const struct ingress *in;
	const struct flow_table *flows;
	unsigned turn; /* whose first SYNs are looked at, or SYN_TURNS: a constant then */
#ifdef __AES__
	__m128i ingress; /* key_ingress where a key has it */
	__m128i start;   /* the first step of the hash, over the domain */
#endif
};

static __rte_always_inline struct quick
quick_of(const struct quick_head *head, const struct ingress *in, const struct flow_table *flows,
	unsigned turn)
{
	struct quick q = { .head = *head, .in = in, .flows = flows, .turn = turn };

	memcpy(q.head.value, in->quick_mac, 6);
#ifdef __AES__
	q.ingress = _mm_slli_si128(_mm_cvtsi32_si128(key_ingress(in->untagged, in->domain)), 2);
	q.start = _mm_xor_si128(_mm_load_si128((const __m128i *)flows->secret.round[0]),
		_mm_slli_si128(_mm_cvtsi32_si128(key_ingress(0, in->domain)), 2));
#endif
	return q;
}

#include "fastpath/quick_generic.h"

#endif
