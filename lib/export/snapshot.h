/* SPDX-License-Identifier: BSD-3-Clause */
/* The figures of the running appliance at one time, copied: for metrics and health.
 *
 * No worker is asked: the counters of those that run may be a burst ahead of each other.
 *
 * Threads: snapshot_take by the control thread; nobody writes to a snapshot after that, so any
 * number of threads may hold and read it.  Memory: snapshot_take and snapshot_hold, each with
 * snapshot_free. */
#ifndef EXPORT_SNAPSHOT_H
#define EXPORT_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/control.h"
#include "control/exporter.h"
#include "io/pool.h"
#include "nat/counts.h"
#include "packet/ledger.h"
#include "session/session.h"

enum {
	SNAPSHOT_NAME = 64,
	SNAPSHOT_DOUBTS = 3,
};

struct snapshot_traffic {
	uint64_t rx, rx_bytes, tx, tx_bytes;
};

struct snapshot_port {
	char name[SNAPSHOT_NAME];
	bool present, up;
	struct snapshot_traffic traffic;
	uint64_t missed, no_mbuf, errors;
};

struct snapshot_iface {
	char name[SNAPSHOT_NAME];
	struct snapshot_traffic traffic;
	uint64_t drops[REASON_COUNT];
	bool has_host; /* a kernel's interface: what that has sent and got */
	struct snapshot_traffic host;
	uint64_t host_lost;
};

struct snapshot_worker {
	double busy; /* share of the last second */
	uint64_t busy_ns, idle_ns, packets;
	uint64_t longest_loop_ns;
	uint64_t longest_sleep_ns, slept_ns, sleeps; /* with the loop that slept */
	uint64_t woken;                              /* of the sleeps */
	uint64_t generation;                         /* that it uses */
	bool stalled;
};

struct snapshot_pool {
	int node;
	uint64_t free, count;
};

struct snapshot {
	atomic_uint holders; /* it is freed when the last one frees it */
	double uptime;
	double busy_cycles_hz; /* of the time-stamp counter */
	uint64_t generation;
	struct control_reloads reloads;
	unsigned n_ports, n_workers, n_pools, n_ifaces;
	struct snapshot_port port[LEDGER_PORTS];
	struct snapshot_worker worker[EAL_WORKERS_MAX];
	struct snapshot_pool pool[POOL_NODES_MAX];
	struct ledger_sum ledger;
	uint64_t hits, misses; /* look-ups of flows */
	uint64_t flows, flows_max;
	uint64_t sessions, sessions_max;
	struct session_counts counts;
	struct latency latency; /* of all workers */
	struct exporter_figures exporter;
	struct nat_summary *nat;       /* NULL: no pools, or a worker has not adopted them yet */
	struct snapshot_iface iface[]; /* those of the generation */
};

/* An imbalance that may be none: a worker may have been interrupted while it wrote its ledger.  Of
 * whoever takes snapshots one after the other; zeroed at first. */
struct snapshot_doubt {
	unsigned times;                  /* that it was seen, one after the other */
	uint64_t loops[EAL_WORKERS_MAX]; /* of the workers when it was seen last */
};

/* An imbalance is one that SNAPSHOT_DOUBTS snapshots have seen before, every worker having come
 * round in between; until then it is 0.  NULL: no memory. */
struct snapshot *snapshot_take(struct control *c, struct snapshot_doubt *doubt);
struct snapshot *snapshot_hold(struct snapshot *s);
void snapshot_free(struct snapshot *s); /* NULL is fine */

/* Writes why Weir is not ready, a line for each reason, or nothing. */
void snapshot_not_ready(const struct snapshot *s, char *out, size_t size);

#endif
