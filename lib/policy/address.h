/* SPDX-License-Identifier: BSD-3-Clause */
/* Converts addresses of the configuration to addresses of packets. */
#ifndef POLICY_ADDRESS_H
#define POLICY_ADDRESS_H

#include <string.h>
#include <sys/socket.h>

#include "base/ip.h"
#include "packet/key.h"
#include "table/prefixes.h"

static inline union address
address_from_ip(const struct ip_address *ip)
{
	union address a;

	memcpy(a.bytes, ip->bytes, sizeof(a.bytes));
	return a;
}

/* Returns 4, 6, or 0 for no address. */
static inline uint8_t
family_from_ip(const struct ip_address *ip)
{
	return ip->family == AF_INET ? 4 : ip->family == AF_INET6 ? 6 : 0;
}

static inline struct prefix
prefix_from_ip(const struct ip_prefix *ip)
{
	return (struct prefix){
		.address = address_from_ip(&ip->address),
		.family = family_from_ip(&ip->address),
		.length = ip->length,
	};
}

#endif
