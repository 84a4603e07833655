/* SPDX-License-Identifier: BSD-3-Clause */
/* The step of the hot loop: a packet that the quick test accepted, of a flow that leaves by a
 * neighbour without VLAN tags and has no listed action.  It does what slowpath/hit.h does for all
 * other packets of known flows. */
#ifndef FASTPATH_STRAIGHT_H
#define FASTPATH_STRAIGHT_H

#include "fastpath/quick.h"
#include "session/tcp_usual.h"
#include "slowpath/hit.h"

static inline bool
same_key4(const struct key4 *a, const struct key4 *b)
{
#if defined(__SSE4_1__)
	__m128i differ = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)a),
		_mm_loadu_si128((const __m128i *)(const void *)b));

	return _mm_testz_si128(differ, differ);
#else
	return ((load64(a) ^ load64(b)) | (load64(&a->dst) ^ load64(&b->dst))) == 0;
#endif
}

static inline bool
same_key6(const struct key6 *a, const struct key6 *b)
{
	const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
#if defined(__SSE4_1__)
	__m128i differ = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)p),
		_mm_loadu_si128((const __m128i *)(const void *)q));
	__m128i more = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + 16)),
		_mm_loadu_si128((const __m128i *)(const void *)(q + 16)));

	differ = _mm_or_si128(differ, more);
	return _mm_testz_si128(differ, differ) && load64(p + 32) == load64(q + 32);
#else
	uint64_t differ = load64(p + 32) ^ load64(q + 32);

	for (unsigned i = 0; i < 32; i += 8)
		differ |= load64(p + i) ^ load64(q + i);
	return differ == 0;
#endif
}

/* Returns true if the neighbour is ready and takes a plain Ethernet header, and MTU and TTL allow
 * the packet. */
static inline bool
straight_way(const struct nexthop *nh, unsigned bytes, uint8_t ttl)
{
	return (nh->l2_bytes == 14) & (nh->state == NEXTHOP_READY) && bytes <= nh->mtu && ttl >= 2;
}

/* Not inlined: the loop needs the registers. */
static __attribute__((noinline)) bool
straight_tcp(
	const struct flow *f, const struct hit_tables *t, const uint8_t *tcp, unsigned l4_bytes)
{
	if ((f->flags & FLOW_ACTIONS) || t->observed)
		return false;
	return tcp_track_usual(&t->session[f->session], f->flags & FLOW_REPLY, tcp, l4_bytes);
}

/* Returns true if the packet needs only the common program; a usual segment of a tracked connection
 * moves its session on. */
static inline bool
straight_flow(
	const struct flow *f, const struct hit_tables *t, const uint8_t *l4, unsigned l4_bytes)
{
	return likely((f->flags & (FLOW_ACTIONS | FLOW_TCP)) == 0)
		|| straight_tcp(f, t, l4, l4_bytes);
}

/* Counts a packet of another worker's flow, and leaves it as it is. */
static inline bool
straight_handoff(
	struct burst *b, unsigned i, struct flow *f, unsigned bytes, const struct hit_tables *t)
{
	const struct nexthop *nh = &t->nexthops[f->nexthop];

	if (nh->state != NEXTHOP_WORKER || t->handed)
		return false;
	hit_count(f, bytes, t->tick);
	b->output[i] = nexthop_output(nh);
	return true;
}

static inline void
straight_l2(struct rte_mbuf *m, uint8_t *frame, unsigned ip_bytes, const struct nexthop *nh)
{
	store64(frame, load64(nh->l2));
	store64(frame + 6, load64(nh->l2 + 6));
	m->data_len = (uint16_t)(14 + ip_bytes);
	m->pkt_len = 14 + ip_bytes;
}

/* Returns true if forwarded here, and adds the bytes sent; otherwise no side effects. */
static __rte_always_inline bool
straight4(struct burst *b, unsigned i, const struct hit_tables *t, uint64_t *output_bytes)
{
	struct flow4 *f = t->record4 + b->flow[i];
	const struct nexthop *nh = &t->nexthops[f->flow.nexthop];
	uint8_t *frame = b->frame[i], *ip = frame + 14;
	unsigned bytes = read_be16(ip + 2);

	if (unlikely(!same_key4(&b->key4[i], &f->key) || f->flow.epoch != t->epoch))
		return false;
	if (unlikely(!straight_way(nh, bytes, ip[8])))
		return straight_handoff(b, i, &f->flow, bytes, t);
	if (unlikely(hit_identifies(&f->flow, ip, bytes)
		    || !straight_flow(&f->flow, t, ip + 20, bytes - 20)))
		return false;
	hit_count(&f->flow, bytes, t->tick);
	rewrite_plain4(ip, &f->to, f->flow.l4_delta);
	straight_l2(b->m[i], frame, bytes, nh);
	b->output[i] = nexthop_output(nh);
	*output_bytes += 14 + bytes;
	return true;
}

static __rte_always_inline bool
straight6(struct burst *b, unsigned i, const struct hit_tables *t, uint64_t *output_bytes)
{
	struct flow6 *f = t->record6 + b->flow[i];
	const struct nexthop *nh = &t->nexthops[f->flow.nexthop];
	uint8_t *frame = b->frame[i], *ip = frame + 14;
	unsigned bytes = 40 + read_be16(ip + 4);

	if (unlikely(!same_key6(&b->key6[i], &f->key) || f->flow.epoch != t->epoch))
		return false;
	if (unlikely(!straight_way(nh, bytes, ip[7])))
		return straight_handoff(b, i, &f->flow, bytes, t);
	if (unlikely(!straight_flow(&f->flow, t, ip + 40, bytes - 40)))
		return false;
	hit_count(&f->flow, bytes, t->tick);
	rewrite_plain6(ip, &f->to, f->flow.l4_delta);
	straight_l2(b->m[i], frame, bytes, nh);
	b->output[i] = nexthop_output(nh);
	*output_bytes += 14 + bytes;
	return true;
}

#endif
