/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of events share. */
#ifndef CONTROL_EVENTS_PRIV_H
#define CONTROL_EVENTS_PRIV_H

#include "control/events.h"
#include "io/pool.h"
#include "nat/nat.h"

/* A rule that is logged, by its number over generations. */
struct rule_lines {
	char *members; /* of its lines in JSON: place, owner, name, prefix; NULL: not known */
	uint32_t interval_ns;
	uint64_t full_ns; /* rate of all workers together: tap/rule_ring.c */
	uint64_t over;    /* lines that were too many for it */
	uint64_t told;    /* of these, and of the workers' */
};

struct events {
	struct event_sink *sink; /* NULL: nothing is written */
	bool all;                /* other events than those of rules, too */
	uint64_t second_ns;      /* clock of the workers at the last second */
	uint64_t levels_ns;      /* the same, when levels were looked at */
	uint64_t lost_told[EAL_WORKERS_MAX], untold_told[EAL_WORKERS_MAX];
	const char *link[PORT_MAX];
	bool stalled[EAL_WORKERS_MAX];
	bool limits_seen;
	uint64_t drops[REASON_COUNT];
	/* levels.c: what is nearly used up */
	bool low_sessions, low_buffers[POOLS_MAX];
	struct low_pool {
		char name[64];
		bool low;
	} low_pool[NAT_POOLS];
	uint64_t bridge_seen[BRIDGES_MAX + 1]; /* bridge_events.c */
	struct rule_lines rule[RULE_LOGS];
};

/* levels.c: tells what is nearly used up; once a second. */

/* rule_lines.c: takes the rules of a generation. */
void events_take_rules(struct events *e, const struct generation *gen);

/* Writes the entries of the workers' rings; says how many
 * lines were too many. */
void events_write_rules(struct events *e, const struct events_now *now);
void events_say_over(struct events *e, const struct events_now *now);

#endif
