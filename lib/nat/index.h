/* SPDX-License-Identifier: BSD-3-Clause */
/* How NAT finds records: cache lines of 15 entries, each a tag of the hash and a record's index.
 *
 * An entry that finds its line full goes to the next one, and each line that it passes counts it: a
 * search continues only where an entry has passed, so one line nearly always answers it, also when
 * there is nothing (Bronson and Shi, "Open-sourcing F14", 2019).  Records are numbered from 1 to
 * NAT_INDEX_MAX; with eleven for each line on average there is always room.
 *
 * Threads: the owning worker. */
#ifndef NAT_INDEX_H
#define NAT_INDEX_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_prefetch.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define NAT_INDEX_MAX   ((1u << 24) - 1)
#define NAT_LINE_PLACES 15u
#define NAT_LINE_LOAD   11u /* records for each line, on average */

struct nat_line {
	uint32_t entry[NAT_LINE_PLACES]; /* tag << 24 | index; 0: free */
	uint32_t passed;                 /* entries that went on to a later line */
};
static_assert(sizeof(struct nat_line) == 64, "one cache line");

struct nat_index {
	struct nat_line *line;
	uint32_t lines;
};

static inline uint32_t
nat_index_lines(uint32_t records)
{
	return records / NAT_LINE_LOAD + 1;
}

static inline uint32_t
nat_index_home(const struct nat_index *t, uint64_t hash)
{
	return (uint32_t)((hash & UINT32_MAX) * t->lines >> 32);
}

static inline uint32_t
nat_index_next(const struct nat_index *t, uint32_t line)
{
	return line + 1 < t->lines ? line + 1 : 0;
}

static inline void
nat_index_prefetch(const struct nat_index *t, uint64_t hash)
{
	rte_prefetch0(&t->line[nat_index_home(t, hash)]);
}

/* Returns a tag, which is not 0, so that no used entry is 0. */
static inline uint32_t
nat_index_tag(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 56);

	return tag + (tag == 0);
}

/* Returns a bit for each place of a line with this tag; tag 0 is that of free places. */
static inline unsigned
nat_line_places(const struct nat_line *l, uint32_t tag)
{
	unsigned bits = 0;

#if defined(__SSE2__)
	const __m128i *at = (const __m128i *)l, want = _mm_set1_epi32((int)tag);
	__m128i same[4];

	for (unsigned i = 0; i < 4; i++)
		same[i] = _mm_cmpeq_epi32(_mm_srli_epi32(_mm_load_si128(at + i), 24), want);
	same[0] = _mm_packs_epi16(
		_mm_packs_epi32(same[0], same[1]), _mm_packs_epi32(same[2], same[3]));
	bits = (unsigned)_mm_movemask_epi8(same[0]);
#else
	for (unsigned i = 0; i < NAT_LINE_PLACES; i++)
		bits |= (unsigned)(l->entry[i] >> 24 == tag) << i;
#endif
	return bits & ((1u << NAT_LINE_PLACES) - 1);
}

static inline uint32_t
nat_line_record(const struct nat_line *l, unsigned bits)
{
	return l->entry[__builtin_ctz(bits)] & NAT_INDEX_MAX;
}

/* Returns the first record with the tag in its line, or 0. */
static inline uint32_t
nat_index_guess(const struct nat_index *t, uint64_t hash)
{
	const struct nat_line *l = &t->line[nat_index_home(t, hash)];
	unsigned bits = nat_line_places(l, nat_index_tag(hash));

	return bits != 0 ? nat_line_record(l, bits) : 0;
}

/* Iterates over the records that may have a hash, as far as the search must go. */
struct nat_search {
	uint32_t line, left; /* lines not read yet */
	unsigned bits;
};

static inline struct nat_search
nat_search_begin(const struct nat_index *t, uint64_t hash)
{
	struct nat_search s = { .line = nat_index_home(t, hash), .left = t->lines - 1 };

	s.bits = nat_line_places(&t->line[s.line], nat_index_tag(hash));
	return s;
}

/* Returns the next record; 0 at the end. */
static inline uint32_t
nat_search_next(const struct nat_index *t, struct nat_search *s, uint64_t hash)
{
	const struct nat_line *l = &t->line[s->line];
	uint32_t record;

	while (s->bits == 0) {
		if (l->passed == 0 || s->left-- == 0)
			return 0;
		s->line = nat_index_next(t, s->line);
		l = &t->line[s->line];
		s->bits = nat_line_places(l, nat_index_tag(hash));
	}
	record = nat_line_record(l, s->bits);
	s->bits &= s->bits - 1;
	return record;
}

static inline void
nat_index_add(struct nat_index *t, uint64_t hash, uint32_t record)
{
	uint32_t line = nat_index_home(t, hash);
	unsigned bits;

	while ((bits = nat_line_places(&t->line[line], 0)) == 0) {
		t->line[line].passed++;
		line = nat_index_next(t, line);
	}
	t->line[line].entry[__builtin_ctz(bits)] = nat_index_tag(hash) << 24 | record;
}

/* Removes a record, which must be there. */
static inline void
nat_index_remove(struct nat_index *t, uint64_t hash, uint32_t record)
{
	uint32_t line = nat_index_home(t, hash), entry = nat_index_tag(hash) << 24 | record;

	for (;;) {
		struct nat_line *l = &t->line[line];

		for (unsigned bits = nat_line_places(l, entry >> 24); bits != 0; bits &= bits - 1) {
			if (l->entry[__builtin_ctz(bits)] == entry) {
				l->entry[__builtin_ctz(bits)] = 0;
				return;
			}
		}
		l->passed--;
		line = nat_index_next(t, line);
	}
}

#endif
