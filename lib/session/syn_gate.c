/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of first SYNs. */

#include "session/syn_gate.h"

#include <errno.h>

#include "base/memory.h"

int
syn_gate_init(struct syn_gate *gate, uint64_t bytes, int numa_node)
{
	uint64_t lines = 1;

	while (lines * 2 * sizeof(*gate->line) <= (bytes != 0 ? bytes : SYN_GATE_BYTES_DEFAULT))
		lines *= 2;
	gate->mask = lines - 1;
	gate->line = memory_take(syn_gate_bytes(gate), numa_node);
	return gate->line != NULL ? 0 : -ENOMEM;
}

void
syn_gate_fini(struct syn_gate *gate)
{
	memory_give(gate->line, syn_gate_bytes(gate));
	gate->line = NULL;
}

size_t
syn_gate_bytes(const struct syn_gate *gate)
{
	return (size_t)(gate->mask + 1) * sizeof(*gate->line);
}

void
syn_gate_admit(struct syn_gate *gate, uint32_t per_second, uint64_t now_ns)
{
	gate->due_ns = (gate->due_ns > now_ns ? gate->due_ns : now_ns) + NS_PER_SECOND / per_second;
}
