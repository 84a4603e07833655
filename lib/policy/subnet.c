/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares addresses with the subnets of interfaces. */
#include "policy/subnet.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

rte_be32_t
subnet_mask4(unsigned bits)
{
	return bits == 0 ? 0 : rte_cpu_to_be_32(UINT32_MAX << (32 - bits));
}

/* Returns the number of leading bits that two addresses have in common. */
static unsigned
common_bits(const union address *a, const union address *b)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned differ = a->bytes[i] ^ b->bytes[i];

		if (differ != 0)
			return 8 * i + (unsigned)__builtin_clz(differ) - 24;
	}
	return 128;
}

static bool
holds(const struct interface_address *subnet, const union address *a, unsigned family)
{
	return subnet->family == family && common_bits(&subnet->address, a) >= subnet->bits;
}

const struct interface *
subnet_find(const struct interface *const iface[], unsigned n, const struct interface *only,
	const union address *a, unsigned family)
{
	const struct interface *best = NULL;
	unsigned longest = 0;

	for (unsigned i = 0; i < n; i++) {
		if (iface[i] == NULL || (only != NULL && iface[i] != only))
			continue;
		for (unsigned k = 0; k < iface[i]->n_addresses; k++) {
			const struct interface_address *subnet = &iface[i]->addresses[k];

			if (!holds(subnet, a, family) || (best != NULL && subnet->bits <= longest))
				continue;
			best = iface[i];
			longest = subnet->bits;
		}
	}
	return best;
}

static void
write_subnet(
	char out[static SUBNET_TEXT_MAX], const struct interface_address *subnet, const char *name)
{
	struct ip_prefix p = { .length = subnet->bits };
	char text[IP_TEXT_MAX];

	memcpy(p.address.bytes, subnet->address.bytes, sizeof(p.address.bytes));
	p.address.family = subnet->family == 4 ? AF_INET : AF_INET6;
	p = ip_prefix_network(&p);
	snprintf(out, SUBNET_TEXT_MAX, "%s of %s", ip_prefix_text(&p, text), name);
}

void
subnet_nearest(const struct interface *const iface[], unsigned n, const union address *a,
	unsigned family, char out[static SUBNET_TEXT_MAX])
{
	int most = -1;

	out[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; iface[i] != NULL && k < iface[i]->n_addresses; k++) {
			const struct interface_address *subnet = &iface[i]->addresses[k];
			int common = (int)common_bits(&subnet->address, a);

			if (subnet->family != family || common <= most)
				continue;
			most = common;
			write_subnet(out, subnet, iface[i]->name);
		}
	}
}

bool
subnet_is_own(const struct interface *iface, const union address *a, unsigned family)
{
	for (unsigned k = 0; k < iface->n_addresses; k++)
		if (iface->addresses[k].family == family
			&& address_equal(&iface->addresses[k].address, a))
			return true;
	return false;
}

bool
subnet_is_broadcast(const struct interface *iface, const union address *a, unsigned family)
{
	for (unsigned k = 0; k < iface->n_addresses; k++) {
		const struct interface_address *subnet = &iface->addresses[k];
		rte_be32_t mask;

		if (family != 4 || !holds(subnet, a, 4) || subnet->bits > 30)
			continue;
		mask = subnet_mask4(subnet->bits);
		if ((a->v4 & ~mask) == 0 || (a->v4 | mask) == UINT32_MAX)
			return true;
	}
	return false;
}
