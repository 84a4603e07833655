/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether flows begin at all workers, or are gathered at those that receive them. */

#include "worker/gather.h"

#include <limits.h>
#include <string.h>

#include <rte_common.h>

#include "base/clock.h"
#include "base/counter.h"
#include "io/port.h"
#include "nat/counts.h"
#include "policy/generation.h"
#include "policy/pipeline.h"
#include "worker/spread.h"
#include "worker/worker.h"

static uint64_t
pollers(const struct port *port, const struct spread *spread)
{
	uint64_t workers = 0;

	for (unsigned q = 0; q < port->rx_queues; q++)
		workers |= UINT64_C(1)
			<< spread_queue(spread, port->index, port->rx_queues, q, port->numa_node);
	return workers;
}

static bool
translates(const struct generation *gen, unsigned port)
{
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface != NULL && iface->port == port && iface->pipeline != NULL
			&& (iface->pipeline->traits & TRAIT_TRANSLATES))
			return true;
	}
	return false;
}

uint64_t
gather_candidates(
	const struct ports *ports, const struct generation *gen, const struct spread *spread)
{
	uint64_t all = UINT64_MAX >> (64 - spread->workers), inside = 0, first = 0;

	if (spread->workers == 1 || gen->n_bridges != 0)
		return 0;
	for (unsigned p = 0; p < PORT_MAX; p++) {
		const struct port *port = &ports->at[p];

		if (!gen->port_used[p] || !port->used)
			continue;
		if (port->rx_queues >= spread->workers)
			return 0;
		if (first == 0)
			first = pollers(port, spread);
		if (translates(gen, p))
			inside |= pollers(port, spread);
	}
	if (inside == 0)
		inside = first;
	return inside == all ? 0 : inside;
}

void
gather_measure(const struct worker *w, const struct generation *gen, struct gather_load *out)
{
	struct fastpath_flows flows;

	fastpath_figures(w->fp, &flows);
	*out = (struct gather_load){
		.pressed_ns = counter_get(&w->pressed_ns),
		.pressed_packets = counter_get(&w->pressed_packets),
		.full = (unsigned)((uint64_t)flows.sessions * 100 / flows.sessions_capacity),
	};
	/* Pairs with the release in worker_adopt: its pools are as gen has them. */
	if (atomic_load_explicit(&w->adopted, memory_order_acquire) == gen->number)
		out->full = RTE_MAX(out->full, nat_full(fastpath_nat(w->fp)));
}

/* Returns true if the worker has had no time left since the last look, for packets that others
 * would better take. */
static bool
is_overloaded(const struct gather_load *was, const struct gather_load *is, uint64_t elapsed_ns)
{
	uint64_t ns = is->pressed_ns - was->pressed_ns,
		 packets = is->pressed_packets - was->pressed_packets;

	return ns >= elapsed_ns / 100 * GATHER_PRESSED && ns >= packets * GATHER_COSTLY_NS;
}

/* Looks at the time of the workers once in GATHER_LOOK_MS.  Returns those that are overloaded. */
static uint64_t
look_at_time(struct gathering *g, const struct gather_load *load, unsigned n, uint64_t now_ns)
{
	uint64_t elapsed_ns = now_ns - g->looked_ns, overloaded = 0;

	if (g->looked_ns != 0 && elapsed_ns < GATHER_LOOK_MS * NS_PER_MS)
		return 0;
	for (unsigned w = 0; g->looked_ns != 0 && w < n; w++)
		if (is_overloaded(&g->was[w], &load[w], elapsed_ns))
			overloaded |= UINT64_C(1) << w;
	g->looked_ns = now_ns;
	memcpy(g->was, load, n * sizeof(*load));
	return overloaded;
}

/* Returns the workers that get no more flows, since others have more room. */
static uint64_t
look_at_room(const struct gathering *g, const struct gather_load *load, unsigned n)
{
	unsigned least = UINT_MAX;
	uint64_t full = 0;

	for (unsigned w = 0; w < n; w++)
		least = RTE_MIN(least, load[w].full);
	for (unsigned w = 0; w < n; w++) {
		bool was = g->full >> w & 1;

		if (was ? load[w].full > RTE_MAX(least, (unsigned)GATHER_ROOMY)
			: load[w].full >= GATHER_FULL && least < GATHER_ROOMY)
			full |= UINT64_C(1) << w;
	}
	return full;
}

uint64_t
gather_look(struct gathering *g, const struct gather_load *load, unsigned n, uint64_t candidates,
	uint64_t now_ns)
{
	uint64_t all = UINT64_MAX >> (64 - n), overloaded = look_at_time(g, load, n, now_ns);
	bool costs = g->at_all ? overloaded != 0 : (overloaded & candidates) != 0;
	unsigned sum = 0;

	g->full = look_at_room(g, load, n);
	for (unsigned w = 0; w < n; w++)
		sum += load[w].full;
	if (costs || g->since_ns == 0 || (g->at_all && sum >= GATHER_EMPTY)
		|| (g->full & candidates) != 0)
		g->since_ns = now_ns;
	if (!g->at_all)
		g->at_all = costs || (g->full & candidates) != 0;
	else if (now_ns - g->since_ns >= GATHER_REST_S * NS_PER_SECOND)
		g->at_all = false;
	if (!g->at_all)
		return candidates;
	return g->full == 0 ? 0 : all & ~g->full;
}
