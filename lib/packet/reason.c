/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/reason.h"

#include <stddef.h>
#include <string.h>

struct reason_row {
	const char *name;
	const char *sentence;
	enum fault fault;
};

static const struct reason_row rows[REASON_COUNT] = {
	[REASON_NONE] = { "none", "The packet was not dropped.", FAULT_US },
#define X(name, fault, sentence) [REASON_##name] = { #name, sentence, FAULT_##fault },
	REASONS(X)
#undef X
};

static const char *const fault_names[] = {
	[FAULT_PEER] = "peer",
	[FAULT_POLICY] = "policy",
	[FAULT_CAPACITY] = "capacity",
	[FAULT_CONFIG] = "configuration",
	[FAULT_US] = "us",
};

const char *
reason_name(enum reason r)
{
	return rows[r].name;
}

const char *
reason_sentence(enum reason r)
{
	return rows[r].sentence;
}

enum fault
reason_fault(enum reason r)
{
	return rows[r].fault;
}

const char *
fault_name(enum fault f)
{
	return fault_names[f];
}

enum reason
reason_find(const char *name)
{
	for (enum reason r = REASON_NONE + 1; r < REASON_COUNT; r++) {
		if (strcmp(rows[r].name, name) == 0)
			return r;
	}
	return REASON_NONE;
}
