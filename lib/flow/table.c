/* SPDX-License-Identifier: BSD-3-Clause */
/* The flows of one worker: places, records, the doorkeeper. */

#include "flow/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Records kept back, so that a burst may evict and insert at once. */
#define RESERVE 1024u
#define MEAN_LOAD 4u                    /* entries a bucket, of its 8 places */

static uint32_t
power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

struct flow_table *
flow_table_create(uint32_t capacity, uint32_t record_bytes, int numa_node)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->numa_node = numa_node;
	t->capacity = capacity;
	t->records = capacity + RESERVE + 1;
	t->record_bytes = record_bytes;
	t->mask = power_of_two((capacity + MEAN_LOAD - 1) / MEAN_LOAD) - 1;
	t->bucket = memory_take((size_t)(t->mask + 1) * sizeof(*t->bucket), numa_node);
	t->record = memory_take((size_t)t->records * record_bytes, numa_node);
	t->cold = memory_take((size_t)t->records * sizeof(*t->cold), numa_node);
	t->vacant = memory_take((size_t)t->records * 2 * sizeof(*t->vacant), numa_node);
	if (t->bucket == NULL || t->record == NULL || t->cold == NULL || t->vacant == NULL) {
		flow_table_destroy(t);
		return NULL;
	}
	t->limbo = t->vacant + t->records;
	for (uint32_t i = t->records - 1; i > 0; i--)   /* the lowest index is taken first */
		t->vacant[t->n_vacant++] = i;
	t->hand = 1;
	flow_secret_draw(&t->secret);
	return t;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (t == NULL)
		return;
	memory_give(t->bucket, (size_t)(t->mask + 1) * sizeof(*t->bucket));
	memory_give(t->record, (size_t)t->records * t->record_bytes);
	memory_give(t->cold, (size_t)t->records * sizeof(*t->cold));
	memory_give(t->vacant, (size_t)t->records * 2 * sizeof(*t->vacant));
	explicit_bzero(&t->secret, sizeof(t->secret));
	free(t);
}

size_t
flow_table_bytes(const struct flow_table *t)
{
	return sizeof(*t) + (size_t)(t->mask + 1) * sizeof(*t->bucket)
		+ (size_t)t->records * (t->record_bytes + sizeof(*t->cold) + 2 * sizeof(*t->vacant));
}

static const void *
record_key(const struct flow_table *t, uint32_t index)
{
	return t->record + (size_t)index * t->record_bytes + sizeof(struct flow);
}

static size_t
key_bytes(const struct flow_table *t)
{
	return t->record_bytes == sizeof(struct flow4) ? sizeof(struct key4) : sizeof(struct key6);
}

static uint64_t
record_hash(const struct flow_table *t, uint32_t index)
{
	const void *key = record_key(t, index);

	return key_bytes(t) == sizeof(struct key4) ? flow_hash4(key, &t->secret)
		: flow_hash6(key, &t->secret);
}

/* The other bucket of an entry: the same step leads there and back. */
static struct bucket *
other_bucket(const struct flow_table *t, const struct bucket *b, uint16_t sig)
{
	uint32_t step = (uint32_t)(sig * 0x9e3779b1u) >> 8 | 1;

	return t->bucket + (((uint32_t)(b - t->bucket) ^ step) & t->mask);
}

static uint32_t
find_in(const struct flow_table *t, const struct bucket *b, uint16_t sig, const void *key)
{
	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		if (b->sig[i] == sig && b->index[i] != 0
		    && memcmp(record_key(t, b->index[i]), key, key_bytes(t)) == 0)
			return b->index[i];
	}
	return 0;
}

uint32_t
flow_table_find(const struct flow_table *t, const void *key, uint64_t hash)
{
	const struct bucket *first = flow_bucket(t, hash);
	uint16_t sig = flow_sig(hash);
	uint32_t index = find_in(t, first, sig, key);

	if (index != 0 || first->overflow == 0)
		return index;
	return find_in(t, other_bucket(t, first, sig), sig, key);
}

/* Does the record belong to a session, and is its key the given one but for the interface? */
static bool
same_but_iface(const struct flow_table *t, uint32_t index, const uint8_t *key)
{
	const uint8_t *have = record_key(t, index);

	return (flow_at(t, index)->flags & FLOW_SESSION) && memcmp(have, key, 2) == 0
		&& memcmp(have + 4, key + 4, key_bytes(t) - 4) == 0;
}

static uint32_t
find_any_in(const struct flow_table *t, const struct bucket *b, uint16_t sig, const void *key)
{
	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		if (b->sig[i] == sig && b->index[i] != 0 && same_but_iface(t, b->index[i], key))
			return b->index[i];
	}
	return 0;
}

uint32_t
flow_table_find_any(const struct flow_table *t, const struct tuple *tuple)
{
	const struct bucket *first;
	union {
		struct key4 k4;
		struct key6 k6;
	} key;
	uint32_t index;
	uint64_t hash;

	if (tuple->family == 6) {
		tuple_to_key6(&key.k6, tuple, 0);
		hash = flow_hash6(&key.k6, &t->secret);
	} else {
		tuple_to_key4(&key.k4, tuple, 0);
		hash = flow_hash4(&key.k4, &t->secret);
	}
	first = flow_bucket(t, hash);
	index = find_any_in(t, first, flow_sig(hash), &key);
	if (index != 0 || first->overflow == 0)
		return index;
	return find_any_in(t, other_bucket(t, first, flow_sig(hash)), flow_sig(hash), &key);
}

static int
free_place(const struct bucket *b)
{
	for (int i = 0; i < BUCKET_PLACES; i++) {
		if (b->index[i] == 0)
			return i;
	}
	return -1;
}

static void
put(struct bucket *b, int place, uint16_t sig, uint32_t index)
{
	b->sig[place] = sig;
	b->index[place] = index;
}

/* Moves one entry of a full bucket to its other bucket.  The place it left, or -1. */
static int
make_place(struct flow_table *t, struct bucket *b)
{
	for (int i = 0; i < BUCKET_PLACES; i++) {
		struct bucket *to = other_bucket(t, b, b->sig[i]);
		int place = to != b ? free_place(to) : -1;

		if (place < 0)
			continue;
		if (flow_bucket(t, record_hash(t, b->index[i])) == b)
			b->overflow++;          /* it leaves its first bucket */
		else
			to->overflow--;         /* it comes home */
		put(to, place, b->sig[i], b->index[i]);
		put(b, i, 0, 0);
		t->moved++;
		return i;
	}
	return -1;
}

/* Writes index into one of the two buckets of a hash.  False when there is no place. */
static bool
place_entry(struct flow_table *t, uint64_t hash, uint32_t index)
{
	struct bucket *first = flow_bucket(t, hash);
	uint16_t sig = flow_sig(hash);
	struct bucket *second = other_bucket(t, first, sig);
	int place = free_place(first);

	if (place < 0 && free_place(second) < 0)
		place = make_place(t, first);
	if (place >= 0) {
		put(first, place, sig, index);
		return true;
	}
	place = free_place(second);
	if (place < 0)
		place = make_place(t, second);
	if (place < 0 || second == first)
		return false;
	put(second, place, sig, index);
	first->overflow++;
	return true;
}

uint32_t
flow_table_insert(struct flow_table *t, const void *key, uint64_t hash, uint32_t tick)
{
	uint32_t index;
	struct flow *f;

	if (t->used >= t->capacity || t->n_vacant == 0) {
		t->refused++;
		return 0;
	}
	index = t->vacant[t->n_vacant - 1];
	if (!place_entry(t, hash, index)) {
		t->refused++;
		return 0;
	}
	t->n_vacant--;
	t->used++;
	if (index > t->high)
		t->high = index;
	f = flow_at(t, index);
	memset(f, 0, t->record_bytes);
	memset(flow_cold_at(t, index), 0, sizeof(struct flow_cold));
	memcpy((uint8_t *)f + sizeof(*f), key, key_bytes(t));
	f->flags = FLOW_USED;
	f->seen = tick;
	return index;
}

static bool
clear_place(struct bucket *b, uint32_t index)
{
	for (int i = 0; i < BUCKET_PLACES; i++) {
		if (b->index[i] == index) {
			put(b, i, 0, 0);
			return true;
		}
	}
	return false;
}

void
flow_table_remove(struct flow_table *t, uint32_t index)
{
	uint64_t hash = record_hash(t, index);
	struct bucket *first = flow_bucket(t, hash);

	if (!clear_place(first, index)) {
		clear_place(other_bucket(t, first, flow_sig(hash)), index);
		first->overflow--;
	}
	flow_at(t, index)->flags = 0;
	flow_at(t, index)->epoch = 0;
	t->limbo[t->n_limbo++] = index;
	t->used--;
}

void
flow_table_reclaim(struct flow_table *t)
{
	while (t->n_limbo > 0)
		t->vacant[t->n_vacant++] = t->limbo[--t->n_limbo];
}

bool
flow_table_admit(struct flow_table *t, uint64_t hash)
{
	struct bucket *b = flow_bucket(t, hash);
	uint16_t sig = flow_sig(hash);

	for (unsigned i = 0; i < 4; i++) {
		if (b->recent[i] == sig) {
			b->recent[i] = 0;
			return true;
		}
	}
	b->recent[b->turn++ & 3] = sig;
	return false;
}

uint32_t
flow_table_evict(struct flow_table *t, uint64_t hash, uint32_t now_tick)
{
	const struct bucket *b = flow_bucket(t, hash);
	uint32_t victim = 0, oldest = 0;

	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		const struct flow *f = flow_at(t, b->index[i]);
		uint32_t age = now_tick - f->seen;

		if (b->index[i] == 0 || (f->flags & FLOW_SESSION) || age <= oldest)
			continue;
		oldest = age;
		victim = b->index[i];
	}
	if (victim != 0) {
		flow_table_remove(t, victim);
		t->evicted++;
	}
	return victim;
}

void
flow_table_sweep(struct flow_table *t, uint32_t budget,
	void (*one)(void *arg, struct flow_table *t, uint32_t index), void *arg)
{
	uint32_t n = budget < t->high ? budget : t->high;

	while (n-- > 0) {
		uint32_t index = t->hand;

		t->hand = index >= t->high ? 1 : index + 1;
		if (flow_at(t, index)->flags & FLOW_USED)
			one(arg, t, index);
	}
}

unsigned
flow_table_longest_probe(const struct flow_table *t)
{
	for (uint32_t i = 0; i <= t->mask; i++) {
		if (t->bucket[i].overflow != 0)
			return 2;
	}
	return 1;
}
