/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a decision to a record in the flow table, if the flow may have one. */

#include <errno.h>
#include <string.h>

#include "base/counter.h"
#include "nat/nat.h"
#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"

/* Returns a record for the slot's flow, in the place of an older one if there is no other room; or
 * 0. */
static uint32_t
slot_insert(struct datapath *dp, const struct burst *b, unsigned slot)
{
	bool ip6 = slot_is_ip6(b, slot);
	struct flow_table *t = ip6 ? dp->flow6 : dp->flow4;
	const void *key = ip6 ? (const void *)&b->key6[slot] : &b->key4[slot];
	uint32_t index = flow_table_insert(t, key, b->hash[slot], b->tick);

	if (index == 0 && flow_table_evict(t, b->hash[slot], b->tick) != 0)
		index = flow_table_insert(t, key, b->hash[slot], b->tick);
	return index;
}

uint32_t
slot_cache(struct datapath *dp, const struct burst *b, unsigned slot)
{
	struct flow_table *t = slot_is_ip6(b, slot) ? dp->flow6 : dp->flow4;

	return flow_table_admit(t, b->hash[slot]) ? slot_insert(dp, b, slot) : 0;
}

/* Returns a record for packets of a session whose key has a number; at the number's second packet.
 */
static uint32_t
ident_for(struct datapath *dp, const struct burst *b, unsigned slot, const struct eval *ev)
{
	bool first = ev->reply && ev->session->state == PLAIN_SINGLE;
	uint32_t index = b->flow[slot];

	if (ev->session->flags & SESSION_WAITING)
		return 0;
	if (index == 0)
		index = first ? slot_insert(dp, b, slot) : slot_cache(dp, b, slot);
	if (index != 0)
		session_ident(dp->sessions, ev->session, index, ev->reply);
	return index;
}

/* Returns a record for packets of a session that come by another interface of the zone than the
 * first one. */
static uint32_t
alias_for(struct datapath *dp, const struct burst *b, unsigned slot, const struct eval *ev)
{
	uint32_t index = b->flow[slot];

	if (ev->view->ident != 0 && proto_has_ident(ev->view->proto))
		return ident_for(dp, b, slot, ev);

	if (index == 0)
		index = slot_insert(dp, b, slot);
	if (index != 0)
		session_alias(dp->sessions, ev->session, index, ev->reply);
	return index;
}

static uint32_t
record_for(struct datapath *dp, const struct burst *b, unsigned slot, const struct eval *ev)
{
	const struct flow *f = flow_at(
		ev->view->family == 6 ? dp->flow6 : dp->flow4, b->flow[slot]);

	if (ev->session != NULL && (b->flow[slot] == 0 || !(f->flags & FLOW_SESSION)))
		return alias_for(dp, b, slot, ev);
	if (b->flow[slot] != 0)
		return b->flow[slot]; /* its program is of an older epoch */
	return slot_cache(dp, b, slot);
}

/* Returns true if the program has listed actions that the executor carries out; counts are
 * collected from the record by ageing. */
static bool
has_actions(const struct program *p)
{
	for (unsigned i = 0; i < p->action_count; i++) {
		if (ACTION_OP(p->actions[i]) != ACTION_COUNT
			&& ACTION_OP(p->actions[i]) != ACTION_ADD)
			return true;
	}
	return false;
}

/* Returns the program's list; 0: none is free, although other records were asked for theirs. */
static uint16_t
list_for(struct datapath *dp, const struct program *p, uint16_t iface)
{
	uint32_t edition = (uint32_t)dp->gen->edition;
	uint16_t list = action_lists_take(dp->lists, p->actions, p->action_count, edition);

	if (list == 0) {
		slowpath_free_lists(dp);
		list = action_lists_take(dp->lists, p->actions, p->action_count, edition);
	}
	action_lists_own(dp->lists, list, iface);
	if (list == 0)
		counter_add(&dp->lists->refused, 1);
	return list;
}

/* Makes the record's list the program's.  Returns false if there is no room for one more. */
static bool
hold_list(struct datapath *dp, struct flow *f, const struct program *p, uint16_t iface)
{
	uint16_t list = 0;

	if (p->action_count > 0)
		list = list_for(dp, p, iface);
	slowpath_collect(dp, f);
	action_lists_give(dp->lists, f->list);
	f->list = list;
	return list != 0 || p->action_count == 0;
}

static void
write_record(struct datapath *dp, struct flow_table *t, uint32_t index, const struct eval *ev,
	const struct decision *d)
{
	const struct program *p = &ev->program;
	const struct tuple *from = &ev->view->tuple;
	struct flow *f = flow_at(t, index);
	uint16_t l4_delta;

	if (t == dp->flow6)
		rewrite6_compile(&flow6_at(t, index)->to, &l4_delta, from, &p->to, p->ttl);
	else
		rewrite4_compile(&flow4_at(t, index)->to, &l4_delta, from, &p->to, p->ttl);
	f->l4_delta = l4_delta;
	f->nexthop = d->nexthop;
	f->epoch = hold_list(dp, f, p, ev->view->iface) ? dp->epoch : 0;
	f->flags = (uint8_t)((f->flags & ~(FLOW_ACTIONS | FLOW_SHARED | FLOW_AWAY))
		| (has_actions(p) || drops_are_told(dp, p) ? FLOW_ACTIONS : 0)
		| (shares_source(from, &p->to) ? FLOW_SHARED : 0)
		| (p->verdict == PROGRAM_OUTPUT && p->is_away ? FLOW_AWAY : 0));
}

/* Returns true if the decision depends on the key alone, and so may serve the flow's next
 * packets. */
static bool
cacheable(const struct datapath *dp, const struct eval *ev, const struct decision *d)
{
	if (ev->session != NULL && is_control(dp, ev->session))
		return false; /* the helper reads every packet */
	return ev->used_fields == 0 && ev->program.verdict != PROGRAM_REJECT
		&& d->nexthop != REASON_neighbour_queue_full && !ev->view->icmp_error
		&& host_lasts(dp->host, d->nexthop);
}

void
install(struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev, struct decision *d)
{
	struct flow_table *t = ev->view->family == 6 ? dp->flow6 : dp->flow4;

	if (!cacheable(dp, ev, d))
		return; /* the record's decision still holds for the flow's other
			 * packets */
	b->flow[slot] = record_for(dp, b, slot, ev);
	if (b->flow[slot] != 0)
		write_record(dp, t, b->flow[slot], ev, d);
	d->recorded = flow_at(t, b->flow[slot])->epoch == dp->epoch;
}
