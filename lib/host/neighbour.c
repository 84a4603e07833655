/* SPDX-License-Identifier: BSD-3-Clause */
/* Creates neighbours: dynamic ones, or static ones by the configuration. */

#include "host/host_priv.h"

/* Returns what the generation has on a neighbour; NULL: it is not static. */
const struct interface_neighbour *
neighbour_static_of(const struct interface *i, unsigned family, const union address *a)
{
	for (unsigned k = 0; k < i->n_neighbours; k++) {
		const struct interface_neighbour *s = &i->neighbours[k];

		if (s->family == family && address_equal(&s->address, a))
			return s;
	}
	return NULL;
}

bool
neighbours_static_over(const struct host *h)
{
	return h->gen == NULL || h->follow_iface >= h->gen->n_ifaces;
}

void
neighbour_become_static(struct host *h, uint16_t slot, const struct interface_neighbour *s)
{
	neighbour_know(h, slot, s->mac, true);
	if (h->neighbours[slot].is_static)
		return;
	share_leave(h, slot);
	h->neighbours[slot].is_static = true;
}

/* Makes a new neighbour static if the generation has it. */
static void
settle(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	const struct interface_neighbour *s;

	if (neighbours_static_over(h))
		return;
	s = neighbour_static_of(host_interface(h, n->iface), n->family, &n->address);
	if (s != NULL)
		neighbour_become_static(h, slot, s);
}

uint16_t
neighbour_make(struct host *h, uint16_t iface, unsigned family, const union address *a, bool heard)
{
	uint16_t slot;

	if (!share_room(h, iface, family, heard))
		return NONE;
	slot = neighbour_enter(h, iface, family, a);
	share_enter(h, slot);
	neighbour_nexthop(h, slot)->state = NEXTHOP_UNRESOLVED;
	nexthop_follow(h, slot, host_interface(h, iface));
	h->neighbours[slot].turn = h->turn;
	settle(h, slot);
	return slot;
}
