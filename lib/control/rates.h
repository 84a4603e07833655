/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of what happens a second: counters looked at once a second, and the difference.
 *
 * Threads: the control thread.  Memory: struct rates is the caller's, some 200 KiB. */
#ifndef CONTROL_RATES_H
#define CONTROL_RATES_H

#include <stdint.h>

#include "control/appliance.h"
#include "packet/ledger.h"

#define RATES_NS 1000000000ull /* between two looks */

/* Of a port or an interface. */
struct traffic_counts {
	uint64_t rx, rx_bytes, tx, tx_bytes;
};

struct rates_sample {
	uint64_t at_ns; /* monotonic; 0: none yet */
	struct traffic_counts port[LEDGER_PORTS], iface[LEDGER_IFACES];
	uint64_t drops[REASON_COUNT];
	uint64_t busy_ns[EAL_WORKERS_MAX], idle_ns[EAL_WORKERS_MAX], packets[EAL_WORKERS_MAX];
};

struct rates {
	struct rates_sample sample[2];
	unsigned newest;
};

/* Looks at the counters, if the last look is RATES_NS ago. */
void rates_look(struct rates *r, struct appliance *a);

/* Seconds between the two last looks, 0 before the second one. */
double rates_seconds(const struct rates *r);

/* What happened a second between them, of a counter of struct rates_sample. */
double rates_of(const struct rates *r, uint64_t before, uint64_t after);

static inline const struct rates_sample *
rates_after(const struct rates *r)
{
	return &r->sample[r->newest];
}

static inline const struct rates_sample *
rates_before(const struct rates *r)
{
	return &r->sample[!r->newest];
}

/* The counters of now, of all workers. */
void traffic_of_port(struct appliance *a, unsigned port, struct traffic_counts *out);
void traffic_of_iface(struct appliance *a, unsigned iface, struct traffic_counts *out);

#endif
