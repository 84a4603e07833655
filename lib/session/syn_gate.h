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
 * Threads: the owning worker.  Memory: syn_gate_init. */
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

#define SYN_GATE_SECONDS       4u /* time of a connection to open before it must give room */
#define SYN_GATE_BYTES_DEFAULT (8u << 20) /* only a flood touches it: 4 million SYNs */
#define SYN_GATE_PLACES        31u

struct syn_gate_line {
	uint16_t turn;                   /* below 31: the next place to write */
	uint16_t print[SYN_GATE_PLACES]; /* above 31, 0: none */
};
static_assert(sizeof(struct syn_gate_line) == 64, "one line");

struct syn_gate {
	struct syn_gate_line *line;
	uint64_t mask;   /* lines - 1 */
	uint64_t due_ns; /* when the SYNs let in so far are paid for */
};

/* Allocates the memory.  bytes: maximum, but at least a line; 0: the default.  Returns 0 or
 * -ENOMEM. */
int syn_gate_init(struct syn_gate *gate, uint64_t bytes, int numa_node);
void syn_gate_fini(struct syn_gate *gate); /* zeroed is fine */
size_t syn_gate_bytes(const struct syn_gate *gate);

static inline struct syn_gate_line *
syn_gate_line(const struct syn_gate *gate, uint64_t hash)
{
	return &gate->line[hash >> 20 & gate->mask];
}

static inline void
syn_gate_prefetch(const struct syn_gate *gate, uint64_t hash)
{
	rte_prefetch0(syn_gate_line(gate, hash));
}

/* Returns true if a line has a print.  Its turn is not one. */
static inline bool
line_has(const struct syn_gate_line *l, uint16_t print)
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
	for (unsigned i = 0; i < SYN_GATE_PLACES; i++) {
		if (l->print[i] == print)
			return true;
	}
	return false;
#endif
}

static inline uint16_t
syn_gate_print(uint64_t hash)
{
	uint16_t print = (uint16_t)(hash >> 48);

	return print <= SYN_GATE_PLACES ? (uint16_t)(print + SYN_GATE_PLACES + 1) : print;
}

/* Returns true if the SYN was seen recently. hash: the flow's keyed one. */
static inline bool
syn_gate_knows(const struct syn_gate *gate, uint64_t hash)
{
	return line_has(syn_gate_line(gate, hash), syn_gate_print(hash));
}

/* Returns the same, and remembers the SYN. */
static inline bool
syn_gate_remember(struct syn_gate *gate, uint64_t hash)
{
	struct syn_gate_line *l = syn_gate_line(gate, hash);
	uint16_t print = syn_gate_print(hash);
	bool seen = line_has(l, print);

	l->print[l->turn] = print;
	l->turn = l->turn + 1u < SYN_GATE_PLACES ? (uint16_t)(l->turn + 1) : 0;
	return seen;
}

/* Returns true if one more may be let in at that rate a second; a quarter of it at once. */
static inline bool
syn_gate_may_admit(const struct syn_gate *gate, uint64_t now_ns)
{
	return gate->due_ns <= now_ns + NS_PER_SECOND / 4;
}

/* Counts one that is let in. */
void syn_gate_admit(struct syn_gate *gate, uint32_t per_second, uint64_t now_ns);

#endif
