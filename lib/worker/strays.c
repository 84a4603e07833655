/* SPDX-License-Identifier: BSD-3-Clause */
/* What workers know of each other's strays. */

#include "worker/strays.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

enum {
	STRAYS_BITS = 16,    /* of a filter for each session: two hashes, or three */
	STRAYS_PROBES = 3,   /* bits of a hash */
	STRAYS_CLEAR = 1024, /* words cleared at once */
};

/* What a worker has told.  worker: write, others: read. */
struct told {
	_Alignas(64) atomic_uint_fast64_t serial; /* of the rules that the filter is for */
	atomic_uint_fast32_t count;
	atomic_bool stuck; /* control: write */
	bool dirty;        /* the worker's alone: the filter has had entries */
	atomic_uint_fast64_t *word;
};

struct strays {
	unsigned workers;
	uint32_t words; /* of a filter, a power of two */
	bool began;
	uint64_t rules;              /* control's */
	atomic_uint_fast64_t serial; /* control: write, workers: read; so is generation */
	atomic_uint_fast64_t generation;
	atomic_uint version;
	struct told told[];
};

struct strays *
strays_create(unsigned workers, uint32_t sessions)
{
	size_t bytes = sizeof(struct strays) + workers * sizeof(struct told);
	uint32_t words = rte_align32pow2(RTE_MAX(1u, sessions / (64 / STRAYS_BITS)));
	struct strays *s = aligned_alloc(64, RTE_ALIGN_CEIL(bytes, (size_t)64));

	if (s == NULL)
		return NULL;
	memset(s, 0, bytes);
	s->words = words;
	for (; s->workers < workers; s->workers++) {
		s->told[s->workers].word = calloc(words, sizeof(*s->told[0].word));
		if (s->told[s->workers].word == NULL) {
			strays_destroy(s);
			return NULL;
		}
	}
	return s;
}

void
strays_destroy(struct strays *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->workers; i++)
		free(s->told[i].word);
	free(s);
}

static void
changed(struct strays *s)
{
	/* Pairs with the acquire in strays_version. */
	atomic_fetch_add_explicit(&s->version, 1, memory_order_release);
}

void
strays_expect(struct strays *s, uint64_t rules, uint64_t generation)
{
	if (s->began && s->rules != rules) {
		uint64_t serial = atomic_load_explicit(&s->serial, memory_order_relaxed);

		atomic_store_explicit(&s->generation, generation, memory_order_relaxed);
		/* Pairs with the acquire in strays_serial. */
		atomic_store_explicit(&s->serial, serial + 1, memory_order_release);
		changed(s);
	}
	s->began = true;
	s->rules = rules;
}

void
strays_stuck(struct strays *s, unsigned worker, bool stuck)
{
	atomic_store_explicit(&s->told[worker].stuck, stuck, memory_order_relaxed);
}

unsigned
strays_version(const struct strays *s)
{
	/* Pairs with the release in changed. */
	return atomic_load_explicit(&s->version, memory_order_acquire);
}

uint64_t
strays_serial(const struct strays *s, uint64_t *generation)
{
	/* Pairs with the release in strays_expect. */
	uint64_t serial = atomic_load_explicit(&s->serial, memory_order_acquire);

	*generation = atomic_load_explicit(&s->generation, memory_order_relaxed);
	return serial;
}

bool
strays_clear(struct strays *s, unsigned worker, uint32_t *at)
{
	struct told *t = &s->told[worker];
	uint32_t end = RTE_MIN(s->words, *at + STRAYS_CLEAR);

	if (!t->dirty)
		return true;
	for (; *at < end; (*at)++)
		atomic_store_explicit(&t->word[*at], 0, memory_order_relaxed);
	t->dirty = *at < s->words;
	return !t->dirty;
}

/* Returns the bit of a hash that a probe is for, as a word and a mask. */
static uint32_t
place(const struct strays *s, uint64_t hash, unsigned probe, uint64_t *mask)
{
	uint64_t mixed = (hash + probe) * 0x9e3779b97f4a7c15ull;

	mixed ^= mixed >> 29;
	*mask = 1ull << (mixed & 63);
	return (uint32_t)(mixed >> 32) & (s->words - 1);
}

void
strays_add(struct strays *s, unsigned worker, uint64_t hash)
{
	struct told *t = &s->told[worker];
	uint64_t mask;

	t->dirty = true;
	for (unsigned i = 0; i < STRAYS_PROBES; i++) {
		atomic_uint_fast64_t *word = &t->word[place(s, hash, i, &mask)];

		atomic_store_explicit(word, atomic_load_explicit(word, memory_order_relaxed) | mask,
			memory_order_relaxed);
	}
}

void
strays_tell(struct strays *s, unsigned worker, uint64_t serial, uint32_t count)
{
	struct told *t = &s->told[worker];

	atomic_store_explicit(&t->count, count, memory_order_relaxed);
	/* Pairs with the acquire in is_done: the filter is complete. */
	atomic_store_explicit(&t->serial, serial, memory_order_release);
	changed(s);
}

uint32_t
strays_count(const struct strays *s, unsigned worker)
{
	return (uint32_t)atomic_load_explicit(&s->told[worker].count, memory_order_relaxed);
}

static bool
is_done(const struct strays *s, unsigned worker)
{
	/* Pairs with the release in strays_tell. */
	return atomic_load_explicit(&s->told[worker].serial, memory_order_acquire)
		== atomic_load_explicit(&s->serial, memory_order_relaxed);
}

bool
strays_known(const struct strays *s)
{
	for (unsigned i = 0; i < s->workers; i++)
		if (!is_done(s, i))
			return false;
	return true;
}

bool
strays_open(const struct strays *s)
{
	for (unsigned i = 0; i < s->workers; i++)
		if (!is_done(s, i) || strays_count(s, i) != 0)
			return true;
	return false;
}

static bool
has_hash(const struct strays *s, unsigned worker, uint64_t hash)
{
	const struct told *t = &s->told[worker];
	uint64_t mask;

	if (strays_count(s, worker) == 0)
		return false;
	for (unsigned i = 0; i < STRAYS_PROBES; i++) {
		uint32_t word = place(s, hash, i, &mask);

		if ((atomic_load_explicit(&t->word[word], memory_order_relaxed) & mask) == 0)
			return false;
	}
	return true;
}

bool
strays_has(const struct strays *s, unsigned worker, uint64_t hash)
{
	return is_done(s, worker) && has_hash(s, worker, hash);
}

bool
strays_may_have(const struct strays *s, unsigned worker, uint64_t hash)
{
	if (is_done(s, worker))
		return has_hash(s, worker, hash);
	return !atomic_load_explicit(&s->told[worker].stuck, memory_order_relaxed);
}
