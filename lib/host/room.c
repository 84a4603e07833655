/* SPDX-License-Identifier: BSD-3-Clause */
/* Room in the neighbour table: which neighbour is displaced, and which slots are freed when they
 * run short (RFC 6583; share.c has the shares).
 *
 * The slot of a neighbour that has answered keeps its address while programs may hold its next hop.
 * When slots run short, those that lead nowhere are freed, and programs are judged again. */

#include "host/host_priv.h"

#define RECLAIM_NS (5 * NS_PER_S)
/* If room is short, a neighbour is freed that was lost or unused for this time. */
#define PRESSED_LOST_NS   NS_PER_S
#define PRESSED_UNUSED_NS (60 * NS_PER_S)

static bool
may_grow(const struct host *h, const struct share *s)
{
	return h->n_free > 0 && (s->n < h->guaranteed || h->n_common < h->common);
}

static void
displace(struct host *h, uint16_t slot)
{
	held_drop(h, slot, REASON_neighbour_queue_full);
	neighbour_free(h, slot);
}

/* Returns the neighbour that makes room; NONE: all are in use.  A station that only sends to us
 * does not displace one that packets wait for. */
static uint16_t
first_of(const struct share *s, bool heard)
{
	enum line first = heard ? LINE_IDLE : LINE_STRANGER;
	enum line second = heard ? LINE_STRANGER : LINE_IDLE;

	return s->line[first].head != NONE ? s->line[first].head : s->line[second].head;
}

bool
share_room(struct host *h, uint16_t iface, unsigned family, bool heard)
{
	struct share *s = &h->shares[iface][family == 6];

	if (!heard && s->line[LINE_STRANGER].n >= RTE_MIN(HOST_STRANGERS, h->n_neighbours / 4))
		displace(h, s->line[LINE_STRANGER].head);
	if (!may_grow(h, s) && first_of(s, heard) != NONE)
		displace(h, first_of(s, heard));
	if (may_grow(h, s))
		return true;
	s->pressed = h->pressed = true;
	return false;
}

/* Frees neighbours of a share that exceeds its bound after a reload, one at a time, at most `most`.
 * Returns their number. */
static unsigned
trim(struct host *h, struct share *s, unsigned most)
{
	unsigned n = 0;

	for (; n < most && h->n_common > h->common && s->n > h->guaranteed
		&& first_of(s, false) != NONE;
		n++)
		displace(h, first_of(s, false));
	return n;
}

bool
shares_trim(struct host *h, unsigned most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LEDGER_IFACES * 2 && n < most && h->n_common > h->common; i++)
		n += trim(h, &h->shares[i / 2][i % 2], most - n);
	return n == most;
}

/* Returns true if the slot is worth more to another neighbour; sooner if its share had no room. */
static bool
is_dead(const struct host *h, const struct neighbour *n)
{
	bool pressed = h->shares[n->iface][n->family == 6].pressed;
	uint64_t unused_ns = h->now_ns - n->used_ns;

	if (n->state == NEIGHBOUR_FREE || n->is_static)
		return false;
	if (n->state == NEIGHBOUR_LOST)
		return unused_ns >= (pressed ? PRESSED_LOST_NS : QUARANTINE_NS);
	return pressed && n->state == NEIGHBOUR_KNOWN && unused_ns >= PRESSED_UNUSED_NS;
}

static void
end_pressure(struct host *h)
{
	h->pressed = false;
	for (unsigned i = 0; i < LEDGER_IFACES * 2; i++)
		h->shares[i / 2][i % 2].pressed = false;
}

void
neighbours_reclaim(struct host *h)
{
	bool handed = false;

	if (h->setup.forget == NULL || (h->n_free >= h->n_neighbours / 8 && !h->pressed)
		|| h->now_ns - h->reclaim_ns < RECLAIM_NS)
		return;
	h->reclaim_ns = h->now_ns;
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		if (!is_dead(h, &h->neighbours[slot]))
			continue;
		handed |= h->neighbours[slot].handed;
		neighbour_free(h, (uint16_t)slot);
	}
	end_pressure(h);
	if (!handed)
		return;
	h->setup.forget(h->setup.arg);
	for (unsigned slot = 0; slot < h->n_neighbours; slot++) {
		h->neighbours[slot].handed = false;
		if (h->neighbours[slot].state != NEIGHBOUR_FREE)
			share_sort(h, (uint16_t)slot);
	}
}
