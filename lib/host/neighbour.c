/* SPDX-License-Identifier: BSD-3-Clause */
/* The neighbours of a worker: a bounded table, found by interface and address.
 *
 * The slot of a neighbour that has answered keeps its address while programs may hold its next
 * hop.  When slots run short, those that lead nowhere are given up, and programs are judged
 * again. */

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "host/host_priv.h"

#define RECLAIM_NS (5 * NS_PER_S)
/* Where room is short, a neighbour is given up that was lost or unused for so long. */
#define PRESSED_LOST_NS NS_PER_S
#define PRESSED_UNUSED_NS (60 * NS_PER_S)

static size_t
bucket_count(unsigned n)
{
	size_t count = 1;

	while (count < 2u * n)
		count *= 2;
	return count;
}

static void
push_free(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];

	memset(n, 0, sizeof(*n));
	n->prev = n->next = n->before = n->after = n->oldest = n->newest = NONE;
	n->chain = h->free;
	h->free = slot;
	h->n_free++;
}

bool
neighbours_init(struct host *h, unsigned n, int numa_node)
{
	size_t buckets;

	if (n == 0)
		n = HOST_NEIGHBOURS;
	if (n > NEIGHBOURS_MAX)
		n = NEIGHBOURS_MAX;
	buckets = bucket_count(n);
	h->n_neighbours = n;
	h->bucket_mask = (unsigned)buckets - 1;
	h->neighbours = memory_take(n * sizeof(*h->neighbours), numa_node);
	h->buckets = memory_take(buckets * sizeof(*h->buckets), numa_node);
	if (h->neighbours == NULL || h->buckets == NULL)
		return false;

	random_bytes(&h->key, sizeof(h->key));
	memset(h->buckets, 0xff, buckets * sizeof(*h->buckets));
	h->asked = h->failed = (struct timers){ NONE, NONE };
	h->free = NONE;
	for (unsigned slot = n; slot-- > 0;)
		push_free(h, (uint16_t)slot);
	shares_init(h);
	return true;
}

void
neighbours_fini(struct host *h)
{
	memory_give(h->neighbours, h->n_neighbours * sizeof(*h->neighbours));
	memory_give(h->buckets, (h->bucket_mask + 1) * sizeof(*h->buckets));
}

static uint16_t *
bucket_of(const struct host *h, uint16_t iface, unsigned family, const union address *a)
{
	struct {
		union address address;
		uint64_t door;
	} key = { *a, (uint64_t)iface << 8 | family };

	return &h->buckets[hash_bytes(&h->key, &key, sizeof(key)) & h->bucket_mask];
}

uint16_t
neighbour_find(const struct host *h, uint16_t iface, unsigned family, const union address *a)
{
	uint16_t slot = *bucket_of(h, iface, family, a);

	while (slot != NONE) {
		const struct neighbour *n = &h->neighbours[slot];

		if (n->iface == iface && n->family == family && address_equal(&n->address, a))
			return slot;
		slot = n->chain;
	}
	return NONE;
}

uint16_t
neighbour_make(struct host *h, uint16_t iface, unsigned family, const union address *a, bool heard)
{
	const struct interface *i = host_interface(h, iface);
	uint16_t *bucket = bucket_of(h, iface, family, a);
	struct neighbour *n;
	uint16_t slot;

	if (!share_room(h, iface, family, heard))
		return NONE;
	slot = h->free;
	n = &h->neighbours[slot];
	h->free = n->chain;
	h->n_free--;
	n->address = *a;
	n->iface = iface;
	n->family = (uint8_t)family;
	n->state = NEIGHBOUR_LOST;
	n->used_ns = h->now_ns;
	n->chain = *bucket;
	*bucket = slot;
	share_enter(h, slot);
	neighbour_nexthop(h, slot)->state = NEXTHOP_UNRESOLVED;
	nexthop_follow(h, slot, i);
	n->turn = h->turn;
	neighbour_settle(h, slot);
	return slot;
}

void
nexthop_follow(struct host *h, uint16_t slot, const struct interface *i)
{
	struct nexthop *nh = neighbour_nexthop(h, slot);

	nh->mtu = i->mtu;
	nh->port = i->port;
	nh->iface = i->id;
}

void
neighbour_free(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	uint16_t *at = bucket_of(h, n->iface, n->family, &n->address);

	neighbour_lose(h, slot);
	share_leave(h, slot);
	while (*at != slot)
		at = &h->neighbours[*at].chain;
	*at = n->chain;
	push_free(h, slot);
}

/* Is the slot worth more to another neighbour?  Where its share had no room, sooner. */
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
