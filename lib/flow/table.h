/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow table of one worker, IPv4 or IPv6: buckets of one cache line that lead to records.
 *
 * A bucket has 8 places (16-bit signature, 32-bit record index).  A key has two buckets; an entry
 * that finds no place in its first one is counted there as overflow, so a look-up reads the second
 * bucket only if it must.  When both are full, one entry is moved to its other bucket.
 *
 * Index 0 is a dummy record that no key equals.  A removed record keeps its bytes, except flags and
 * epoch, until the next flow_table_reclaim: a burst that looked it up finds it without a program.
 *
 * The table never grows.  Without state a flow is only a cache entry: it is admitted on its second
 * packet (flow_table_admit; the bucket remembers recent misses), so scans and spoofed floods do not
 * displace known flows.
 *
 * A record stores where its entry is, so it is removed without hashing its key again.
 *
 * Threads: the owning worker only.  Memory: three blocks on the worker's NUMA node, allocated by
 * flow_table_create. */
#ifndef FLOW_TABLE_H
#define FLOW_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_prefetch.h>

#include "flow/flow.h"
#include "flow/hash.h"

#define BUCKET_PLACES 8
#define FLOW_RUN      64 /* records that stand together: of one direction, mostly */

struct bucket {
	uint16_t sig[BUCKET_PLACES];
	uint32_t index[BUCKET_PLACES];
	uint32_t none;      /* always 0: index[8] of a look-up without a match */
	uint16_t overflow;  /* entries of this bucket that are in their second bucket */
	uint16_t recent[4]; /* signatures of recent misses: the doorkeeper */
	uint8_t turn;       /* pseudo-random: which of recent is written next */
	uint8_t spare;
};
static_assert(sizeof(struct bucket) == 64, "one line");

struct flow_table {
	struct bucket *bucket;
	uint32_t mask;         /* buckets - 1 */
	uint32_t record_bytes; /* 64 or 128 */
	uint8_t *record;       /* struct flow4 or flow6: a dummy, then runs of FLOW_RUN */
	uint32_t *vacant;      /* unused indexes from the bottom, removed ones from the top */
	uint32_t n_vacant;     /* of indexes that were used before */
	uint32_t n_limbo;      /* removed since the last reclaim */
	uint32_t capacity;
	uint32_t records; /* capacity, reserve and dummy */
	uint32_t used;
	uint32_t fresh;     /* indexes that were ever used */
	uint32_t high;      /* no index above was ever used */
	uint32_t hand;      /* where the sweep continues */
	uint32_t room_hand; /* the last record that flow_table_make_room has examined */
	uint64_t swept_ns;
	uint64_t moved, refused, evicted;
	int numa_node;
	struct flow_secret secret;
	/* Called before a record with a action list, or an alias, is removed: collects its
	 * counts. */
	void (*let_go)(void *arg, struct flow_table *t, uint32_t index);
	void *arg;
	bool lets_all_go; /* it is called for every record that has counts or no session, and for
			   * one that becomes a session's */
};

/* Creates a table for flow4 (record_bytes 64) or flow6 (128).  NULL without memory. */
struct flow_table *flow_table_create(uint32_t capacity, uint32_t record_bytes, int numa_node);
void flow_table_destroy(struct flow_table *t); /* NULL is fine */
size_t flow_table_bytes(const struct flow_table *t);

static inline struct flow *
flow_at(const struct flow_table *t, uint32_t index)
{
	return (struct flow *)(t->record + (size_t)index * t->record_bytes);
}

static inline struct flow4 *
flow4_at(const struct flow_table *t, uint32_t index)
{
	return (struct flow4 *)(void *)t->record + index;
}

static inline struct flow6 *
flow6_at(const struct flow_table *t, uint32_t index)
{
	return (struct flow6 *)(void *)t->record + index;
}

static inline uint16_t
flow_sig(uint64_t hash)
{
	uint16_t sig = (uint16_t)(hash >> 32);

	return sig != 0 ? sig : 1;
}

static inline struct bucket *
flow_bucket(const struct flow_table *t, uint64_t hash)
{
	return t->bucket + ((uint32_t)hash & t->mask);
}

/* Returns a bit for each place of a bucket whose signature is sig; 0 is that of a free place. */
static inline unsigned
flow_places(const struct bucket *b, uint16_t sig)
{
	unsigned bits = 0;

#if defined(__SSE2__)
	__m128i equal = _mm_cmpeq_epi16(
		_mm_load_si128((const __m128i *)b->sig), _mm_set1_epi16((short)sig));

	bits = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
#else
	for (unsigned i = 0; i < BUCKET_PLACES; i++)
		bits |= (unsigned)(b->sig[i] == sig) << i;
#endif
	return bits;
}

/* Returns true if a key's first bucket shows that no key with its tuple is in the table. */
static inline bool
flow_table_lacks(const struct flow_table *t, uint64_t hash)
{
	const struct bucket *b = flow_bucket(t, hash);

	return (b->overflow | flow_places(b, flow_sig(hash))) == 0;
}

/* Returns the index of the record of a key (struct key4 or key6), or 0. */
uint32_t flow_table_find(const struct flow_table *t, const void *key, uint64_t hash);

/* Returns the hash of the keys that have this tuple. */
uint64_t flow_table_hash(const struct flow_table *t, const struct tuple *tuple);

/* Returns the index of a record with a session whose key has this tuple and hash, for any
 * interface of the tuple's domain; or 0. */
uint32_t flow_table_find_any(const struct flow_table *t, const struct tuple *tuple, uint64_t hash);

/* Takes the programs from flows without a session whose keys equal this one except for the
 * interface: they were decided without knowing of a session. */
void flow_table_outdate(struct flow_table *t, const void *key, uint64_t hash);

/* Writes the indexes of a session direction's records for other interfaces (FLOW_ALIAS) to out,
 * given the record that the session has for it.  Returns their number. */
#define FLOW_ALIASES_MAX (2 * BUCKET_PLACES)
unsigned flow_table_aliases(
	const struct flow_table *t, uint32_t index, uint32_t out[static FLOW_ALIASES_MAX]);

/* Inserts a record for a key that is not in the table: key, FLOW_USED and tick are set, the rest is
 * zero, except what the program writes (to).  Returns 0 when both buckets and the places to move to
 * are full, or all records are used. */
uint32_t flow_table_insert(struct flow_table *t, const void *key, uint64_t hash, uint32_t tick);

/* Prefetches the lines that the next n inserts will write, except their buckets. */
void flow_table_prefetch_vacant(const struct flow_table *t, unsigned n);

/* Prefetches the bucket that has a record's entry, which is to be removed soon. */
static inline void
flow_table_prefetch_home(const struct flow_table *t, uint32_t index)
{
	rte_prefetch0(t->bucket + (flow_at(t, index)->home >> 4));
}

/* Removes a record.  Its index is free after the next reclaim. */
void flow_table_remove(struct flow_table *t, uint32_t index);

/* Tells that a record without a session, which may have counted packets, becomes a session's. */
static inline void
flow_table_hand_over(struct flow_table *t, uint32_t index)
{
	if (t->lets_all_go)
		t->let_go(t->arg, t, index);
}

/* Frees the indexes of removed records.  Called between bursts. */
void flow_table_reclaim(struct flow_table *t);

/* Returns true if the key was missed recently; remembers it if not. */
bool flow_table_admit(struct flow_table *t, uint64_t hash);

/* Removes the flow without session, or the alias, in the key's first bucket that was seen longest
 * ago, unless it was seen at now_tick.  Returns its index, or 0. */
uint32_t flow_table_evict(struct flow_table *t, uint64_t hash, uint32_t now_tick);

/* Removes flows without sessions until n records can be inserted; examines that many of the next
 * records, in turn.  Returns true if there is room. */
bool flow_table_make_room(struct flow_table *t, uint32_t n, uint32_t look);

/* Continues the circular walk over at most budget records, and calls one for each in use. */
void flow_table_sweep(struct flow_table *t, uint32_t budget,
	void (*one)(void *arg, struct flow_table *t, uint32_t index), void *arg);

/* Returns the largest number of buckets read for any key that is in the table now: 1 or 2. */
unsigned flow_table_longest_probe(const struct flow_table *t);

/* Returns the index of the record behind the first matching signature of a key's first bucket, or
 * 0.  The caller compares the key: it may be another flow's, and one signature in 65,536 also
 * matches an empty place. */
static inline uint32_t
flow_candidate(const struct flow_table *t, uint64_t hash)
{
	const struct bucket *bucket = flow_bucket(t, hash);
	uint16_t sig = (uint16_t)(hash >> 32);
#if defined(__SSE2__)
	__m128i have = _mm_load_si128((const __m128i *)bucket->sig);
	__m128i equal = _mm_cmpeq_epi16(have, _mm_set1_epi16((short)sig));
	uint32_t mask = (uint32_t)_mm_movemask_epi8(equal) | 1u << 16;
	const uint32_t *index = bucket->index; /* and index[8] is none */

	return index[(unsigned)__builtin_ctz(mask) / 2];
#else
	for (unsigned i = 0; i < BUCKET_PLACES; i++) {
		if (bucket->sig[i] == sig)
			return bucket->index[i];
	}
	return 0;
#endif
}

#endif
