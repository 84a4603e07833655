/* SPDX-License-Identifier: BSD-3-Clause */
/* Section routes: builds routes from the lines of a table and the interfaces' addresses. */
#include "policy/routes_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "packet/martian.h"
#include "policy/address.h"
#include "policy/hops.h"
#include "table/live.h"

static const struct cfg_field route_fields[] = {
	{ "to", CFG_PREFIX, NULL, offsetof(struct route_cfg, to), "Destinations." },
	{ "via", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct route_cfg, via),
		"Next hops; each flow uses one of them.", .table = &via_table },
	{ "dev", CFG_REF, CFG_OPTIONAL, offsetof(struct route_cfg, dev),
		"Egress interface; without via, destinations are neighbours there.",
		.refers = "interfaces", .kind = "interface" },
	{ "blackhole", CFG_BOOL, "false", offsetof(struct route_cfg, blackhole),
		"Drop without telling the sender." },
	{ "reject", CFG_BOOL, "false", offsetof(struct route_cfg, reject),
		"Drop, and tell the sender that the host is unreachable." },
	CFG_END,
};

static const struct cfg_table route_table_row = {
	"route",
	CFG_SIZEOF(struct route_cfg),
	route_fields,
	"A route.",
};

static const struct cfg_word route_hashes[] = {
	{ "tuple", ROUTE_HASH_TUPLE },
	{ "symmetric", ROUTE_HASH_SYMMETRIC },
	{ "addresses", ROUTE_HASH_ADDRESSES },
	CFG_WORD_END,
};

static const struct cfg_field route_table_fields[] = {
	{ "routes", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct route_table_cfg, routes),
		"Routes, in any order: the longest prefix counts.", .table = &route_table_row,
		.kind = "route" },
	{ "hash", CFG_ENUM, "tuple", offsetof(struct route_table_cfg, hash),
		"What of a packet chooses among several next hops: tuple: protocol, addresses and ports of "
		"its direction; symmetric: the same for both directions; addresses: both addresses alone, "
		"the same for both directions.",
		.words = route_hashes },
	{ "kernel", CFG_TEXT, CFG_OPTIONAL, offsetof(struct route_table_cfg, kernel),
		"A table of the kernel (main, default, local, or its number) whose routes this table has, "
		"too, and follows; the same prefix here counts more." },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct route_table_cfg, domain),
		"Domain of the next hops; without it, the one of the table's name, else that of the "
		"interfaces whose pipelines use the table." },
	CFG_END,
};

const struct cfg_table route_table_table = {
	"routes",
	CFG_SIZEOF(struct route_table_cfg),
	route_table_fields,
	"A route table: a list of routes; the subnets of the interfaces of its domain belong to it, too.",
	"routes",
};

/* Builds the next hops of a route, or its way into another domain. */
static int
build_way(struct table_build *tb, const struct route_cfg *cfg, struct route *r)
{
	struct hops_cfg hops = {
		.head = &cfg->head,
		.field = &cfg->via,
		.via = cfg->via.items,
		.n = cfg->via.count,
		.dev = cfg->dev,
		.family = family_from_ip(&cfg->to.address),
		.domain = tb->domain,
	};

	return hops_build(tb->b, &hops, r);
}

static int
build_route(struct table_build *tb, const struct route_cfg *cfg)
{
	bool leads = cfg_is_written(&cfg->head, &cfg->via) || cfg_is_written(&cfg->head, &cfg->dev);
	struct route r = { .prefix = prefix_from_ip(&cfg->to) };
	unsigned family = r.prefix.family;
	int rc = 0;

	if (leads + cfg->blackhole + cfg->reject != 1)
		return cfg_error(build_err(tb->b), &cfg->head, NULL,
			"a route has one of via (or dev), blackhole and reject");
	if (cfg_is_written(&cfg->head, &cfg->via) && cfg->via.count == 0)
		return cfg_error(build_err(tb->b), &cfg->head, &cfg->via,
			"there is no next hop; to discard packets write blackhole: true");
	if (family == 0)
		return -EINVAL; /* could not be read */
	if (r.prefix.length > 0 && address_multicast(&r.prefix.address, family))
		return cfg_error(build_err(tb->b), &cfg->head, &cfg->to, "multicast is not routed");
	if (leads) {
		rc = build_way(tb, cfg, &r);
	} else {
		r.kind = cfg->blackhole ? ROUTE_BLACKHOLE : ROUTE_REJECT;
		r.counter = build_counter(tb->b, cfg->head.loc, tb->owner, NULL);
		if (r.counter != 0)
			build_counter_says(tb->b, r.counter, &route_table_row, cfg);
		build_counter_drops(
			tb->b, r.counter, cfg->blackhole ? REASON_blackhole : REASON_no_route);
		rc = r.counter != 0 ? 0 : -ENOMEM;
	}
	return rc < 0 ? rc : table_add(tb, &r);
}

/* Reports two lines for one prefix, and lines for a prefix of an interface. */
static int
check_twice(struct table_build *tb, const struct prefix sorted[], unsigned n)
{
	const struct route_cfg *cfg = tb->cfg->routes.items;
	char text[IP_TEXT_MAX];
	int rc = 0;

	for (unsigned i = 1; i < n; i++) {
		unsigned one = sorted[i - 1].value, two = sorted[i].value;
		unsigned first = one < two ? one : two, second = one < two ? two : one;

		if (prefix_compare(&sorted[i - 1], &sorted[i]) == 0)
			rc = cfg_error(build_err(tb->b), &cfg[second].head, &cfg[second].to,
				"%s is routed on line %u already",
				ip_prefix_text(&cfg[second].to, text), cfg[first].head.loc.line);
	}
	return rc;
}

/* Warns of lines for a prefix of an interface, which takes precedence. */
static void
warn_connected(struct table_build *tb, const struct prefix sorted[], unsigned n, unsigned connected)
{
	const struct route_cfg *cfg = tb->cfg->routes.items;
	char text[IP_TEXT_MAX];

	for (unsigned i = connected; i < tb->n; i++) {
		const struct prefix *p = bsearch(
			&tb->route[i].prefix, sorted, n, sizeof(*sorted), prefix_compare);

		if (p != NULL)
			cfg_warn(build_err(tb->b), &cfg[p->value].head, &cfg[p->value].to,
				"%s is never used: an interface's own address or subnet counts",
				ip_prefix_text(&cfg[p->value].to, text));
	}
}

static int
build_static(struct table_build *tb)
{
	unsigned n = tb->cfg->routes.count, sorted_n = 0, i = 0;
	struct prefix *sorted = calloc(n + 1, sizeof(*sorted));
	int rc = 0;

	if (sorted == NULL)
		return build_no_memory(tb->b);
	cfg_each(cfg, &tb->cfg->routes) {
		sorted[sorted_n] = prefix_from_ip(&cfg->to);
		sorted[sorted_n].value = i++;
		sorted_n += sorted[sorted_n].family != 0;
		rc |= build_route(tb, cfg);
	}
	qsort(sorted, sorted_n, sizeof(*sorted), prefix_compare);
	rc |= check_twice(tb, sorted, sorted_n);
	i = tb->n;
	rc |= connected_add(tb);
	warn_connected(tb, sorted, sorted_n, i);
	free(sorted);
	return rc;
}

static struct prefixes *
compile(const struct table_build *tb)
{
	struct prefix *entries = calloc(tb->n + 1, sizeof(*entries));
	struct prefixes *p;

	if (entries == NULL)
		return NULL;
	for (unsigned i = 0; i < tb->n; i++) {
		entries[i] = tb->route[i].prefix;
		entries[i].value = i;
	}
	p = prefixes_build(entries, tb->n);
	free(entries);
	return p;
}

/* Returns the number of a table of the kernel by its name or number; 0: it has none. */
static uint32_t
kernel_number(const char *text)
{
	char *end;
	unsigned long long n;

	if (strcmp(text, "main") == 0)
		return 254;
	if (strcmp(text, "default") == 0)
		return 253;
	if (strcmp(text, "local") == 0)
		return 255;
	if (text[0] < '0' || text[0] > '9')
		return 0;
	n = strtoull(text, &end, 10);
	return *end == '\0' && n <= UINT32_MAX ? (uint32_t)n : 0;
}

/* Gives the table the routes of one of the kernel. */
static int
follow_kernel(struct build *b, const struct route_table_cfg *cfg, struct route_table *table)
{
	uint32_t number = kernel_number(cfg->kernel);

	if (number == 0)
		return cfg_error(build_err(b), &cfg->head, &cfg->kernel,
			"neither main, default, local nor the number of a table");
	if (b->setup.live == NULL)
		return 0; /* a check, or a replay */
	table->live = live_tables_find(b->setup.live, number);
	if (table->live == NULL)
		return cfg_error(build_err(b), &cfg->head, &cfg->kernel,
			"more than %u tables of the kernel, or no memory", LIVE_TABLES);
	for (unsigned i = 0; i < b->n_live; i++)
		if (b->live[i].number == number)
			return 0;
	b->live[b->n_live++] = (struct generation_live){ number, table->live };
	return 0;
}

/* All tables of a process have one secret, so that a reload moves no flow. */
static void
choose_hash(struct route_table *table, const struct route_table_cfg *cfg)
{
	static struct hash_key secret;
	static bool made;

	table->hash = (uint8_t)cfg->hash;
	if (table->hash == ROUTE_HASH_TUPLE)
		return;
	if (!made)
		random_bytes(&secret, sizeof(secret));
	made = true;
	table->secret = secret;
}

int
build_route_table(struct build *b, const struct route_table_cfg *cfg, const struct table_domain *of,
	struct route_table **out)
{
	struct route_table *table = build_alloc(b, 1, sizeof(*table));
	struct table_build tb = { .b = b, .cfg = cfg, .domain = of->domain };

	if (table == NULL)
		return build_no_memory(b);
	snprintf(tb.owner, sizeof(tb.owner), "routes.%s", cfg->head.name);
	table->name = build_string(b, cfg->head.name);
	table->domain = of->domain;
	table->assigned = of->assigned;
	if (build_static(&tb) < 0 || (cfg->kernel != NULL && follow_kernel(b, cfg, table) < 0))
		return -EINVAL;
	table->n_static = cfg->routes.count;
	table->route = tb.route;
	table->n = tb.n;
	for (unsigned i = 0; i < tb.n; i++)
		table->spreads |= tb.route[i].n_hops > 1;
	table->follows = cfg->kernel != NULL;
	choose_hash(table, cfg);
	table->spreads |= table->follows;
	table->prefixes = compile(&tb);
	if (table->prefixes == NULL)
		return build_no_memory(b);
	*out = table;
	return 0;
}

void
route_table_discard(struct route_table *table)
{
	if (table != NULL)
		prefixes_discard(table->prefixes);
}
