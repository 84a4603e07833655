/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance on ports in memory, traffic that it lets through, and the stations around it: the
 * basis of measuring.
 *
 * The code is that of production, on one worker that the caller steps, with the time-stamp counter
 * as its clock unless virtual time is requested (then a seed decides everything).
 *
 * Threads: the control thread.  Memory: rig_open/_close. */
#ifndef MEASURE_RIG_H
#define MEASURE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "offline/offline.h"
#include "measure/traffic.h"
#include "packet/burst.h"

struct rig_setup {
	const char *in; /* interface; NULL: the first by which a packet passes */
	uint8_t family; /* 4 or 6 */
	unsigned burst; /* 0: as configured */
	bool virtual_time;
	struct traffic_setup traffic; /* its aim is found here */
};

struct rig {
	struct offline offline;
	struct traffic *traffic;
	struct traffic_setup setup; /* as found and completed */
	struct worker *worker;
	struct port *in;
	struct rte_mempool *pool;
	unsigned burst;
	bool tracking;  /* the pipeline tracks: new flows begin with their
			 * opening packet */
	bool answering; /* peers accept connections and answer UDP */
	uint64_t sent;  /* frames of any kind that ports have sent */
	struct rte_mbuf *m[BURST_MAX];
};

/* Starts an appliance from cfg, which belongs to the rig from here on, finds traffic for it, and
 * sends the packets that make every flow known.  Returns 0, or negative with an error and nothing
 * left behind. */
int rig_open(struct rig *r, struct config *cfg, const struct rig_setup *setup, struct err *err);

/* Closes everything.  Returns -EIO with an error if the ledger does not balance or buffers are
 * missing, which is a bug.  A zeroed rig is fine. */
int rig_close(struct rig *r, struct err *err);

/* Puts the next n packets of the traffic into r->m, ready to be received.  Returns false without
 * buffers. */
bool rig_fill(struct rig *r, unsigned n);

/* Sends them in by the port, steps the worker until there is nothing to do, and takes the sent
 * frames away. */
void rig_run(struct rig *r, unsigned n);

/* Takes the frames away that ports have sent; peers answer ARP and ND. */
void rig_drain(struct rig *r);

#endif
