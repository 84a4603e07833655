/* SPDX-License-Identifier: BSD-3-Clause */
/* What the rules of an appliance have counted. */
#ifndef UNIT_CONFIG_HITS_H
#define UNIT_CONFIG_HITS_H

#include "support/appliance_fixture.h"

/* Hits of the rule on that line of the list. */
static inline uint64_t
hits(struct appliance_fixture *f, unsigned line)
{
	static struct report r;
	const struct generation *gen;

	read_report(f, &r);
	gen = appliance_generation(f->a);
	for (unsigned i = 0; i < r.n_counters; i++) {
		if (r.counters[i].counter == &gen->counters[line])
			return r.counters[i].packets;
	}
	return 0;
}

#endif
