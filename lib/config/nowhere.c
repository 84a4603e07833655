/* SPDX-License-Identifier: BSD-3-Clause */
/* Translations and routes that cannot do what they say: an address that two translations give out,
 * a forward to an address that no route leads to, a route to where no packet may go. */

#include <stdio.h>
#include <string.h>

#include "config/check.h"
#include "nat/nat.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "policy/address.h"
#include "policy/owners.h"
#include "policy/pipeline.h"
#include "policy/routes.h"

/* Calls one for each translation that a step makes without state. */
static void
each_fixed(const struct generation *gen, struct err *err,
	void (*one)(const struct generation *gen, const struct pipeline *p, struct loc loc,
		const struct fixed_translation *f, struct err *err),
	const struct config *cfg)
{
	for (unsigned i = 0; i < gen->n_pipelines; i++) {
		const struct pipeline *p = gen->pipelines[i];

		for (unsigned k = 0; k < p->n; k++) {
			struct fixed_translation f;

			for (unsigned n = 0; p->step[k].stage->fixed != NULL
				&& p->step[k].stage->fixed(p->step[k].instance, n, &f);
				n++)
				one(gen, p, cfg->policy.pipelines.items[i].stages.items[k].loc, &f,
					err);
		}
	}
}

/* Does a pool give out the address, too?  Sessions of both would get one another's answers. */
static void
check_source(const struct generation *gen, const struct pipeline *p, struct loc loc,
	const struct fixed_translation *f, struct err *err)
{
	char text[64];

	for (unsigned i = 0; f->source && f->family == 4 && i < gen->n_pools; i++) {
		for (unsigned k = 0; k < gen->pools[i].n_addresses; k++) {
			if (gen->pools[i].addresses[k] != f->to.v4)
				continue;
			notation_address(text, sizeof(text), &f->to, 4);
			err_warn(err, loc,
				"pipelines.%s: snat: %s is an address of pool %s, too: answers may go to the wrong session",
				p->name, text, gen->pools[i].name);
		}
	}
}

/* Is there a way to an address in a table?  NULL: it depends on the packet. */
static bool
leads(const struct route_table *table, const union address *a, unsigned family)
{
	uint32_t found;

	if (table == NULL || table->follows)
		return true; /* nobody knows before it runs */
	found = prefixes_find(table->prefixes, family, a);
	return found != PREFIXES_NONE && table->route[found].kind != ROUTE_BLACKHOLE
		&& table->route[found].kind != ROUTE_REJECT;
}

/* A destination that no stage route of the pipeline finds; of one that goes on elsewhere nothing is
 * said. */
static void
check_destination(const struct generation *gen, const struct pipeline *p, struct loc loc,
	const struct fixed_translation *f, struct err *err)
{
	bool routed = false, found = false;
	char text[64];

	for (unsigned k = 0; k < p->n; k++) {
		if (p->step[k].n_jumps > 0)
			return;
		if ((p->step[k].traits & TRAIT_ROUTES) == 0
			|| (p->step[k].traits & TRAIT_WIRE) != 0)
			continue;
		routed = true;
		found |= leads(
			f->domain != DOMAIN_NONE ? gen->domain_table[f->domain] : p->step[k].table,
			&f->to, f->family);
	}
	if (f->source || !routed || found)
		return;
	notation_address(text, sizeof(text), &f->to, f->family);
	err_warn(err, loc,
		f->family == 6
			? "pipelines.%s: dnat: no route leads to %s, as for tcp [2001:db8:ffff::9]:40000 > [%s]:80"
			: "pipelines.%s: dnat: no route leads to %s, as for tcp 203.0.113.9:40000 > %s:80",
		p->name, text, text);
}

static void
check_route(const struct route_cfg *route, struct err *err)
{
	struct tuple t = { .family = family_from_ip(&route->to.address) };
	char text[IP_TEXT_MAX];

	t.dst = address_from_ip(&route->to.address);
	/* Of a shorter prefix some addresses are sound. */
	if (t.family == 0 || route->blackhole || route->reject || route->to.length < 8
		|| !martian_destination(&t))
		return;
	cfg_warn(err, &route->head, &route->to, "%s is never used: no packet may go there",
		ip_prefix_text(&route->to, text));
}

void
nowhere_check(const struct config *cfg, const struct generation *gen, struct err *err)
{
	each_fixed(gen, err, check_source, cfg);
	each_fixed(gen, err, check_destination, cfg);
	cfg_each(table, &cfg->policy.routes)
		cfg_each(route, &table->routes)
			check_route(route, err);
}
