/* SPDX-License-Identifier: BSD-3-Clause */
/* Section nat: pools of public addresses and ports. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nat/layout.h"
#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/subnet.h"

static_assert(PUBLIC_PLACES >= NAT_PLACES, "a place for each address of NAT");

#define WRONG_MAX 4 /* addresses of a prefix that are reported one by one */

static const struct cfg_word mapping_words[] = {
	{ "endpoint-independent", NAT_ENDPOINT_INDEPENDENT },
	{ "address-and-port-dependent", NAT_ADDRESS_AND_PORT_DEPENDENT },
	CFG_WORD_END,
};

static const struct cfg_word filtering_words[] = {
	{ "endpoint-independent", NAT_ENDPOINT_INDEPENDENT },
	{ "address-dependent", NAT_ADDRESS_DEPENDENT },
	{ "address-and-port-dependent", NAT_ADDRESS_AND_PORT_DEPENDENT },
	CFG_WORD_END,
};

static const struct cfg_word unsolicited_words[] = {
	{ "drop", 0 },
	{ "reject", 1 },
	CFG_WORD_END,
};

static const struct cfg_field pool_fields[] = {
	{ "pool", CFG_TEXT | CFG_LIST, NULL, offsetof(struct nat_pool_cfg, pool),
		"Public addresses of IPv4, or prefixes of them, and addresses of IPv6; `interface wan`: those that the interface has." },
	{ "ports", CFG_PORTS, "1024-65535", offsetof(struct nat_pool_cfg, ports),
		"Public ports and ICMP identifiers.", .min = 1 },
	{ "mapping", CFG_ENUM, "endpoint-independent", offsetof(struct nat_pool_cfg, mapping),
		"Whether an inside endpoint has one public endpoint, or one for each "
		"destination.",
		.words = mapping_words },
	{ "filtering", CFG_ENUM, "address-and-port-dependent",
		offsetof(struct nat_pool_cfg, filtering),
		"Who may send to a mapping: any host, or only hosts that the inside has sent to.",
		.words = filtering_words },
	{ "per_source", CFG_U32, CFG_OPTIONAL, offsetof(struct nat_pool_cfg, per_source),
		"Sessions that one inside address may hold.", .min = 1 },
	{ "unsolicited", CFG_ENUM, "drop", offsetof(struct nat_pool_cfg, unsolicited),
		"What the sender of a SYN to an unmapped endpoint is told: nothing, or after 6 "
		"s that the port is unreachable, unless the inside has opened a connection by "
		"then.",
		.words = unsolicited_words },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct nat_pool_cfg, domain),
		"Domain that the addresses are in; without it, that of the interface whose subnet has them, else the main one." },
	{ "log", CFG_BOOL, "false", offsetof(struct nat_pool_cfg, log),
		"Whether telemetry.nat_log has an entry when a mapping begins and when it ends." },
	CFG_END,
};

const struct cfg_table nat_pool_table = {
	"pool",
	CFG_SIZEOF(struct nat_pool_cfg),
	pool_fields,
	"Public addresses and ports that sessions share.",
};

int
build_public(struct build *b, rte_be32_t address, uint8_t domain)
{
	if (b->n_public == b->public_room) {
		struct public_address *more = build_grow(
			b, b->public, b->n_public, &b->public_room, sizeof(*more));

		if (more == NULL)
			return build_no_memory(b);
		b->public = more;
	}
	b->public[b->n_public++] = (struct public_address){ .address = address, .domain = domain };
	return 0;
}

static bool
is_public(const struct build *b, rte_be32_t address)
{
	for (unsigned i = 0; i < b->n_public; i++)
		if (b->public[i].address == address)
			return true;
	return false;
}

/* Reads an element of a pool as a prefix.  Returns 0, or negative after an error. */
static int
read_prefix(struct build *b, const struct nat_pool_cfg *cfg, const char *const *text,
	struct prefix *out)
{
	struct ip_prefix p, network;
	char buf[IP_TEXT_MAX];

	if (!ip_prefix_parse(*text, &p))
		return cfg_error(build_err(b), &cfg->head, text,
			"'%.60s' is not a prefix, as 198.51.100.0/28, nor `interface` and the name of one",
			*text);
	network = ip_prefix_network(&p);
	if (!ip_prefix_is_network(&p))
		return cfg_error(build_err(b), &cfg->head, text,
			"'%.60s' has bits beyond its length; did you mean '%s'?", *text,
			ip_prefix_text(&network, buf));
	*out = prefix_from_ip(&p);
	return 0;
}

/* Sets the domain of a pool by one of its elements; it must be the same for all.  Returns 0, or
 * negative after an error. */
static int
set_domain(struct build *b, const struct nat_pool_cfg *cfg, const char *const *text,
	struct nat_pool_spec *spec, uint8_t domain)
{
	if (domain == DOMAIN_NONE)
		return -EINVAL; /* already reported */
	if (spec->domain != DOMAIN_NONE && spec->domain != domain)
		return cfg_error(build_err(b), &cfg->head, text,
			"%.60s is in domain %s, and the pool in domain %s", *text,
			build_domain_name(b, domain), build_domain_name(b, spec->domain));
	spec->domain = domain;
	return 0;
}

/* Returns the domain of a prefix of a pool: as written, or by the subnets of interfaces. */
static uint8_t
prefix_domain(struct build *b, const struct nat_pool_cfg *cfg, const char *const *text,
	const struct nat_pool_spec *spec, const struct prefix *prefix)
{
	if (cfg->domain != NULL)
		return spec->domain;
	return build_domain_of(b, &cfg->head, text, &prefix->address, prefix->family);
}

/* Adds the addresses of a prefix.  Returns their number, or negative after an error. */
static int
add_prefix(struct build *b, const struct nat_pool_cfg *cfg, const char *const *p,
	struct nat_pool_spec *spec, rte_be32_t *out)
{
	struct prefix prefix = { .family = 0 };
	int rc = read_prefix(b, cfg, p, &prefix);
	unsigned room = NAT_ADDRESSES - spec->n_addresses, wrong = 0, n;

	if (rc < 0)
		return rc;
	n = prefix.length >= 24 ? 1u << (32 - prefix.length % 33) : NAT_ADDRESSES + 1;
	if (prefix.family != 4)
		return cfg_error(
			build_err(b), &cfg->head, p, "a pool has single addresses of IPv6");
	if (n > room)
		return cfg_error(build_err(b), &cfg->head, p, "a pool has %u addresses at most",
			NAT_ADDRESSES);
	if (build_check_station(b, &cfg->head, p, prefix.address.v4) < 0)
		return -EINVAL; /* and so are the others */
	if (set_domain(b, cfg, p, spec, prefix_domain(b, cfg, p, spec, &prefix)) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < n; i++) {
		out[i] = rte_cpu_to_be_32(rte_be_to_cpu_32(prefix.address.v4) + i);
		if (build_check_public(b, &cfg->head, p, out[i], spec->domain) < 0
			&& ++wrong == WRONG_MAX)
			return -EINVAL;
		if (wrong > 0)
			continue;
		if (is_public(b, out[i]))
			return cfg_error(build_err(b), &cfg->head, p,
				"an address belongs to one pool, once");
		if (build_public(b, out[i], spec->domain) < 0)
			return -ENOMEM;
	}
	return wrong == 0 ? (int)n : -EINVAL;
}

#define OF_INTERFACE "interface "

/* Adds the addresses that an interface has.  Returns their number, or negative after an error. */
static int
add_interface(struct build *b, const struct nat_pool_cfg *cfg, const char *const *text,
	struct nat_pool_spec *spec, rte_be32_t *out)
{
	const char *name = *text + strlen(OF_INTERFACE);
	unsigned room = NAT_ADDRESSES - spec->n_addresses, n = 0;
	const struct interface *iface;

	name += strspn(name, " ");
	iface = build_find_interface(b, name);
	if (iface == NULL)
		return cfg_error(
			build_err(b), &cfg->head, text, "there is no interface '%.60s'", name);
	if (set_domain(b, cfg, text, spec, iface->domain) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < iface->n_addresses && n < room; i++) {
		const struct interface_address *a = &iface->addresses[i];

		if (a->family != 4)
			continue;
		if (is_public(b, a->address.v4))
			return cfg_error(build_err(b), &cfg->head, text,
				"an address belongs to one pool, once");
		out[n++] = a->address.v4;
		if (build_public(b, a->address.v4, spec->domain) < 0)
			return -ENOMEM;
	}
	if (n == 0)
		cfg_warn(build_err(b), &cfg->head, text,
			"interface %s has no IPv4 address: sessions are refused until it has one",
			name);
	return (int)n;
}

/* Adds what an element of a pool names.  Returns the number of addresses, or negative after an
 * error. */
static int
add_addresses(struct build *b, const struct nat_pool_cfg *cfg, const char *const *text,
	struct nat_pool_spec *spec, rte_be32_t *out)
{
	struct ip_address a;

	if (*text == NULL)
		return -EINVAL; /* already reported */
	if (ip_address_parse(*text, &a) && a.family == AF_INET6) {
		if (spec->n_addresses6 == NAT_ADDRESSES)
			return cfg_error(build_err(b), &cfg->head, text,
				"a pool has %u addresses at most", NAT_ADDRESSES);
		const struct prefix own = { address_from_ip(&a), 6, 128, 0 };

		if (set_domain(b, cfg, text, spec, prefix_domain(b, cfg, text, spec, &own)) < 0)
			return -EINVAL;
		spec->addresses6[spec->n_addresses6++] = own.address;
		return 0;
	}
	if (strncmp(*text, OF_INTERFACE, strlen(OF_INTERFACE)) != 0)
		return add_prefix(b, cfg, text, spec, out);
	spec->follows = true;
	return add_interface(b, cfg, text, spec, out);
}

/* Adds what all elements of a pool name. */
static int
add_elements(struct build *b, const struct nat_pool_cfg *cfg, struct nat_pool_spec *spec,
	rte_be32_t *addresses)
{
	int rc = 0;

	if (cfg->pool.count == 0)
		return cfg_error(build_err(b), &cfg->head, &cfg->pool, "there is no address");
	if (cfg->domain != NULL) {
		spec->domain = build_find_domain(b, &cfg->head, &cfg->domain);
		if (spec->domain == DOMAIN_NONE)
			return -EINVAL;
	}
	cfg_each(p, &cfg->pool) {
		int n = add_addresses(b, cfg, p, spec, addresses + spec->n_addresses);

		spec->n_addresses += n > 0 ? (unsigned)n : 0;
		rc |= n < 0 ? -EINVAL : 0;
	}
	return rc;
}

/* Builds a pool's specification.  A faulty pool has its number, too, so that the others keep
 * theirs. */
int
build_pool_spec(struct build *b, const struct nat_pool_cfg *cfg)
{
	struct nat_pool_spec spec = {
		.name = build_string(b, cfg->head.name != NULL ? cfg->head.name : ""),
		.low = (uint16_t)cfg->ports.first,
		.high = (uint16_t)cfg->ports.last,
		.mapping = (uint8_t)cfg->mapping,
		.filtering = (uint8_t)cfg->filtering,
		.per_source = cfg->per_source,
		.log = cfg->log,
		.domain = DOMAIN_NONE,
		.reject = cfg->unsolicited != 0,
	};
	rte_be32_t *addresses = build_alloc(b, NAT_ADDRESSES, sizeof(*addresses));
	int rc;

	spec.addresses6 = build_alloc(b, NAT_ADDRESSES, sizeof(*spec.addresses6));
	if (addresses == NULL || spec.addresses6 == NULL || spec.name == NULL)
		return build_no_memory(b);
	if (b->n_pools == NAT_POOLS)
		return cfg_error(build_err(b), &cfg->head, NULL, "more than %u pools", NAT_POOLS);
	rc = add_elements(b, cfg, &spec, addresses);
	spec.addresses = addresses;
	if (spec.domain == DOMAIN_NONE) /* an interface without an address so far, or an error */
		spec.domain = DOMAIN_MAIN;
	if (b->n_pools == b->pool_room) {
		struct nat_pool_spec *more = build_grow(
			b, b->pool, b->n_pools, &b->pool_room, sizeof(*more));

		if (more == NULL)
			return build_no_memory(b);
		b->pool = more;
	}
	b->pool[b->n_pools++] = spec;
	return rc;
}

int
build_find_pool(const struct build *b, const char *name)
{
	for (unsigned i = 0; name != NULL && i < b->n_pools; i++)
		if (strcmp(b->pool[i].name, name) == 0)
			return (int)i;
	return -ENOENT;
}

const struct nat_pool_spec *
build_pool(const struct build *b, unsigned number)
{
	return &b->pool[number];
}

static int
compare(const void *a, const void *b)
{
	const struct public_address *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Finds the link on which stations may ask for an address. */
static uint16_t
link_of(struct build *b, rte_be32_t address, unsigned domain)
{
	union address a = address_v4(address);
	unsigned n;
	const struct interface *const *iface = build_domain_interfaces(b, domain, &n);
	const struct interface *i = subnet_find(iface, n, NULL, &a, 4);

	return i != NULL && !subnet_is_own(i, &a, 4) ? i->id : 0;
}

void
pools_finish(struct build *b, struct generation *gen)
{
	if (b->n_public > 0)
		qsort(b->public, b->n_public, sizeof(*b->public), compare);
	for (unsigned i = 0; i < b->n_public; i++)
		b->public[i].link = link_of(b, b->public[i].address, b->public[i].domain);
	gen->pools = b->pool;
	gen->n_pools = b->n_pools;
	gen->public = b->public;
	gen->n_public = b->n_public;
}
