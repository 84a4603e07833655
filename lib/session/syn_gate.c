/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of first SYNs. */

#include "session/syn_gate.h"

#include <errno.h>

#include "base/memory.h"

int
openings_init(struct openings *o, uint64_t bytes, int numa_node)
{
	uint64_t lines = 1;

	while (lines * 2 * sizeof(*o->line) <= (bytes != 0 ? bytes : OPENING_BYTES_DEFAULT))
		lines *= 2;
	o->mask = lines - 1;
	o->line = memory_take(openings_bytes(o), numa_node);
	return o->line != NULL ? 0 : -ENOMEM;
}

void
openings_fini(struct openings *o)
{
	memory_give(o->line, openings_bytes(o));
	o->line = NULL;
}

size_t
openings_bytes(const struct openings *o)
{
	return (size_t)(o->mask + 1) * sizeof(*o->line);
}

void
opening_pay(struct openings *o, uint32_t per_second, uint64_t now_ns)
{
	o->due_ns = (o->due_ns > now_ns ? o->due_ns : now_ns) + NS_PER_SECOND / per_second;
}
