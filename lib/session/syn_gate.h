/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections that are being opened while too many are: who comes twice is meant.
 *
 * While half-open sessions have all of their share, the first SYN of a connection is dropped and
 * remembered; the one that its sender repeats a second later (RFC 6298) is let in.  A flood from
 * random sources never comes twice, and costs one line of memory a packet.  A quarter of the share is let in in a
 * second, so that each connection has four to be opened before it must give room.
 *
 * The memory is lines of the last 31 that fell there, 16 bits of the flow's keyed hash of each: a SYN takes the
 * place of the oldest.  One in 2,000 is taken for known that is not, however fast the flood.
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

#define OPENING_SECONDS 4u              /* that a connection has before it must give room */
#define OPENING_BYTES_PRESET (8u << 20) /* which only a flood touches: 4 million SYNs */
#define OPENING_PLACES 31u

struct opening_line {
	uint16_t turn;                          /* below 31: the place that is written next */
	uint16_t print[OPENING_PLACES];         /* above 31, 0: none */
};
static_assert(sizeof(struct opening_line) == 64, "one line");

struct openings {
	struct opening_line *line;
	uint64_t mask;                  /* lines - 1 */
	uint64_t due_ns;                /* when those let in so far are paid for */
};

/* bytes: at most so many, a line at least; 0: the preset.  0, or -ENOMEM. */
int openings_init(struct openings *o, uint64_t bytes, int numa_node);
void openings_fini(struct openings *o);         /* zeroed is fine */
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

/* Does a line hold a print?  Its turn is none. */
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

/* Was it seen lately?  It is remembered.  hash: the flow's keyed one. */
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

/* May one more be let in, of so many in a second?  A quarter of them at once. */
static inline bool
opening_may_pay(const struct openings *o, uint64_t now_ns)
{
	return o->due_ns <= now_ns + NS_PER_SECOND / 4;
}

/* It is let in. */
void opening_pay(struct openings *o, uint32_t per_second, uint64_t now_ns);

#endif
