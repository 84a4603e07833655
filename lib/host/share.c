/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares of the neighbour table (RFC 6583): each interface and family has one.
 *
 * Half of the table is guaranteed: divided evenly among the interfaces and families in use.  The
 * other half is first come, first served.  A share that may not grow displaces a neighbour of its
 * own, so nobody can fill what another interface needs.  Neighbours that never answered (strangers)
 * make room before those that did; the oldest first, so a new one is always asked.  Static
 * neighbours, and those whose next hop programs hold, never make room. */

#include "host/host_priv.h"

static struct share *
share_of(struct host *h, uint16_t iface, unsigned family)
{
	return &h->shares[iface][family == 6];
}

void
shares_init(struct host *h)
{
	for (unsigned i = 0; i < LEDGER_IFACES * 2; i++) {
		struct share *s = &h->shares[i / 2][i % 2];

		for (unsigned l = 0; l < LINE_COUNT; l++)
			s->line[l].head = s->line[l].tail = NONE;
	}
	h->guaranteed = 0;
	h->common = h->n_neighbours;
}

static void
line_remove(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	struct share *s = share_of(h, n->iface, n->family);

	if (n->line == LINE_NONE)
		return;
	if (n->before != NONE)
		h->neighbours[n->before].after = n->after;
	else
		s->line[n->line].head = n->after;
	if (n->after != NONE)
		h->neighbours[n->after].before = n->before;
	else
		s->line[n->line].tail = n->before;
	s->line[n->line].n--;
	n->line = LINE_NONE;
	n->before = n->after = NONE;
}

static void
line_insert(struct host *h, uint16_t slot, enum line line)
{
	struct neighbour *n = &h->neighbours[slot];
	struct share *s = share_of(h, n->iface, n->family);
	bool first = line == LINE_STRANGER && n->state == NEIGHBOUR_LOST;

	n->line = (uint8_t)line;
	n->before = first ? NONE : s->line[line].tail;
	n->after = first ? s->line[line].head : NONE;
	if (n->before != NONE)
		h->neighbours[n->before].after = slot;
	else
		s->line[line].head = slot;
	if (n->after != NONE)
		h->neighbours[n->after].before = slot;
	else
		s->line[line].tail = slot;
	s->line[line].n++;
}

static enum line
line_for(const struct neighbour *n)
{
	if (n->is_static || n->handed)
		return LINE_NONE;
	return n->answered ? LINE_IDLE : LINE_STRANGER;
}

void
share_renew(struct host *h, uint16_t slot)
{
	enum line line = line_for(&h->neighbours[slot]);

	line_remove(h, slot);
	if (line != LINE_NONE)
		line_insert(h, slot, line);
}

void
share_sort(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];

	if (line_for(n) != (enum line)n->line)
		share_renew(h, slot);
}

void
share_enter(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	struct share *s = share_of(h, n->iface, n->family);

	h->n_common += ++s->n > h->guaranteed;
	share_renew(h, slot);
}

void
share_leave(struct host *h, uint16_t slot)
{
	const struct neighbour *n = &h->neighbours[slot];
	struct share *s = share_of(h, n->iface, n->family);

	line_remove(h, slot);
	if (!n->is_static)
		h->n_common -= s->n-- > h->guaranteed;
}

/* Returns true if the interface has an address of the family, and so neighbours. */
static bool
is_used(const struct interface *i, unsigned family)
{
	for (unsigned k = 0; i != NULL && k < i->n_addresses; k++)
		if (i->addresses[k].family == family)
			return true;
	return false;
}

/* Counts the static neighbours of the generation, as far as there is room. */
static unsigned
count_static(const struct host *h)
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->gen->n_ifaces; i++)
		n += h->gen->iface[i] != NULL ? h->gen->iface[i]->n_neighbours : 0;
	return RTE_MIN(n, h->n_neighbours);
}

void
shares_configure(struct host *h)
{
	unsigned used = 0, n_static = count_static(h);

	for (unsigned i = 0; i < h->gen->n_ifaces * 2; i++)
		used += is_used(h->gen->iface[i / 2], i % 2 ? 6 : 4);
	h->guaranteed = used != 0 ? (h->n_neighbours - n_static) / 2 / used : 0;
	h->common = h->n_neighbours - n_static - h->guaranteed * used;
	h->n_common = 0;
	for (unsigned i = 0; i < LEDGER_IFACES * 2; i++) {
		unsigned n = h->shares[i / 2][i % 2].n;

		h->n_common += n > h->guaranteed ? n - h->guaranteed : 0;
	}
}
