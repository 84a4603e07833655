/* SPDX-License-Identifier: BSD-3-Clause */
/* The dynamic sets of a running appliance. */

#include "control/appliance_priv.h"
#include "control/set_keeper.h"

uint64_t
appliance_now_ns(struct appliance *a)
{
	if (a->options.virtual_time)
		return fastpath_clock(workers_at(a->workers, 0)->fp)->now_ns;
	return clock_read(&a->clock);
}

void
appliance_merge_sets(struct appliance *a)
{
	set_keeper_tick(a->sets, a->workers, a->gen, appliance_now_ns(a));
}

struct set_keeper *
appliance_sets(struct appliance *a)
{
	return a->sets;
}

void
appliance_save_sets(struct appliance *a, const char *path)
{
	appliance_merge_sets(a);
	if (set_keeper_is_dirty(a->sets))
		set_keeper_save(a->sets, a->gen, path, appliance_now_ns(a));
}

void
appliance_load_sets(struct appliance *a, const char *path)
{
	set_keeper_load(a->sets, a->gen, path, appliance_now_ns(a));
}
