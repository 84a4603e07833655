/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops over a burst.  Compiled once for each instruction set, see meson.build.
 *
 *   parse:    quick test, key, hash, prefetch of the bucket
 *   look up:  signatures, prefetch of the record
 *   execute:  verify, count, rewrite
 *
 * The prefetches between the loops are what makes 256k flows cost little more than 1k: without them
 * a packet costs 40 % more there (peers of the same layout; see README.md). */

#include <rte_prefetch.h>

#include "fastpath/fastpath_priv.h"
#include "packet/parse.h"
#include "slowpath/hit.h"

/* Of a key whose interface is 0. */
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

/* Is the sum over a 20-byte header right?  Words in memory order; the carries go round the end, at
 * every width alike. */
static inline bool
ip4_sum_right(const uint8_t *ip)
{
	uint64_t a = load64(ip), sum = a + load64(ip + 8);
	uint32_t half;

	sum += sum < a;
	sum += load32(ip + 16);
	sum += sum < load32(ip + 16);
	sum += sum << 32 | sum >> 32;
	half = (uint32_t)(sum >> 32);
	half += half << 16 | half >> 16;
	return half >> 16 == 0xffff;
}

static inline bool
tcp_odd(const uint8_t *tcp, unsigned l4_bytes)
{
	unsigned header = (unsigned)(tcp[12] >> 4) * 4;

	return (header < 20) | (header > l4_bytes) | tcp_flags_bad(tcp[13]);
}

static inline bool
udp_odd(const uint8_t *udp, unsigned l4_bytes)
{
	unsigned bytes = (unsigned)udp[4] << 8 | udp[5];

	return (bytes < 8) | (bytes > l4_bytes);
}

/* UDP or TCP with a sound header of its own. */
static inline bool
l4_plain(const uint8_t *l4, uint8_t proto, unsigned l4_bytes)
{
	if (proto == IPPROTO_UDP)
		return l4_bytes >= 8 && !udp_odd(l4, l4_bytes);
	return proto == IPPROTO_TCP && l4_bytes >= 20 && !tcp_odd(l4, l4_bytes);
}

/* An untagged IPv4 packet for us, without options or fragments: the usual case.  Any doubt is left to the full
 * parser, which names what is wrong. */
static inline bool
quick4(const struct rte_mbuf *m, const uint8_t *frame, const struct ingress *in)
{
	const uint8_t *ip = frame + 14;
	unsigned total;

	if (unlikely(m->data_len < 42 || m->nb_segs != 1))
		return false;
	total = (unsigned)ip[2] << 8 | ip[3];
	return load16(frame + 12) == rte_cpu_to_be_16(0x0800)
		&& ((load32(frame) ^ load32(in->mac)) | (load16(frame + 4) ^ load16(in->mac + 4))) == 0
		&& ip[0] == 0x45 && (load16(ip + 6) & rte_cpu_to_be_16(0x3fff)) == 0
		&& (ip[16] & 0xf0) != 0xe0
		&& total >= 28 && total + 14 <= m->data_len
		&& ip4_sum_right(ip)
		&& l4_plain(ip + 20, ip[9], total - 20);
}

static inline bool
quick6(const struct rte_mbuf *m, const uint8_t *frame, const struct ingress *in)
{
	const uint8_t *ip = frame + 14;
	unsigned payload;

	if (unlikely(m->data_len < 62 || m->nb_segs != 1))
		return false;
	payload = (unsigned)ip[4] << 8 | ip[5];
	return load16(frame + 12) == rte_cpu_to_be_16(0x86dd)
		&& ((load32(frame) ^ load32(in->mac)) | (load16(frame + 4) ^ load16(in->mac + 4))) == 0
		&& (ip[0] & 0xf0) == 0x60 && ip[24] != 0xff
		&& payload >= 8 && payload + 54 <= m->data_len
		&& l4_plain(ip + 40, ip[6], payload);
}

/* Bytes 0 and 2..3 of the key: TTL and checksum in the header, kind and interface in the key. */
#if RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN
#define KEY4_MASK 0xffffffff0000ff00ull
#define KEY4_IFACE_SHIFT 16
#else
#define KEY4_MASK 0x00ff0000ffffffffull
#define KEY4_IFACE_SHIFT 32
#endif

static inline void
take_plain4(struct burst *b, unsigned i, const uint8_t *ip, const struct flow_table *t)
{
	uint64_t low = load64(ip + 8) & KEY4_MASK, high = load64(ip + 16);
	uint16_t iface = b->ingress->untagged;

	b->class[i] = SLOT_PLAIN4;
	b->l3[i] = 14;
	b->iface[i] = iface;
	b->hash[i] = hash4(low, high, &t->secret);
	rte_prefetch0(flow_bucket(t, b->hash[i]));
	store64(&b->key4[i], low | (uint64_t)iface << KEY4_IFACE_SHIFT);
	store64((uint8_t *)&b->key4[i] + 8, high);
}

static inline void
take_plain6(struct burst *b, unsigned i, const uint8_t *ip, const struct flow_table *t)
{
	struct key6 *k = &b->key6[i];

	b->class[i] = SLOT_PLAIN6;
	b->l3[i] = 14;
	b->iface[i] = b->ingress->untagged;
	k->kind = KEY_PLAIN;
	k->proto = ip[6];
	k->iface = 0;
	memcpy(k->src, ip + 8, 36);             /* addresses and ports stand in a row */
	b->hash[i] = hash6(k, &t->secret);
	rte_prefetch0(flow_bucket(t, b->hash[i]));
	k->iface = b->ingress->untagged;
}

#define PREFETCH_AHEAD 8       /* frames; a NIC delivers them cold */

static void
parse(struct fastpath *fp, struct burst *b)
{
	const struct ingress *in = b->ingress;
	const struct slowpath *s = &fp->slow;
	const struct flow_table *flow4 = s->flow4;
	bool quick = in->untagged != IFACE_NONE;
	unsigned n = b->n, plain4 = 0;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < RTE_MIN(n, PREFETCH_AHEAD); i++)
		rte_prefetch0(rte_pktmbuf_mtod(b->m[i], uint8_t *));
	for (unsigned i = 0; i < n; i++) {
		const struct rte_mbuf *m = b->m[i];
		const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

		if (i + PREFETCH_AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(b->m[i + PREFETCH_AHEAD], uint8_t *));
		bytes += m->pkt_len;
		if (likely(quick && quick4(m, frame, in))) {
			take_plain4(b, i, frame + 14, flow4);
			plain4++;
		} else if (quick && quick6(m, frame, in)) {
			take_plain6(b, i, frame + 14, s->flow6);
		} else {
			fastpath_parse_full(fp, b, i);
		}
	}
	b->bytes = bytes;
	b->all_plain4 = plain4 == n;
}

/* Index of the record behind the first matching signature, 0 without one. */
static inline uint32_t
candidate(const struct bucket *bucket, uint16_t sig)
{
#if defined(__SSE2__)
	__m128i have = _mm_load_si128((const __m128i *)bucket->sig);
	__m128i equal = _mm_cmpeq_epi16(have, _mm_set1_epi16((short)sig));
	uint32_t mask = (uint32_t)_mm_movemask_epi8(equal) | 1u << 16;
	const uint32_t *index = bucket->index;  /* and index[8] is none */

	return index[(unsigned)__builtin_ctz(mask) / 2];
#else
	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		if (bucket->sig[i] == sig)
			return bucket->index[i];
	}
	return 0;
#endif
}

/* all4: every slot is SLOT_PLAIN4. */
static inline void
look_up(struct slowpath *s, struct burst *b, bool all4)
{
	struct flow_table *t4 = s->flow4, *t6 = s->flow6;

	for (unsigned i = 0; i < b->n; i++) {
		uint64_t hash = b->hash[i];

		if (likely(all4 || b->class[i] == SLOT_PLAIN4)) {
			b->flow[i] = candidate(flow_bucket(t4, hash), flow_sig(hash));
			rte_prefetch0(flow4_at(t4, b->flow[i]));
		} else if (b->class[i] == SLOT_PLAIN6) {
			b->flow[i] = candidate(flow_bucket(t6, hash), flow_sig(hash));
			rte_prefetch0(flow6_at(t6, b->flow[i]));
			rte_prefetch0((const uint8_t *)flow6_at(t6, b->flow[i]) + 64);
		} else {
			b->flow[i] = 0;
		}
	}
}

/* A second look for a slot whose first signature led to another flow's record. */
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

static inline bool
execute_one(struct slowpath *s, struct burst *b, unsigned i, const struct hit_tables *t, bool all4)
{
	if (likely(all4 || b->class[i] == SLOT_PLAIN4))
		return hit_plain4(s, b, i, t);
	return b->class[i] == SLOT_PLAIN6 && hit_plain6(s, b, i, t);
}

static inline unsigned
execute_all(struct slowpath *s, struct burst *b, bool all4)
{
	struct hit_tables t = hit_tables(s, b);
	unsigned i, n = b->n;

	look_up(s, b, all4);
	for (i = 0; i < n; i++) {
		if (likely(execute_one(s, b, i, &t, all4)))
			continue;
		if ((all4 || b->class[i] <= SLOT_PLAIN6) && look_again(s, b, i)
		    && execute_one(s, b, i, &t, all4))
			continue;
		break;
	}
	s->ledger->lookups_hit += i;
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
