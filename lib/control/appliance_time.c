/* SPDX-License-Identifier: BSD-3-Clause */
/* The wall clock for rules that hold at certain times; the data path does not read it. */

#include <time.h>

#include "control/appliance_priv.h"
#include "policy/times.h"

/* Returns the wall clock, of which virtual time has its own. */
static int64_t
wall_clock(const struct appliance *a)
{
	uint64_t passed_ns;

	if (!a->options.virtual_time)
		return (int64_t)time(NULL); /* a worker writes its clock */
	passed_ns = fastpath_clock(workers_at(a->workers, 0)->fp)->now_ns - APPLIANCE_TIME_ZERO_NS;
	return a->wall_s + (int64_t)(passed_ns / NS_PER_SECOND);
}

void
appliance_follow_time(struct appliance *a)
{
	times_set(a->gen->times, wall_clock(a));
}

void
appliance_set_wall(struct appliance *a, int64_t wall_s)
{
	a->wall_s = wall_s;
	appliance_follow_time(a);
}
