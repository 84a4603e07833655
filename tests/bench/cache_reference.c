/* SPDX-License-Identifier: BSD-3-Clause */
/* LRU, and ARC as published (Megiddo and Modha, FAST 2003, figure 4). */

#include <stdlib.h>

#include "cache_lists.h"
#include "cache_policy.h"

/* ARC: pages seen once and more often, and the ghosts of both. */
enum { T1, T2, B1, B2 };

struct cache {
	struct cache_lists lists;
	uint32_t capacity;
	uint32_t target; /* of T1: p */
};

static void *
create(uint32_t capacity, uint32_t keys)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->capacity = capacity;
	cache_lists_init(&c->lists, keys);
	return c;
}

static void
destroy(void *cache)
{
	struct cache *c = cache;

	cache_lists_fini(&c->lists);
	free(c);
}

/* --- LRU --- */

static void *
lru_create(uint32_t capacity)
{
	return create(capacity, capacity);
}

static bool
lru_access(void *cache, uint32_t key)
{
	struct cache *c = cache;
	uint32_t n = cache_lists_find(&c->lists, key);

	if (n != 0) {
		cache_lists_move(&c->lists, n, T1);
		return true;
	}
	if (c->lists.length[T1] == c->capacity)
		cache_lists_remove(&c->lists, cache_lists_last(&c->lists, T1));
	cache_lists_add(&c->lists, key, T1);
	return false;
}

const struct cache_policy cache_lru = { "lru", lru_create, destroy, lru_access };

/* --- ARC --- */

static void *
arc_create(uint32_t capacity)
{
	return create(capacity, 2 * capacity + 1);
}

/* REPLACE: the last of T1 or T2 becomes a ghost. */
static void
arc_replace(struct cache *c, bool in_b2)
{
	uint32_t t1 = c->lists.length[T1];

	if (t1 != 0 && (t1 > c->target || (in_b2 && t1 == c->target)))
		cache_lists_move(&c->lists, cache_lists_last(&c->lists, T1), B1);
	else
		cache_lists_move(&c->lists, cache_lists_last(&c->lists, T2), B2);
}

static uint32_t
at_least_one(uint32_t a, uint32_t b)
{
	return b == 0 || a / b < 1 ? 1 : a / b;
}

/* Cases II and III: a ghost comes back. */
static void
arc_revive(struct cache *c, uint32_t n)
{
	const uint32_t *length = c->lists.length;
	bool in_b2 = c->lists.node[n].list == B2;
	uint32_t step = in_b2 ? at_least_one(length[B1], length[B2])
			      : at_least_one(length[B2], length[B1]);

	if (in_b2)
		c->target = c->target > step ? c->target - step : 0;
	else
		c->target = c->target + step < c->capacity ? c->target + step : c->capacity;
	arc_replace(c, in_b2);
	cache_lists_move(&c->lists, n, T2);
}

/* Case IV: a page that is in no list. */
static void
arc_admit(struct cache *c, uint32_t key)
{
	const uint32_t *length = c->lists.length;
	uint32_t all = length[T1] + length[T2] + length[B1] + length[B2];

	if (length[T1] + length[B1] == c->capacity) {
		if (length[T1] < c->capacity) {
			cache_lists_remove(&c->lists, cache_lists_last(&c->lists, B1));
			arc_replace(c, false);
		} else {
			cache_lists_remove(&c->lists, cache_lists_last(&c->lists, T1));
		}
	} else if (all >= c->capacity) {
		if (all == 2 * c->capacity)
			cache_lists_remove(&c->lists, cache_lists_last(&c->lists, B2));
		arc_replace(c, false);
	}
	cache_lists_add(&c->lists, key, T1);
}

static bool
arc_access(void *cache, uint32_t key)
{
	struct cache *c = cache;
	uint32_t n = cache_lists_find(&c->lists, key);

	if (n == 0) {
		arc_admit(c, key);
		return false;
	}
	if (c->lists.node[n].list == T1 || c->lists.node[n].list == T2) {
		cache_lists_move(&c->lists, n, T2);
		return true;
	}
	arc_revive(c, n);
	return false;
}

const struct cache_policy cache_arc = { "arc", arc_create, destroy, arc_access };
