/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path with a clock between its steps, and with actions left out: what measuring a
 * configuration stands on.  Nothing of it is there in production.
 *
 * Threads: the owning worker. */
#ifndef FASTPATH_MEASURE_H
#define FASTPATH_MEASURE_H

#include <stdint.h>

#include "fastpath/fastpath.h"

enum measured_step {
	MEASURED_PARSE,
	MEASURED_LOOK_UP,
	MEASURED_EXECUTE,               /* known flows, without the look-up */
	MEASURED_FIRST,                 /* what the slow path sees: judged, installed, carried out */
	MEASURED_SEND,                  /* to the queues and out, drops freed */
	MEASURED_STEPS
};

/* Cycles since it was zeroed; those of the clock itself are taken off. */
struct measured {
	uint64_t cycles[MEASURED_STEPS];
	uint64_t clock_cycles;          /* what reading the clock takes: measure_clock */
};

/* The least of many times from one reading to the next. */
uint64_t measure_clock(void);

/* fastpath_process and fastpath_flush, with their cycles added to out. */
void fastpath_measure(struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n,
	struct measured *out);

/* What a program does to packets one by one, besides what every program does. */
enum measured_action {
	MEASURED_TCP,                   /* state and window of connections */
	MEASURED_METER,
	MEASURED_DSCP,
	MEASURED_ACTIONS
};

/* "tcp", "meter", "dscp". */
const char *measured_action_name(enum measured_action a);

/* The programs of all flows lose the action, until it is put back.  Returns how many had it. */
uint32_t fastpath_leave_out(struct fastpath *fp, enum measured_action a);
void fastpath_put_back(struct fastpath *fp);

#endif
