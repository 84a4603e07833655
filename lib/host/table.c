/* SPDX-License-Identifier: BSD-3-Clause */
/* The neighbours of a worker: a bounded table, found by interface and address. */

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "host/host_priv.h"

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

	random_secret(&h->key, sizeof(h->key));
	memset(h->buckets, 0xff, buckets * sizeof(*h->buckets));
	for (unsigned t = 0; t < TIMER_COUNT; t++)
		h->timers[t] = (struct timers){ NONE, NONE };
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
		uint64_t scope;
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

void
nexthop_follow(struct host *h, uint16_t slot, const struct interface *i)
{
	struct nexthop *nh = neighbour_nexthop(h, slot);

	nh->mtu = i->mtu;
	nh->output.port = i->port;
	nh->output.iface = i->id;
}

uint16_t
neighbour_enter(struct host *h, uint16_t iface, unsigned family, const union address *a)
{
	uint16_t *bucket = bucket_of(h, iface, family, a);
	uint16_t slot = h->free;
	struct neighbour *n = &h->neighbours[slot];

	h->free = n->chain;
	h->n_free--;
	n->address = *a;
	n->iface = iface;
	n->family = (uint8_t)family;
	n->state = NEIGHBOUR_LOST;
	n->used_ns = h->now_ns;
	n->chain = *bucket;
	*bucket = slot;
	return slot;
}

void
neighbour_leave(struct host *h, uint16_t slot)
{
	struct neighbour *n = &h->neighbours[slot];
	uint16_t *at = bucket_of(h, n->iface, n->family, &n->address);

	while (*at != slot)
		at = &h->neighbours[*at].chain;
	*at = n->chain;
	push_free(h, slot);
}
