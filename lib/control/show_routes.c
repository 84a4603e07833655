/* SPDX-License-Identifier: BSD-3-Clause */
/* show routes, show routes problems: the routes of the generation and those of the kernel. */

#include <string.h>

#include "config/compile.h"
#include "control/control_priv.h"
#include "control/filter.h"
#include "control/kernel_side.h"
#include "kernel/kernel.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "policy/routes.h"

static const char *const kinds[] = {
	[ROUTE_VIA] = "via",
	[ROUTE_PUBLIC] = "public",
	[ROUTE_LOCAL] = "local",
	[ROUTE_BROADCAST] = "broadcast",
	[ROUTE_BLACKHOLE] = "blackhole",
	[ROUTE_REJECT] = "reject",
	[ROUTE_PROHIBIT] = "prohibit",
	[ROUTE_DOMAIN] = "domain",
};

static json_t *
hops_json(const struct route *r)
{
	json_t *hops = json_array();

	for (unsigned i = 0; i < r->n_hops; i++) {
		const struct route_hop *h = &r->hop[i];
		char via[64] = "on link", weight[32] = "";

		if (!h->on_link)
			notation_address(via, sizeof(via), &h->gateway, r->prefix.family);
		if (r->n_hops > 1)
			snprintf(weight, sizeof(weight), " weight %u", h->weight);
		json_array_append_new(hops, json_sprintf("%s %s%s", via, h->egress->name, weight));
	}
	return hops;
}

static void
add_route(struct rpc_call *call, const struct generation *gen, const struct route_table *t,
	const struct route *r)
{
	json_t *row = json_object();
	char text[64];

	notation_address(text, sizeof(text), &r->prefix.address, r->prefix.family);
	row_text(row, "table", t->name);
	row_domain(row, gen, t->domain);
	json_object_set_new(row, "to", json_sprintf("%s/%u", text, r->prefix.length));
	row_text(row, "kind", kinds[r->kind]);
	row_text(row, "origin",
		r < t->route + t->n_static        ? "static"
			: r->kind == ROUTE_PUBLIC ? "nat"
						  : "connected");
	if (r->n_hops != 0)
		json_object_set_new(row, "hops", hops_json(r));
	if (r->kind == ROUTE_DOMAIN)
		json_object_set_new(row, "hops",
			json_pack("[o]",
				json_sprintf("domain %s", generation_domain_name(gen, r->domain))));
	json_array_append_new(result_rows(call), row);
}

/* Returns a table by its place, those of the file first; NULL: it is not one that the call asks
 * for. */
static const struct route_table *
table_at(struct control *c, const struct rpc_call *call, unsigned i)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *only = rpc_text(call, "table"), *domain = rpc_text(call, "domain");
	const struct route_table *t = build_routes_at(generation_builder(gen), i);

	if (t == NULL || (only != NULL && strcmp(only, t->name) != 0))
		return NULL;
	return domain == NULL || t->domain == generation_find_domain(gen, domain) ? t : NULL;
}

static unsigned
count_tables(struct control *c)
{
	return build_routes_count(generation_builder(appliance_generation(c->appliance)));
}

/* --- routes of the kernel --- */

/* Rows of live tables are paged by their place, from here on: the table's number, then the place.
 */
#define LIVE_FROM       (1ul << 48)
#define LIVE_TABLE_BITS 40

/* Who asked for a route: "kernel bgp". */
static void
row_origin(json_t *row, uint8_t protocol)
{
	char number[8];

	json_object_set_new(
		row, "origin", json_sprintf("kernel %s", kernel_protocol(protocol, number)));
}

static json_t *
live_hops_json(const struct generation *gen, const struct live_group *g, unsigned family)
{
	json_t *hops = json_array();

	for (unsigned i = 0; i < g->n; i++) {
		const struct live_hop *h = &g->hop[i];
		uint16_t id = atomic_load_explicit(&h->iface, memory_order_relaxed);
		const struct interface *egress = id < gen->n_ifaces ? gen->iface[id] : NULL;
		char via[64] = "on link", weight[32] = "";

		if (!h->on_link)
			notation_address(via, sizeof(via), &h->gateway, family);
		if (g->n > 1)
			snprintf(weight, sizeof(weight), " weight %u", h->weight);
		json_array_append_new(hops,
			json_sprintf("%s %s%s", via, egress != NULL ? egress->name : "(elsewhere)",
				weight));
	}
	return hops;
}

static void
add_live(struct rpc_call *call, const struct generation *gen, const struct route_table *t,
	const struct live_route *r, bool used)
{
	static const char *const live_kinds[] = {
		[LIVE_VIA] = "via",
		[LIVE_BLACKHOLE] = "blackhole",
		[LIVE_UNREACHABLE] = "reject",
		[LIVE_PROHIBIT] = "prohibit",
	};
	const struct live_group *g = live_group_at(t->live, r->group);
	json_t *row = json_object();
	char text[64];

	notation_address(text, sizeof(text), &r->prefix.address, r->prefix.family);
	row_text(row, "table", t->name);
	row_domain(row, gen, t->domain);
	json_object_set_new(row, "to", json_sprintf("%s/%u", text, r->prefix.length));
	row_text(row, "kind", live_kinds[g->kind]);
	row_origin(row, r->protocol);
	row_count_nonzero(row, "metric", r->metric);
	if (g->n != 0)
		json_object_set_new(row, "hops", live_hops_json(gen, g, r->prefix.family));
	row_text(row, "state", used ? NULL : "unused");
	json_array_append_new(result_rows(call), row);
}

/* Adds live routes from a place on.  Returns false at the end of a page. */
static bool
add_live_page(struct control *c, struct rpc_call *call, const struct route_table *t, unsigned index,
	uint32_t at)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *kind = rpc_text(call, "kind");
	unsigned looks = 0;
	struct live_route r;
	bool best;

	while (live_next(t->live, &at, &r, &best)) {
		if (kind == NULL || strcmp(kind, "kernel") == 0)
			add_live(call, gen, t, &r, best);
		if (json_array_size(result_rows(call)) < PAGE_ROWS && looks++ < PAGE_LOOKS)
			continue;
		result_next(call, LIVE_FROM | (unsigned long)index << LIVE_TABLE_BITS | at);
		return false;
	}
	return true;
}

/* Adds the live routes of all tables.  from: as add_live_page has left it. */
static void
add_live_tables(struct control *c, struct rpc_call *call, unsigned long from)
{
	struct kernel_routes *k = kernel_side_routes(c->setup.kernel);
	unsigned long first = from >= LIVE_FROM ? from & (LIVE_FROM - 1) : 0;

	if (k == NULL)
		return;
	if (!kernel_routes_lock(k)) {
		rpc_fail(call, RPC_NOT_NOW, "the kernel's routes are being read");
		return;
	}
	for (unsigned here = (unsigned)(first >> LIVE_TABLE_BITS), wanted = here;
		here < count_tables(c); here++) {
		const struct route_table *t = table_at(c, call, here);

		if (t == NULL || t->live == NULL)
			continue;
		if (!add_live_page(c, call, t, here, here == wanted ? (uint32_t)first : 0))
			break;
	}
	kernel_routes_unlock(k);
}

/* Adds the live route that an address takes, if it is longer than the generation's. */
static bool
add_live_of(struct control *c, struct rpc_call *call, const struct route_table *t, unsigned family,
	const union address *a, uint32_t value)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct kernel_routes *k = kernel_side_routes(c->setup.kernel);
	struct route_found found;
	struct live_route r;

	if (t->live == NULL || k == NULL
		|| route_find_live(t, gen, family, a, value, &found) == NULL)
		return false;
	if (!kernel_routes_lock(k))
		return rpc_fail(call, RPC_NOT_NOW, "the kernel's routes are being read");
	if (live_lookup(t->live, &found.route.prefix, &r))
		add_live(call, gen, t, &r, true);
	kernel_routes_unlock(k);
	return true;
}

/* The route that an address takes in a table. */
static bool
add_route_of(
	struct control *c, struct rpc_call *call, const struct route_table *t, const char *text)
{
	struct ip_address ip;
	union address a = { .words = { 0, 0 } };
	uint32_t value;

	if (!ip_address_parse(text, &ip))
		return !rpc_wrong(call, "to", text, "address");
	memcpy(a.bytes, ip.bytes, sizeof(a.bytes));
	value = prefixes_find(t->prefixes, ip.family == AF_INET ? 4 : 6, &a);
	if (add_live_of(c, call, t, ip.family == AF_INET ? 4 : 6, &a, value))
		return true;
	if (value < t->n)
		add_route(call, appliance_generation(c->appliance), t, &t->route[value]);
	return true;
}

/* Do the table, the domain and the kind that are asked for exist?  False: the call has an error. */
static bool
check_asked(struct control *c, struct rpc_call *call)
{
	const char *table = rpc_text(call, "table"), *kind = rpc_text(call, "kind");
	const struct build *b = generation_builder(appliance_generation(c->appliance));
	bool found = kind == NULL || strcmp(kind, "kernel") == 0;
	uint8_t domain;

	for (unsigned i = 0; i < RTE_DIM(kinds) && !found; i++)
		found = kinds[i] != NULL && strcmp(kinds[i], kind) == 0;
	if (!found)
		return rpc_wrong(call, "kind", kind, "kind of route");
	found = table == NULL;
	for (unsigned i = 0; i < count_tables(c) && !found; i++)
		found = strcmp(build_routes_at(b, i)->name, table) == 0;
	if (!found)
		return rpc_wrong(call, "table", table, "route table");
	return domain_read(call, appliance_generation(c->appliance), &domain);
}

/* from: how many routes of all tables were passed over on pages before. */
bool
show_routes(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *to = rpc_text(call, "to"), *kind = rpc_text(call, "kind");
	unsigned long from, seen = 0, looks = 0;

	if (!rpc_from(call, &from) || !check_asked(c, call))
		return true;
	result_rows(call);
	if (from >= LIVE_FROM) {
		add_live_tables(c, call, from);
		return true;
	}
	for (unsigned k = 0; k < count_tables(c); k++) {
		const struct route_table *t = table_at(c, call, k);

		if (t == NULL)
			continue;
		if (to != NULL) {
			add_route_of(c, call, t, to);
			continue;
		}
		for (unsigned i = seen < from ? RTE_MIN(t->n, from - seen) : 0; i < t->n; i++) {
			if (json_array_size(result_rows(call)) == PAGE_ROWS
				|| looks++ == PAGE_LOOKS) {
				result_next(call, seen + i);
				return true;
			}
			if (kind == NULL || strcmp(kind, kinds[t->route[i].kind]) == 0)
				add_route(call, gen, t, &t->route[i]);
		}
		seen += t->n;
	}
	if (to == NULL)
		add_live_tables(c, call, LIVE_FROM);
	return true;
}

bool
show_routes_problems(struct control *c, struct rpc_call *call)
{
	struct kernel_routes *k = kernel_side_routes(c->setup.kernel);
	struct kernel_figures figures = { 0 };
	unsigned long from, i;

	if (!rpc_from(call, &from))
		return true;
	result_rows(call);
	if (k == NULL)
		return true;
	if (!kernel_routes_lock(k))
		return rpc_fail(call, RPC_NOT_NOW, "the kernel's routes are being read");
	figures = kernel_routes_figures(k);
	for (i = from; i < figures.listed && json_array_size(result_rows(call)) < PAGE_ROWS; i++) {
		const struct kernel_problem *p = &kernel_routes_problems(k)[i];
		json_t *row = json_object();
		char text[64];

		notation_address(text, sizeof(text), &p->prefix.address, p->prefix.family);
		json_object_set_new(row, "to", json_sprintf("%s/%u", text, p->prefix.length));
		row_count(row, "kernel_table", p->table);
		row_count_nonzero(row, "metric", p->metric);
		json_object_set_new(row, "why",
			json_sprintf("%s%s%s", p->why, p->dev[0] != '\0' ? ": " : "", p->dev));
		json_array_append_new(result_rows(call), row);
	}
	if (i < figures.listed)
		result_next(call, i);
	kernel_routes_unlock(k);
	return true;
}
