/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends solicitations and advertisements (RFC 4861). */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "host/nd_priv.h"

/* Returns true for Neighbour Discovery, which never leaves its link: no pipeline judges it. */
bool
nd_is(const struct view *v)
{
	return v->kind == VIEW_IP6 && v->proto == IPPROTO_ICMPV6 && v->l4 != VIEW_NONE
		&& v->icmp_type >= ND_FIRST && v->icmp_type <= ND_LAST;
}

static const union address all_nodes = { .bytes = { 0xff, 2, [15] = 1 } };

static union address
solicited_node(const union address *a)
{
	union address out = { .bytes = { 0xff, 2, [11] = 1, [12] = 0xff } };

	memcpy(out.bytes + 13, a->bytes + 13, 3);
	return out;
}

static void
multicast_mac(uint8_t mac[6], const union address *a)
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, a->bytes + 12, 4);
}

void
nd_send(struct host *h, const struct interface *i, const struct nd_message *message)
{
	enum { BYTES = ND_BYTES + OPTION_BYTES };
	uint8_t group[6];
	uint8_t *p, *nd;
	struct rte_mbuf *m;

	multicast_mac(group, message->dst);
	m = frame_take(h, i, message->to != NULL ? message->to : group, RTE_ETHER_TYPE_IPV6,
		IP6_BYTES + BYTES, &p);
	if (m == NULL)
		return;
	ip6_write(p, message->src, message->dst, IPPROTO_ICMPV6, BYTES);
	p[7] = ND_HOP_LIMIT;
	nd = p + IP6_BYTES;
	memset(nd, 0, BYTES);
	nd[0] = message->type;
	nd[4] = message->flags;
	memcpy(nd + 8, message->target, 16);
	nd[24] = message->option;
	nd[25] = OPTION_BYTES / 8;
	memcpy(nd + 26, i->mac, 6);
	icmp6_checksum_set(p, BYTES);
	frame_send(h, m, BORN_nd, i);
}

void
nd_ask(struct host *h, const struct interface *i, const union address *target, const uint8_t *to)
{
	union address group = solicited_node(target);
	struct nd_message ns = {
		.type = ND_SOLICITATION,
		.option = OPTION_SOURCE_MAC,
		.target = target,
		.to = to,
		.src = interface_source(i, target, 6),
		.dst = to != NULL ? target : &group,
	};

	if (ns.src != NULL)
		nd_send(h, i, &ns);
}

void
nd_announce(struct host *h, const struct interface *i, const union address *own)
{
	struct nd_message na = {
		.type = ND_ADVERTISEMENT,
		.flags = FLAG_ROUTER | FLAG_OVERRIDE,
		.option = OPTION_TARGET_MAC,
		.target = own,
		.src = own,
		.dst = &all_nodes,
	};

	nd_send(h, i, &na);
}
