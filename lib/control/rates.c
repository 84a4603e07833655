/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters, once a second. */

#include "control/rates.h"

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/monotonic.h"

static const struct ledger *
ledger_of(struct appliance *a, unsigned worker)
{
	return fastpath_ledger(workers_at(appliance_workers(a), worker)->fp);
}

void
traffic_of_port(struct appliance *a, unsigned port, struct traffic_counts *out)
{
	const struct port_count *base = &appliance_ports(a)->at[port].base;

	*out = (struct traffic_counts){
		.rx = -base->rx,
		.rx_bytes = -base->rx_bytes,
		.tx = -base->tx,
		.tx_bytes = -base->tx_bytes,
	};
	for (unsigned w = 0; w < workers_count(appliance_workers(a)); w++) {
		const struct ledger_port *l = &ledger_of(a, w)->port[port];

		out->rx += counter_get(&l->rx);
		out->rx_bytes += counter_get(&l->rx_bytes);
		out->tx += counter_get(&l->tx);
		out->tx_bytes += counter_get(&l->tx_bytes);
	}
}

void
traffic_of_iface(struct appliance *a, unsigned iface, struct traffic_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned w = 0; w < workers_count(appliance_workers(a)); w++) {
		const struct ledger_iface *l = &ledger_of(a, w)->iface[iface];

		out->rx += counter_get(&l->rx);
		out->rx_bytes += counter_get(&l->rx_bytes);
		out->tx += counter_get(&l->tx);
		out->tx_bytes += counter_get(&l->tx_bytes);
	}
}

static void
look_at_worker(struct appliance *a, unsigned w, struct rates_sample *s)
{
	const struct worker *worker = workers_at(appliance_workers(a), w);
	const struct ledger *l = ledger_of(a, w);

	s->busy_ns[w] = counter_get(&worker->busy_ns);
	s->idle_ns[w] = counter_get(&worker->idle_ns);
	s->packets[w] = counter_get(&worker->packets);
	for (unsigned i = 0; i < appliance_generation(a)->n_ifaces; i++)
		for (unsigned r = 1; r < REASON_COUNT; r++)
			s->drops[r] += counter_get(&l->iface[i].drops[r]);
}

void
rates_look(struct rates *r, struct appliance *a)
{
	uint64_t now_ns = monotonic_ns();
	struct rates_sample *s = &r->sample[!r->newest];

	if (r->sample[r->newest].at_ns != 0 && now_ns - r->sample[r->newest].at_ns < RATES_NS)
		return;
	memset(s, 0, sizeof(*s));
	s->at_ns = now_ns;
	for (unsigned i = 0; i < appliance_ports(a)->count; i++)
		traffic_of_port(a, i, &s->port[i]);
	for (unsigned i = 0; i < appliance_generation(a)->n_ifaces; i++)
		traffic_of_iface(a, i, &s->iface[i]);
	for (unsigned w = 0; w < workers_count(appliance_workers(a)); w++)
		look_at_worker(a, w, s);
	r->newest = !r->newest;
}

double
rates_seconds(const struct rates *r)
{
	uint64_t before = rates_before(r)->at_ns;

	return before == 0 ? 0 : (double)(rates_after(r)->at_ns - before) / 1e9;
}

double
rates_of(const struct rates *r, uint64_t before, uint64_t after)
{
	double seconds = rates_seconds(r);

	return seconds > 0 && after > before ? (double)(after - before) / seconds : 0;
}
