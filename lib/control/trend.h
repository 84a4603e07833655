/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions and traffic over the last hour, a look every TREND_NS, in memory.
 *
 * Threads: the control thread.  Memory: struct trend is the caller's. */
#ifndef CONTROL_TREND_H
#define CONTROL_TREND_H

#include <stdint.h>

#include "control/appliance.h"
#include "control/rates.h"
#include "session/session.h"

enum {
	TREND_LOOKS = 361,
};

#define TREND_NS 10000000000ull

struct trend_look {
	uint64_t at_ns; /* monotonic */
	uint32_t sessions[SESSION_CLASSES];
	uint64_t rx, tx, drops; /* packets a second */
};

struct trend {
	unsigned n, next;
	uint64_t last_ns; /* 0: none yet */
	struct trend_look look[TREND_LOOKS];
};

/* Looks, if the last time is TREND_NS ago. */
void trend_tick(struct trend *t, struct appliance *a, const struct rates *rates);

#endif
