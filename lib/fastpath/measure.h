/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path with a clock between its steps, and with actions left out: the basis for measuring
 * a configuration.  Production does not contain it.
 *
 * Threads: the owning worker. */
#ifndef FASTPATH_MEASURE_H
#define FASTPATH_MEASURE_H

#include <stdint.h>

#include "fastpath/fastpath.h"

enum measured_step {
	MEASURED_PARSE,
	MEASURED_LOOK_UP,
	MEASURED_EXECUTE, /* known flows, without the look-up */
	MEASURED_FIRST,   /* packets for the slow path: judged, installed, carried
			   * out */
	MEASURED_SEND,    /* to the queues and out, drops freed */
	MEASURED_STEPS,
};

/* Cycles since it was zeroed; those of the clock itself are subtracted. */
struct measured {
	uint64_t cycles[MEASURED_STEPS];
	uint64_t clock_cycles; /* the cost of reading the clock: measure_clock */
};

/* Returns the least of many times between two readings of the clock. */
uint64_t measure_clock(void);

/* Calls fastpath_process and fastpath_flush, and adds their cycles to out. */
void fastpath_measure(
	struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, struct measured *out);

/* Actions that a program executes for single packets, besides what every program does. */
enum measured_action {
	MEASURED_TCP, /* state and window of connections */
	MEASURED_METER,
	MEASURED_DSCP,
	MEASURED_ACTIONS,
};

/* Returns "tcp", "meter", "dscp". */
const char *measured_action_name(enum measured_action a);

/* Removes the action from the programs of all flows, until it is put back.  Returns how many had
 * it. */
uint32_t fastpath_leave_out(struct fastpath *fp, enum measured_action a);
void fastpath_put_back(struct fastpath *fp);

#endif
