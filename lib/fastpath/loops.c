/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over a burst, compiled once for each instruction set (see meson.build).
 *
 *   parse:    quick test, key, hash, prefetch of the bucket
 *   look up:  signatures, prefetch of the record
 *   execute:  verify, count, rewrite
 *
 * Because of the prefetches between the loops, 256k flows cost little more than 1k: without them a
 * packet costs 40 % more there (docs/performance/fastpath.md). */

#include <rte_prefetch.h>

#include "base/counter.h"
#include "fastpath/out_of_order.h"
#include "fastpath/fastpath_priv.h"
#include "fastpath/straight.h"

#if defined(__SSE4_1__) && defined(__AES__)
#define KEYS_IN_REGISTERS 1
#else
#define KEYS_IN_REGISTERS 0

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
hash6(const struct key6 *k, const struct flow_secret *s)
{
#if defined(__AES__) || defined(__ARM_FEATURE_AES) || defined(__ARM_FEATURE_CRYPTO)
	return flow_hash6_aes(k, s);
#else
	return flow_hash_sip(k, sizeof(*k), s);
#endif
}
#endif

/* Hash and key of the 16 bytes at IPv4 header + 8. Bytes 0 and 2..3 are TTL and checksum in the
 * header, kind and interface in the key; the interface is not hashed. */
#if KEYS_IN_REGISTERS
static inline uint64_t
take_key4(struct key4 *key, const uint8_t *from, uint16_t iface, const struct flow_secret *s)
{
	const __m128i mask = _mm_set_epi32(-1, -1, -1, 0xff00);
	const __m128i iface_bits = _mm_cvtsi32_si128((int)((uint32_t)iface << 16));
	__m128i k = _mm_and_si128(_mm_loadu_si128((const __m128i *)(const void *)from), mask);
	__m128i state = _mm_load_si128((const __m128i *)s->round[0]);

	_mm_storeu_si128((__m128i *)(void *)key, _mm_or_si128(k, iface_bits));
	return (uint64_t)_mm_cvtsi128_si64(hash_aes_block(state, k, s));
}
#else
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
#endif

static inline void
take_plain4(struct burst *b, unsigned i, const uint8_t *ip, const struct flow_table *t)
{
	uint64_t hash = take_key4(&b->key4[i], ip + 8, b->ingress->untagged, &t->secret);

	b->hash[i] = hash;
	rte_prefetch0(flow_bucket(t, hash));
}

/* Hash and key of the 40 bytes at IPv6 header + 4: length and hop limit in the header, kind and
 * interface in the key. */
#if KEYS_IN_REGISTERS
static inline uint64_t
take_key6(struct key6 *key, const uint8_t *from, uint16_t iface, const struct flow_secret *s)
{
	const __m128i places = _mm_set_epi8(
		15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, -1, -1, 2, -1);
	const __m128i iface_bits = _mm_cvtsi32_si128((int)((uint32_t)iface << 16));
	const __m128i *in = (const __m128i *)(const void *)from;
	__m128i *out = (__m128i *)(void *)key;
	__m128i first = _mm_shuffle_epi8(_mm_loadu_si128(in), places);
	__m128i second = _mm_loadu_si128(in + 1), third = _mm_loadl_epi64(in + 2);
	__m128i state = _mm_load_si128((const __m128i *)s->round[0]);

	/* From the registers: a vector load of bytes that were stored in pieces would stall. */
	_mm_storeu_si128(out, _mm_or_si128(first, iface_bits));
	_mm_storeu_si128(out + 1, second);
	_mm_storel_epi64(out + 2, third);
	state = hash_aes_block(state, first, s);
	state = hash_aes_block(state, second, s);
	return (uint64_t)_mm_cvtsi128_si64(hash_aes_block(state, third, s));
}
#else
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

static inline void
take_plain6(struct burst *b, unsigned i, const uint8_t *ip, const struct flow_table *t)
{
	uint64_t hash = take_key6(&b->key6[i], ip + 4, b->ingress->untagged, &t->secret);

	b->class[i] = SLOT_PLAIN6;
	b->hash[i] = hash;
	rte_prefetch0(flow_bucket(t, hash));
}

#define FILL 32 /* slots at once; BURST_MAX is a multiple */

/* Sets what is true of every slot that the quick test accepts. */
static inline void
assume_plain4(struct burst *b)
{
	uint16_t iface = b->ingress->untagged;

	for (unsigned at = 0; at < b->n; at += FILL) {
		memset(b->class + at, SLOT_PLAIN4, FILL);
		for (unsigned i = 0; i < FILL; i++)
			b->l3[at + i] = 14;
		for (unsigned i = 0; i < FILL; i++)
			b->iface[at + i] = iface;
	}
}

/* Sets the frame pointers and prefetches the frames: a NIC delivers them cold. */
static inline void
find_frames(struct burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		b->frame[i] = rte_pktmbuf_mtod(b->m[i], uint8_t *);
		rte_prefetch0(b->frame[i]);
	}
}

/* Parses a burst of a port that takes no untagged frames. */
static void
parse_tagged(struct fastpath *fp, struct burst *b)
{
	b->bytes = 0;
	b->all_plain4 = false;
	for (unsigned i = 0; i < b->n; i++) {
		b->bytes += b->m[i]->pkt_len;
		fastpath_parse_full(fp, b, i);
	}
}

/* Parses a burst; six: IPv6 is tried first. */
static __rte_always_inline void
parse_untagged(struct fastpath *fp, struct burst *b, bool six)
{
	struct quick_head head4 = quick_head4, head6 = quick_head6;
	struct flow_table *flow4 = fp->slow.flow4, *flow6 = fp->slow.flow6;
	unsigned n = b->n, odd = 0;
	uint64_t bytes = 0;

	memcpy(head4.value, b->ingress->mac, 6);
	memcpy(head6.value, b->ingress->mac, 6);
	assume_plain4(b);
	for (unsigned i = 0; i < n; i++) {
		const struct rte_mbuf *m = b->m[i];
		const uint8_t *frame = b->frame[i];
		unsigned here = m->nb_segs == 1 ? m->data_len : 0;

		bytes += m->pkt_len;
		if (six && likely(here >= QUICK6_BYTES && quick6(frame, here, &head6))) {
			take_plain6(b, i, frame + 14, flow6);
			continue;
		}
		if (likely(here >= QUICK4_BYTES && quick4(frame, here, &head4))) {
			take_plain4(b, i, frame + 14, flow4);
			continue;
		}
		odd++;
		if (!six && here >= QUICK6_BYTES && quick6(frame, here, &head6))
			take_plain6(b, i, frame + 14, flow6);
		else
			fastpath_parse_full(fp, b, i);
	}
	b->bytes = bytes;
	b->all_plain4 = !six && odd == 0;
}

/* Parses a burst.  Packets of one burst are likely to be alike. */
static void
parse(struct fastpath *fp, struct burst *b)
{
	find_frames(b);
	if (unlikely(b->ingress->untagged == IFACE_NONE))
		parse_tagged(fp, b);
	else if (b->m[0]->data_len >= 14 && b->frame[0][12] == 0x86)
		parse_untagged(fp, b, true);
	else
		parse_untagged(fp, b, false);
}

/* Returns the index of the record behind the first matching signature, or 0. */
static inline uint32_t
candidate(const struct bucket *bucket, uint16_t sig)
{
#if defined(__SSE2__)
	__m128i have = _mm_load_si128((const __m128i *)bucket->sig);
	__m128i equal = _mm_cmpeq_epi16(have, _mm_set1_epi16((short)sig));
	uint32_t mask = (uint32_t)_mm_movemask_epi8(equal) | 1u << 16;
	const uint32_t *index = bucket->index; /* and index[8] is none */

	return index[(unsigned)__builtin_ctz(mask) / 2];
#else
	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		if (bucket->sig[i] == sig)
			return bucket->index[i];
	}
	return 0;
#endif
}

/* Returns the signature as stored in a bucket, except for one in 65,536 that matches an empty
 * place; look_again handles it. */
static inline uint16_t
quick_sig(uint64_t hash)
{
	return (uint16_t)(hash >> 32);
}

static inline void
look_up4(struct burst *b, unsigned i, const struct flow_table *t)
{
	uint64_t hash = b->hash[i];

	b->flow[i] = candidate(flow_bucket(t, hash), quick_sig(hash));
	rte_prefetch0(flow4_at(t, b->flow[i]));
}

static inline void
look_up6(struct burst *b, unsigned i, const struct flow_table *t)
{
	uint64_t hash = b->hash[i];
	const uint8_t *record;

	b->flow[i] = candidate(flow_bucket(t, hash), quick_sig(hash));
	record = (const uint8_t *)flow6_at(t, b->flow[i]);
	rte_prefetch0(record);
	rte_prefetch0(record + 64);
}

/* Looks all slots up; all4: every slot is SLOT_PLAIN4. */
static __rte_always_inline void
look_up(const struct slowpath *s, struct burst *b, bool all4)
{
	const struct flow_table t4 = {
		.bucket = s->flow4->bucket, .mask = s->flow4->mask, .record = s->flow4->record
	};
	const struct flow_table t6 = {
		.bucket = s->flow6->bucket, .mask = s->flow6->mask, .record = s->flow6->record
	};

	for (unsigned i = 0; i < b->n; i++) {
		if (all4 || b->class[i] == SLOT_PLAIN4)
			look_up4(b, i, &t4);
		else if (b->class[i] == SLOT_PLAIN6)
			look_up6(b, i, &t6);
		else
			b->flow[i] = 0;
	}
}

/* Looks a slot up again whose first signature led to another flow's record. */
static inline bool
look_again(struct slowpath *s, struct burst *b, unsigned i)
{
	uint32_t first = b->flow[i];

	if (b->class[i] == SLOT_PLAIN4)
		b->flow[i] = flow_table_find(s->flow4, &b->key4[i], b->hash[i]);
	else
		b->flow[i] = flow_table_find(s->flow6, &b->key6[i], b->hash[i]);
	return b->flow[i] != 0 && b->flow[i] != first;
}

/* Executes a known flow that the hot step leaves. */
static __attribute__((noinline)) bool
execute_odd(struct slowpath *s, struct burst *b, unsigned i, const struct hit_tables *t)
{
	bool ip6 = b->class[i] == SLOT_PLAIN6;

	if (b->class[i] > SLOT_PLAIN6)
		return false;
	if (!(ip6 ? hit_plain6(s, b, i, t) : hit_plain4(s, b, i, t))
		&& !(look_again(s, b, i)
			&& (ip6 ? hit_plain6(s, b, i, t) : hit_plain4(s, b, i, t))))
		return false;
	b->output[i] = b->out[i] | (uint32_t)b->egress[i] << 16;
	b->output_bytes += b->out[i] != OUT_WORKER ? b->m[i]->pkt_len : 0;
	return true;
}

/* Returns true if the first n slots, at least one, all leave by the same port and interface. */
static inline bool
same_output(const struct burst *b, unsigned n)
{
	uint32_t first = b->output[0], differ = 0;

	for (unsigned i = 0; i < n; i++)
		differ |= b->output[i] ^ first;
	return differ == 0;
}

/* Executes all slots; all4: every slot is SLOT_PLAIN4, without a tag. */
static __rte_always_inline unsigned
execute_all(struct slowpath *s, struct burst *b, bool all4)
{
	const struct hit_tables t = hit_tables(s, b);
	unsigned i, n = b->n;
	uint64_t output_bytes = 0;
	/* First packets of another worker are refused by that worker. */
	bool refusing = (s->owner == NULL || b->handed) && syn_gate_is_closed(s, b);

	if (unlikely(refusing))
		syn_gate_prefetch_from(s, b, 0);
	look_up(s, b, all4);
	b->output_bytes = 0;
	for (i = 0; i < n; i++) {
		bool done;

		if (all4 || (b->class[i] == SLOT_PLAIN4 && b->l3[i] == 14))
			done = straight4(b, i, &t, &output_bytes);
		else
			done = b->class[i] == SLOT_PLAIN6 && b->l3[i] == 14
				&& straight6(b, i, &t, &output_bytes);
		if (unlikely(!done) && !execute_odd(s, b, i, &t))
			break;
	}
	b->n_executed = (uint16_t)i;
	b->output_bytes += output_bytes;
	b->same_output = same_output(b, i);
	counter_add(&s->ledger->lookups_hit, i);
	if (unlikely(i < n) && s->observer == NULL)
		return execute_out_of_order(s, b, i, refusing);
	return i;
}

static unsigned
execute(struct fastpath *fp, struct burst *b)
{
	return b->all_plain4 ? execute_all(&fp->slow, b, true) : execute_all(&fp->slow, b, false);
}

const struct fastpath_variant FASTPATH_VARIANT = {
	.name = FASTPATH_VARIANT_NAME,
	.parse = parse,
	.execute = execute,
};
