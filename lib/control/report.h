/* SPDX-License-Identifier: BSD-3-Clause */
/* The figures of an appliance: ports, workers, flows, drops with their reasons, the ledger.
 *
 * Threads: the control thread.  No worker is asked; those that run may be a burst ahead, counts of
 * known flows a second behind.  Memory: report_take fills the caller's struct, report_fini frees
 * what it took for NAT; names belong to the appliance. */
#ifndef CONTROL_REPORT_H
#define CONTROL_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "control/appliance.h"
#include "control/nat_log.h"
#include "nat/counts.h"
#include "session/session.h"
#include "packet/ledger.h"
#include "policy/rule_counter.h"

enum {
	REPORT_COUNTERS = 16,
};

struct report_port {
	const char *name;
	uint64_t rx, rx_bytes, tx, tx_bytes; /* from the ledger */
	uint64_t missed;                     /* the device or the kernel had no room */
	uint64_t no_mbuf;                    /* the device found no packet buffer */
	uint64_t errors;
	const char *link;        /* "up", "down", or "gone": its device vanished */
	const char *replies;     /* of ports_replies */
	const struct port *port; /* for its abilities */
};

struct report_worker {
	unsigned core;
	uint64_t generation;      /* the generation that it uses; the report's, unless it
				   * stands still */
	uint64_t packets, handed; /* by other workers */
	double busy;              /* share of its time spent on packets */
	double ns_per_packet;
	uint64_t longest_wake_ns; /* longest loop with a sleep in it */
	uint64_t longest_gap_ns;  /* longest loop without */
	uint64_t flows, flows_capacity;
	uint64_t sessions;
	uint64_t uncached;   /* times that a flow got no program of its own */
	uint64_t facts_lost; /* facts about neighbours that did not reach the other
			      * workers */
};

/* An interface of the configuration; everything that came in and left by it since the start. */
struct report_interface {
	const char *name;
	uint64_t rx, rx_bytes, tx, tx_bytes;
	uint64_t drops[REASON_COUNT];
};

/* A rule or another line that decided something. */
struct report_counter {
	const struct rule_counter *counter;
	uint64_t packets, bytes;
};

struct report {
	double seconds; /* from the first poll until now, or until halt */
	uint64_t generation;
	unsigned n_ports;
	struct report_port port[PORT_MAX];
	unsigned n_workers;
	struct report_worker worker[EAL_WORKERS_MAX];
	struct ledger_sum ledger;
	uint64_t born[BORN_COUNT], consumed[CONSUMED_COUNT];
	int64_t held[HELD_COUNT];
	uint64_t sessions; /* of all workers, now or at halt */
	uint64_t flow_bytes, session_bytes, source_bytes, nat_bytes; /* memory of their tables */
	struct nat_summary *nat; /* of all workers; NULL without pools */
	uint32_t nat_conflicts;  /* addresses that another station of their link uses */
	const char *nat_log;     /* the file of its log; NULL: none is written */
	struct nat_log_counts nat_log_counts;
	uint64_t hits, misses; /* look-ups of flows */
	struct session_counts counts;
	struct report_counter
		counters[REPORT_COUNTERS]; /* most packets first; of this generation */
	unsigned n_counters;
	struct report_counter *all_counters; /* in the order of the file, with those without
					      * hits; NULL without memory */
	unsigned n_all_counters;
	struct report_interface *iface;
	unsigned n_ifaces;
	unsigned mbufs_out; /* not back in their pools; valid after appliance_close */
	bool closed;
};

/* Fills everything but mbufs_out and closed, which the caller fills after appliance_close. */
void report_take(struct appliance *a, struct report *r);
void report_fini(struct report *r);

/* Returns true if Weir itself is sound: no imbalance, and every mbuf is back if that is known. */
bool report_is_sound(const struct report *r);

void report_print(const struct report *r, FILE *out, bool colour);

/* Print the lines about sessions and pools, as report_print does. */
void report_print_sessions(const struct report *r, FILE *out);
void report_print_nat(const struct report *r, FILE *out);

/* Returns the object of `run --json`, without packets; a new reference. */
json_t *report_json(const struct report *r);

/* Return members of such an object, some of which replay writes, too; new references.  Of sessions:
 * how many have begun, how many there are by class, protocol and TCP state, and why others ended.
 * Of NAT: by pool, and there by address. */
json_t *report_sessions_json(const struct report *r);
json_t *report_nat_json(const struct report *r);
json_t *report_nat_log_json(const struct report *r); /* NULL: none is written */
json_t *report_memory_json(const struct report *r);
json_t *report_device_json(const struct port *port); /* what the port uses of its device, and
						      * what the device can do */
json_t *report_bond_json(
	const struct port *port); /* the bond that it is, and its members; NULL: none */
json_t *report_members_json(const struct port *port); /* texts: each member and its state */
json_t *report_drops_json(const struct ledger_sum *l);
json_t *report_ledger_json(const struct ledger_sum *l);
json_t *report_interfaces_json(const struct report *r);
json_t *report_hits_json(const struct report *r); /* an array: what each counting line of
						   * the file has decided */

#endif
