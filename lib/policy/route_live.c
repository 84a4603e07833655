/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks a destination up in the live routes of a table, beside those of its generation. */

#include <string.h>

#include "policy/eval.h"
#include "policy/routes.h"
#include "table/live.h"

static const uint8_t kinds[] = {
	[LIVE_VIA] = ROUTE_VIA,
	[LIVE_BLACKHOLE] = ROUTE_BLACKHOLE,
	[LIVE_UNREACHABLE] = ROUTE_REJECT,
	[LIVE_PROHIBIT] = ROUTE_PROHIBIT,
};

/* Fills the next hops that lead to interfaces of the generation in the table's domain. */
static void
fill_hops(const struct route_table *t, const struct generation *gen, const struct live_group *g,
	struct route_found *out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->n; i++) {
		uint16_t id = atomic_load_explicit(&g->hop[i].iface, memory_order_relaxed);
		struct route_hop *hop = &out->hop[n];

		if (id == 0 || id >= gen->n_ifaces || gen->iface[id] == NULL
			|| gen->iface[id]->domain != t->domain)
			continue;
		hop->egress = gen->iface[id];
		hop->gateway = g->hop[i].gateway;
		hop->on_link = g->hop[i].on_link;
		hop->weight = g->hop[i].weight;
		route_hop_identify(hop);
		n++;
	}
	out->route.n_hops = (uint8_t)n;
}

const struct route *
route_find_live(const struct route_table *t, const struct generation *gen, unsigned family,
	const union address *to, uint32_t found, struct route_found *out)
{
	const struct live_view *v = live_view(t->live);
	const struct live_group *g;
	uint32_t value;

	if (v == NULL)
		return NULL;
	value = live_find(v, family, to);
	if (value == LIVE_NONE
		|| (found != PREFIXES_NONE && t->route[found].prefix.length >= live_length(value)))
		return NULL;
	g = v->group[live_id(value)];
	out->route = (struct route){
		.prefix = { *to, (uint8_t)family, (uint8_t)live_length(value), 0 },
		.kind = kinds[g->kind],
		.hop = out->hop,
	};
	prefix_trim(&out->route.prefix);
	if (g->kind == LIVE_VIA)
		fill_hops(t, gen, g, out);
	if (g->kind == LIVE_VIA && out->route.n_hops == 0)
		out->route.kind = ROUTE_REJECT; /* its interface has just gone */
	return &out->route;
}

bool
route_has_changed(const struct generation *gen, unsigned family, const union address *to)
{
	for (unsigned i = 0; i < gen->n_live; i++) {
		const struct live_view *v = live_view(gen->live[i].live);

		if (v != NULL && live_has_changed(v, family, to))
			return true;
	}
	return false;
}

uint64_t
route_views(const struct generation *gen)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < gen->n_live; i++) {
		const struct live_view *v = live_view(gen->live[i].live);

		sum += v != NULL ? v->number : 0;
	}
	return sum;
}

uint64_t
route_changes(const struct generation *gen)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < gen->n_live; i++) {
		const struct live_view *v = live_view(gen->live[i].live);

		all += v != NULL ? v->all + 1 : 0;
	}
	return all;
}
