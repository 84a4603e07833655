/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of all stages.  A new stage is a new line. */
#include "policy/stage.h"

#include <string.h>

extern const struct stage stage_acl, stage_bridge, stage_dnat, stage_drop, stage_forward,
	stage_limit, stage_mark, stage_mirror, stage_mss, stage_police, stage_route, stage_rpf,
	stage_sample, stage_snat, stage_track;

const struct stage *const stage_registry[] = {
	&stage_drop,
	&stage_forward,
	&stage_rpf,
	&stage_track,
	&stage_dnat,
	&stage_acl,
	&stage_route,
	&stage_snat,
	&stage_police,
	&stage_limit,
	&stage_mark,
	&stage_mss,
	&stage_mirror,
	&stage_sample,
	&stage_bridge,
	NULL,
};

const struct stage *
stage_find(const char *name)
{
	for (unsigned i = 0; stage_registry[i] != NULL; i++)
		if (strcmp(stage_registry[i]->table->name, name) == 0)
			return stage_registry[i];
	return NULL;
}

const struct cfg_table *
stage_table(unsigned i)
{
	for (unsigned k = 0; stage_registry[k] != NULL; k++)
		if (k == i)
			return stage_registry[k]->table;
	return NULL;
}
