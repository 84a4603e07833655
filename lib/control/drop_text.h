/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a packet was dropped, in words: its reason, and the line of the configuration. */
#ifndef CONTROL_DROP_TEXT_H
#define CONTROL_DROP_TEXT_H

#include <stdio.h>

#include "policy/generation.h"

#define DROP_TEXT_BYTES 512

/* Writes it.  The line is known only while the generation runs (low 16 bits of its number). */
static inline void
drop_text(const struct generation *gen, uint32_t generation, unsigned reason, uint32_t place,
	char out[static DROP_TEXT_BYTES])
{
	const struct rule_counter *p = place != 0 && place < gen->n_counters
			&& (uint16_t)gen->number == (uint16_t)generation
		? &gen->counters[place]
		: NULL;
	int n = snprintf(out, DROP_TEXT_BYTES, "drop %s: %s", reason_name((enum reason)reason),
		reason_sentence((enum reason)reason));

	if (p != NULL)
		snprintf(out + n, DROP_TEXT_BYTES - (size_t)n, " %s:%u %s%s%s", p->loc.file,
			p->loc.line, p->owner, p->name != NULL ? " " : "",
			p->name != NULL ? p->name : "");
}

#endif
