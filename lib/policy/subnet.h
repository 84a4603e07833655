/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the interface whose subnet holds an address.  Linear: for building tables, not for
 * packets. */
#ifndef POLICY_SUBNET_H
#define POLICY_SUBNET_H

#include "base/ip.h"
#include "policy/generation.h"

#define SUBNET_TEXT_MAX (IP_TEXT_MAX + 64)

/* Returns the mask of an IPv4 prefix length, in network order. */
rte_be32_t subnet_mask4(unsigned bits);

/* Returns the interface (of all, or only one) whose longest subnet holds the address, or NULL. */
const struct interface *subnet_find(const struct interface *const iface[], unsigned n,
	const struct interface *only, const union address *a, unsigned family);

/* Writes "10.0.0.0/24 of lan": the subnet that has most leading bits in common with the address, or
 * nothing when there is none of its family. */
void subnet_nearest(const struct interface *const iface[], unsigned n, const union address *a,
	unsigned family, char out[static SUBNET_TEXT_MAX]);

/* Returns true if the address is the interface's own, or the network or broadcast address of one of
 * its subnets. */
bool subnet_is_own(const struct interface *iface, const union address *a, unsigned family);
bool subnet_is_broadcast(const struct interface *iface, const union address *a, unsigned family);

#endif
