/* SPDX-License-Identifier: BSD-3-Clause */
/* Copying the figures of the appliance. */

#include "export/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mempool.h>

#include "base/counter.h"
#include "base/text.h"
#include "control/rates.h"

#define LEDGER_TRIES 64 /* readings of ledgers that workers go on writing */

static void
copy_traffic(struct snapshot_traffic *to, const struct traffic_counts *from)
{
	*to = (struct snapshot_traffic){ from->rx, from->rx_bytes, from->tx, from->tx_bytes };
}

static void
take_ports(struct snapshot *s, struct appliance *a)
{
	struct ports *ports = appliance_ports(a);

	for (unsigned i = 0; i < ports->count; i++) {
		struct snapshot_port *to = &s->port[s->n_ports];
		struct port *p = &ports->at[i];
		struct traffic_counts traffic;
		struct port_stats stats;

		if (!p->used)
			continue;
		s->n_ports++;
		text_clean(to->name, sizeof(to->name), p->name);
		to->present = atomic_load_explicit(&p->present, memory_order_relaxed);
		to->up = to->present && atomic_load_explicit(&p->link_up, memory_order_relaxed);
		traffic_of_port(a, i, &traffic);
		copy_traffic(&to->traffic, &traffic);
		port_stats(p, &stats);
		to->missed = stats.rx_missed;
		to->no_mbuf = stats.rx_no_mbuf;
		to->errors = stats.rx_errors + stats.tx_errors;
	}
}

static void
take_host(struct snapshot_iface *to, struct appliance *a, uint16_t id)
{
	struct hostif_counts n;

	to->has_host = appliance_host_counts(a, id, &n);
	if (!to->has_host)
		return;
	to->host = (struct snapshot_traffic){ n.rx, n.rx_bytes, n.tx, n.tx_bytes };
	to->host_lost = n.rx_lost + n.tx_lost;
}

static void
take_ifaces(struct snapshot *s, struct appliance *a)
{
	const struct generation *gen = appliance_generation(a);

	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		struct snapshot_iface *to = &s->iface[s->n_ifaces];
		struct traffic_counts traffic;

		if (gen->iface[i] == NULL)
			continue;
		text_clean(to->name, sizeof(to->name), gen->iface[i]->name);
		traffic_of_iface(a, i, &traffic);
		copy_traffic(&to->traffic, &traffic);
		take_host(to, a, (uint16_t)i);
		for (unsigned w = 0; w < workers_count(appliance_workers(a)); w++) {
			const struct ledger *l = fastpath_ledger(
				workers_at(appliance_workers(a), w)->fp);

			for (unsigned r = 0; r < REASON_COUNT; r++)
				to->drops[r] += counter_get(&l->iface[i].drops[r]);
		}
		s->n_ifaces++;
	}
}

static double
busy_share(const struct rates *r, unsigned w)
{
	const struct rates_sample *a = rates_before(r), *b = rates_after(r);
	double busy = (double)(b->busy_ns[w] - a->busy_ns[w]),
	       idle = (double)(b->idle_ns[w] - a->idle_ns[w]);

	return a->at_ns != 0 && busy + idle > 0 ? busy / (busy + idle) : 0;
}

static void
take_worker(struct snapshot *s, struct workers *ws, unsigned i, const struct rates *rates)
{
	struct snapshot_worker *to = &s->worker[i];
	const struct worker *w = workers_at(ws, i);
	const struct ledger *l = fastpath_ledger(w->fp);
	struct fastpath_flows flows;

	to->busy = busy_share(rates, i);
	to->busy_ns = counter_get(&w->busy_ns);
	to->idle_ns = counter_get(&w->idle_ns);
	to->packets = counter_get(&w->packets);
	to->longest_loop_ns = counter_get(&w->longest_gap_ns);
	to->longest_sleep_ns = counter_get(&w->idle.longest_ns);
	to->slept_ns = counter_get(&w->idle.total_ns);
	to->sleeps = counter_get(&w->idle.sleeps);
	to->woken = counter_get(&w->idle.woken);
	to->generation = workers_adopted(ws, i);
	to->stalled = workers_stalled(ws, i);
	latency_collect(&s->latency, &w->latency);
	fastpath_figures(w->fp, &flows);
	s->hits += counter_get(&l->lookups_hit);
	s->misses += counter_get(&l->lookups_miss);
	s->flows += flows.used4 + flows.used6;
	s->flows_max += flows.capacity4 + flows.capacity6;
	s->sessions += flows.sessions;
	s->sessions_max += flows.sessions_capacity;
	session_counts_add(&s->counts, &flows.counts);
}

static void
take_nat(struct snapshot *s, struct workers *ws, const struct generation *gen)
{
	for (unsigned w = 0; w < workers_count(ws); w++) {
		uint64_t bytes;
		struct nat_summary *nat = worker_nat(workers_at(ws, w), gen, &bytes);

		if (s->nat == NULL) {
			s->nat = nat;
			continue;
		}
		if (nat != NULL)
			nat_summary_add(s->nat, nat);
		nat_summary_free(nat);
	}
}

static uint64_t
loops_of(struct workers *ws, unsigned i)
{
	return atomic_load_explicit(&workers_at(ws, i)->loops, memory_order_relaxed);
}

/* Whether an imbalance was seen so often that it is none of a moment; counts it. */
static bool
is_confirmed(struct snapshot_doubt *doubt, struct workers *ws)
{
	bool all_moved = true;

	for (unsigned i = 0; i < workers_count(ws); i++)
		all_moved &= loops_of(ws, i) >= doubt->loops[i] + 2;
	if (doubt->times == 0 || all_moved) {
		doubt->times++;
		for (unsigned i = 0; i < workers_count(ws); i++)
			doubt->loops[i] = loops_of(ws, i);
	}
	return doubt->times > SNAPSHOT_DOUBTS;
}

/* Workers go on while their ledgers are read: a difference that is none is gone when they are read
 * again, unless one is interrupted within a burst; a bug stays. */
static void
take_ledger(struct snapshot *s, struct workers *ws, struct snapshot_doubt *doubt)
{
	for (unsigned i = 0; i < LEDGER_TRIES; i++) {
		workers_ledger(ws, &s->ledger);
		if (s->ledger.imbalance == 0) {
			doubt->times = 0;
			return;
		}
	}
	if (!is_confirmed(doubt, ws))
		s->ledger.imbalance = 0;
}

struct snapshot *
snapshot_take(struct control *c, struct snapshot_doubt *doubt)
{
	struct appliance *a = control_appliance(c);
	const struct generation *gen = appliance_generation(a);
	const struct pools *pools = appliance_pools(a);
	struct workers *ws = appliance_workers(a);
	struct snapshot *s = calloc(1, sizeof(*s) + gen->n_ifaces * sizeof(s->iface[0]));

	if (s == NULL)
		return NULL;
	atomic_init(&s->holders, 1);
	s->uptime = (double)appliance_uptime_ns(a) / 1e9;
	s->busy_cycles_hz = (double)rte_get_tsc_hz();
	s->generation = gen->number;
	s->reloads = *control_reloads(c);
	take_ports(s, a);
	take_ifaces(s, a);
	s->n_workers = workers_count(ws);
	for (unsigned i = 0; i < s->n_workers; i++)
		take_worker(s, ws, i, control_rates(c));
	s->n_pools = pools->count;
	for (unsigned i = 0; i < pools->count; i++)
		s->pool[i] = (struct snapshot_pool){ pools->at[i].sizing.node,
			rte_mempool_avail_count(pools->at[i].mp), pools->at[i].sizing.count };
	take_ledger(s, ws, doubt);
	take_nat(s, ws, gen);
	control_exporter(c, &s->exporter);
	return s;
}

struct snapshot *
snapshot_hold(struct snapshot *s)
{
	atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

void
snapshot_free(struct snapshot *s)
{
	/* Others have read it before the last one frees it. */
	if (s == NULL || atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) > 1)
		return;
	nat_summary_free(s->nat);
	free(s);
}

void
snapshot_not_ready(const struct snapshot *s, char *out, size_t size)
{
	FILE *text = fmemopen(out, size, "w");
	unsigned up = 0;

	if (size != 0)
		out[0] = '\0';
	if (text == NULL)
		return;
	for (unsigned i = 0; i < s->n_workers; i++) {
		if (s->worker[i].stalled)
			fprintf(text, "worker %u stands still\n", i);
		else if (s->worker[i].generation == 0)
			fprintf(text, "worker %u has no configuration yet\n", i);
	}
	for (unsigned i = 0; i < s->n_ports; i++) {
		if (!s->port[i].present)
			fprintf(text, "port %s: its device is gone\n", s->port[i].name);
		up += s->port[i].up;
	}
	if (up == 0)
		fputs("no port has a link\n", text);
	if (s->ledger.imbalance != 0)
		fprintf(text, "the ledger does not balance: %lld packets\n",
			(long long)s->ledger.imbalance);
	fclose(text);
}
