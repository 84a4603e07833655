/* SPDX-License-Identifier: BSD-3-Clause */
/* Times a burst now and then: the variant of the fast path is replaced for one burst, so the others
 * pay nothing. */

#include <rte_cycles.h>

#include "base/counter.h"
#include "fastpath/fastpath_priv.h"

static void
timed_parse(struct fastpath *fp, struct burst *b)
{
	fp->began_cycles = rte_rdtsc();
	fp->quick->parse(fp, b);
}

/* Bursts with packets of other than known flows do not count. */
static unsigned
timed_execute(struct fastpath *fp, struct burst *b)
{
	uint64_t parsed = rte_rdtsc(), executed;
	unsigned done = fp->quick->execute(fp, b);

	executed = rte_rdtsc();
	fp->variant = fp->quick;
	if (done == b->n) {
		counter_add(&fp->timed.packets, b->n);
		counter_add(&fp->timed.parse_cycles, parsed - fp->began_cycles);
		counter_add(&fp->timed.execute_cycles, executed - parsed);
	}
	return done;
}

static const struct fastpath_variant timed = {
	.name = "timed",
	.parse = timed_parse,
	.execute = timed_execute,
};

void
fastpath_take_times(struct fastpath *fp)
{
	fp->samples = !fp->dp.clock.virtual;
}

void
fastpath_time_next(struct fastpath *fp)
{
	if (!fp->samples || fp->watched || fp->variant == &timed)
		return;
	fp->quick = fp->variant;
	fp->variant = &timed;
}

void
fastpath_time_none(struct fastpath *fp)
{
	if (fp->variant == &timed)
		fp->variant = fp->quick;
}

void
fastpath_times(const struct fastpath *fp, struct fastpath_times *out)
{
	out->packets = counter_get(&fp->timed.packets);
	out->parse_cycles = counter_get(&fp->timed.parse_cycles);
	out->execute_cycles = counter_get(&fp->timed.execute_cycles);
}
