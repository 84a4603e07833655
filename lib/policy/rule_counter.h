/* SPDX-License-Identifier: BSD-3-Clause */
/* Rule counters: the lines of the configuration that decide something and count what they decided.
 *
 * Such a line is a rule, a default, a stage drop, a policer, a route.  Its number is an index into
 * the generation's counters, 1 and up; 0 is "none".  Each worker counts in its own array. */
#ifndef POLICY_RULE_COUNTER_H
#define POLICY_RULE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/err.h"

struct rule_counter {
	struct loc loc;    /* file (without folders, as users write it), line */
	const char *owner; /* "acls.from-outside", "pipelines.inside" */
	const char *name;  /* the rule's name, or NULL */
	uint32_t log;      /* into the generation's rule_logs; 0: none */
	uint64_t says;     /* a hash of the line's text; 0 for a default */
	uint8_t drops;     /* enum reason of all packets that it counts; 0: it drops none */
};

/* What a rule that is logged decides. */
enum rule_verdict {
	RULE_ACCEPT,
	RULE_DROP,
	RULE_REJECT,
	RULE_GOTO,
	RULE_CALL,
	RULE_RETURN,
	RULE_CONTINUE
};

#define RULE_LOGS 4096 /* numbers of rules that are logged, over generations; 0 is none */

struct rule_log {
	uint16_t id;          /* of the rule by name, over generations */
	uint8_t verdict;      /* enum rule_verdict */
	bool end;             /* a line at a session's end, too */
	uint32_t interval_ns; /* between two lines */
	uint32_t counter;
	const char *prefix; /* or NULL */
};

struct rule_hits {
	uint64_t packets, bytes;
	uint32_t first, last; /* clock_tick; valid when packets is not 0 */
};

/* Counts packets, the latest of them at tick.  For the worker of the counter alone. */
static inline void
rule_hits_add(struct rule_hits *h, uint64_t packets, uint64_t bytes, uint32_t tick)
{
	if (h->packets == 0)
		counter_set(&h->first, tick);
	counter_set(&h->last, tick);
	counter_add(&h->packets, packets);
	counter_add(&h->bytes, bytes);
}

#endif
