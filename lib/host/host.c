/* SPDX-License-Identifier: BSD-3-Clause */
/* The host of a worker: created, configured, run, stopped. */

#include <string.h>

#include "base/memory.h"
#include "host/host_priv.h"

struct host *
host_create(const struct host_setup *setup, int numa_node)
{
	struct host *h = memory_take(sizeof(*h), numa_node);

	if (h == NULL)
		return NULL;
	h->setup = *setup;
	held_init(h);
	if (!neighbours_init(h, setup->neighbours, numa_node)) {
		host_destroy(h);
		return NULL;
	}
	limits_init(h);
	return h;
}

void
host_destroy(struct host *h)
{
	if (h == NULL)
		return;
	for (unsigned k = 0; k < HOST_HELD; k++)
		rte_pktmbuf_free(h->held[k].m);
	neighbours_fini(h);
	memory_give(h, sizeof(*h));
}

static void
configure_wires(struct host *h)
{
	for (unsigned p = 0; p < LEDGER_PORTS; p++)
		h->setup.nexthops[WIRE_FIRST + p] = (struct nexthop){
			.state = generation_bridge(h->gen, p) != NULL ? NEXTHOP_BRIDGE
								      : NEXTHOP_WIRE,
			.mtu = UINT16_MAX,
			.output.port = (uint16_t)p,
		};
}

void
host_configure(struct host *h, const struct generation *gen)
{
	const struct generation *old = h->gen;

	h->gen = gen;
	configure_wires(h);
	neighbours_configure(h);
	limits_configure(h);
	if (h->setup.quiet)
		return;
	if (h->setup.worker == 0)
		announce_new(h, old);
	claims_configure(h);
}

uint16_t
host_nexthop(struct host *h, const struct interface *egress, const union address *gateway,
	unsigned family)
{
	uint16_t slot = neighbour_current(h, egress->id, family, gateway);

	if (slot == NONE) {
		if (!address_is_unicast(gateway, family)
			|| (family == 4 && interface_broadcast(egress, gateway)))
			return REASON_multicast;
		slot = neighbour_make(h, egress->id, family, gateway, false);
		if (slot == NONE)
			return 0;
	}
	neighbour_use(h, slot);
	if (h->neighbours[slot].answered && !h->neighbours[slot].handed) {
		h->neighbours[slot].handed = true;
		share_sort(h, slot);
	}
	return (uint16_t)(NEXTHOP_FIRST + slot);
}

bool
host_lasts(const struct host *h, uint16_t nexthop)
{
	return nexthop < NEXTHOP_FIRST || nexthop >= WIRE_FIRST
		|| h->neighbours[nexthop - NEXTHOP_FIRST].handed;
}

uint16_t
host_wire(struct host *h, uint16_t port)
{
	if (generation_bridge(h->gen, port) == NULL
		&& (port >= h->gen->n_ports || !h->gen->port_used[port]))
		return REASON_port_down;
	return (uint16_t)(WIRE_FIRST + port);
}

void
host_used(struct host *h, uint16_t nexthop)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);

	if (nexthop >= NEXTHOP_FIRST && slot < h->n_neighbours)
		neighbour_use(h, slot);
}

void
host_port_returned(struct host *h, uint16_t port)
{
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		const struct neighbour *n = &h->neighbours[slot];

		if (n->state != NEIGHBOUR_FREE && !n->is_static && neighbour_resolved(n)
			&& neighbour_nexthop(h, slot)->output.port == port)
			neighbour_lose(h, (uint16_t)slot);
	}
}

void
host_learn(struct host *h, const struct host_fact *fact)
{
	neighbour_hear(h, fact);
}

void
host_follow(struct host *h)
{
	neighbours_follow(h);
}

void
host_tick(struct host *h, uint64_t now_ns)
{
	h->now_ns = now_ns;
	neighbours_expire(h);
	neighbours_sweep(h);
	neighbours_reclaim(h);
	announce_due(h);
	claims_due(h);
	later_due(h);
}

void
host_stop(struct host *h)
{
	for (unsigned slot = 0; slot < h->n_neighbours; slot++)
		held_drop(h, (uint16_t)slot, REASON_stopped);
	later_stop(h);
}

void
host_each(const struct host *h, void (*one)(void *arg, const struct host_neighbour *n), void *arg)
{
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		const struct neighbour *n = &h->neighbours[slot];
		struct host_neighbour out = {
			.iface = n->iface,
			.nexthop = (uint16_t)(NEXTHOP_FIRST + slot),
			.family = n->family,
			.resolved = neighbour_resolved(n),
			.is_static = n->is_static,
			.address = n->address,
			.age_ns = h->now_ns - n->used_ns,
		};

		if (n->state == NEIGHBOUR_FREE)
			continue;
		memcpy(out.mac, n->mac, sizeof(out.mac));
		one(arg, &out);
	}
}
