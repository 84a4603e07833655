/* SPDX-License-Identifier: BSD-3-Clause */
/* First and second SYNs. */

#include "flow/opening.h"

#include <errno.h>

#include "base/memory.h"

int
openings_init(struct openings *o, int numa_node)
{
	o->line = memory_take(OPENING_BYTES, numa_node);
	return o->line != NULL ? 0 : -ENOMEM;
}

void
openings_fini(struct openings *o)
{
	memory_give(o->line, OPENING_BYTES);
	o->line = NULL;
}

void
opening_pay(struct openings *o, uint32_t per_second, uint64_t now_ns)
{
	o->due_ns = (o->due_ns > now_ns ? o->due_ns : now_ns) + NS_PER_SECOND / per_second;
}
