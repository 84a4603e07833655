/* SPDX-License-Identifier: BSD-3-Clause */
/* Buckets in places of a few entries, found by a keyed hash.  Time is counted in parts of a ns, so
 * that rates of many packets in a ns are exact enough. */

#include "base/limiter.h"

#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"

#define PARTS 64u /* of a ns: 2^64 of them are nine years */
#define NS    1000000000ull

struct entry {
	uint8_t bytes[LIMITER_KEY_BYTES];
	uint64_t due; /* in parts: when the key owes nothing any more; past: vacant */
	uint16_t owner;
	uint8_t family;
	uint8_t domain;
	uint8_t spare[4];
};
_Static_assert(sizeof(struct entry) == 32, "two to a line");

struct limiter {
	struct hash_key secret;
	uint64_t unit;  /* parts of the rate's time; a unit costs unit / rate */
	uint64_t rate;  /* bits or packets a second */
	uint64_t allow; /* parts that a key may owe */
	bool packets;
	uint32_t mask; /* of places */
	struct entry *entry;
	int numa_node;
	uint64_t displaced;
};

static uint32_t
places_for(uint32_t keys)
{
	uint32_t places = 1;

	while (places * LIMITER_WAYS < keys)
		places *= 2;
	return places;
}

size_t
limiter_bytes(uint32_t keys)
{
	return (size_t)places_for(keys) * LIMITER_WAYS * sizeof(struct entry);
}

/* Returns what units cost.  units * unit is below 2^63: a frame has 2^16 bytes. */
static uint64_t
cost_of(const struct limiter *l, uint32_t bytes)
{
	return (l->packets ? 1 : (uint64_t)bytes * 8) * l->unit / l->rate;
}

struct limiter *
limiter_create(const struct limiter_rate *rate, uint32_t keys, int numa_node)
{
	struct limiter *l = calloc(1, sizeof(*l));
	unsigned __int128 allow;

	if (l == NULL)
		return NULL;
	random_secret(&l->secret, sizeof(l->secret));
	l->unit = NS * PARTS * (rate->packets && rate->seconds > 1 ? rate->seconds : 1);
	l->rate = rate->rate;
	l->packets = rate->packets;
	allow = (unsigned __int128)rate->burst * (rate->packets ? 1 : 8) * l->unit / rate->rate;
	l->allow = allow > UINT64_MAX / 4 ? UINT64_MAX / 4 : (uint64_t)allow;
	l->mask = places_for(keys) - 1;
	l->numa_node = numa_node;
	l->entry = memory_take(limiter_bytes(keys), numa_node);
	if (l->entry == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void
limiter_destroy(struct limiter *l)
{
	if (l == NULL)
		return;
	memory_give(l->entry, ((size_t)l->mask + 1) * LIMITER_WAYS * sizeof(struct entry));
	free(l);
}

static struct entry *
place_of(const struct limiter *l, const struct limiter_key *key)
{
	struct {
		uint8_t bytes[LIMITER_KEY_BYTES];
		uint64_t domain;
	} of = { .domain = key->domain };
	uint64_t hash;

	memcpy(of.bytes, key->bytes, sizeof(of.bytes));
	hash = hash_bytes(&l->secret, &of, sizeof(of));
	return &l->entry[(hash & l->mask) * LIMITER_WAYS];
}

/* Returns the key's entry in its place, or NULL. */
static struct entry *
find(struct entry *place, const struct limiter_key *key)
{
	for (unsigned i = 0; i < LIMITER_WAYS; i++)
		if (memcmp(place[i].bytes, key->bytes, LIMITER_KEY_BYTES) == 0
			&& place[i].family == key->family && place[i].domain == key->domain)
			return &place[i];
	return NULL;
}

/* Returns the entry that a new key takes: a vacant one, else that of the owner with most entries
 * here which owes least. */
static struct entry *
make_room(struct limiter *l, struct entry *place, uint64_t now)
{
	unsigned most = 0;
	struct entry *gives = NULL;

	for (unsigned i = 0; i < LIMITER_WAYS; i++) {
		unsigned n = 0;

		if (place[i].due <= now)
			return &place[i];
		for (unsigned k = 0; k < LIMITER_WAYS; k++)
			n += place[k].owner == place[i].owner;
		if (n > most || (n == most && place[i].due < gives->due))
			gives = &place[i];
		most = n > most ? n : most;
	}
	counter_add(&l->displaced, 1);
	return gives;
}

bool
limiter_take(struct limiter *l, const struct limiter_key *key, uint32_t bytes, uint64_t now_ns)
{
	struct entry *place = place_of(l, key), *e = find(place, key);
	uint64_t now = now_ns * PARTS, cost = cost_of(l, bytes);
	uint64_t from = e != NULL && e->due > now ? e->due : now;

	if (from + cost - now > l->allow)
		return false;
	if (e == NULL) {
		e = make_room(l, place, now);
		memcpy(e->bytes, key->bytes, LIMITER_KEY_BYTES);
		e->family = key->family;
		e->domain = key->domain;
	}
	e->owner = key->owner;
	counter_set(&e->due, from + cost);
	return true;
}

bool
limiter_may(const struct limiter *l, const struct limiter_key *key, uint32_t bytes, uint64_t now_ns)
{
	const struct entry *e = find(place_of(l, key), key);
	uint64_t now = now_ns * PARTS, from = e != NULL && e->due > now ? e->due : now;

	return from + cost_of(l, bytes) - now <= l->allow;
}

void
limiter_refund(struct limiter *l, const struct limiter_key *key, uint32_t bytes)
{
	struct entry *e = find(place_of(l, key), key);
	uint64_t cost = cost_of(l, bytes);

	if (e != NULL)
		e->due -= e->due > cost ? cost : e->due;
}

uint32_t
limiter_used(const struct limiter *l, uint64_t now_ns)
{
	uint64_t entries = ((uint64_t)l->mask + 1) * LIMITER_WAYS;
	uint32_t used = 0;

	for (uint64_t i = 0; i < entries; i++)
		used += counter_get(&l->entry[i].due) > now_ns * PARTS;
	return used;
}

uint64_t
limiter_displaced(const struct limiter *l)
{
	return counter_get(&l->displaced);
}
