/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

void
clock_init_tsc(struct clock *c, uint64_t hz, uint64_t start_ns)
{
	*c = (struct clock){
		.now_ns = start_ns,
		.base_cycles = rte_rdtsc(),
		.base_ns = start_ns,
		.mult = ((NS_PER_S << 32) + hz / 2) / hz,
	};
}

void
clock_init_virtual(struct clock *c, uint64_t start_ns)
{
	*c = (struct clock){ .virtual = true, .now_ns = start_ns, .base_ns = start_ns };
}

void
clock_set(struct clock *c, uint64_t now_ns)
{
	if (now_ns > c->now_ns)
		c->now_ns = now_ns;
}

uint64_t
clock_at(const struct clock *c, uint64_t cycles)
{
	/* 128 bits: 64 would overflow after some seconds.  Always from the base, so rounding errors
	 * do not add up. */
	unsigned __int128 scaled = (unsigned __int128)(cycles - c->base_cycles) * c->mult;

	return c->base_ns + (uint64_t)(scaled >> 32);
}

uint64_t
clock_read(struct clock *c)
{
	if (!c->virtual) {
		uint64_t cycles = rte_rdtsc();

		/* A counter that steps back (another socket, a resumed guest) stops the clock
		 * for a while instead of sending it centuries ahead. */
		if (cycles > c->base_cycles)
			clock_set(c, clock_at(c, cycles));
	}
	return c->now_ns;
}
