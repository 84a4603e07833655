/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops: the interface that each of them is behind. */
#include "policy/hops.h"

#include <errno.h>

#include "packet/martian.h"
#include "policy/address.h"
#include "policy/build.h"
#include "policy/subnet.h"

#define WEIGHT_MAX 1000

static const struct cfg_field via_fields[] = {
	{ "via", CFG_ADDRESS, CFG_OPTIONAL, offsetof(struct via_cfg, via),
		"Address of the next router." },
	{ "dev", CFG_REF, CFG_OPTIONAL, offsetof(struct via_cfg, dev),
		"Interface of the next hop; required for link-local addresses.",
		.refers = "interfaces", .kind = "interface" },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct via_cfg, domain),
		"Domain that the next hop is in, if not that of the table; without via, the "
		"destination is looked up there." },
	{ "weight", CFG_U16, "1", offsetof(struct via_cfg, weight), "Its share of the flows.",
		.min = 1, .max = WEIGHT_MAX },
	CFG_END,
};

const struct cfg_table via_table = {
	"next-hop",
	CFG_SIZEOF(struct via_cfg),
	via_fields,
	"A next hop: an address, {via: address, weight: n}, or {domain: name}.",
	"via",
};

/* A list of next hops as it is built. */
struct hops {
	struct build *b;
	const struct hops_cfg *cfg;
};

/* Returns the domain that a next hop is in, or DOMAIN_NONE after an error.  only: its interface, or
 * NULL. */
static uint8_t
domain_of(const struct hops *h, const struct via_cfg *via, const struct interface *only)
{
	union address gateway = address_from_ip(&via->via);
	uint8_t domain = h->cfg->domain;

	if (via->domain != NULL)
		domain = build_find_domain(h->b, &via->head, &via->domain);
	else if (domain == DOMAIN_NONE && only != NULL)
		domain = only->domain;
	else if (domain == DOMAIN_NONE)
		return build_domain_of(
			h->b, &via->head, &via->via, &gateway, family_from_ip(&via->via));
	if (domain != DOMAIN_NONE && only != NULL && only->domain != domain) {
		cfg_error(build_err(h->b), &via->head,
			via->dev != NULL ? (const void *)&via->dev : NULL,
			"interface %s is in domain %s, and not in %s: a way into another domain is "
			"written as {via: ..., domain: %s}",
			only->name, build_domain_name(h->b, only->domain),
			build_domain_name(h->b, domain), build_domain_name(h->b, only->domain));
		return DOMAIN_NONE;
	}
	return domain;
}

/* Reports a next hop that no station can be.  Returns true if it is sound. */
static bool
check_gateway(const struct hops *h, const struct via_cfg *via, const struct interface *egress)
{
	union address gateway = address_from_ip(&via->via);
	unsigned family = family_from_ip(&via->via);
	char text[IP_TEXT_MAX];

	ip_address_text(&via->via, text);
	if (subnet_is_own(egress, &gateway, family)) {
		cfg_error(build_err(h->b), &via->head, &via->via, "%s is our own, on interface %s",
			text, egress->name);
		return false;
	}
	if (subnet_is_broadcast(egress, &gateway, family)) {
		cfg_error(build_err(h->b), &via->head, &via->via,
			"%s is the network or broadcast address of interface %s", text,
			egress->name);
		return false;
	}
	return true;
}

/* Returns the interface that a next hop is behind, or NULL after an error. */
static const struct interface *
via_egress(const struct hops *h, const struct via_cfg *via)
{
	const char *dev = via->dev != NULL ? via->dev : h->cfg->dev;
	const struct interface *only = build_find_interface(h->b, dev), *egress;
	union address gateway = address_from_ip(&via->via);
	unsigned family = family_from_ip(&via->via), n;
	char text[IP_TEXT_MAX], near[SUBNET_TEXT_MAX];
	const struct interface *const *iface;
	uint8_t domain;

	ip_address_text(&via->via, text);
	if (dev != NULL && only == NULL)
		return NULL; /* already reported by the decoder */
	domain = domain_of(h, via, only);
	if (domain == DOMAIN_NONE)
		return NULL;
	if (family == 6 && address_link_local(&gateway, 6)) {
		if (only == NULL)
			cfg_error(build_err(h->b), &via->head, &via->via,
				"%s is link-local: dev must name its interface", text);
		return only;
	}
	iface = build_domain_interfaces(h->b, domain, &n);
	egress = subnet_find(iface, n, only, &gateway, family);
	if (egress == NULL) {
		subnet_nearest(iface, n, &gateway, family, near);
		cfg_error(build_err(h->b), &via->head, &via->via,
			"%s is in no subnet of %s%s%s%s%s", text,
			only != NULL ? only->name : "an interface",
			domain != DOMAIN_MAIN ? " of domain " : "",
			domain != DOMAIN_MAIN ? build_domain_name(h->b, domain) : "",
			near[0] != '\0' ? "; the nearest is " : "", near);
		return NULL;
	}
	return check_gateway(h, via, egress) ? egress : NULL;
}

static int
build_hop(const struct hops *h, const struct via_cfg *via, struct route_hop *hop)
{
	unsigned family = family_from_ip(&via->via);

	if (!cfg_is_written(&via->head, &via->via))
		return cfg_error(build_err(h->b), &via->head, NULL,
			"a next hop has an address; a way into another domain is the only one of "
			"its route");
	if (family == 0)
		return -EINVAL; /* could not be read */
	if (family != h->cfg->family)
		return cfg_error(build_err(h->b), &via->head, &via->via,
			"an IPv%u address in an IPv%u route", family, family == 4 ? 6 : 4);
	hop->egress = via_egress(h, via);
	hop->gateway = address_from_ip(&via->via);
	hop->weight = via->weight;
	return hop->egress != NULL ? 0 : -EINVAL;
}

/* Builds the way of a route whose destinations are neighbours. */
static int
build_on_link(const struct hops *h, struct route_hop *hop)
{
	*hop = (struct route_hop){ .on_link = true, .weight = 1 };
	hop->egress = build_find_interface(h->b, h->cfg->dev);
	if (hop->egress == NULL)
		return -EINVAL; /* already reported by the decoder */
	if (h->cfg->domain == DOMAIN_NONE || hop->egress->domain == h->cfg->domain)
		return 0;
	return cfg_error(build_err(h->b), h->cfg->head, NULL,
		"interface %s is in domain %s, and the route in domain %s: a way into another domain "
		"is written as via: {domain: %s}",
		hop->egress->name, build_domain_name(h->b, hop->egress->domain),
		build_domain_name(h->b, h->cfg->domain),
		build_domain_name(h->b, hop->egress->domain));
}

/* Builds a way into another domain. */
static int
build_into(const struct hops *h, const struct via_cfg *via, struct route *r)
{
	r->kind = ROUTE_DOMAIN;
	r->domain = build_find_domain(h->b, &via->head, &via->domain);
	if (r->domain == DOMAIN_NONE)
		return -EINVAL;
	if (r->domain == h->cfg->domain)
		return cfg_error(build_err(h->b), &via->head, &via->domain,
			"leads into its own domain, and so nowhere");
	if (via->dev != NULL || h->cfg->dev != NULL)
		return cfg_error(build_err(h->b), &via->head, NULL,
			"a destination that is looked up in another domain has no dev here");
	return 0;
}

int
hops_build(struct build *b, const struct hops_cfg *cfg, struct route *r)
{
	unsigned n = cfg->n > 0 ? cfg->n : 1;
	struct route_hop *hop = build_alloc(b, n, sizeof(*hop));
	const struct hops h = { b, cfg };
	int rc = 0;

	if (hop == NULL)
		return build_no_memory(b);
	if (n > ROUTE_HOPS_MAX)
		return cfg_error(build_err(b), cfg->head, cfg->field, "more than %u next hops",
			ROUTE_HOPS_MAX);
	if (cfg->n == 1 && cfg->via[0].domain != NULL
		&& !cfg_is_written(&cfg->via[0].head, &cfg->via[0].via))
		return build_into(&h, &cfg->via[0], r);
	if (cfg->n == 0)
		rc = build_on_link(&h, &hop[0]);
	for (unsigned i = 0; i < cfg->n; i++)
		rc |= build_hop(&h, &cfg->via[i], &hop[i]);
	for (unsigned i = 0; i < n; i++)
		route_hop_identify(&hop[i]);
	r->kind = ROUTE_VIA;
	r->hop = hop;
	r->n_hops = (uint8_t)n;
	return rc;
}
