/* SPDX-License-Identifier: BSD-3-Clause */
/* Rule counters: the lines of the configuration that decide something and count what they decided.
 *
 * Such a line is a rule, a default, a stage drop, a policer, a route.  Its number is an index into
 * the generation's counters, 1 and up; 0 is "none".  Each worker counts in its own array. */
#ifndef POLICY_RULE_COUNTER_H
#define POLICY_RULE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct rule_counter {
	struct loc loc;    /* file (without folders, as users write it), line */
	const char *owner; /* "acls.from-outside", "pipelines.inside" */
	const char *name;  /* the rule's name, or NULL */
	bool log;          /* first packets are to be logged */
	uint64_t says;     /* a hash of the line's text; 0 for a default */
};

struct rule_hits {
	uint64_t packets, bytes;
	uint32_t first, last; /* clock_tick; valid when packets is not 0 */
};

#endif
