/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow table of one worker: buckets, places, records. */

#include "flow/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_prefetch.h>

#include "base/counter.h"
#include "base/memory.h"

/* Records in reserve, so that a burst may evict and insert at once. */
#define RESERVE 1024u
/* Records that the sweep prefetches before it looks at them. */
#define SWEEP_AHEAD 16u
#define MEAN_LOAD   4u /* entries a bucket, of its 8 places */
#define NO_HOME     UINT32_MAX

static uint32_t
power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

static size_t
bucket_bytes(const struct flow_table *t)
{
	return ((size_t)t->mask + 1) * sizeof(*t->bucket);
}

struct flow_table *
flow_table_create(uint32_t capacity, uint32_t record_bytes, int numa_node)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->numa_node = numa_node;
	t->capacity = capacity;
	t->records = RTE_ALIGN_CEIL(capacity + RESERVE, 2u * FLOW_RUN) + 1;
	t->record_bytes = record_bytes;
	t->mask = power_of_two((capacity + MEAN_LOAD - 1) / MEAN_LOAD) - 1;
	t->bucket = memory_take(bucket_bytes(t), numa_node);
	t->record = memory_take((size_t)t->records * record_bytes, numa_node);
	t->vacant = memory_take((size_t)t->records * sizeof(*t->vacant), numa_node);
	if (t->bucket == NULL || t->record == NULL || t->vacant == NULL) {
		flow_table_destroy(t);
		return NULL;
	}
	t->hand = 1;
	flow_secret_draw(&t->secret);
	return t;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (t == NULL)
		return;
	memory_give(t->bucket, bucket_bytes(t));
	memory_give(t->record, (size_t)t->records * t->record_bytes);
	memory_give(t->vacant, (size_t)t->records * sizeof(*t->vacant));
	explicit_bzero(&t->secret, sizeof(t->secret));
	free(t);
}

size_t
flow_table_bytes(const struct flow_table *t)
{
	return sizeof(*t) + bucket_bytes(t)
		+ (size_t)t->records * (t->record_bytes + sizeof(*t->vacant));
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

/* Returns the other bucket of an entry: the same step leads to it and back. */
static struct bucket *
other_bucket(const struct flow_table *t, const struct bucket *b, uint16_t sig)
{
	uint32_t step = (uint32_t)(sig * 0x9e3779b1u) >> 8 | 1;

	return t->bucket + (((uint32_t)(b - t->bucket) ^ step) & t->mask);
}

static uint32_t
find_in(const struct flow_table *t, const struct bucket *b, uint16_t sig, const void *key)
{
	for (unsigned bits = flow_places(b, sig); bits != 0; bits &= bits - 1) {
		uint32_t index = b->index[__builtin_ctz(bits)];

		if (memcmp(record_key(t, index), key, key_bytes(t)) == 0)
			return index;
	}
	return 0;
}

uint32_t
flow_table_find(const struct flow_table *t, const void *key, uint64_t hash)
{
	const struct bucket *first = flow_bucket(t, hash);
	uint16_t sig = flow_sig(hash);
	uint32_t index;

	if (flow_table_lacks(t, hash))
		return 0;
	index = find_in(t, first, sig, key);
	if (index != 0 || first->overflow == 0)
		return index;
	return find_in(t, other_bucket(t, first, sig), sig, key);
}

/* Where the first word of a key has the interface. */
#define IFACE_BITS rte_cpu_to_le_32((KEY_IFACES - 1) << 16)

/* Returns true if the record's key equals the given one except for the interface. */
static bool
same_but_iface(const struct flow_table *t, uint32_t index, const uint8_t *key)
{
	const uint8_t *have = record_key(t, index);

	return ((load32(have) ^ load32(key)) & ~IFACE_BITS) == 0
		&& memcmp(have + 4, key + 4, key_bytes(t) - 4) == 0;
}

static uint32_t
find_any_in(const struct flow_table *t, const struct bucket *b, uint16_t sig, const void *key)
{
	for (unsigned bits = flow_places(b, sig); bits != 0; bits &= bits - 1) {
		uint32_t index = b->index[__builtin_ctz(bits)];

		if ((flow_at(t, index)->flags & FLOW_SESSION) && same_but_iface(t, index, key))
			return index;
	}
	return 0;
}

static void
outdate_in(struct flow_table *t, const struct bucket *b, uint16_t sig, const uint8_t *key)
{
	for (unsigned bits = flow_places(b, sig); bits != 0; bits &= bits - 1) {
		uint32_t index = b->index[__builtin_ctz(bits)];

		if (!(flow_at(t, index)->flags & FLOW_SESSION) && same_but_iface(t, index, key))
			flow_at(t, index)->epoch = 0;
	}
}

void
flow_table_outdate(struct flow_table *t, const void *key, uint64_t hash)
{
	const struct bucket *first = flow_bucket(t, hash);

	outdate_in(t, first, flow_sig(hash), key);
	if (first->overflow != 0)
		outdate_in(t, other_bucket(t, first, flow_sig(hash)), flow_sig(hash), key);
}

static unsigned
aliases_in(const struct flow_table *t, const struct bucket *b, uint16_t sig, const void *key,
	uint32_t *out)
{
	unsigned n = 0;

	for (unsigned bits = flow_places(b, sig); bits != 0; bits &= bits - 1) {
		uint32_t index = b->index[__builtin_ctz(bits)];

		if ((flow_at(t, index)->flags & FLOW_ALIAS) && same_but_iface(t, index, key))
			out[n++] = index;
	}
	return n;
}

unsigned
flow_table_aliases(
	const struct flow_table *t, uint32_t index, uint32_t out[static FLOW_ALIASES_MAX])
{
	uint32_t home = flow_at(t, index)->home;
	const struct bucket *b = t->bucket + (home >> 4);
	uint16_t sig = b->sig[home >> 1 & (BUCKET_PLACES - 1)];
	const void *key = record_key(t, index);
	unsigned n = aliases_in(t, b, sig, key, out);

	return n + aliases_in(t, other_bucket(t, b, sig), sig, key, out + n);
}

uint64_t
flow_table_hash(const struct flow_table *t, const struct tuple *tuple)
{
	struct key4 k4;
	struct key6 k6;

	if (tuple->family == 6) {
		tuple_to_key6(&k6, tuple, 0);
		return flow_hash6(&k6, &t->secret);
	}
	tuple_to_key4(&k4, tuple, 0);
	return flow_hash4(&k4, &t->secret);
}

uint32_t
flow_table_find_any(const struct flow_table *t, const struct tuple *tuple, uint64_t hash)
{
	const struct bucket *first = flow_bucket(t, hash), *second;
	uint16_t sig = flow_sig(hash);
	union {
		struct key4 k4;
		struct key6 k6;
	} key;
	uint32_t index;

	if (flow_table_lacks(t, hash))
		return 0;
	if (tuple->family == 6)
		tuple_to_key6(&key.k6, tuple, 0);
	else
		tuple_to_key4(&key.k4, tuple, 0);
	index = find_any_in(t, first, sig, (const uint8_t *)&key);
	if (index != 0 || first->overflow == 0)
		return index;
	second = other_bucket(t, first, sig);
	return find_any_in(t, second, sig, (const uint8_t *)&key);
}

static int
free_place(const struct bucket *b)
{
	unsigned bits = flow_places(b, 0);

	return bits != 0 ? __builtin_ctz(bits) : -1;
}

/* Writes an entry.  Returns what its record must store: where the entry is, and whether that is its
 * second bucket. */
static uint32_t
put(const struct flow_table *t, struct bucket *b, int place, uint16_t sig, uint32_t index,
	bool second)
{
	b->sig[place] = sig;
	b->index[place] = index;
	return (uint32_t)(b - t->bucket) << 4 | (uint32_t)place << 1 | second;
}

static void
clear(struct bucket *b, int place)
{
	b->sig[place] = 0;
	b->index[place] = 0;
}

/* Moves one entry of a full bucket to its other bucket.  Returns the place that it left, or -1. */
static int
make_place(struct flow_table *t, struct bucket *b)
{
	for (int i = 0; i < BUCKET_PLACES; i++) {
		struct bucket *to = other_bucket(t, b, b->sig[i]);
		int place = to != b ? free_place(to) : -1;
		struct flow *f = flow_at(t, b->index[i]);

		if (place < 0)
			continue;
		if (f->home & 1)
			to->overflow--; /* it returns to its first bucket */
		else
			b->overflow++; /* it leaves its first bucket */
		f->home = put(t, to, place, b->sig[i], b->index[i], !(f->home & 1));
		clear(b, i);
		t->moved++;
		return i;
	}
	return -1;
}

/* Writes index into one of the two buckets of a hash.  Returns where, or NO_HOME when there is no
 * place. */
static uint32_t
place_entry(struct flow_table *t, uint64_t hash, uint32_t index)
{
	struct bucket *first = flow_bucket(t, hash), *second;
	uint16_t sig = flow_sig(hash);
	int place = free_place(first);

	if (likely(place >= 0))
		return put(t, first, place, sig, index, false);
	second = other_bucket(t, first, sig);
	if (free_place(second) < 0)
		place = make_place(t, first);
	if (place >= 0)
		return put(t, first, place, sig, index, false);
	place = free_place(second);
	if (place < 0)
		place = make_place(t, second);
	if (place < 0 || second == first)
		return NO_HOME;
	first->overflow++;
	return put(t, second, place, sig, index, true);
}

/* Returns the n-th index that is used for the first time, n from 0.  A session inserts both its
 * flows, the forward one first, so runs of forward flows and runs of replies alternate: traffic of
 * which one direction is heavier touches fewer lines and pages. */
static uint32_t
fresh_index(uint32_t n)
{
	uint32_t at = n % (2 * FLOW_RUN);

	return 1 + n - at + at % 2 * FLOW_RUN + at / 2;
}

/* Returns the index that the n-th next insert will take, or 0. */
static uint32_t
vacant_at(const struct flow_table *t, uint32_t n)
{
	uint32_t fresh;

	if (n < t->n_vacant)
		return t->vacant[t->n_vacant - 1 - n];
	fresh = t->fresh + (n - t->n_vacant);
	return fresh + 1 < t->records ? fresh_index(fresh) : 0;
}

void
flow_table_prefetch_vacant(const struct flow_table *t, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(flow_at(t, vacant_at(t, i)));
}

uint32_t
flow_table_insert(struct flow_table *t, const void *key, uint64_t hash, uint32_t tick)
{
	uint32_t index = vacant_at(t, 0), home = NO_HOME;
	struct flow *f = flow_at(t, index);

	if (likely(t->used < t->capacity && index != 0))
		home = place_entry(t, hash, index);
	if (unlikely(home == NO_HOME)) {
		t->refused++;
		return 0;
	}
	if (t->n_vacant > 0)
		t->n_vacant--;
	else
		t->fresh++;
	if (index > t->high)
		counter_set(&t->high, index);
	counter_add(&t->used, 1);
	*f = (struct flow){ .seen = tick, .home = home, .flags = FLOW_USED };
	if (t->record_bytes == sizeof(struct flow4))
		memcpy((uint8_t *)f + sizeof(*f), key, sizeof(struct key4));
	else
		memcpy((uint8_t *)f + sizeof(*f), key, sizeof(struct key6));
	return index;
}

/* Returns true if the record may have counts, or an account of its own. */
static bool
has_to_tell(const struct flow *f)
{
	return f->packets != 0 || !(f->flags & FLOW_SESSION);
}

void
flow_table_remove(struct flow_table *t, uint32_t index)
{
	struct flow *f = flow_at(t, index);
	struct bucket *b = t->bucket + (f->home >> 4);
	int place = f->home >> 1 & (BUCKET_PLACES - 1);

	if ((f->list != 0 || (f->flags & FLOW_ALIAS) || (t->lets_all_go && has_to_tell(f)))
		&& t->let_go != NULL)
		t->let_go(t->arg, t, index);
	if (f->home & 1)
		other_bucket(t, b, b->sig[place])->overflow--;
	clear(b, place);
	f->flags = 0;
	f->epoch = 0;
	t->vacant[t->records - 1 - t->n_limbo++] = index;
	counter_add(&t->used, -1);
}

void
flow_table_reclaim(struct flow_table *t)
{
	while (t->n_limbo > 0)
		t->vacant[t->n_vacant++] = t->vacant[t->records - t->n_limbo--];
}

void
flow_table_sweep(struct flow_table *t, uint32_t budget,
	void (*one)(void *arg, struct flow_table *t, uint32_t index), void *arg)
{
	uint32_t n = budget < t->high ? budget : t->high;

	while (n-- > 0) {
		uint32_t index = t->hand;

		t->hand = index >= t->high ? 1 : index + 1;
		rte_prefetch0(flow_at(t, index + SWEEP_AHEAD));
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
