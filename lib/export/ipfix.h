/* SPDX-License-Identifier: BSD-3-Clause */
/* The exporter of flows and NAT events to an IPFIX collector: a thread of its own.
 *
 *   worker -> flow_reports, NAT's log -> records -> messages -> socket -> collector
 *             (rings; full: lost)   ipfix_record  ipfix_queue  ipfix_collector
 *
 * While the collector takes nothing, messages wait, up to IPFIX_QUEUE, then records wait in the
 * workers' rings, and what finds no room there is lost and counted.  Sequence numbers count lost
 * records, too.
 *
 * Threads: the control thread calls.  Memory: ipfix_start/ipfix_stop. */
#ifndef EXPORT_IPFIX_H
#define EXPORT_IPFIX_H

#include "base/err.h"
#include "config/config.h"
#include "control/appliance.h"
#include "control/exporter.h"

enum {
	IPFIX_FLUSH_MS = 200,     /* longest time that a record waits for others */
	IPFIX_STOP_MS = 1500,     /* longest time to send what is left */
	IPFIX_POLL_MS = 10,       /* between looks at the rings */
	IPFIX_OPTIONS_MS = 60000, /* between reports of the figures of the exporter */
};

struct ipfix;

/* Starts it, for the configuration in use.  Returns NULL after an error. */
struct ipfix *ipfix_start(struct appliance *a, struct err *err);

/* Takes the collector and the names of the configuration in use; what waits goes there. */
void ipfix_follow(struct ipfix *x, struct appliance *a);

/* Tells how the workers' clocks stand to the time of day; every 100 ms or so. */
void ipfix_tick(struct ipfix *x, struct appliance *a);

/* Asks it to send what is left and to end, without waiting; ipfix_has_ended tells that it has, and
 * ipfix_stop then returns at once. */
void ipfix_end(struct ipfix *x);
bool ipfix_is_ending(const struct ipfix *x);
bool ipfix_has_ended(const struct ipfix *x);

/* Sends what is left, for IPFIX_STOP_MS at most, and stops.  NULL is fine. */
void ipfix_stop(struct ipfix *x);

void ipfix_figures(struct ipfix *x, struct exporter_figures *out);

#endif
