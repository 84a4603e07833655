/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections that are being opened while too many are: who comes twice is meant.
 *
 * While half-open sessions have all of their share, the first SYN of a connection is dropped and
 * remembered; the one that its sender repeats a second later (RFC 6298) is let in.  A flood from
 * random sources never comes twice, and costs one line of memory a packet.  A quarter of the share is let in in a
 * second, so that each connection has four to be opened before it must give room.
 *
 * The memory is two blocked Bloom filters of 2^30 ns each, one of them being filled, side by side in lines; a line is
 * cleared when it is first touched in a new period.  Bits are of the flow's keyed hash.
 *
 * Threads: the owning worker.  Memory: openings_init. */
#ifndef FLOW_OPENING_H
#define FLOW_OPENING_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_prefetch.h>

#include "base/clock.h"

#define OPENING_SECONDS 4u              /* that a connection has before it must give room */
#define OPENING_LINES (1u << 17)        /* 8 MB, which only a flood touches; enough for 2 M/s */
#define OPENING_BYTES (OPENING_LINES * sizeof(struct opening_line))
#define OPENING_WORDS 3
#define OPENING_PERIOD_BITS 30          /* 1.07 s */

struct opening_line {
	uint64_t period[2];
	uint64_t bits[2][OPENING_WORDS];        /* two are set in each word */
};
static_assert(sizeof(struct opening_line) == 64, "one line");

struct openings {
	struct opening_line *line;
	uint64_t due_ns;                /* when those let in so far are paid for */
};

/* 0, or -ENOMEM. */
int openings_init(struct openings *o, int numa_node);
void openings_fini(struct openings *o);         /* zeroed is fine */

static inline struct opening_line *
opening_line(const struct openings *o, uint32_t hash)
{
	return &o->line[hash % OPENING_LINES];
}

static inline void
opening_prefetch(const struct openings *o, uint32_t hash)
{
	rte_prefetch0(opening_line(o, hash));
}

static inline bool
opening_has_all(const uint64_t *bits, const uint64_t *wanted)
{
	uint64_t missing = 0;

	for (unsigned i = 0; i < OPENING_WORDS; i++)
		missing |= wanted[i] & ~bits[i];
	return missing == 0;
}

/* Was it seen in this period or the one before?  It is remembered. */
static inline bool
opening_seen(struct openings *o, uint32_t hash, uint64_t now_ns)
{
	struct opening_line *l = opening_line(o, hash);
	uint64_t period = now_ns >> OPENING_PERIOD_BITS;
	unsigned now = period & 1;
	uint64_t mix = hash * 0x9e3779b97f4a7c15ull >> 20, wanted[OPENING_WORDS];
	bool seen;

	for (unsigned i = 0; i < OPENING_WORDS; i++)
		wanted[i] = 1ull << (mix >> 12 * i & 63) | 1ull << (mix >> (12 * i + 6) & 63);
	if (l->period[now] != period) {
		memset(l->bits[now], 0, sizeof(l->bits[now]));
		l->period[now] = period;
	}
	seen = opening_has_all(l->bits[now], wanted)
		|| (l->period[!now] == period - 1 && opening_has_all(l->bits[!now], wanted));
	for (unsigned i = 0; i < OPENING_WORDS; i++)
		l->bits[now][i] |= wanted[i];
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
