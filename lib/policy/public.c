/* SPDX-License-Identifier: BSD-3-Clause */
/* Refuses addresses that translation may not use because they would break the network. */

#include <errno.h>
#include <stdlib.h>

#include "packet/notation.h"
#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/subnet.h"

#define TEXT_BYTES 64

/* An address of another station, by the configuration: a next hop or a neighbour. */
struct taken {
	uint32_t address; /* host order */
	uint8_t domain;
	const char *table; /* of routes, where it is a next hop; else NULL */
	unsigned line;
	const char *iface; /* where it is a neighbour */
};

static int
compare_taken(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

static unsigned
count_taken(const struct build *b, const struct policy_cfg *cfg)
{
	unsigned n = 0;

	cfg_each(table, &cfg->routes)
		cfg_each(route, &table->routes)
			n += route->via.count;
	for (unsigned i = 0; i < b->setup.n_ifaces; i++)
		n += b->setup.iface[i] != NULL ? b->setup.iface[i]->n_neighbours : 0;
	return n;
}

static void
take_next_hops(struct build *b, const struct route_table_cfg *table, uint8_t domain)
{
	cfg_each(route, &table->routes) {
		cfg_each(via, &route->via) {
			if (via->via.family != AF_INET)
				continue;
			b->taken[b->n_taken++] = (struct taken){
				.address = rte_be_to_cpu_32(via->via.v4),
				.domain = via->domain == NULL ? domain
							      : domains_find(b, via->domain),
				.table = table->head.name,
				.line = via->head.loc.line,
			};
		}
	}
}

int
public_begin(struct build *b, const struct policy_cfg *cfg)
{
	b->taken = build_alloc(b, count_taken(b, cfg) + 1, sizeof(*b->taken));
	if (b->taken == NULL)
		return build_no_memory(b);
	for (unsigned i = 0; i < cfg->routes.count; i++)
		take_next_hops(b, &cfg->routes.items[i], b->assigned[i].domain);
	for (unsigned i = 0; i < b->setup.n_ifaces; i++) {
		const struct interface *iface = b->setup.iface[i];

		for (unsigned k = 0; iface != NULL && k < iface->n_neighbours; k++) {
			if (iface->neighbours[k].family != 4)
				continue;
			b->taken[b->n_taken++] = (struct taken){
				.address = rte_be_to_cpu_32(iface->neighbours[k].address.v4),
				.domain = iface->domain,
				.iface = iface->name,
			};
		}
	}
	qsort(b->taken, b->n_taken, sizeof(*b->taken), compare_taken);
	return 0;
}

/* Returns why no station can have the address (RFC 6890), or NULL. */
static const char *
special(uint32_t address)
{
	if (address == UINT32_MAX)
		return "is the broadcast address";
	if (address >> 24 == 0)
		return "is of 0.0.0.0/8, which no station has";
	if (address >> 24 == 127)
		return "is of 127.0.0.0/8: loopback";
	if (address >> 28 == 14)
		return "is multicast";
	return address >> 28 == 15 ? "is of 240.0.0.0/4: reserved" : NULL;
}

/* Returns the interface whose network or broadcast address it is, or NULL. */
static const struct interface *
edge_of(struct build *b, rte_be32_t address, uint8_t domain)
{
	union address a = address_v4(address);

	const struct interface *const *iface;
	unsigned n = 0;

	if (domain == DOMAIN_NONE)
		return NULL;
	iface = build_domain_interfaces(b, domain, &n);
	for (unsigned i = 0; i < n; i++)
		if (iface[i] != NULL && subnet_is_broadcast(iface[i], &a, 4))
			return iface[i];
	return NULL;
}

int
build_check_station(
	struct build *b, const struct cfg_head *head, const void *field, rte_be32_t address)
{
	const char *why = special(rte_be_to_cpu_32(address));
	union address a = address_v4(address);
	char text[TEXT_BYTES];

	if (why == NULL)
		return 0;
	notation_address(text, sizeof(text), &a, 4);
	return cfg_error(b->setup.err, head, field, "%s %s", text, why);
}

int
build_check_target(struct build *b, const struct cfg_head *head, const void *field,
	rte_be32_t address, uint8_t domain)
{
	union address a = address_v4(address);
	const struct interface *iface;
	char text[TEXT_BYTES];

	if (build_check_station(b, head, field, address) < 0)
		return -EINVAL;
	iface = edge_of(b, address, domain);
	if (iface == NULL)
		return 0;
	notation_address(text, sizeof(text), &a, 4);
	return cfg_error(b->setup.err, head, field,
		"%s is the network or broadcast address of a subnet of interface %s", text,
		iface->name);
}

int
build_check_public(struct build *b, const struct cfg_head *head, const void *field,
	rte_be32_t address, uint8_t domain)
{
	const struct taken wanted = { .address = rte_be_to_cpu_32(address), .domain = domain };
	const struct taken *taken;
	union address a = address_v4(address);
	char text[TEXT_BYTES];

	if (build_check_target(b, head, field, address, domain) < 0)
		return -EINVAL;
	taken = bsearch(&wanted, b->taken, b->n_taken, sizeof(*b->taken), compare_taken);
	if (taken == NULL)
		return 0;
	notation_address(text, sizeof(text), &a, 4);
	if (taken->table != NULL)
		return cfg_error(b->setup.err, head, field,
			"%s is a next hop, in routes.%s on line %u: Weir would answer for it", text,
			taken->table, taken->line);
	return cfg_error(b->setup.err, head, field,
		"%s is a neighbour of interface %s: Weir would answer for it", text, taken->iface);
}
