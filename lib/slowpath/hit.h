/* SPDX-License-Identifier: BSD-3-Clause */
/* The executor of a hit: verifies, counts and rewrites a packet of a known flow.
 *
 * hit_execute is the hot part, for a flow that leaves by a neighbour without VLAN tags and whose
 * program has no listed action; hit_finish is its cold continuation, for all other hits.  Both
 * serve the loop over a burst, and known flows between first packets. */
#ifndef SLOWPATH_HIT_H
#define SLOWPATH_HIT_H

#include <rte_mbuf.h>

#include "flow/table.h"
#include "packet/load.h"
#include "program/rewrite_plain.h"
#include "program/rewrite_plain6.h"
#include "session/session.h"
#include "session/tcp_usual.h"
#include "slowpath/slowpath.h"

enum hit {
	HIT_DONE,    /* executed: output says where the packet goes */
	HIT_UNUSUAL, /* of the record's flow, but nothing is done yet: for hit_finish */
	HIT_NONE,    /* the record is of another flow, or its program of an older epoch */
};

/* What is known of a slot when the code is compiled. */
enum hit_kind {
	HIT_IP4_UNTAGGED,
	HIT_IP4,
	HIT_IP6,
};

/* What the loop over hits reads repeatedly, kept in registers. */
struct hit_tables {
	const struct nexthop *nexthops;
	struct flow4 *record4;
	struct flow6 *record6;
	struct session *session;
	uint32_t tick;
	uint16_t epoch;
	bool observed;
};

static inline struct hit_tables
hit_tables(const struct datapath *dp, const struct burst *b)
{
	return (struct hit_tables){
		.nexthops = dp->nexthops,
		.record4 = (void *)dp->flow4->record,
		.record6 = (void *)dp->flow6->record,
		.session = dp->sessions->session,
		.tick = b->tick,
		.epoch = dp->epoch,
		.observed = dp->observer != NULL,
	};
}

static inline void
hit_count(struct flow *f, unsigned bytes, uint32_t tick)
{
	f->packets++;
	f->bytes += bytes;
	f->seen = tick;
}

/* Returns true if an IPv4 packet needs a new IP identification: it may be fragmented, and several
 * hosts share its source. */
static inline bool
hit_identifies(const struct flow *f, const uint8_t *ip, unsigned bytes)
{
	return (f->flags & FLOW_SHARED) && bytes > IP4_NEVER_FRAGMENTED_BYTES && !(ip[6] & 0x40);
}

/* Moves the session on by a usual segment.  Not inlined: the loop needs the registers. */
static __rte_always_inline __rte_unused bool
hit_tcp_usual(
	const struct flow *f, const struct hit_tables *t, const uint8_t *tcp, unsigned l4_bytes)
{
	if ((f->flags & FLOW_ACTIONS) || t->observed)
		return false;
	return tcp_track_usual(&t->session[f->session], f->flags / FLOW_REPLY & 1, tcp, l4_bytes);
}

/* Executes a slot whose record is b->flow.  Adds the bytes of a frame that leaves. */
static __rte_always_inline enum hit
hit_execute(struct burst *b, unsigned slot, const struct hit_tables *t, enum hit_kind kind,
	uint64_t *output_bytes)
{
	const bool ip4 = kind != HIT_IP6;
	struct flow4 *f4 = t->record4 + b->flow[slot];
	struct flow6 *f6 = t->record6 + b->flow[slot];
	struct flow *f = ip4 ? &f4->flow : &f6->flow;
	const struct nexthop *nh = &t->nexthops[f->nexthop];
	uint8_t *frame = b->frame[slot], *ip = frame + 14, *l4 = ip + (ip4 ? 20 : 40);
	unsigned bytes = ip4 ? read_be16(ip + 2) : 40 + read_be16(ip + 4);

	if (unlikely(!(ip4 ? key4_same(&b->key4[slot], &f4->key)
			   : key6_same(&b->key6[slot], &f6->key))
		    || f->epoch != t->epoch))
		return HIT_NONE;
	if (kind != HIT_IP4_UNTAGGED && unlikely(b->l3[slot] != 14))
		return HIT_UNUSUAL;
	if (unlikely(((nh->l2_bytes != 14) | (nh->state != NEXTHOP_READY)) || bytes > nh->mtu
		    || ip[ip4 ? 8 : 7] < 2 || (ip4 && hit_identifies(f, ip, bytes))))
		return HIT_UNUSUAL;
	if (unlikely(f->flags & (FLOW_ACTIONS | FLOW_TCP))
		&& !hit_tcp_usual(f, t, l4, bytes - (ip4 ? 20 : 40)))
		return HIT_UNUSUAL;
	hit_count(f, bytes, t->tick);
	if (ip4)
		rewrite_plain4(ip, &f4->to, f->l4_delta);
	else
		rewrite_plain6(ip, &f6->to, f->l4_delta);
	rewrite_ethernet(b->m[slot], frame, bytes, nh);
	b->output[slot] = nh->output;
	*output_bytes += 14 + bytes;
	return HIT_DONE;
}

/* Executes a plain slot that hit_execute left as HIT_UNUSUAL.  Returns false without side effects
 * if the packet needs the slow path. */
bool hit_finish(struct datapath *dp, struct burst *b, unsigned slot);

/* The same in the loop over a burst, for any slot that hit_execute left or that is not plain: it is
 * looked up again if the first signature led to another flow's record. */
bool hit_continue(struct datapath *dp, struct burst *b, unsigned slot, enum hit hit);

#endif
