/* SPDX-License-Identifier: BSD-3-Clause */
/* Watches next hops whose packets have other ways, so that a dead one is left at once: gateways of
 * routes with several next hops, and the links of ports.
 *
 *   used: probed every second; three questions without an answer: dead, NEXTHOP_DEAD
 *   dead: asked twice a second until it answers, as long as flows would use it
 *
 * A dead neighbour is one entry of the array of next hops: the time to leave it depends neither on
 * the number of routes nor on that of flows. */

#include "host/host_priv.h"

void
host_watch(struct host *h, uint16_t nexthop)
{
	uint16_t slot = (uint16_t)(nexthop - NEXTHOP_FIRST);
	struct neighbour *n;

	if (nexthop < NEXTHOP_FIRST || slot >= h->n_neighbours)
		return;
	n = &h->neighbours[slot];
	n->passed_ns = h->now_ns;
	if (n->watched)
		return;
	n->watched = true;
	n->fresh_ns = RTE_MIN(n->fresh_ns, h->now_ns + WATCH_REACHABLE_NS);
	neighbour_show(h, slot);
}

bool
watch_goes_on(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->watched && h->now_ns - n->passed_ns < WATCH_KEPT_NS)
		return true;
	n->watched = n->dead = false;
	return false;
}

bool
host_is_dead(struct host *h, const struct interface *egress, unsigned family,
	const union address *gateway)
{
	uint16_t slot;

	if (h->link_down[egress->port])
		return true;
	if (gateway == NULL)
		return false;
	slot = neighbour_current(h, egress->id, family, gateway);
	if (slot == NONE || !h->neighbours[slot].dead)
		return false;
	h->neighbours[slot].passed_ns = h->now_ns;
	return true;
}

void
host_link(struct host *h, uint16_t port, bool up)
{
	if (h->link_down[port] == !up)
		return;
	h->link_down[port] = !up;
	h->returned_ns = up ? h->now_ns : h->returned_ns;
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		const struct neighbour *n = &h->neighbours[slot];
		const struct interface *i = host_interface(h, n->iface);

		if (n->state == NEIGHBOUR_FREE || i == NULL || i->port != port)
			continue;
		if (up)
			neighbour_doubt(h, (uint16_t)slot);
		neighbour_show(h, (uint16_t)slot);
	}
}

void
host_port_moved(struct host *h, uint16_t port)
{
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		const struct neighbour *n = &h->neighbours[slot];
		const struct interface *i = host_interface(h, n->iface);

		if (n->state != NEIGHBOUR_FREE && i != NULL && i->port == port)
			neighbour_doubt(h, (uint16_t)slot);
	}
	announce_port(h, port);
}

uint64_t
host_returned_ns(const struct host *h)
{
	return h->returned_ns;
}
