/* SPDX-License-Identifier: BSD-3-Clause */
/* What one worker's packets need: its tables, the generation that judges them, its clock, and the
 * host under its own addresses.  The fast path and the slow path are given it.
 *
 * Threads: the owning worker; the ledger's counters are read by others.  Memory: fastpath_create
 * makes all parts, fastpath_destroy frees them. */
#ifndef SLOWPATH_DATAPATH_H
#define SLOWPATH_DATAPATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct action_lists;
struct dynamic;
struct flow_reports;
struct flow_table;
struct generation;
struct helpers;
struct host;
struct ledger;
struct nat;
struct nexthop;
struct observer; /* slowpath/slowpath.h */
struct rule_ring;
struct sessions;
struct slowpath; /* slowpath/slowpath.h */

#define EPOCH_NONE 0x10000u /* no program is of it */

struct datapath {
	const struct generation *gen;
	uint16_t epoch;      /* of programs that may run; never 0 */
	uint32_t kept_epoch; /* of programs that gen's changes tell which of them stay
			      * (slowpath_keep); or EPOCH_NONE */
	unsigned worker;     /* its number */
	struct clock clock;
	uint64_t now_ns; /* as read by fastpath_tick, once a burst */
	struct flow_table *flow4, *flow6;
	struct action_lists *lists; /* of the records of both tables */
	struct sessions *sessions;
	struct nat *nat;
	struct helpers *helpers;
	struct nexthop *nexthops; /* [NEXTHOP_COUNT] */
	struct host *host;
	struct dynamic *dynamic; /* members of dynamic sets (slowpath/dynamic.h) */
	struct ledger *ledger;
	const struct observer *observer; /* NULL in production */
	struct rule_ring *rules;         /* of rules with log:; NULL: there never was one */
	struct flow_reports *reports;    /* NULL: flows are not exported */
	bool reports_nat;      /* begin and end of translated sessions are reported, too */
	struct slowpath *slow; /* what the slow path keeps beside these */
};

#endif
