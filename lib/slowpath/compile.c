/* SPDX-License-Identifier: BSD-3-Clause */
/* From the program that the stages have emitted to a decision: the next hop, and what is
 * executed. */

#include <string.h>

#include "slowpath/slowpath_priv.h"

/* Returns the next hop of an IPv4 gateway: most packets use few. */
static uint16_t
nexthop4(struct datapath *dp, const struct program *p)
{
	rte_be32_t gateway = p->gateway.v4;
	struct known_hop *k = &dp->slow->scratch->hop[(rte_be_to_cpu_32(gateway) * 7 + p->iface)
		% KNOWN_HOPS];
	uint16_t index;

	if (k->epoch == dp->epoch && k->gateway == gateway && k->iface == p->iface) {
		host_used(dp->host, k->nexthop);
		return k->nexthop;
	}
	index = host_nexthop(dp->host, dp->gen->iface[p->iface], &p->gateway, 4);
	if (index >= NEXTHOP_FIRST && host_lasts(dp->host, index))
		*k = (struct known_hop){ gateway, p->iface, dp->epoch, index };
	return index;
}

static uint16_t
program_nexthop(struct datapath *dp, const struct program *p)
{
	uint16_t index;

	switch (p->verdict) {
	case PROGRAM_OUTPUT:
		index = p->to.family == 4
			? nexthop4(dp, p)
			: host_nexthop(dp->host, dp->gen->iface[p->iface], &p->gateway, 6);
		if (p->has_others)
			host_watch(dp->host, index);
		return index != 0 ? index : REASON_neighbour_queue_full;
	case PROGRAM_WIRE:
		return host_wire(dp->host, p->iface);
	case PROGRAM_LOCAL:
		return NEXTHOP_LOCAL;
	default:
		return p->reason;
	}
}

static bool
leaves_later(const struct datapath *dp, const struct eval *ev, const struct decision *d)
{
	const struct nexthop *nh = &dp->nexthops[d->nexthop];

	return ev->program.verdict == PROGRAM_OUTPUT && nh->state != NEXTHOP_DROP
		&& (nexthop_waits(nh) || ev->view->l3_bytes > nh->mtu);
}

void
compile(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev,
	struct decision *d)
{
	memset(d, 0, sizeof(*d));
	if (unlikely(ev->unless_local != REASON_NONE)
		&& (ev->program.verdict == PROGRAM_OUTPUT || ev->program.verdict == PROGRAM_WIRE))
		emit_drop(&ev->program, (enum reason)ev->unless_local, 0);
	d->nexthop = program_nexthop(dp, &ev->program);
	if (likely(ev->over == NULL) || !leaves_later(dp, ev, d))
		return;
	evaluate_beside(dp, b, slot, ev);
	d->nexthop = program_nexthop(dp, &ev->program);
}

void
decision_from_program(const struct eval *ev, struct decision *d)
{
	const struct program *p = &ev->program;

	d->session = ev->session;
	d->conn = (uint8_t)ev->state;
	d->reply = ev->reply;
	d->to = p->to;
	d->ttl = p->ttl;
	d->tell = p->verdict == PROGRAM_REJECT ? p->reply : (uint8_t)REPLY_NONE;
	d->tell_code = p->reply_code;
	d->counter = p->counter;
	d->actions = p->actions;
	d->program = p;
}
