/* SPDX-License-Identifier: BSD-3-Clause */
/* Domains (VRF): which one a route table, an address and a stage belong to.
 *
 * A table is in the domain that it names, or whose name it has, or else in the only domain whose
 * interfaces have a pipeline with it.  A packet gets into another domain by a route, a stage or a
 * translation that says so, and by nothing else: what might do it without a word is refused. */

#include <errno.h>
#include <string.h>

#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/routes.h"
#include "policy/subnet.h"
#include "table/rules.h"

uint8_t
domains_find(const struct build *b, const char *name)
{
	for (unsigned i = 1; i < b->setup.n_domains; i++)
		if (b->setup.domain_name[i] != NULL && strcmp(b->setup.domain_name[i], name) == 0)
			return (uint8_t)i;
	return strcmp(name, "main") == 0 ? DOMAIN_MAIN : DOMAIN_NONE;
}

uint8_t
build_find_domain(struct build *b, const struct cfg_head *head, const char *const *name)
{
	uint8_t domain = *name != NULL ? domains_find(b, *name) : DOMAIN_NONE;

	if (*name != NULL && domain == DOMAIN_NONE)
		cfg_error(build_err(b), head, name, "no interface is in a domain '%s'", *name);
	return domain;
}

unsigned
build_domains(const struct build *b)
{
	return b->setup.n_domains > 1 ? b->setup.n_domains : 1;
}

const char *
build_domain_name(const struct build *b, unsigned domain)
{
	return domain == DOMAIN_MAIN || domain >= b->setup.n_domains ? "main"
								     : b->setup.domain_name[domain];
}

static bool
has_domains(const struct build *b)
{
	return b->setup.n_domains > 1;
}

const struct interface *const *
build_domain_interfaces(struct build *b, unsigned domain, unsigned *n)
{
	const struct interface **iface;

	*n = b->setup.n_ifaces;
	if (!has_domains(b))
		return b->setup.iface;
	if (b->by_domain[domain] != NULL)
		return b->by_domain[domain];
	iface = build_alloc(b, b->setup.n_ifaces + 1, sizeof(*iface));
	if (iface == NULL) {
		build_no_memory(b);
		*n = 0;
		return b->setup.iface;
	}
	for (unsigned i = 0; i < b->setup.n_ifaces; i++)
		if (b->setup.iface[i] != NULL && b->setup.iface[i]->domain == domain)
			iface[i] = b->setup.iface[i];
	return b->by_domain[domain] = iface;
}

uint8_t
build_domain_of(struct build *b, const struct cfg_head *head, const void *field,
	const union address *a, unsigned family)
{
	uint8_t found = DOMAIN_NONE;

	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		const struct interface *iface = b->setup.iface[i];

		if (iface == NULL || subnet_find(&b->setup.iface[i], 1, NULL, a, family) == NULL)
			continue;
		if (found != DOMAIN_NONE && found != iface->domain) {
			cfg_error(build_err(b), head, field,
				"is in a subnet of domain %s and in one of domain %s: domain: says "
				"which it is",
				build_domain_name(b, found), build_domain_name(b, iface->domain));
			return DOMAIN_NONE;
		}
		found = iface->domain;
	}
	return found != DOMAIN_NONE ? found : DOMAIN_MAIN;
}

bool
build_keep_domain(struct build *b, unsigned domain, struct rule_ranges *list)
{
	unsigned all, n = 0, plain = 0;
	const struct interface *const *iface = build_interfaces(b, &all);
	struct rule_range *range = build_alloc(b, list->n + all + 1, sizeof(*range));

	for (unsigned i = 0; range != NULL && i < list->n; i++) {
		const struct interface *in = iface[list->range[i].first];

		plain += !list->range[i].negated;
		if (list->range[i].negated || (in != NULL && in->domain == domain))
			range[n++] = list->range[i];
	}
	for (unsigned i = 0; range != NULL && plain == 0 && i < all; i++)
		if (iface[i] != NULL && iface[i]->domain == domain)
			range[n++] = (struct rule_range){ (uint16_t)i, (uint16_t)i, false };
	plain = 0;
	for (unsigned i = 0; range != NULL && i < n; i++)
		plain += !range[i].negated;
	*list = (struct rule_ranges){ range, n };
	return plain > 0;
}

/* --- route tables --- */

/* Returns true if a stage names the table. */
static bool
stage_uses(const struct cfg_choice *stage, const char *table)
{
	if (stage->table == NULL)
		return false; /* reported by the decoder */
	for (const struct cfg_field *f = stage->table->fields; f->name != NULL; f++) {
		const char *const *name = (const void *)((const char *)stage->config + f->offset);

		if (f->type == CFG_REF && f->refers != NULL && strcmp(f->refers, "routes") == 0
			&& *name != NULL && strcmp(*name, table) == 0)
			return true;
	}
	return false;
}

static bool
pipeline_uses(const struct pipeline_cfg *pipeline, const char *table)
{
	cfg_each(stage, &pipeline->stages)
		if (stage_uses(stage, table))
			return true;
	return false;
}

/* Returns the only domain whose interfaces have a pipeline that uses the table, else the main
 * one. */
static uint8_t
domain_by_use(const struct build *b, const struct policy_cfg *cfg, const char *table)
{
	uint8_t found = DOMAIN_NONE;

	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		const struct interface *iface = b->setup.iface[i];
		const char *entry = iface != NULL && b->setup.entry != NULL ? b->setup.entry[i]
									    : NULL;
		const struct pipeline_cfg *p = entry != NULL ? cfg_find(&cfg->pipelines, entry)
							     : NULL;

		if (p == NULL || !pipeline_uses(p, table))
			continue;
		if (found != DOMAIN_NONE && found != iface->domain)
			return DOMAIN_MAIN;
		found = iface->domain;
	}
	return found != DOMAIN_NONE ? found : DOMAIN_MAIN;
}

static struct table_domain
assign(struct build *b, const struct policy_cfg *cfg, const struct route_table_cfg *table)
{
	struct table_domain of = { DOMAIN_MAIN, true };

	if (table->domain != NULL)
		of.domain = build_find_domain(b, &table->head, &table->domain);
	else if (table->head.name != NULL)
		of.domain = domains_find(b, table->head.name);
	if (of.domain != DOMAIN_NONE)
		return of;
	of.assigned = false;
	of.domain = table->head.name != NULL ? domain_by_use(b, cfg, table->head.name)
					     : DOMAIN_MAIN;
	return of;
}

int
domains_assign(struct build *b, const struct policy_cfg *cfg)
{
	b->assigned = build_alloc(b, cfg->routes.count + 1, sizeof(*b->assigned));
	if (b->assigned == NULL)
		return build_no_memory(b);
	for (unsigned i = 0; i < cfg->routes.count; i++)
		b->assigned[i] = assign(b, cfg, &cfg->routes.items[i]);
	return 0;
}

const struct route_table *
build_domain_table(const struct build *b, unsigned domain)
{
	if (domain == DOMAIN_NONE)
		return has_domains(b) ? NULL : b->domain_table[DOMAIN_MAIN];
	return b->domain_table[domain];
}

/* --- stages --- */

static void
check_steps(struct build *b, const struct interface *in, const struct pipeline *p, unsigned jumps)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct step *step = &p->step[i];

		if (step->stage != NULL && step->domain != DOMAIN_NONE
			&& step->domain != in->domain) {
			err_add(b->setup.err, EINVAL, step->loc,
				"pipelines.%s: stage '%s' is of domain %s, and interface %s of "
				"domain %s: what leads into another domain names it (domain: %s)",
				p->name, step->stage->table->name,
				build_domain_name(b, step->domain), in->name,
				build_domain_name(b, in->domain),
				build_domain_name(b, step->domain));
			return;
		}
		for (unsigned k = 0; jumps > 0 && k < step->n_jumps; k++)
			check_steps(b, in, step->jumps[k].to, jumps - 1);
	}
}

void
domains_check(struct build *b)
{
	for (unsigned i = 0; has_domains(b) && i < b->setup.n_ifaces; i++) {
		const struct interface *in = b->setup.iface[i];
		const struct pipeline *p = in != NULL && b->setup.entry != NULL
			? build_find_pipeline(b, b->setup.entry[i])
			: NULL;

		if (p != NULL)
			check_steps(b, in, p, PIPELINE_JUMPS_MAX);
	}
}
