/* SPDX-License-Identifier: BSD-3-Clause */
/* The last step of a bridged frame: learns where its sender is, and sends it to the member behind
 * which its destination is, or copies of it to all others.
 *
 * A program says only "by this bridge"; where a station is, is looked up for each frame, so a
 * station that moves, ages or is forgotten needs no evaluation. */

#include <string.h>

#include <rte_mbuf.h>

#include "base/counter.h"
#include "base/limiter.h"
#include "slowpath/bridge_frame.h"
#include "slowpath/slowpath_priv.h"

#define SWEEP_PLACES 64u /* places of a table that one call looks at */

/* A frame on its way through a bridge. */
struct crossing {
	struct datapath *dp;
	const struct bridge *bridge;
	const struct interface *from; /* the member, or the bridge's own interface */
	uint16_t vlan;                /* within the bridge */
	struct rte_mbuf *m;
	const uint8_t *frame;
	/* Sends a copy. */
	void (*send)(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface);
	void *arg;
};

static bool
is_group(const uint8_t *frame)
{
	return frame[0] & 1;
}

static enum reason
learn(struct datapath *dp, const struct bridge *br, station_key key, uint16_t iface)
{
	enum station_learnt learnt = stations_learn(
		br->stations, key, iface, clock_tick(dp->now_ns), &br->terms);

	return learnt == STATION_HELD ? REASON_bridge_moves : REASON_NONE;
}

/* Takes from the rate of frames that go to several members. */
static enum reason
may_flood(const struct crossing *c)
{
	const struct bridge_worker *w = &c->bridge->worker[c->dp->worker];
	bool group = is_group(c->frame);
	struct limiter_key key = { .owner = c->from->id };

	memcpy(key.bytes, &c->vlan, sizeof(c->vlan));
	memcpy(key.bytes + sizeof(c->vlan), &c->from->id, sizeof(c->from->id));
	if (limiter_take(group ? w->broadcast : w->flood, &key, c->m->pkt_len, c->dp->now_ns))
		return REASON_NONE;
	return group ? REASON_bridge_broadcast : REASON_bridge_flood;
}

/* Returns the next member, from a place on, that the frame may leave by; NULL: none is left. */
static const struct interface *
next_member(const struct crossing *c, unsigned *at)
{
	while (*at < c->bridge->n_members) {
		uint16_t id = c->bridge->member[(*at)++];
		const struct interface *to = c->dp->gen->iface[id];

		if (to != NULL && to != c->from)
			return to;
	}
	return NULL;
}

/* Sends a copy of the frame by a member.  One that cannot be made is one that was dropped. */
static void
send_copy(const struct crossing *c, const struct interface *to)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(c->m, c->dp->slow->pool, 0, UINT32_MAX);
	enum reason r = REASON_no_mbuf;

	counter_add(&c->dp->ledger->born[BORN_clone], 1);
	if (copy != NULL)
		r = copy->nb_segs > 1 ? REASON_multi_segment : bridge_retag(copy, c->from, to);
	if (r == REASON_NONE) {
		c->send(c->arg, copy, to->port, to->id);
		return;
	}
	ledger_drop(c->dp->ledger, c->from->id, r);
	rte_pktmbuf_free(copy);
}

/* Sends copies to all members but the last, which is returned for the frame itself; NULL: there is
 * no other member. */
static const struct interface *
flood(const struct crossing *c)
{
	unsigned at = 0;
	const struct interface *to = next_member(c, &at), *next;

	while (to != NULL && (next = next_member(c, &at)) != NULL) {
		send_copy(c, to);
		to = next;
	}
	return to;
}

/* Finds the member that the frame leaves by.  Returns REASON_NONE, with NULL for all of them; or
 * why it does not leave. */
static enum reason
find_member(const struct crossing *c, const struct interface **to)
{
	const struct bridge *br = c->bridge;
	station_key key = station_key_of(c->frame, c->vlan);
	uint16_t id = 0;

	*to = NULL;
	if (!is_group(c->frame))
		id = stations_find(
			br->stations, key, clock_tick(c->dp->now_ns), br->terms.ageing_ticks);
	if (id == 0 || c->dp->gen->bridge_of[id] != br->number)
		return REASON_NONE;
	*to = c->dp->gen->iface[id];
	return *to == c->from ? REASON_bridge_same_port : REASON_NONE;
}

/* Returns true if the bridge's own interface takes a frame that goes to many: ARP, ND, and what its
 * kernel's interface may want. */
static bool
is_for_bridge(const struct crossing *c, const struct view *v)
{
	const struct interface *own = c->dp->gen->iface[c->bridge->iface];

	if (c->bridge->iface == 0 || own == NULL || own->pipeline == NULL || !is_group(c->frame)
		|| c->vlan != 0)
		return false;
	return v->kind == VIEW_ARP || v->kind == VIEW_IP6 || own->host != NULL;
}

/* Gives a frame that goes to many to the bridge's own interface.  Takes m. */
static uint16_t
deliver(struct datapath *dp, const struct view *came, uint16_t iface, struct rte_mbuf *m)
{
	uint64_t delivered = dp->ledger->consumed[CONSUMED_host];
	struct view v = *came;
	enum reason r;

	v.iface = iface;
	v.tuple.domain = generation_domain(dp->gen, iface);
	if (v.kind == VIEW_ARP)
		r = host_arp(dp->host, &v, m);
	else if (v.kind == VIEW_OTHER)
		r = host_frame(dp->host, &v, m);
	else
		r = host_local(dp->host, &v, m);
	if (r != REASON_NONE) {
		ledger_drop(dp->ledger, iface, r);
		rte_pktmbuf_free(m);
	}
	return slot_taken(dp, delivered);
}

static void
deliver_copy(const struct crossing *c, const struct view *v)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(c->m, c->dp->slow->pool, 0, UINT32_MAX);

	counter_add(&c->dp->ledger->born[BORN_clone], 1);
	if (copy != NULL && copy->nb_segs == 1) {
		deliver(c->dp, v, c->bridge->iface, copy);
		return;
	}
	rte_pktmbuf_free(copy);
	ledger_drop(
		c->dp->ledger, c->from->id, copy == NULL ? REASON_no_mbuf : REASON_multi_segment);
}

/* Sends the frame of a slot to the bridge itself, and to all other members. */
static enum reason
forward_to_all(const struct crossing *c, struct burst *b, unsigned slot)
{
	const struct view *v = slot_view(c->dp, b, slot);
	enum reason r = may_flood(c);
	const struct interface *to;
	bool own = is_for_bridge(c, v);

	if (r != REASON_NONE)
		return r;
	to = flood(c);
	if (to == NULL && own) {
		b->output[slot].port = deliver(c->dp, v, c->bridge->iface, c->m);
		return REASON_NONE;
	}
	if (own)
		deliver_copy(c, v);
	if (to == NULL)
		return REASON_bridge_alone;
	r = bridge_retag(c->m, c->from, to);
	b->output[slot] = (union output){ .port = to->port, .iface = to->id };
	c->dp->slow->scratch->flooded[slot / 64] |= UINT64_C(1) << slot % 64;
	return r;
}

static struct crossing
crossing_of(struct datapath *dp, const struct burst *b, unsigned slot, uint16_t port)
{
	struct rte_mbuf *m = b->m[slot];
	const struct interface *from = dp->gen->iface[b->iface[slot]];
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

	return (struct crossing){
		.dp = dp,
		.bridge = generation_bridge(dp->gen, port),
		.from = from,
		.m = m,
		.frame = frame,
		.vlan = bridge_vlan(from, frame, m->data_len),
		.send = slowpath_send,
		.arg = dp,
	};
}

enum reason
bridge_forward(struct datapath *dp, struct burst *b, unsigned slot, uint16_t port)
{
	const struct crossing c = crossing_of(dp, b, slot, port);
	const struct interface *to;
	enum reason r = bridge_refuses(c.bridge, c.frame);

	if (r == REASON_NONE)
		r = learn(dp, c.bridge, station_key_of(c.frame + 6, c.vlan), c.from->id);
	if (r == REASON_NONE && c.bridge->iface != 0 && memcmp(c.frame, c.bridge->mac, 6) == 0)
		r = REASON_not_for_us; /* in a VLAN that the bridge's own interface is not in */
	if (r == REASON_NONE)
		r = find_member(&c, &to);
	if (r != REASON_NONE)
		return r;
	dp->slow->slot = (uint16_t)(slot < BURST_MAX ? slot : dp->slow->slot);
	if (to == NULL)
		return forward_to_all(&c, b, slot);
	b->output[slot] = (union output){ .port = to->port, .iface = to->id };
	return bridge_retag(c.m, c.from, to);
}

enum reason
bridge_foresee(
	struct datapath *dp, const struct burst *b, unsigned slot, uint16_t port, union output *to)
{
	const struct crossing c = crossing_of(dp, b, slot, port);
	const struct interface *member = NULL;
	enum reason r = bridge_refuses(c.bridge, c.frame);

	if (r == REASON_NONE)
		r = find_member(&c, &member);
	*to = (union output){ .port = PORT_NONE };
	if (member != NULL)
		*to = (union output){ .port = member->port, .iface = member->id };
	return r;
}

enum reason
slowpath_bridge_hears(
	struct datapath *dp, const struct bridge *bridge, const uint8_t *frame, uint16_t member)
{
	enum reason r = bridge_refuses(bridge, frame);

	if (r != REASON_NONE || dp->slow->foresees)
		return r;
	return learn(dp, bridge, station_key_of(frame + 6, 0), member);
}

void
slowpath_bridge_leaves(struct datapath *dp, const struct bridge *bridge, struct rte_mbuf *m,
	void (*send)(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface), void *arg)
{
	const struct crossing c = {
		.dp = dp,
		.bridge = bridge,
		.from = dp->gen->iface[bridge->iface],
		.m = m,
		.frame = rte_pktmbuf_mtod(m, const uint8_t *),
		.send = send,
		.arg = arg,
	};
	const struct interface *to;
	enum reason r = find_member(&c, &to);

	if (r == REASON_NONE && to == NULL) {
		/* Weir's own broadcasts and multicasts have limits elsewhere. */
		r = is_group(c.frame) ? REASON_NONE : may_flood(&c);
		to = r == REASON_NONE ? flood(&c) : NULL;
		if (r == REASON_NONE && to == NULL)
			r = REASON_bridge_alone;
	}
	if (r == REASON_NONE)
		r = bridge_retag(m, c.from, to);
	if (r == REASON_NONE) {
		send(arg, m, to->port, to->id);
		return;
	}
	ledger_drop(dp->ledger, bridge->iface, r);
	rte_pktmbuf_free(m);
}

void
slowpath_bridge_age(struct datapath *dp)
{
	for (unsigned i = 1; i <= BRIDGES_MAX; i++) {
		const struct bridge *br = dp->gen->bridge[i];

		if (br == NULL)
			continue;
		stations_sweep(br->stations,
			dp->clock.virtual ? stations_places(br->stations) : SWEEP_PLACES,
			clock_tick(dp->now_ns), br->terms.ageing_ticks);
	}
}
