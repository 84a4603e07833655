/* SPDX-License-Identifier: BSD-3-Clause */
/* The only source of time in the data path: nanoseconds since the worker's start.
 *
 * In production it is the time-stamp counter, scaled once at start; in replay and tests it is
 * virtual and stands still until clock_set.  A wall-clock jump changes nothing.
 *
 * Threads: one clock belongs to one worker, which reads it once a burst. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_cycles.h>

#undef NS_PER_S /* DPDK's is an int: 5 * NS_PER_S overflows */
#define NS_PER_S      1000000000ull
#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS     1000000ull
#define NS_PER_US     1000ull

struct clock {
	bool virtual;
	uint64_t now_ns;      /* the last reading */
	uint64_t base_cycles; /* counter when now_ns was base_ns */
	uint64_t base_ns;
	uint64_t mult; /* ns = cycles * mult >> 32 */
};

/* Initialises a clock on the time-stamp counter, which runs at hz; the clock starts at start_ns. */
void clock_init_tsc(struct clock *c, uint64_t hz, uint64_t start_ns);

/* Initialises a virtual clock that stands at start_ns. */
void clock_init_virtual(struct clock *c, uint64_t start_ns);

/* Sets a virtual clock.  Time never goes back: an earlier time is ignored. */
void clock_set(struct clock *c, uint64_t now_ns);

/* Returns the time at which the counter of c has the value cycles, which must not be before the
 * clock's start.  Rounding errors do not add up; nothing overflows in 500 years. */
uint64_t clock_at(const struct clock *c, uint64_t cycles);

/* Reads the clock.  Never returns less than the reading before. */
uint64_t clock_read(struct clock *c);

/* Returns time in the unit of flow records: 2^20 ns (1.05 ms) in 32 bits, compared by
 * subtraction. */
static inline uint32_t
clock_tick(uint64_t ns)
{
	return (uint32_t)(ns >> 20);
}

#endif
