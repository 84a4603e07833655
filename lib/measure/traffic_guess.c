/* SPDX-License-Identifier: BSD-3-Clause */
/* Guesses from a configuration which hosts talk to each other. */

#include "measure/traffic_guess.h"

#include <string.h>

#include "config/compile.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "policy/address.h"

enum {
	OF_A_SET = 4,    /* prefixes of a set that are used */
	OF_A_TABLE = 12, /* routes of a table */
	TEST_FRAME_MAX = 10240,
};

union address
traffic_address(const struct prefix *p, uint32_t n)
{
	union address a = p->address;
	uint8_t *low = a.bytes + (p->family == 4 ? 0 : 12);
	rte_be32_t word;

	memcpy(&word, low, 4);
	word = rte_cpu_to_be_32(rte_be_to_cpu_32(word) + n);
	memcpy(low, &word, 4);
	return a;
}

bool
traffic_is_near(const struct interface *iface, const union address *a, uint8_t family)
{
	for (unsigned i = 0; i < iface->n_addresses; i++) {
		const struct interface_address *own = &iface->addresses[i];
		struct prefix p = {
			.address = own->address,
			.family = own->family,
			.length = own->bits,
		};

		if (own->family == family && prefix_covers(&p, a))
			return true;
	}
	return false;
}

/* --- prefixes --- */

static void
add(struct prefix *list, unsigned *n, struct prefix p)
{
	prefix_trim(&p);
	for (unsigned i = 0; i < *n; i++)
		if (prefix_compare(&list[i], &p) == 0)
			return;
	if (*n < TRAFFIC_GUESSES)
		list[(*n)++] = p;
}

/* Returns a network reserved for benchmarks (RFC 2544, RFC 5180). */
static struct prefix
benchmark_network(uint8_t family, unsigned which)
{
	if (family == 4)
		return (struct prefix){
			.family = 4,
			.length = 16,
			.address = { .bytes = { 198, (uint8_t)(18 + which) } },
		};
	return (struct prefix){
		.family = 6,
		.length = 64,
		.address = { .bytes = { 0x20, 0x01, 0, 2, 0, 0, 0, (uint8_t)which } },
	};
}

static void
add_subnets(struct prefix *list, unsigned *n, const struct interface *iface, uint8_t family)
{
	for (unsigned i = 0; i < iface->n_addresses; i++) {
		const struct interface_address *a = &iface->addresses[i];

		if (a->family == family && !(family == 6 && a->address.bytes[0] == 0xfe))
			add(list, n,
				(struct prefix){
					.address = a->address,
					.family = family,
					.length = a->bits,
				});
	}
}

static void
add_routes(struct traffic_guesses *g, const struct config *cfg, uint8_t family)
{
	cfg_each(table, &cfg->policy.routes) {
		unsigned taken = 0;

		cfg_each(route, &table->routes) {
			struct prefix p = prefix_from_ip(&route->to);

			if (p.family != family || p.length == 0 || route->blackhole || route->reject
				|| taken++ == OF_A_TABLE)
				continue;
			add(g->dst, &g->n_dst, p);
		}
	}
}

static void
add_set(struct prefix *list, unsigned *n, const struct config *cfg, const char *name,
	uint8_t family)
{
	const struct set_cfg *set = cfg_find(&cfg->policy.sets, name);
	unsigned taken = 0;

	if (set == NULL)
		return;
	cfg_each(p, &set->prefixes)
		if (family_from_ip(&p->address) == family && taken++ < OF_A_SET)
			add(list, n, prefix_from_ip(p));
}

static void
add_match(struct prefix *list, unsigned *n, const struct config *cfg,
	const struct cfg_match_address *m, uint8_t family)
{
	if (m->negate)
		return;
	if (m->set != NULL)
		add_set(list, n, cfg, m->set, family);
	else if (family_from_ip(&m->prefix.address) == family)
		add(list, n, prefix_from_ip(&m->prefix));
}

/* --- ports --- */

static void
add_ports(struct traffic_guesses *g, uint16_t sport, uint16_t dport)
{
	for (unsigned i = 0; i < g->n_ports; i++)
		if (g->ports[i].sport == sport && g->ports[i].dport == dport)
			return;
	if (g->n_ports < TRAFFIC_PORT_GUESSES)
		g->ports[g->n_ports++] = (struct traffic_ports){ sport, dport };
}

static bool
of_protocol(const struct match_cfg *m, uint8_t proto)
{
	bool said = false;

	cfg_each(r, &m->proto) {
		if (!r->negate && proto >= r->first && proto <= r->last)
			return true;
		said |= !r->negate;
	}
	return !said;
}

static void
add_rule(struct traffic_guesses *g, const struct config *cfg, const struct match_cfg *m,
	const struct tuple *kind)
{
	if (!of_protocol(m, kind->proto))
		return;
	cfg_each(a, &m->src)
		add_match(g->src, &g->n_src, cfg, a, kind->family);
	cfg_each(a, &m->dst)
		add_match(g->dst, &g->n_dst, cfg, a, kind->family);
	cfg_each(r, &m->dport)
		if (!r->negate)
			add_ports(g, 0, (uint16_t)r->first);
	cfg_each(r, &m->sport)
		if (!r->negate)
			add_ports(g, (uint16_t)r->first, 40001);
}

static void
add_rules(struct traffic_guesses *g, const struct config *cfg, const struct tuple *kind)
{
	cfg_each(acl, &cfg->policy.acls)
		cfg_each(rule, &acl->rules)
			if (rule->action == ACL_ACCEPT || rule->jump != NULL)
				add_rule(g, cfg, &rule->match, kind);
}

/* --- section tests: packets that should pass by their author's expectation --- */

static void
add_test(struct traffic_guesses *g, const struct test_cfg *test, const struct generation *gen,
	const struct interface *iface, const struct tuple *kind)
{
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 0, 0xfe } };
	struct ingress in = gen->ingress[iface->port];
	static uint8_t frame[TEST_FRAME_MAX];
	struct prefix src, dst;
	struct view view;
	char why[128];
	int n;

	memcpy(macs.dst, iface->mac, 6);
	n = notation_build(test->packet, &macs, frame, sizeof(frame), why);
	if (n < 0)
		return;
	in.untagged = iface->id;
	parse_bytes(&view, frame, (uint32_t)n, (uint32_t)n, &in);
	if ((view.kind != VIEW_IP4 && view.kind != VIEW_IP6) || view.family != kind->family
		|| view.tuple.proto != kind->proto)
		return;
	src = (struct prefix){
		.address = view.tuple.src,
		.family = kind->family,
		.length = kind->family == 4 ? 24 : 120,
	};
	dst = (struct prefix){
		.address = view.tuple.dst,
		.family = kind->family,
		.length = kind->family == 4 ? 32 : 128,
	};
	add(g->src, &g->n_src, src);
	add(g->dst, &g->n_dst, dst);
	add_ports(g, 0, rte_be_to_cpu_16(view.tuple.dport));
	add_ports(g, rte_be_to_cpu_16(view.tuple.sport), rte_be_to_cpu_16(view.tuple.dport));
}

static void
add_tests(struct traffic_guesses *g, const struct config *cfg, const struct generation *gen,
	const struct interface *iface, const struct tuple *kind)
{
	cfg_each(test, &cfg->tests)
		if (strcmp(test->in, iface->name) == 0 && strncmp(test->expect, "output", 6) == 0)
			add_test(g, test, gen, iface, kind);
}

/* Distant networks first: they have room for many flows. */
void
traffic_guess(struct traffic_guesses *g, const struct config *cfg, const struct generation *gen,
	const struct interface *iface, const struct tuple *kind)
{
	memset(g, 0, sizeof(*g));
	add_subnets(g->src, &g->n_src, iface, kind->family);
	add(g->src, &g->n_src, benchmark_network(kind->family, 0));
	add(g->dst, &g->n_dst, benchmark_network(kind->family, 1));
	add_ports(g, 0, 443);
	add_ports(g, 0, 53);
	add_ports(g, 0, 80);
	add_ports(g, 0, 40001);
	add_routes(g, cfg, kind->family);
	add_tests(g, cfg, gen, iface, kind);
	add_rules(g, cfg, kind);
	for (unsigned i = 0; i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && gen->iface[i] != iface)
			add_subnets(g->dst, &g->n_dst, gen->iface[i], kind->family);
}
