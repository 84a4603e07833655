/* SPDX-License-Identifier: BSD-3-Clause */
/* The route table of each domain, where destinations in it are looked up. */

#include <errno.h>
#include <string.h>

#include "policy/build_priv.h"
#include "policy/routes.h"

/* Returns the table of the file where destinations in a domain are looked up: the one of its name,
 * else the first that is meant to be in it, else the first. */
static const struct route_table *
table_of_domain(const struct build *b, const struct policy_cfg *cfg, unsigned domain)
{
	const struct route_table *found = NULL;

	for (unsigned i = 0; i < cfg->routes.count; i++) {
		const struct route_table *t = b->routes.item[i].what;

		if (t == NULL || t->domain != domain)
			continue;
		if (t->name != NULL && strcmp(t->name, build_domain_name(b, domain)) == 0)
			return t;
		if (found == NULL || (t->assigned && !found->assigned))
			found = t;
	}
	return found;
}

/* Builds the table of a domain that the file has none for: the subnets of its interfaces. */
static int
add_table(struct build *b, unsigned domain)
{
	const struct table_domain of = { (uint8_t)domain, true };
	struct built *part = &b->routes.item[b->routes.n];
	struct route_table_cfg *cfg = build_alloc(b, 1, sizeof(*cfg));
	struct route_table *table = NULL;

	if (cfg == NULL)
		return build_no_memory(b);
	cfg->head.name = build_domain_name(b, domain);
	if (build_route_table(b, cfg, &of, &table) < 0)
		return -EINVAL;
	part->name = table->name;
	part->what = table;
	b->routes.n++;
	b->domain_table[domain] = table;
	return 0;
}

int
domains_add_tables(struct build *b, const struct policy_cfg *cfg)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && (i == 0 || i < b->setup.n_domains); i++) {
		if (i != DOMAIN_MAIN && b->setup.domain_name[i] == NULL)
			continue;
		b->domain_table[i] = table_of_domain(b, cfg, i);
		if (b->domain_table[i] == NULL && build_domains(b) > 1)
			rc = add_table(b, i);
	}
	return rc;
}
