/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet of a known flow: verified, counted, rewritten.  Used by the hot loop of the fast path
 * for packets that its own step leaves, and by the slow path for known flows between unknown
 * ones. */
#ifndef SLOWPATH_HIT_H
#define SLOWPATH_HIT_H

#include <rte_mbuf.h>

#include "program/rewrite.h"
#include "program/action_list.h"
#include "session/session.h"
#include "flow/table.h"
#include "session/tcp.h"
#include "slowpath/slowpath.h"

static inline void
hit_count(struct flow *f, unsigned bytes, uint32_t tick)
{
	f->packets++;
	f->bytes += bytes;
	f->seen = tick;
}

/* Handles a hit that does not leave by a neighbour: dropped, a wire, or another worker's.  Returns
 * false if the slow path has to. */
static inline bool
hit_odd(struct slowpath *s, struct burst *b, unsigned slot, struct flow *f, unsigned bytes)
{
	const struct nexthop *nh = &s->nexthops[f->nexthop];

	if (f->flags & (FLOW_ACTIONS | FLOW_TCP))
		return false;
	if (nh->state == NEXTHOP_DROP) {
		b->out[slot] = OUT_DROP;
		b->reason[slot] = (uint8_t)f->nexthop;
	} else if (nh->state == NEXTHOP_WIRE || (nh->state == NEXTHOP_WORKER && !b->handed)) {
		b->out[slot] = nh->port;
		b->egress[slot] = nh->iface;
	} else {
		return false;
	}
	if (nh->state == NEXTHOP_DROP && (f->flags & FLOW_SESSION)) {
		f->packets++; /* dropped packets do not keep a session alive */
		f->bytes += bytes;
	} else {
		hit_count(f, bytes, b->tick);
	}
	return true;
}

/* Returns true for a SYN alone, which may begin a new session on a finished connection: for the
 * slow path. */
static inline bool
hit_opens(const struct flow *f, const uint8_t *tcp)
{
	return (f->flags & FLOW_TCP) && tcp_opens(tcp[13]);
}

/* Returns true if an IPv4 packet needs a new IP identification: it may be fragmented, and several
 * hosts share its source. */
static inline bool
hit_identifies(const struct flow *f, const uint8_t *ip, unsigned bytes)
{
	return (f->flags & FLOW_SHARED) && bytes > IP4_NEVER_FRAGMENTED_BYTES && !(ip[6] & 0x40);
}

/* The result for a segment of a tracked connection. */
enum hit_tcp { HIT_PASS, HIT_IDLE, HIT_REFUSED };

/* Tracks the segment.  HIT_IDLE: it passes, but the flow's time stays.  HIT_REFUSED: the slot is
 * done. */
static inline enum hit_tcp
hit_tcp(struct slowpath *s, struct burst *b, unsigned slot, const struct flow *f,
	const uint8_t *ip_end)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(b->m[slot], const uint8_t *, b->l3[slot]);
	unsigned header = (ip[0] >> 4) == 4 ? 20 : 40;
	struct tcp_verdict v = slowpath_tcp(s, f, ip + header, (uint32_t)(ip_end - ip) - header);

	if (likely(v.reason == REASON_NONE))
		return v.idle ? HIT_IDLE : HIT_PASS;
	b->out[slot] = OUT_DROP;
	b->reason[slot] = (uint8_t)v.reason;
	return HIT_REFUSED;
}

/* Handles the listed actions of a packet that would leave.  Returns true if it is refused and the
 * slot is done; otherwise only the rewriting is left. */
static inline bool
hit_actions(struct slowpath *s, struct burst *b, unsigned slot, const struct hit_packet *hit)
{
	enum reason r = slowpath_hit_actions(s, hit, b->tick);

	if (likely(r == REASON_NONE))
		return false;
	b->out[slot] = OUT_DROP;
	b->reason[slot] = (uint8_t)r;
	return true;
}

/* What the loop over hits reads repeatedly, kept in registers. */
struct hit_tables {
	const struct nexthop *nexthops;
	struct flow4 *record4;
	struct flow6 *record6;
	struct session *session;
	uint32_t tick;
	uint16_t epoch;
	bool observed;
	bool handed;
};

static inline struct hit_tables
hit_tables(const struct slowpath *s, const struct burst *b)
{
	return (struct hit_tables){
		.nexthops = s->nexthops,
		.record4 = (void *)s->flow4->record,
		.record6 = (void *)s->flow6->record,
		.session = s->sessions->session,
		.tick = b->tick,
		.epoch = s->epoch,
		.observed = s->observer != NULL,
		.handed = b->handed,
	};
}

/* Executes the packet if the slot's flow (b->flow) has a program of this epoch and the packet does
 * not need the slow path.  Returns true if it is done; otherwise no side effects. */
static inline bool
hit_plain4(struct slowpath *s, struct burst *b, unsigned slot, const struct hit_tables *t)
{
	struct flow4 *f = t->record4 + b->flow[slot];
	const struct nexthop *nh = &t->nexthops[f->flow.nexthop];
	struct rte_mbuf *m = b->m[slot];
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, b->l3[slot]);
	unsigned bytes = (unsigned)ip[2] << 8 | ip[3];
	const uint8_t *key = (const uint8_t *)&b->key4[slot];
	const uint8_t *have = (const uint8_t *)&f->key;
	uint64_t differ = (load64(key) ^ load64(have)) | (load64(key + 8) ^ load64(have + 8));
	enum hit_tcp tcp = HIT_PASS;

	if (unlikely((differ != 0) | (f->flow.epoch != t->epoch)))
		return false;
	if (unlikely((nh->state != NEXTHOP_READY) | (bytes > nh->mtu) | (ip[8] < 2 * f->to.ttl)))
		return nh->state != NEXTHOP_READY && hit_odd(s, b, slot, &f->flow, bytes);
	if (unlikely(hit_opens(&f->flow, ip + 20)))
		return false;
	if (unlikely(f->flow.flags & FLOW_ACTIONS)) {
		const struct hit_packet packet = { &f->flow, ip, ip + 20, 4, bytes, bytes - 20 };

		if (hit_actions(s, b, slot, &packet))
			return true;
	} else {
		if (f->flow.flags & FLOW_TCP)
			tcp = hit_tcp(s, b, slot, &f->flow, ip + bytes);
		if (tcp == HIT_REFUSED)
			return true;
		hit_count(&f->flow, bytes, tcp == HIT_IDLE ? f->flow.seen : t->tick);
	}
	if (unlikely(hit_identifies(&f->flow, ip, bytes)))
		slowpath_identify(s, ip, &f->to);
	rewrite_plain4(ip, &f->to, f->flow.l4_delta);
	rewrite_plain_l2(m, ip, b->l3[slot], bytes, nh);
	b->out[slot] = nh->port;
	b->egress[slot] = nh->iface;
	return true;
}

static inline bool
hit_plain6(struct slowpath *s, struct burst *b, unsigned slot, const struct hit_tables *t)
{
	struct flow6 *f = t->record6 + b->flow[slot];
	const struct nexthop *nh = &t->nexthops[f->flow.nexthop];
	struct rte_mbuf *m = b->m[slot];
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, b->l3[slot]);
	unsigned bytes = 40 + ((unsigned)ip[4] << 8 | ip[5]);
	enum hit_tcp tcp = HIT_PASS;

	if (unlikely(memcmp(&b->key6[slot], &f->key, sizeof(f->key)) != 0
		    || f->flow.epoch != t->epoch))
		return false;
	if (unlikely((nh->state != NEXTHOP_READY) | (bytes > nh->mtu) | (ip[7] < 2 * f->to.ttl)))
		return nh->state != NEXTHOP_READY && hit_odd(s, b, slot, &f->flow, bytes);
	if (unlikely(hit_opens(&f->flow, ip + 40)))
		return false;
	if (unlikely(f->flow.flags & FLOW_ACTIONS)) {
		const struct hit_packet packet = { &f->flow, ip, ip + 40, 6, bytes, bytes - 40 };

		if (hit_actions(s, b, slot, &packet))
			return true;
	} else {
		if (f->flow.flags & FLOW_TCP)
			tcp = hit_tcp(s, b, slot, &f->flow, ip + bytes);
		if (tcp == HIT_REFUSED)
			return true;
		hit_count(&f->flow, bytes, tcp == HIT_IDLE ? f->flow.seen : t->tick);
	}
	rewrite_plain6(ip, &f->to, f->flow.l4_delta);
	rewrite_plain_l2(m, ip, b->l3[slot], bytes, nh);
	b->out[slot] = nh->port;
	b->egress[slot] = nh->iface;
	return true;
}

#endif
