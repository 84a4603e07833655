/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage dnat: new sessions get another destination address, and port: one port forward, or a list
 * of them. */

#include <errno.h>
#include <stdio.h>

#include "packet/burst.h"
#include "packet/notation.h"
#include "session/session.h"
#include "policy/address.h"
#include "policy/build.h"
#include "policy/matcher.h"
#include "policy/owners.h"
#include "policy/stage.h"
#include "stage/prefix_map.h"
#include "stage/translate.h"

#define TEXT_BYTES 64

/* One forward of a list. */
struct forward_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_endpoint to;
	struct cfg_range ports;
	const char *domain;
};

struct dnat_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_endpoint to;
	struct cfg_range ports;
	CFG_LIST_OF(struct forward_cfg) forwards;
	struct prefix_map_cfg map;
	const char *domain;
};

struct forward {
	union address to;
	uint8_t family;
	uint8_t domain;     /* that sessions go to; DOMAIN_NONE: as routes say */
	uint16_t port;      /* 0: stays */
	uint16_t low, high; /* of a range; high 0: none */
	unsigned line;
	unsigned first, n; /* its matches in the matcher of the list */
};

struct dnat {
	struct forward *forward;
	unsigned n;
	uint8_t domain;        /* of the map */
	struct prefix_map map; /* instead of forwards */
	struct match_list list;
	struct matcher *matcher; /* which forward of a list a packet is for; NULL: the
				  * only one, for all */
};

static const struct cfg_field forward_fields[] = {
	{ "to", CFG_ENDPOINT, NULL, offsetof(struct forward_cfg, to),
		"Address, or address:port, that sessions go to." },
	{ "ports", CFG_PORTS, CFG_OPTIONAL, offsetof(struct forward_cfg, ports),
		"Only these destination ports; they map to as many ports from that of `to` on.",
		.min = 1 },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct forward_cfg, domain),
		"Domain that `to` is in; without it, routes decide." },
	STAGE_IF(struct forward_cfg),
	CFG_END,
};

static const struct cfg_table forward_table = {
	"forward",
	CFG_SIZEOF(struct forward_cfg),
	forward_fields,
	"A port forward.",
	"to",
};

static const struct cfg_field dnat_fields[] = {
	{ "to", CFG_ENDPOINT, CFG_OPTIONAL, offsetof(struct dnat_cfg, to),
		"Address, or address:port, that sessions go to." },
	{ "ports", CFG_PORTS, CFG_OPTIONAL, offsetof(struct dnat_cfg, ports),
		"Only these destination ports; they map to as many ports from that of `to` on.",
		.min = 1 },
	{ "forwards", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct dnat_cfg, forwards),
		"Instead of `to`: any number of port forwards; the first that a session matches counts.",
		.table = &forward_table, .kind = "forward" },
	{ "map", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct dnat_cfg, map),
		"Instead of `to`: the destinations of a prefix, one to one.",
		.table = &prefix_map_table },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct dnat_cfg, domain),
		"Domain that `to` or the map is in; without it, routes decide." },
	STAGE_IF(struct dnat_cfg),
	CFG_END,
};

static const struct cfg_table dnat_table = {
	"dnat",
	CFG_SIZEOF(struct dnat_cfg),
	dnat_fields,
	"Sends sessions to another destination.",
	"to",
	.bare_list = "forwards",
};

/* What forwards and the stage itself have in common, whichever struct they are rows of. */
struct written {
	const struct cfg_head *head;
	const struct cfg_endpoint *to;
	const struct cfg_range *ports;
	const char *const *domain;
};

/* Returns true for ::, ::1, and multicast. */
static bool
is_no_station6(const union address *a)
{
	return a->bytes[0] == 0xff
		|| (a->words[0] == 0 && (a->words[1] & ~rte_cpu_to_be_64(1)) == 0);
}

/* Reads the domain that sessions are sent into.  Returns 0, or negative after an error. */
static int
read_domain(struct stage_build *sb, const struct cfg_head *head, const char *const *name,
	uint8_t *domain)
{
	*domain = DOMAIN_NONE;
	if (*name == NULL)
		return 0;
	*domain = build_find_domain(sb->build, head, name);
	return *domain != DOMAIN_NONE ? 0 : -EINVAL;
}

static int
read_forward(struct stage_build *sb, const struct written *w, struct forward *out)
{
	struct err *err = build_err(sb->build);
	uint32_t more;

	if (w->to->address.family == 0)
		return -EINVAL; /* already reported */
	out->to = address_from_ip(&w->to->address);
	out->family = (uint8_t)family_from_ip(&w->to->address);
	out->port = w->to->port;
	out->line = w->head->loc.line;
	if (read_domain(sb, w->head, w->domain, &out->domain) < 0)
		return -EINVAL;
	if (out->family == 4
		&& build_check_target(sb->build, w->head, w->to, out->to.v4,
			   out->domain != DOMAIN_NONE || build_domains(sb->build) > 1 ? out->domain
										      : DOMAIN_MAIN)
			< 0)
		return -EINVAL;
	if (out->family == 6 && is_no_station6(&out->to))
		return cfg_error(err, w->head, w->to, "is not the address of a station");
	if (!cfg_is_written(w->head, w->ports))
		return 0;
	sb->traits |= TRAIT_PORTS;
	out->low = (uint16_t)w->ports->first;
	out->high = (uint16_t)w->ports->last;
	more = out->high - out->low;
	if (out->port != 0 && out->port + more > UINT16_MAX)
		return cfg_error(
			err, w->head, w->ports, "there are fewer ports from %u on", out->port);
	return 0;
}

/* Several workers must find the owner of a session by its packets alone. */
static int
no_tests(struct stage_build *sb, const struct match_cfg *when)
{
	return cfg_error(build_err(sb->build), &when->head, NULL,
		"translation cannot depend on the time or on a dynamic set, a limit or rpf: put a rule with goto before it");
}

/* Adds the packets of a forward to the list that is looked up; only those of its port range. */
static int
add_matches(struct stage_build *sb, struct dnat *dnat, const struct forward_cfg *cfg, unsigned i)
{
	const struct cfg_head *head = cfg->when.head.loc.line != 0 ? &cfg->when.head : &cfg->head;
	struct forward *f = &dnat->forward[i];
	unsigned kept = dnat->list.n;
	int rc = match_add(sb->build, &dnat->list, head, &cfg->when, i);

	if (dnat->list.n_tests > 0 || dnat->list.n_conditions > 0)
		return no_tests(sb, &cfg->when);
	f->first = kept;
	for (unsigned k = kept; rc == 0 && f->high != 0 && k < dnat->list.n; k++) {
		struct rule_match m = dnat->list.match[k];

		rc = match_dport_within(sb->build, &m, f->low, f->high);
		if (rc <= 0)
			continue;
		dnat->list.match[kept] = m;
		dnat->list.written[kept++] = i;
		rc = 0;
	}
	if (f->high != 0 && rc == 0)
		dnat->list.n = kept;
	f->n = dnat->list.n - f->first;
	return rc;
}

static int
build_list(struct stage_build *sb, const struct dnat_cfg *cfg, struct dnat *dnat)
{
	struct err *err = build_err(sb->build);
	int rc = 0;

	if (cfg_is_written(&cfg->head, &cfg->when) || cfg_is_written(&cfg->head, &cfg->ports))
		return cfg_error(
			err, &cfg->head, NULL, "'if' and 'ports' belong to each forward of a list");
	cfg_each(f, &cfg->forwards) {
		struct written w = { &f->head, &f->to, &f->ports, &f->domain };
		bool all = match_is_any(&f->when.head, &f->when)
			&& !cfg_is_written(&f->head, &f->ports);

		rc |= read_forward(sb, &w, &dnat->forward[dnat->n])
			| add_matches(sb, dnat, f, dnat->n);
		if (all && dnat->n + 1 < cfg->forwards.count)
			cfg_warn(err, &cfg->forwards.items[dnat->n + 1].head, NULL,
				"is never reached: the forward before it matches every session");
		dnat->n++;
	}
	if (rc < 0)
		return -EINVAL;
	if (dnat->n == 0)
		cfg_warn(err, &cfg->head, &cfg->forwards,
			"the list is empty: nothing is translated");
	sb->traits |= (dnat->list.ports ? TRAIT_PORTS : 0);
	dnat->matcher = matcher_build(sb->build, &dnat->list, cfg->head.loc);
	return dnat->matcher != NULL ? 0 : -EINVAL;
}

static int
dnat_build(struct stage_build *sb, void **instance)
{
	const struct dnat_cfg *cfg = (const void *)sb->cfg;
	struct written alone = { &cfg->head, &cfg->to, &cfg->ports, &cfg->domain };
	bool has_list = cfg_is_written(&cfg->head, &cfg->forwards);
	struct dnat *dnat = build_alloc(sb->build, 1, sizeof(*dnat));

	if (dnat == NULL)
		return build_no_memory(sb->build);
	dnat->forward = build_alloc(sb->build, cfg->forwards.count + 1, sizeof(*dnat->forward));
	if (dnat->forward == NULL)
		return build_no_memory(sb->build);
	*instance = dnat;
	sb->traits = TRAIT_NEEDS_TRACK | TRAIT_BEFORE_ROUTE;
	if (has_list + cfg_is_written(&cfg->head, &cfg->to) + cfg_is_written(&cfg->head, &cfg->map)
		!= 1)
		return cfg_error(build_err(sb->build), &cfg->head, NULL,
			"needs to: an address that sessions go to, or a list of forwards, or a map");
	if (cfg_is_written(&cfg->head, &cfg->map)) {
		if (read_domain(sb, &cfg->head, &cfg->domain, &dnat->domain) < 0)
			return -EINVAL;
		return prefix_map_build(sb->build, &cfg->map, &dnat->map);
	}
	if (has_list && cfg->domain != NULL)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->domain,
			"belongs to each forward of a list");
	if (has_list)
		return build_list(sb, cfg, dnat);
	dnat->n = 1;
	return read_forward(sb, &alone, &dnat->forward[0]);
}

static void
dnat_discard(void *instance)
{
	struct dnat *dnat = instance;

	if (dnat != NULL)
		matcher_discard(dnat->matcher);
}

static bool
has_ports(const struct tuple *t)
{
	return t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP || t->proto == IPPROTO_UDPLITE
		|| t->proto == IPPROTO_DCCP || t->proto == IPPROTO_SCTP;
}

/* Returns true for a packet of a session that no dnat has decided about. */
static bool
is_open(const struct eval *ev)
{
	return translate_is_new(ev)
		&& (ev->session == NULL || !(ev->session->flags & SESSION_DNAT));
}

/* Leads a packet into a domain. */
static void
set_domain(struct eval *ev, uint8_t domain)
{
	if (domain == DOMAIN_NONE)
		return;
	ev->to_domain = domain;
	eval_note(ev, "dnat: in domain %s", generation_domain_name(ev->gen, domain));
}

static void
translate(const struct dnat *dnat, const struct forward *f, struct eval *ev)
{
	uint16_t port = rte_be_to_cpu_16(ev->tuple.dport);
	char text[TEXT_BYTES], of[TEXT_BYTES];

	if (f->family != ev->tuple.family)
		return;
	if (f->high != 0 && (!has_ports(&ev->tuple) || port < f->low || port > f->high))
		return;
	if (f->port != 0 && has_ports(&ev->tuple))
		port = (uint16_t)(f->port + (f->high != 0 ? port - f->low : 0));
	eval_set_dst(ev, &f->to, rte_cpu_to_be_16(port));
	set_domain(ev, f->domain);
	if (ev->session != NULL)
		ev->session->flags |= SESSION_DNAT;
	if (ev->trace == NULL)
		return;
	notation_address(text, sizeof(text), &f->to, f->family);
	of[0] = '\0';
	if (dnat->matcher != NULL)
		snprintf(of, sizeof(of), "the forward on line %u: ", f->line);
	if (has_ports(&ev->tuple))
		eval_note(ev, "dnat: %sdestination %s port %u", of, text, port);
	else
		eval_note(ev, "dnat: %sdestination %s", of, text);
}

static void
translate_by_map(const struct prefix_map *m, uint8_t domain, struct eval *ev)
{
	union address to;
	char text[TEXT_BYTES];

	if (!prefix_map_holds(m, ev->tuple.family, &ev->tuple.dst))
		return;
	if (!prefix_map_find(m, ev->tuple.family, &ev->tuple.dst, &to)) {
		eval_note(ev,
			"dnat: no word of the destination can keep the checksum (RFC 6296 3.7)");
		eval_drop(ev, REASON_nat_no_mapping, 0);
		return;
	}
	eval_set_dst(ev, &to, ev->tuple.dport);
	set_domain(ev, domain);
	if (ev->session != NULL)
		ev->session->flags |= SESSION_DNAT;
	if (ev->trace == NULL)
		return;
	notation_address(text, sizeof(text), &to, ev->tuple.family);
	eval_note(ev, "dnat: destination %s", text);
}

/* Looks up all forwards of a list at once, for first packets only. */
static void
evaluate_list(const struct dnat *dnat, struct eval *const ev[], unsigned n)
{
	struct eval *open[BURST_MAX];
	uint32_t found[BURST_MAX];
	unsigned m = 0;

	for (unsigned i = 0; i < n; i++)
		if (is_open(ev[i]))
			open[m++] = ev[i];
	if (m == 0)
		return;
	matcher_find(dnat->matcher, open, found, m);
	for (unsigned i = 0; i < m; i++) {
		if (found[i] != MATCHER_NONE)
			translate(dnat, &dnat->forward[found[i]], open[i]);
		else
			eval_note(open[i], "dnat: no forward of %u is for this packet", dnat->n);
	}
}

static void
dnat_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct dnat *dnat = instance;

	if (dnat->matcher != NULL) {
		evaluate_list(dnat, ev, n);
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		if (!is_open(ev[i]))
			continue;
		if (dnat->map.family != 0)
			translate_by_map(&dnat->map, dnat->domain, ev[i]);
		else
			translate(dnat, &dnat->forward[0], ev[i]);
	}
}

static bool
dnat_fixed(const void *instance, unsigned i, struct fixed_translation *out)
{
	const struct dnat *dnat = instance;
	const struct forward *f = &dnat->forward[i];

	if (dnat->map.family != 0 && i == 0) {
		*out = (struct fixed_translation){
			.family = dnat->map.family,
			.domain = dnat->domain,
			.length = dnat->map.length,
			.neutral = dnat->map.neutral,
			.from = dnat->map.from,
			.to = dnat->map.to,
		};
		return true;
	}
	if (i >= dnat->n)
		return false;
	*out = (struct fixed_translation){
		.family = f->family,
		.domain = f->domain,
		.to = f->to,
		.port = f->port,
		.low = f->low,
		.high = f->high,
		.has_match = dnat->matcher != NULL,
	};
	if (dnat->matcher != NULL) {
		out->match = &matcher_list(dnat->matcher)->match[f->first];
		out->n_matches = f->n;
	}
	return true;
}

const struct stage stage_dnat = {
	.table = &dnat_table,
	.build = dnat_build,
	.discard = dnat_discard,
	.evaluate = dnat_evaluate,
	.fixed = dnat_fixed,
};
