/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands /weir/... of DPDK's telemetry. */

#include "control/telemetry.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <rte_telemetry.h>

#include "base/counter.h"
#include "base/log.h"
#include "fastpath/fastpath.h"
#include "io/eal.h"
#include "io/release.h"

#define SNAPSHOT_MS 1000

#define add_count RELEASE_ADD_UINT

struct snapshot_port {
	char name[PORT_NAME_MAX], device[DEVICE_NAME_MAX];
	bool up, present;
	struct port_stats stats;
};

struct snapshot_worker {
	unsigned core;
	bool stalled;
	uint64_t packets, busy_ns, idle_ns, hits, misses, sessions, sessions_max, flows;
	uint64_t sleeps, longest_sleep_ns, longest_loop_ns;
};

struct snapshot {
	uint64_t generation;
	struct ledger_sum ledger;
	unsigned n_ports, n_workers;
	struct snapshot_port port[PORT_MAX];
	struct snapshot_worker worker[EAL_WORKERS_MAX];
};

static struct {
	pthread_mutex_t lock;
	struct snapshot now; /* under the lock */
	uint64_t taken_ms;   /* of the control thread, as on */
	bool on;
} telemetry = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
take_worker(struct appliance *a, unsigned i, struct snapshot_worker *out)
{
	const struct worker *w = workers_at(appliance_workers(a), i);
	const struct ledger *l = fastpath_ledger(w->fp);
	struct fastpath_flows flows;

	fastpath_figures(w->fp, &flows);
	*out = (struct snapshot_worker){
		.core = appliance_core(a, i),
		.stalled = workers_stalled(appliance_workers(a), i),
		.packets = counter_get(&w->packets),
		.busy_ns = counter_get(&w->busy_ns),
		.idle_ns = counter_get(&w->idle_ns),
		.hits = counter_get(&l->lookups_hit),
		.misses = counter_get(&l->lookups_miss),
		.sessions = flows.sessions,
		.sessions_max = flows.sessions_capacity,
		.flows = flows.used4 + flows.used6,
		.sleeps = counter_get(&w->idle.sleeps),
		.longest_sleep_ns = counter_get(&w->idle.longest_ns),
		.longest_loop_ns = counter_get(&w->longest_gap_ns),
	};
}

static void
take_port(struct port *port, struct snapshot_port *out)
{
	snprintf(out->name, sizeof(out->name), "%s", port->name);
	snprintf(out->device, sizeof(out->device), "%s", port->device);
	out->up = atomic_load_explicit(&port->link_up, memory_order_relaxed);
	out->present = atomic_load_explicit(&port->present, memory_order_relaxed);
	port_stats(port, &out->stats);
}

static void
take(struct appliance *a)
{
	static struct snapshot next;
	struct workers *ws = appliance_workers(a);
	struct ports *ports = appliance_ports(a);

	memset(&next, 0, sizeof(next));
	next.generation = appliance_generation(a)->number;
	next.n_workers = workers_count(ws);
	for (unsigned i = 0; i < next.n_workers; i++) {
		ledger_add(&next.ledger, fastpath_ledger(workers_at(ws, i)->fp));
		take_worker(a, i, &next.worker[i]);
	}
	next.n_ports = ports->count;
	for (unsigned i = 0; i < ports->count; i++)
		take_port(&ports->at[i], &next.port[i]);
	pthread_mutex_lock(&telemetry.lock);
	telemetry.now = next;
	pthread_mutex_unlock(&telemetry.lock);
}

void
telemetry_tick(struct appliance *a, uint64_t now_ms)
{
	if (!telemetry.on || now_ms - telemetry.taken_ms < SNAPSHOT_MS)
		return;
	telemetry.taken_ms = now_ms;
	take(a);
}

static int
on_ledger(const char *cmd, const char *params, struct rte_tel_data *d)
{
	const struct ledger_sum *l = &telemetry.now.ledger;

	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&telemetry.lock);
	add_count(d, "rx", l->rx);
	add_count(d, "born", l->born);
	add_count(d, "tx", l->tx);
	add_count(d, "dropped", l->dropped);
	add_count(d, "consumed", l->consumed);
	rte_tel_data_add_dict_int(d, "held", (int)l->held);
	/* Workers go on counting while it is read: up to a burst of each. */
	rte_tel_data_add_dict_int(d, "imbalance", (int)l->imbalance);
	pthread_mutex_unlock(&telemetry.lock);
	return 0;
}

static int
on_drops(const char *cmd, const char *params, struct rte_tel_data *d)
{
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&telemetry.lock);
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (telemetry.now.ledger.drops[i] != 0)
			add_count(d, reason_name(i), telemetry.now.ledger.drops[i]);
	pthread_mutex_unlock(&telemetry.lock);
	return 0;
}

static int
on_sessions(const char *cmd, const char *params, struct rte_tel_data *d)
{
	uint64_t sessions = 0, most = 0, flows = 0;

	pthread_mutex_lock(&telemetry.lock);
	for (unsigned i = 0; i < telemetry.now.n_workers; i++) {
		sessions += telemetry.now.worker[i].sessions;
		most += telemetry.now.worker[i].sessions_max;
		flows += telemetry.now.worker[i].flows;
	}
	pthread_mutex_unlock(&telemetry.lock);
	rte_tel_data_start_dict(d);
	add_count(d, "sessions", sessions);
	add_count(d, "sessions_max", most);
	add_count(d, "flows", flows);
	return 0;
}

/* Adds a dictionary to a dictionary; DPDK frees it. */
static struct rte_tel_data *
add_row(struct rte_tel_data *d, const char *name)
{
	struct rte_tel_data *row = rte_tel_data_alloc();

	if (row == NULL)
		return NULL;
	rte_tel_data_start_dict(row);
	if (rte_tel_data_add_dict_container(d, name, row, 0) == 0)
		return row;
	rte_tel_data_free(row);
	return NULL;
}

static void
add_port(struct rte_tel_data *d, const struct snapshot_port *p)
{
	struct rte_tel_data *row = add_row(d, p->name);

	if (row == NULL)
		return;
	rte_tel_data_add_dict_string(row, "device", p->device);
	rte_tel_data_add_dict_string(row, "link", !p->present ? "gone" : p->up ? "up" : "down");
	add_count(row, "rx_packets", p->stats.rx_packets);
	add_count(row, "rx_bytes", p->stats.rx_bytes);
	add_count(row, "rx_missed", p->stats.rx_missed);
	add_count(row, "rx_no_mbuf", p->stats.rx_no_mbuf);
	add_count(row, "rx_errors", p->stats.rx_errors);
	add_count(row, "tx_packets", p->stats.tx_packets);
	add_count(row, "tx_bytes", p->stats.tx_bytes);
	add_count(row, "tx_errors", p->stats.tx_errors);
}

static int
on_ports(const char *cmd, const char *params, struct rte_tel_data *d)
{
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&telemetry.lock);
	for (unsigned i = 0; i < telemetry.now.n_ports; i++)
		add_port(d, &telemetry.now.port[i]);
	pthread_mutex_unlock(&telemetry.lock);
	return 0;
}

static void
add_worker(struct rte_tel_data *d, unsigned i, const struct snapshot_worker *w)
{
	struct rte_tel_data *row;
	char name[16];

	snprintf(name, sizeof(name), "%u", i);
	row = add_row(d, name);
	if (row == NULL)
		return;
	add_count(row, "core", w->core);
	rte_tel_data_add_dict_int(row, "stalled", w->stalled);
	add_count(row, "generation", telemetry.now.generation);
	add_count(row, "packets", w->packets);
	add_count(row, "busy_ns", w->busy_ns);
	add_count(row, "idle_ns", w->idle_ns);
	add_count(row, "hits", w->hits);
	add_count(row, "misses", w->misses);
	add_count(row, "sessions", w->sessions);
	add_count(row, "flows", w->flows);
	add_count(row, "sleeps", w->sleeps);
	add_count(row, "longest_sleep_ns", w->longest_sleep_ns);
	add_count(row, "longest_loop_ns", w->longest_loop_ns);
}

static int
on_workers(const char *cmd, const char *params, struct rte_tel_data *d)
{
	rte_tel_data_start_dict(d);
	pthread_mutex_lock(&telemetry.lock);
	for (unsigned i = 0; i < telemetry.now.n_workers; i++)
		add_worker(d, i, &telemetry.now.worker[i]);
	pthread_mutex_unlock(&telemetry.lock);
	return 0;
}

void
telemetry_begin(struct appliance *a)
{
	static const struct {
		const char *name;
		telemetry_cb call;
		const char *help;
	} commands[] = {
		{ "/weir/ledger", on_ledger, "The account of all packets. No parameters" },
		{ "/weir/drops", on_drops, "Drops by reason. No parameters" },
		{ "/weir/sessions", on_sessions, "Sessions and flows. No parameters" },
		{ "/weir/ports", on_ports, "Ports: link and counters. No parameters" },
		{ "/weir/workers", on_workers, "Workers: load, look-ups, sleeps. No parameters" },
	};

	telemetry.on = eal_has_telemetry();
	if (!telemetry.on)
		return;
	take(a);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (rte_telemetry_register_cmd(commands[i].name, commands[i].call, commands[i].help)
			< 0)
			log_warning("telemetry: %s cannot be registered", commands[i].name);
	log_info("telemetry: dpdk-telemetry.py -f %s", eal_prefix());
}
