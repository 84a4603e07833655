/* SPDX-License-Identifier: BSD-3-Clause */
/* From the program that the stages have emitted to a decision: the next hop, and what is
 * executed. */

#include <string.h>

#include "slowpath/slowpath_priv.h"

/* Returns the next hop of an IPv4 gateway: most packets use few. */
static uint16_t
nexthop4(struct slowpath *s, const struct program *p)
{
	rte_be32_t gateway = p->gateway.v4;
	struct known_hop
		*k = &s->scratch->hop[(rte_be_to_cpu_32(gateway) * 7 + p->iface) % KNOWN_HOPS];
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
		index = p->to.family == 4
			? nexthop4(s, p)
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

static bool
leaves_later(const struct slowpath *s, const struct eval *ev, const struct decision *d)
{
	const struct nexthop *nh = &s->nexthops[d->nexthop];

	return ev->program.verdict == PROGRAM_OUTPUT && nh->state != NEXTHOP_DROP
		&& (nh->state == NEXTHOP_UNRESOLVED || ev->view->l3_bytes > nh->mtu);
}

void
compile(struct slowpath *s, const struct burst *b, unsigned slot, struct eval *ev,
	struct decision *d)
{
	memset(d, 0, sizeof(*d));
	d->nexthop = program_nexthop(s, &ev->program);
	if (likely(ev->over == NULL) || !leaves_later(s, ev, d))
		return;
	evaluate_beside(s, b, slot, ev);
	d->nexthop = program_nexthop(s, &ev->program);
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
