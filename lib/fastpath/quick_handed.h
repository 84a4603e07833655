/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of packets that another worker has parsed (fastpath/handed.h); ingress: key_ingress.
 *
 * Compiled for each instruction set.  Only the MAC is compared again: a generation that this worker
 * has adopted meanwhile may have given the port another one. */
#ifndef FASTPATH_QUICK_HANDED_H
#define FASTPATH_QUICK_HANDED_H

#include "base/prefetch.h"
#include "fastpath/handed.h"
#include "fastpath/quick4.h"
#include "fastpath/quick6.h"

#if KEYS_IN_REGISTERS
static inline void
copy_key4(struct key4 *key, const uint8_t *from, uint16_t ingress)
{
	const __m128i mask = _mm_set_epi32(-1, -1, -1, 0xff00);
	__m128i k = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)from), mask);

	_mm_storeu_si128((__m128i *)(void *)key,
		_mm_or_si128(k, _mm_cvtsi32_si128((int)((uint32_t)ingress << 16))));
}

static inline void
copy_key6(struct key6 *key, const uint8_t *from, uint16_t ingress)
{
	const __m128i places = _mm_set_epi8(
		15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, -1, -1, 2, -1);
	const __m128i *in = (const __m128i *)(const void *)from;
	__m128i *out = (__m128i *)(void *)key;
	__m128i first = _mm_shuffle_epi8(_mm_loadu_si128(in), places);

	_mm_storeu_si128(
		out, _mm_or_si128(first, _mm_cvtsi32_si128((int)((uint32_t)ingress << 16))));
	_mm_storeu_si128(out + 1, _mm_loadu_si128(in + 1));
	_mm_storel_epi64(out + 2, _mm_loadl_epi64(in + 2));
}
#else
static inline void
copy_key4(struct key4 *key, const uint8_t *from, uint16_t ingress)
{
	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->iface = ingress & (KEY_IFACES - 1);
	key->domain = ingress >> 10;
}

static inline void
copy_key6(struct key6 *key, const uint8_t *from, uint16_t ingress)
{
	memcpy(key, from, sizeof(*key));
	key->kind = KEY_PLAIN;
	key->proto = from[2];
	key->iface = ingress & (KEY_IFACES - 1);
	key->domain = ingress >> 10;
}
#endif

/* Sets the frame pointers; the receiving worker's core has the frames. */
static inline void
find_handed_frames(struct burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		b->frame[i] = rte_pktmbuf_mtod(b->m[i], uint8_t *);
		prefetch_to_write(b->frame[i]);
	}
}

/* Sets class, key and hash of every slot of a burst that is handed over with its hashes. */
static inline void
take_handed(struct fastpath *fp, struct burst *b, bool six)
{
	const struct flow_table *t = six ? fp->dp.flow6 : fp->dp.flow4;
	uint16_t ingress = key_ingress(b->ingress->untagged, b->ingress->domain);
	unsigned protos = 0;
	uint64_t bytes = 0;

	b->all_plain4 = !six;
	for (unsigned i = 0; i < b->n; i++) {
		b->hash[i] = handed_hash(b->m[i]);
		rte_prefetch0(flow_bucket(t, b->hash[i]));
		bytes += b->m[i]->pkt_len;
	}
	for (unsigned i = 0; i < b->n; i++) {
		const uint8_t *frame = b->frame[i];

		protos |= frame[six ? 14 + 6 : 14 + 9];
		if (six)
			copy_key6(&b->key6[i], frame + 14 + 4, ingress);
		else
			copy_key4(&b->key4[i], frame + 14 + 8, ingress);
		if (six)
			b->class[i] = SLOT_PLAIN6;
		if (unlikely(memcmp(frame, b->ingress->mac, 6) != 0)) {
			fastpath_parse_full(fp, b, i);
			b->all_plain4 = false;
		}
	}
	b->bytes = bytes;
	b->may_have_tcp = protos & (IPPROTO_TCP & ~IPPROTO_UDP);
}

#endif
