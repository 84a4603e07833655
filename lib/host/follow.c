/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the neighbour table follow a new generation: interfaces that are gone, moved or have
 * another MTU or MAC, static neighbours that come and go.
 *
 * The time to adopt a generation must not grow with the number of neighbours.  Therefore the work
 * is done in parts, static neighbours first, and a neighbour that is used, heard of or due before
 * its part comes follows at once (neighbour_current, neighbours_expire).  Until then nothing refers
 * to it: programs of the previous generation do not run any more. */

#include "host/host_priv.h"

#define PART_STATIC 64u
#define PART_SLOTS  512u
#define PART_FREED  64u /* each may have waiting packets */

static bool
is_over(const struct host *h)
{
	return h->follow_slot >= h->n_neighbours;
}

static void
stay_dynamic(struct host *h, uint16_t slot, const struct interface *i)
{
	struct neighbour *n = &h->neighbours[slot];
	bool was_static = n->is_static;

	n->is_static = false;
	if (was_static)
		share_enter(h, slot);
	share_sort(h, slot);
	nexthop_follow(h, slot, i);
	if (was_static)
		neighbour_lose(h, slot);
	else if (neighbour_resolved(n))
		neighbour_know(h, slot, n->mac, h->now_ns < n->fresh_ns);
}

/* Removes a neighbour whose interface is gone. */
static void
vanish(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	if (n->is_static) {
		n->is_static = false;
		share_enter(h, slot);
	}
	neighbour_free(h, slot);
}

bool
neighbour_follow(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	const struct interface *i = host_interface(h, n->iface);
	const struct interface_neighbour *s = NULL;

	if (n->turn == h->turn)
		return true;
	n->turn = h->turn;
	n->handed = false; /* programs of the old generation do not run any more */
	if (i == NULL) {
		vanish(h, slot);
		return false;
	}
	if (n->is_static || !neighbours_static_over(h))
		s = neighbour_static_of(i, n->family, &n->address);
	if (s == NULL) {
		stay_dynamic(h, slot, i);
		return true;
	}
	nexthop_follow(h, slot, i);
	neighbour_become_static(h, slot, s);
	share_sort(h, slot);
	return true;
}

uint16_t
neighbour_current(struct host *h, uint16_t iface, unsigned family, const union address *a)
{
	uint16_t slot = neighbour_find(h, iface, family, a);

	return slot != NONE && neighbour_follow(h, slot) ? slot : NONE;
}

/* Adds the next static neighbour of the generation. */
static void
follow_static(struct host *h)
{
	const struct interface *i = h->gen->iface[h->follow_iface];
	const struct interface_neighbour *s;
	uint16_t slot;

	if (i == NULL || h->follow_static >= i->n_neighbours) {
		h->follow_iface++;
		h->follow_static = 0;
		return;
	}
	s = &i->neighbours[h->follow_static++];
	slot = neighbour_current(h, i->id, s->family, &s->address);
	if (slot == NONE)
		slot = neighbour_make(h, i->id, s->family, &s->address, true);
	if (slot != NONE && !h->neighbours[slot].is_static)
		neighbour_become_static(h, slot, s);
}

void
neighbours_follow(struct host *h)
{
	unsigned freed = 0;

	if (is_over(h) && !h->trims)
		return;
	for (unsigned k = 0; k < PART_STATIC && !neighbours_static_over(h); k++)
		follow_static(h);
	if (!neighbours_static_over(h))
		return;
	for (unsigned k = 0; k < PART_SLOTS && !is_over(h) && freed < PART_FREED; k++) {
		uint16_t slot = h->follow_slot++;

		if (h->neighbours[slot].state != NEIGHBOUR_FREE)
			freed += !neighbour_follow(h, slot);
	}
	if (is_over(h))
		h->trims = shares_trim(h, PART_FREED);
}

void
neighbours_configure(struct host *h)
{
	h->turn++;
	h->follow_iface = h->follow_static = h->follow_slot = 0;
	h->trims = true;
	shares_configure(h);
	neighbours_follow(h);
}
