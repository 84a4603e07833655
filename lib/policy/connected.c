/* SPDX-License-Identifier: BSD-3-Clause */
/* What the interfaces of a domain add to its route tables: their subnets, their addresses, and the
 * broadcast addresses of IPv4 subnets. */
#include "policy/routes_priv.h"

#include <errno.h>

#include "packet/martian.h"
#include "policy/subnet.h"

int
table_add(struct table_build *tb, const struct route *r)
{
	if (tb->n == tb->room) {
		struct route *more = build_grow(tb->b, tb->route, tb->n, &tb->room, sizeof(*more));

		if (more == NULL)
			return build_no_memory(tb->b);
		tb->route = more;
	}
	tb->route[tb->n++] = *r;
	return 0;
}

static int
add_plain(struct table_build *tb, const union address *a, unsigned family, unsigned length,
	enum route_kind kind)
{
	struct route r = {
		.prefix = { .address = *a, .family = (uint8_t)family, .length = (uint8_t)length },
		.kind = (uint8_t)kind,
	};

	return table_add(tb, &r);
}

static int
add_subnet(struct table_build *tb, const struct interface *iface, const struct interface_address *a)
{
	struct route r = {
		.prefix = { .address = a->address, .family = a->family, .length = a->bits },
		.kind = ROUTE_VIA,
		.n_hops = 1,
	};
	struct route_hop *hop = build_alloc(tb->b, 1, sizeof(*hop));

	if (hop == NULL)
		return build_no_memory(tb->b);
	*hop = (struct route_hop){ .egress = iface, .on_link = true, .weight = 1 };
	r.hop = hop;
	prefix_trim(&r.prefix);
	return table_add(tb, &r);
}

static int
add_broadcasts(struct table_build *tb, const struct interface_address *a)
{
	union address network = a->address, broadcast = a->address;
	rte_be32_t mask;
	int rc;

	if (a->family != 4 || a->bits > 30)
		return 0;
	mask = subnet_mask4(a->bits);
	network.v4 &= mask;
	broadcast.v4 |= ~mask;
	rc = add_plain(tb, &network, 4, 32, ROUTE_BROADCAST);
	return rc < 0 ? rc : add_plain(tb, &broadcast, 4, 32, ROUTE_BROADCAST);
}

static int
add_own(struct table_build *tb, const struct interface_address *a)
{
	return add_plain(tb, &a->address, a->family, a->family == 4 ? 32 : 128, ROUTE_LOCAL);
}

static int
add_public(struct table_build *tb)
{
	int rc = 0;

	for (unsigned i = 0; i < tb->b->n_public; i++) {
		union address a = address_v4(tb->b->public[i].address);

		if (tb->b->public[i].domain != tb->domain)
			continue;
		rc |= add_plain(tb, &a, 4, 32, ROUTE_PUBLIC);
	}
	return rc;
}

/* In this order: of two routes for one prefix the later counts. */
int
connected_add(struct table_build *tb)
{
	unsigned n;
	const struct interface *const *iface = build_domain_interfaces(tb->b, tb->domain, &n);
	int rc = add_public(tb);

	for (unsigned pass = 0; pass < 3; pass++) {
		for (unsigned i = 0; i < n; i++) {
			for (unsigned k = 0; iface[i] != NULL && k < iface[i]->n_addresses; k++) {
				const struct interface_address *a = &iface[i]->addresses[k];

				if (a->family == 6 && address_link_local(&a->address, 6))
					continue; /* each link has its own */
				rc |= pass == 0     ? add_subnet(tb, iface[i], a)
					: pass == 1 ? add_broadcasts(tb, a)
						    : add_own(tb, a);
			}
		}
	}
	return rc < 0 ? -ENOMEM : 0;
}
