/* SPDX-License-Identifier: BSD-3-Clause */
/* The cold continuation of the executor of a hit: VLAN tags, sessions of TCP, listed actions, new
 * identifications, and flows that do not leave by a neighbour. */

#include "slowpath/hit.h"

#include "program/action_list.h"
#include "slowpath/recorded.h"
#include "slowpath/slowpath_priv.h"

/* A packet of a known flow. */
struct known {
	struct flow *flow;
	const struct nexthop *nh;
	uint8_t *ip, *l4;
	unsigned family, bytes, l4_bytes;
	uint8_t ttl, least_ttl; /* the least that may leave */
};

static struct known
known_at(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	bool ip6 = b->class[slot] == SLOT_PLAIN6;
	unsigned header = ip6 ? 40 : 20;
	struct flow *f = flow_at(ip6 ? dp->flow6 : dp->flow4, b->flow[slot]);
	uint8_t *ip = rte_pktmbuf_mtod_offset(b->m[slot], uint8_t *, b->l3[slot]);
	unsigned bytes = ip6 ? 40 + read_be16(ip + 4) : read_be16(ip + 2);
	uint8_t less = ip6 ? flow6_at(dp->flow6, b->flow[slot])->to.ttl
			   : flow4_at(dp->flow4, b->flow[slot])->to.ttl;

	return (struct known){
		.flow = f,
		.nh = &dp->nexthops[f->nexthop],
		.ip = ip,
		.l4 = ip + header,
		.family = ip6 ? 6 : 4,
		.bytes = bytes,
		.l4_bytes = bytes - header,
		.ttl = ip[ip6 ? 7 : 8],
		.least_ttl = (uint8_t)(2 * less),
	};
}

/* Handles a hit that does not leave by a neighbour: dropped, a wire, or another worker's. */
static bool
finish_end(struct datapath *dp, struct burst *b, unsigned slot, const struct known *k)
{
	const struct nexthop *nh = k->nh;
	struct flow *f = k->flow;
	enum reason r = (enum reason)f->nexthop;

	if ((f->flags & (FLOW_ACTIONS | FLOW_TCP)) || nh->state == NEXTHOP_TO_US
		|| nexthop_waits(nh) || (nh->state == NEXTHOP_WORKER && b->handed))
		return false;
	if (nh->state == NEXTHOP_BRIDGE)
		r = bridge_forward(dp, b, slot, nh->output.port);
	if (nh->state == NEXTHOP_DROP || (nh->state == NEXTHOP_BRIDGE && r != REASON_NONE))
		slot_drop(b, slot, r);
	else if (nh->state != NEXTHOP_BRIDGE)
		b->output[slot] = nh->output;
	/* Dropped packets do not keep a session alive. */
	hit_count(f, k->bytes,
		nh->state == NEXTHOP_DROP && (f->flags & FLOW_SESSION) ? f->seen : b->tick);
	return true;
}

static enum reason
act(struct datapath *dp, const struct burst *b, unsigned slot, const struct known *k)
{
	const struct copied copied = {
		.actions = action_lists_at(dp->lists, k->flow->list)->word,
		.m = b->m[slot],
		.b = b,
		.slot = slot,
		.ip_bytes = k->bytes,
	};
	struct hit_packet packet = { k->flow, k->ip, k->l4, k->family,
		k->family == 6 ? k->ip[6] : k->ip[9], k->bytes, k->l4_bytes, NULL };
	enum reason r;

	if (unlikely(dp->gen->n_copies != 0)) {
		packet.copied = &copied;
		slowpath_copy(dp, &copied, COPY_UNMETERED);
	}
	r = slowpath_hit_actions(dp, &packet, b->tick);
	if (unlikely(reason_of_meter(r)))
		dp->slow->scratch->metered[slot] = dp->slow->scratch->refused_by;
	return r;
}

/* Moves the session on, takes from meters, marks, and counts.  Returns REASON_NONE or the reason to
 * drop the packet. */
static enum reason
pass(struct datapath *dp, const struct burst *b, unsigned slot, const struct known *k)
{
	struct tcp_verdict v = { .reason = REASON_NONE };

	if (k->flow->flags & FLOW_ACTIONS)
		return act(dp, b, slot, k);
	if (k->flow->flags & FLOW_TCP)
		v = slowpath_tcp(dp, k->flow, k->l4, k->l4_bytes);
	if (v.reason == REASON_NONE)
		hit_count(k->flow, k->bytes, v.idle ? k->flow->seen : b->tick);
	return v.reason;
}

bool
hit_finish(struct datapath *dp, struct burst *b, unsigned slot)
{
	struct known k = known_at(dp, b, slot);
	enum reason r;

	if (k.nh->state != NEXTHOP_READY)
		return finish_end(dp, b, slot, &k);
	if (k.bytes > k.nh->mtu || k.ttl < k.least_ttl)
		return false;
	if ((k.flow->flags & FLOW_TCP) && tcp_opens(k.l4[13]))
		return false; /* may begin a session on a finished connection */
	r = pass(dp, b, slot, &k);
	if (r != REASON_NONE) {
		slot_drop(b, slot, r);
		dp->slow->sample_entry = NULL; /* the recorder gets it as a drop */
		return true;
	}
	if (k.family == 6) {
		rewrite_plain6(k.ip, &flow6_at(dp->flow6, b->flow[slot])->to, k.flow->l4_delta);
	} else {
		const struct to4 *to = &flow4_at(dp->flow4, b->flow[slot])->to;

		if (hit_identifies(k.flow, k.ip, k.bytes))
			slowpath_identify(dp, k.ip, to);
		rewrite_plain4(k.ip, to, k.flow->l4_delta);
	}
	slot_send(b, slot, k.ip, k.bytes, k.nh);
	if (unlikely(dp->slow->sample_entry != NULL))
		slowpath_record_sampled(dp, b, slot);
	return true;
}

static bool
is_of_flow(const struct datapath *dp, const struct burst *b, unsigned slot)
{
	if (b->class[slot] == SLOT_PLAIN6)
		return key6_same(&b->key6[slot], &flow6_at(dp->flow6, b->flow[slot])->key);
	return key4_same(&b->key4[slot], &flow4_at(dp->flow4, b->flow[slot])->key);
}

/* Keeps the program of the record that the first signature led to, if it is the slot's and one that
 * may stay. */
static bool
keep(struct datapath *dp, const struct burst *b, unsigned slot)
{
	struct flow_table *t = b->class[slot] == SLOT_PLAIN6 ? dp->flow6 : dp->flow4;
	uint32_t index = b->flow[slot];

	if (likely(flow_at(t, index)->epoch != dp->kept_epoch) || !is_of_flow(dp, b, slot))
		return false;
	slowpath_keep(dp, t, index);
	return flow_at(t, index)->epoch == dp->epoch;
}

/* Looks a slot up by its whole key, unless the program of its record is kept.  Returns true if it
 * has a record with a program of this epoch. */
static bool
look_again(struct datapath *dp, struct burst *b, unsigned slot)
{
	if (keep(dp, b, slot))
		return true;
	b->flow[slot] = slot_find(dp, b, slot);
	return b->flow[slot] != 0 && slot_record(dp, b, slot)->epoch == dp->epoch;
}

/* Settles a slot whose flow belongs to another worker, before anything else is read: half of the
 * packets of a single queue may be such.  Returns false without side effects for another slot. */
static bool
hand_over(const struct datapath *dp, struct burst *b, unsigned slot)
{
	const uint8_t *ip = b->frame[slot] + b->l3[slot];
	bool ip6 = b->class[slot] == SLOT_PLAIN6;
	struct flow *f = flow_at(ip6 ? dp->flow6 : dp->flow4, b->flow[slot]);
	const struct nexthop *nh = &dp->nexthops[f->nexthop];

	if (nh->state != NEXTHOP_WORKER || (f->flags & (FLOW_ACTIONS | FLOW_TCP)) || b->handed)
		return false;
	hit_count(f, ip6 ? 40 + read_be16(ip + 4) : read_be16(ip + 2), b->tick);
	b->output[slot] = nh->output;
	return true;
}

bool
hit_continue(struct datapath *dp, struct burst *b, unsigned slot, enum hit hit)
{
	if (b->class[slot] > SLOT_PLAIN6 || (hit == HIT_NONE && !look_again(dp, b, slot))
		|| !(hand_over(dp, b, slot) || hit_finish(dp, b, slot)))
		return false;
	b->output_bytes += b->output[slot].port <= OUT_PORT_MAX ? b->m[slot]->pkt_len : 0;
	return true;
}
