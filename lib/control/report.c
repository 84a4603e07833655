/* SPDX-License-Identifier: BSD-3-Clause */
/* Gathers the figures of workers, ports and the ledger. */

#include "control/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "worker/mailbox.h"

static void
take_port(struct appliance *a, unsigned index, struct report_port *out)
{
	struct port *port = &appliance_ports(a)->at[index];
	struct workers *ws = appliance_workers(a);
	struct port_stats stats;

	port_stats(port, &stats);
	*out = (struct report_port){
		.name = port->name,
		.replies = ports_replies(appliance_ports(a), port),
		.port = port,
		.missed = stats.rx_missed,
		.no_mbuf = stats.rx_no_mbuf,
		.errors = stats.rx_errors + stats.tx_errors,
		.link = !atomic_load_explicit(&port->present, memory_order_relaxed)  ? "gone"
			: atomic_load_explicit(&port->link_up, memory_order_relaxed) ? "up"
										     : "down",
	};
	out->rx = -port->base.rx;
	out->rx_bytes = -port->base.rx_bytes;
	out->tx = -port->base.tx;
	out->tx_bytes = -port->base.tx_bytes;
	for (unsigned w = 0; w < workers_count(ws); w++) {
		const struct ledger_port *l = &fastpath_ledger(workers_at(ws, w)->fp)->port[index];

		out->rx += counter_get(&l->rx);
		out->rx_bytes += counter_get(&l->rx_bytes);
		out->tx += counter_get(&l->tx);
		out->tx_bytes += counter_get(&l->tx_bytes);
	}
}

static void
take_worker(const struct worker *w, struct report_worker *out)
{
	uint64_t busy_ns = counter_get(&w->busy_ns), time_ns = busy_ns + counter_get(&w->idle_ns);
	uint64_t packets = counter_get(&w->packets);
	struct fastpath_flows flows;

	worker_flows(w, &flows);
	*out = (struct report_worker){
		.packets = packets,
		.handed = counter_get(&w->handed),
		.busy = time_ns == 0 ? 0 : (double)busy_ns / (double)time_ns,
		.ns_per_packet = packets == 0 ? 0 : (double)busy_ns / (double)packets,
		.longest_wake_ns = counter_get(&w->idle.longest_ns),
		.longest_gap_ns = counter_get(&w->longest_gap_ns),
		.flows = flows.used4 + flows.used6,
		.flows_capacity = flows.capacity4 + flows.capacity6,
		.sessions = flows.sessions,
		.uncached = flows.uncached,
		.facts_lost = w->common->mailbox == NULL
			? 0
			: mailbox_lost(w->common->mailbox, w->index),
	};
}

static void
take_sessions(struct workers *ws, struct report *r)
{
	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct fastpath_flows flows;

		worker_flows(workers_at(ws, w), &flows);
		session_counts_add(&r->counts, &flows.counts);
		r->flow_bytes += flows.flow_bytes;
		r->session_bytes += flows.session_bytes;
		r->source_bytes += flows.source_bytes;
	}
}

static void
take_nat(struct workers *ws, const struct generation *gen, struct report *r)
{
	for (unsigned w = 0; w < workers_count(ws); w++) {
		uint64_t bytes;
		struct nat_summary *nat = worker_nat(workers_at(ws, w), gen, &bytes);

		r->nat_bytes += bytes;
		if (r->nat == NULL) {
			r->nat = nat;
			continue;
		}
		if (nat != NULL)
			nat_summary_add(r->nat, nat);
		nat_summary_free(nat);
	}
}

static void
take_nat_log(struct appliance *a, struct report *r)
{
	const struct nat_log_file *log = appliance_nat_log(a);

	if (log == NULL)
		return;
	r->nat_log = nat_log_path(log);
	nat_log_counts(log, appliance_workers(a), &r->nat_log_counts);
}

static void
take_ledger(struct workers *ws, struct report *r)
{
	for (unsigned w = 0; w < workers_count(ws); w++) {
		const struct ledger *l = fastpath_ledger(workers_at(ws, w)->fp);

		ledger_add(&r->ledger, l);
		for (unsigned i = 0; i < BORN_COUNT; i++)
			r->born[i] += counter_get(&l->born[i]);
		for (unsigned i = 0; i < CONSUMED_COUNT; i++)
			r->consumed[i] += counter_get(&l->consumed[i]);
		for (unsigned i = 0; i < HELD_COUNT; i++)
			r->held[i] += counter_get(&l->held[i]);
		r->hits += counter_get(&l->lookups_hit);
		r->misses += counter_get(&l->lookups_miss);
	}
}

/* Inserts into counters[], which stays in order; the last one is removed. */
static void
insert_counter(struct report *r, const struct report_counter *p)
{
	unsigned i = r->n_counters < REPORT_COUNTERS ? r->n_counters++ : REPORT_COUNTERS - 1;

	if (i == REPORT_COUNTERS - 1 && r->counters[i].packets >= p->packets)
		return;
	for (; i > 0 && r->counters[i - 1].packets < p->packets; i--)
		r->counters[i] = r->counters[i - 1];
	r->counters[i] = *p;
}

static void
take_counters(const struct generation *gen, struct report *r)
{
	for (unsigned i = 1; i < gen->n_counters; i++) {
		struct report_counter p = { .counter = &gen->counters[i] };

		if (gen->carried_hits != NULL) {
			p.packets = gen->carried_hits[i].packets;
			p.bytes = gen->carried_hits[i].bytes;
		}
		for (unsigned w = 0; w < gen->n_workers; w++) {
			p.packets += counter_get(&gen->worker[w].hits[i].packets);
			p.bytes += counter_get(&gen->worker[w].hits[i].bytes);
		}
		if (p.packets != 0)
			insert_counter(r, &p);
		if (r->all_counters != NULL)
			r->all_counters[r->n_all_counters++] = p;
	}
}

static void
add_interface(struct report_interface *sum, const struct ledger_iface *l)
{
	sum->rx += counter_get(&l->rx);
	sum->rx_bytes += counter_get(&l->rx_bytes);
	sum->tx += counter_get(&l->tx);
	sum->tx_bytes += counter_get(&l->tx_bytes);
	for (unsigned i = 1; i < REASON_COUNT; i++)
		sum->drops[i] += counter_get(&l->drops[i]);
}

static void
take_interfaces(struct workers *ws, const struct generation *gen, struct report *r)
{
	r->iface = calloc(gen->n_ifaces + 1, sizeof(*r->iface));
	for (unsigned id = 0; r->iface != NULL && id < gen->n_ifaces; id++) {
		struct report_interface *out = &r->iface[r->n_ifaces];

		if (gen->iface[id] == NULL)
			continue;
		out->name = gen->iface[id]->name;
		for (unsigned w = 0; w < workers_count(ws); w++)
			add_interface(out, &fastpath_ledger(workers_at(ws, w)->fp)->iface[id]);
		r->n_ifaces++;
	}
}

void
report_take(struct appliance *a, struct report *r)
{
	struct workers *ws = appliance_workers(a);

	memset(r, 0, sizeof(*r));
	workers_push_hits(ws);
	r->seconds = (double)appliance_uptime_ns(a) / 1e9;
	r->generation = appliance_generation(a)->number;
	for (unsigned i = 0; i < appliance_ports(a)->count; i++)
		if (appliance_ports(a)->at[i].used)
			take_port(a, i, &r->port[r->n_ports++]);
	r->n_workers = workers_count(ws);
	for (unsigned i = 0; i < r->n_workers; i++) {
		take_worker(workers_at(ws, i), &r->worker[i]);
		r->worker[i].core = appliance_core(a, i);
		r->worker[i].generation = workers_adopted(ws, i);
		r->sessions += r->worker[i].sessions;
	}
	take_ledger(ws, r);
	take_sessions(ws, r);
	take_nat(ws, appliance_generation(a), r);
	r->nat_conflicts = host_conflicts(fastpath_host(workers_at(ws, 0)->fp));
	take_nat_log(a, r);
	r->all_counters = calloc(appliance_generation(a)->n_counters + 1, sizeof(*r->all_counters));
	take_counters(appliance_generation(a), r);
	take_interfaces(ws, appliance_generation(a), r);
}

void
report_fini(struct report *r)
{
	nat_summary_free(r->nat);
	free(r->all_counters);
	free(r->iface);
	r->nat = NULL;
	r->all_counters = NULL;
	r->iface = NULL;
}

bool
report_is_sound(const struct report *r)
{
	return r->ledger.imbalance == 0 && (!r->closed || r->mbufs_out == 0);
}
