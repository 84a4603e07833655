/* SPDX-License-Identifier: BSD-3-Clause */
/* The SYN gate: while too many connections are opening, only repeated SYNs are let in.
 *
 * While half-open sessions have used up their share, the first SYN of a connection is dropped and
 * remembered; the one that its sender repeats a second later (RFC 6298) is let in.  A flood from
 * random sources never repeats a SYN, and costs one line of memory a packet.  A quarter of the
 * share is let in a second, so that each connection has four seconds to open before it must give
 * room.
 *
 * The memory is lines of the last 31 SYNs, 16 bits of the flow's keyed hash for each: a SYN
 * replaces the oldest of its line.  One SYN in 2,000 is taken for a repeated one although it is
 * not, at any rate of the flood.
 *
 * Threads: the owning worker.  Memory: openings_init. */
#ifndef SESSION_SYN_GATE_H
#define SESSION_SYN_GATE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <rte_prefetch.h>

#include "base/clock.h"

#define OPENING_SECONDS       4u         /* time of a connection to open before it must give room */
#define OPENING_BYTES_DEFAULT (8u << 20) /* only a flood touches it: 4 million SYNs */
#define OPENING_PLACES        31u

struct opening_line {
	uint16_t turn;                  /* below 31: the next place to write */
	uint16_t print[OPENING_PLACES]; /* above 31, 0: none */
};
static_assert(sizeof(struct opening_line) == 64, "one line");

struct openings {
	struct opening_line *line;
	uint64_t mask;   /* lines - 1 */
	uint64_t due_ns; /* when the SYNs let in so far are paid for */
};

/* Allocates the memory.  bytes: maximum, but at least a line; 0: the default.  Returns 0 or
 * -ENOMEM. */
int openings_init(struct openings *o, uint64_t bytes, int numa_node);
void openings_fini(struct openings *o); /* zeroed is fine */
size_t openings_bytes(const struct openings *o);

static inline struct opening_line *
opening_line(const struct openings *o, uint64_t hash)
{
	return &o->line[hash >> 20 & o->mask];
}

static inline void
opening_prefetch(const struct openings *o, uint64_t hash)
{
	rte_prefetch0(opening_line(o, hash));
}

/* Returns true if a line has a print.  Its turn is not one. */
static inline bool
opening_has(const struct opening_line *l, uint16_t print)
{
#if defined(__SSE2__)
	const __m128i *lane = (const __m128i *)(const void *)l;
	__m128i wanted = _mm_set1_epi16((short)print);
	__m128i low = _mm_or_si128(_mm_cmpeq_epi16(_mm_load_si128(lane), wanted),
		_mm_cmpeq_epi16(_mm_load_si128(lane + 1), wanted));
	__m128i high = _mm_or_si128(_mm_cmpeq_epi16(_mm_load_si128(lane + 2), wanted),
		_mm_cmpeq_epi16(_mm_load_si128(lane + 3), wanted));

	return _mm_movemask_epi8(_mm_or_si128(low, high)) != 0;
#else
	for (unsigned i = 0; i < OPENING_PLACES; i++) {
		if (l->print[i] == print)
			return true;
	}
	return false;
#endif
}

/* Returns true if the SYN was seen recently, and remembers it. hash: the flow's keyed one. */
static inline bool
opening_seen(struct openings *o, uint64_t hash)
{
	struct opening_line *l = opening_line(o, hash);
	uint16_t print = (uint16_t)(hash >> 48);
	bool seen;

	if (print <= OPENING_PLACES)
		print += OPENING_PLACES + 1;
	seen = opening_has(l, print);
	l->print[l->turn] = print;
	l->turn = l->turn + 1u < OPENING_PLACES ? (uint16_t)(l->turn + 1) : 0;
	return seen;
}

/* Returns true if one more may be let in at that rate a second; a quarter of it at once. */
static inline bool
opening_may_pay(const struct openings *o, uint64_t now_ns)
{
	return o->due_ns <= now_ns + NS_PER_SECOND / 4;
}

/* Counts one that is let in. */
void opening_pay(struct openings *o, uint32_t per_second, uint64_t now_ns);

#endif
