/* SPDX-License-Identifier: BSD-3-Clause */
/* What the host would do now, without doing it. */

#include <netinet/in.h>

#include "host/host_priv.h"

enum { ECHO4_REQUEST = 8, ECHO6_REQUEST = 128 };

uint16_t
host_foresee_nexthop(const struct host *h, const struct interface *egress,
	const union address *gateway, unsigned family)
{
	uint16_t slot = neighbour_find(h, egress->id, family, gateway);

	if (slot != NONE)
		return (uint16_t)(NEXTHOP_FIRST + slot);
	if (!address_is_unicast(gateway, family)
		|| (family == 4 && interface_broadcast(egress, gateway)))
		return REASON_multicast;
	return 0;
}

static bool
is_echo_request(const struct view *v)
{
	return tuple_is_icmp(&v->tuple) && address_is_unicast(&v->tuple.src, v->family)
		&& tuple_icmp_type(&v->tuple) == (v->family == 4 ? ECHO4_REQUEST : ECHO6_REQUEST);
}

/* The tests of host_local, in its order. */
enum reason
host_foresee_local(const struct host *h, const struct view *v, const struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);
	bool icmp = v->proto == (v->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	if (v->kind == VIEW_ARP)
		return REASON_NONE;
	if (in == NULL)
		return REASON_interface_unused;
	if (v->l4_fault != REASON_NONE)
		return (enum reason)v->l4_fault;
	if (nd_is(v))
		return REASON_NONE;
	if (v->broadcast || !address_is_unicast(&v->tuple.dst, v->family)
		|| (v->family == 4 && interface_broadcast(in, &v->tuple.dst)))
		return REASON_multicast;
	if (v->fragment)
		return is_echo_request(v) ? REASON_NONE : REASON_local_no_service;
	if (v->l4 == VIEW_NONE || !icmp)
		return REASON_local_no_service;
	return checksum_ok(v, m) ? REASON_NONE : REASON_icmp_bad_checksum;
}
