/* SPDX-License-Identifier: BSD-3-Clause */
/* The share of a worker's time that it may spend on being watched, by a capture or a trace.
 *
 * Time is cut into rounds of BUDGET_ROUND_NS.  In each round the worker may spend one part in so
 * many of it, at once if it has to; then it does not look until the next round begins, which costs
 * it a comparison a burst: the time stamp counter is read only while it looks.
 *
 * Threads: the owning worker.  Times are the worker's clock; what is spent is counted in cycles of
 * the time stamp counter. */
#ifndef TAP_BUDGET_H
#define TAP_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_cycles.h>

#define BUDGET_ROUND_NS 25000000ull

struct budget {
	int64_t credit, full;  /* cycles left in this round, and at its begin */
	uint64_t began_ns;     /* the round */
	uint64_t since_cycles; /* of what is being charged */
};

static inline void
budget_init(struct budget *b, unsigned share)
{
	b->full = (int64_t)(rte_get_tsc_hz() / 1000 * (BUDGET_ROUND_NS / 1000000) / share);
	b->credit = b->full;
}

/* Returns true if time may be spent; budget_charge is to follow. */
static inline bool
budget_open(struct budget *b, uint64_t now_ns)
{
	if (now_ns - b->began_ns >= BUDGET_ROUND_NS) {
		b->began_ns = now_ns;
		b->credit = b->full;
	}
	if (b->credit <= 0)
		return false;
	b->since_cycles = rte_rdtsc();
	return true;
}

/* Charges the time since the budget was opened, or since budget_reopen; most: cycles, beyond which
 * it was an interruption. */
static inline void
budget_charge(struct budget *b, uint64_t most)
{
	uint64_t spent = rte_rdtsc() - b->since_cycles;

	b->credit -= (int64_t)RTE_MIN(spent, most);
}

/* Ends the round: what was looked at would find no room. */
static inline void
budget_end(struct budget *b)
{
	b->credit = 0;
}

/* What is spent from now on belongs to what was opened before. */
static inline void
budget_reopen(struct budget *b)
{
	b->since_cycles = rte_rdtsc();
}

#endif
