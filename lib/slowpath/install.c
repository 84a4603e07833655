/* SPDX-License-Identifier: BSD-3-Clause */
/* From a program to a decision, and to a record in the flow table when the flow may have one. */

#include <errno.h>
#include <string.h>

#include "base/counter.h"
#include "nat/nat.h"
#include "program/rare.h"
#include "slowpath/slowpath_priv.h"

/* The next hop of an IPv4 gateway: most packets go by few. */
static uint16_t
nexthop4(struct slowpath *s, const struct program *p)
{
	rte_be32_t gateway = p->gateway.v4;
	struct known_hop *k = &s->scratch->hop[(rte_be_to_cpu_32(gateway) * 7 + p->iface) % KNOWN_HOPS];
	uint16_t index;

	if (k->epoch == s->epoch && k->gateway == gateway && k->iface == p->iface) {
		host_used(s->host, k->nexthop);
		return k->nexthop;
	}
	index = host_nexthop(s->host, s->gen->iface[p->iface], &p->gateway, 4);
	if (index >= NEXTHOP_FIRST && host_lasts(s->host, index))
		*k = (struct known_hop){ gateway, p->iface, s->epoch, index };
	return index;
}

static uint16_t
program_nexthop(struct slowpath *s, const struct program *p)
{
	uint16_t index;

	switch (p->verdict) {
	case PROGRAM_OUTPUT:
		index = p->to.family == 4 ? nexthop4(s, p)
			: host_nexthop(s->host, s->gen->iface[p->iface], &p->gateway, 6);
		return index != 0 ? index : REASON_neighbour_queue_full;
	case PROGRAM_WIRE:
		return host_wire(s->host, p->iface);
	case PROGRAM_LOCAL:
		return NEXTHOP_LOCAL;
	default:
		return p->reason;
	}
}

/* A decision that rests on the key alone may serve the flow's next packets. */
static bool
cacheable(const struct slowpath *s, const struct eval *ev, const struct decision *d)
{
	return ev->used_fields == 0 && ev->program.verdict != PROGRAM_REJECT
		&& d->nexthop != REASON_neighbour_queue_full && !ev->view->icmp_error
		&& host_lasts(s->host, d->nexthop);
}

/* A record for the slot's flow, in the place of an older one if there is no other room; 0: none. */
static uint32_t
slot_insert(struct slowpath *s, const struct burst *b, unsigned slot)
{
	bool ip6 = slot_is_ip6(b, slot);
	struct flow_table *t = ip6 ? s->flow6 : s->flow4;
	const void *key = ip6 ? (const void *)&b->key6[slot] : &b->key4[slot];
	uint32_t index = flow_table_insert(t, key, b->hash[slot], b->tick);

	if (index == 0 && flow_table_evict(t, b->hash[slot], b->tick) != 0)
		index = flow_table_insert(t, key, b->hash[slot], b->tick);
	return index;
}

uint32_t
slot_cache(struct slowpath *s, const struct burst *b, unsigned slot)
{
	struct flow_table *t = slot_is_ip6(b, slot) ? s->flow6 : s->flow4;

	return flow_table_admit(t, b->hash[slot]) ? slot_insert(s, b, slot) : 0;
}

/* A record for packets of a session that come by another interface of the zone than the first one's. */
static uint32_t
alias_for(struct slowpath *s, const struct burst *b, unsigned slot, const struct eval *ev)
{
	uint32_t index = b->flow[slot];

	if (index == 0)
		index = slot_insert(s, b, slot);
	if (index != 0)
		session_alias(s->sessions, ev->session, index, ev->reply);
	return index;
}

static uint32_t
record_for(struct slowpath *s, const struct burst *b, unsigned slot, const struct eval *ev)
{
	const struct flow *f = flow_at(ev->view->family == 6 ? s->flow6 : s->flow4, b->flow[slot]);

	if (ev->session != NULL && (b->flow[slot] == 0 || !(f->flags & FLOW_SESSION)))
		return alias_for(s, b, slot, ev);
	if (b->flow[slot] != 0)
		return b->flow[slot];           /* its program is of an older epoch */
	return slot_cache(s, b, slot);
}

/* Rare actions that the executor carries out; counts are pushed from the record by ageing. */
static bool
has_rare(const struct program *p)
{
	for (unsigned i = 0; i < p->rare_count; i++) {
		if (RARE_OP(p->rare[i]) != RARE_COUNT)
			return true;
	}
	return false;
}

/* The program's list; 0: none is free, although others were asked for theirs. */
static uint16_t
list_for(struct slowpath *s, const struct program *p, uint16_t iface)
{
	uint32_t generation = (uint32_t)s->gen->number;
	uint16_t list = rares_take(s->rares, p->rare, p->rare_count, generation);

	if (list == 0) {
		slowpath_free_lists(s);
		list = rares_take(s->rares, p->rare, p->rare_count, generation);
	}
	rares_own(s->rares, list, iface);
	if (list == 0)
		counter_add(&s->rares->refused, 1);
	return list;
}

/* The record's list becomes the program's.  False: there is no room for one more. */
static bool
hold_rare(struct slowpath *s, struct flow *f, const struct program *p, uint16_t iface)
{
	uint16_t list = 0;

	if (p->rare_count > 0)
		list = list_for(s, p, iface);
	slowpath_collect(s, f);
	rares_give(s->rares, f->rare);
	f->rare = list;
	return list != 0 || p->rare_count == 0;
}

static void
write_record(struct slowpath *s, struct flow_table *t, uint32_t index, const struct eval *ev,
	const struct decision *d)
{
	const struct program *p = &ev->program;
	const struct tuple *from = &ev->view->tuple;
	struct flow *f = flow_at(t, index);
	uint16_t l4_delta;

	if (t == s->flow6)
		rewrite6_compile(&flow6_at(t, index)->to, &l4_delta, from, &p->to, p->ttl);
	else
		rewrite4_compile(&flow4_at(t, index)->to, &l4_delta, from, &p->to, p->ttl);
	f->l4_delta = l4_delta;
	f->nexthop = d->nexthop;
	f->epoch = hold_rare(s, f, p, ev->view->iface) ? s->epoch : 0;
	f->flags = (uint8_t)((f->flags & ~(FLOW_RARE | FLOW_SHARED)) | (has_rare(p) ? FLOW_RARE : 0)
		| (shares_source(from, &p->to) ? FLOW_SHARED : 0));
}

void
install(struct slowpath *s, struct burst *b, unsigned slot, struct eval *ev, struct decision *d)
{
	bool ip6 = ev->view->family == 6;
	struct flow_table *t = ip6 ? s->flow6 : s->flow4;
	const struct program *p = &ev->program;

	memset(d, 0, sizeof(*d));
	d->nexthop = program_nexthop(s, p);
	if (unlikely(ev->over != NULL) && leaves_later(s, ev, d)) {
		evaluate_beside(s, b, slot, ev);
		d->nexthop = program_nexthop(s, p);
	}
	enter_session(s, b, slot, ev, d);
	d->session = ev->session;
	d->conn = (uint8_t)ev->state;
	d->reply = ev->reply;
	d->to = p->to;
	d->ttl = p->ttl;
	d->tell = p->verdict == PROGRAM_REJECT ? p->reply : (uint8_t)REPLY_NONE;
	d->tell_code = p->reply_code;
	d->place = p->place;
	d->rare = p->rare;
	d->program = p;
	if (!cacheable(s, ev, d))
		return;                 /* what a record says of the flow's other packets still holds */
	b->flow[slot] = record_for(s, b, slot, ev);
	if (b->flow[slot] != 0)
		write_record(s, t, b->flow[slot], ev, d);
	d->recorded = flow_at(t, b->flow[slot])->epoch == s->epoch;
}

/* The place that decided a recorded drop: the last one it counts for. */
static uint32_t
deciding_place(const uint32_t *rare)
{
	uint32_t place = 0;

	for (unsigned i = 0; i < PROGRAM_RARE_MAX && rare[i] != 0; i++) {
		if (RARE_OP(rare[i]) == RARE_COUNT)
			place = RARE_ARG(rare[i]);
	}
	return place;
}

void
decision_from_record(struct slowpath *s, const struct burst *b, unsigned slot, struct decision *d)
{
	bool ip6 = b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;
	struct flow_table *t = ip6 ? s->flow6 : s->flow4;
	uint32_t index = b->flow[slot];
	const struct flow *f = flow_at(t, index);

	memset(d, 0, sizeof(*d));
	if (ip6) {
		rewrite6_tuple(&d->to, &flow6_at(t, index)->to);
		d->ttl = flow6_at(t, index)->to.ttl;
	} else {
		rewrite4_tuple(&d->to, &flow4_at(t, index)->to);
		d->ttl = flow4_at(t, index)->to.ttl;
	}
	d->nexthop = f->nexthop;
	d->rare = rares_at(s->rares, f->rare)->word;
	d->fast = d->recorded = true;
	d->session = session_of(s->sessions, f);
	d->reply = f->flags & FLOW_REPLY;
	/* What no line decided may still have been counted by one on its way: accepted, then martian. */
	if (s->nexthops[f->nexthop].state == NEXTHOP_DROP
	    && reason_fault((enum reason)f->nexthop) == FAULT_POLICY)
		d->place = deciding_place(d->rare);
}

/* The place that a word of a list counts for, in the generation that is in use; 0: in none. */
static uint32_t
place_now(const struct generation *gen, const struct rare_list *l, uint32_t word)
{
	uint32_t place = RARE_ARG(word), back;

	if (RARE_OP(word) != RARE_COUNT)
		return 0;
	if (l->generation == (uint32_t)gen->number)
		return place;
	back = l->generation - (uint32_t)gen->carried_first;
	return back < gen->n_carried && place < gen->carried[back].n ? gen->carried[back].place[place] : 0;
}

void
slowpath_collect(struct slowpath *s, struct flow *f)
{
	const struct rare_list *l = rares_at(s->rares, f->rare);
	struct place_hits *hits = s->gen->worker[s->worker].hits;

	if (f->packets == 0)
		return;
	for (unsigned i = 0; i < PROGRAM_RARE_MAX && l->word[i] != 0; i++) {
		uint32_t place = place_now(s->gen, l, l->word[i]);
		struct place_hits *h = &hits[place];

		if (place == 0)
			continue;
		if (h->packets == 0)
			h->first = f->seen;
		counter_add(&h->packets, f->packets);
		counter_add(&h->bytes, f->bytes);
		h->last = f->seen;
	}
	f->packets = 0;
	f->bytes = 0;
}

/* An alias leaves: when its session was heard of stays known. */
static void
keep_seen(const struct slowpath *s, struct flow_table *t, const struct flow *alias)
{
	const struct session *session = session_of(s->sessions, alias);
	struct flow *f = flow_at(t, session->flow[(alias->flags & FLOW_REPLY) != 0]);

	if ((int32_t)(alias->seen - f->seen) > 0)
		f->seen = alias->seen;
}

void
slowpath_let_go(void *slowpath, struct flow_table *t, uint32_t index)
{
	struct slowpath *s = slowpath;
	struct flow *f = flow_at(t, index);

	if (f->flags & FLOW_ALIAS)
		keep_seen(s, t, f);
	slowpath_collect(s, f);
	rares_give(s->rares, f->rare);
	f->rare = 0;
}
