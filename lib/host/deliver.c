/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between the link and the kernel's interface (hostif/hostif.h): what goes there, how much
 * of it, and what comes from there.
 *
 * Each class of packets has a rate for itself on each interface (limit.c), so a flood of one takes
 * nothing from another.  Within a class every sender has a share and a reserve: of protocols of the
 * link the sender is the station, by its MAC; of all others it is the address. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "host/host_priv.h"
#include "packet/martian.h"

enum {
	PROTO_EIGRP = 88,
	PROTO_OSPF = 89,
	PROTO_PIM = 103,
	PROTO_VRRP = 112,
	PORT_BGP = 179,
	PORT_RIP = 520,
	PORT_RIPNG = 521,
	PORT_LDP = 646,
	PORT_BFD = 3784,
	PORT_BFD_ECHO = 3785,
	PORT_BFD_MULTIHOP = 4784,
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	PORT_DHCP6_CLIENT = 546,
	PORT_DHCP6_SERVER = 547,
	MLD_FIRST = 130, /* ICMPv6: query, report, done */
	MLD_LAST = 132,
	MLD2_REPORT = 143,
	SCOPE_LINK = 2, /* of an IPv6 group: interface or link */
};

static const struct {
	enum limit limit;
	enum reason over;
} classes[HOSTIF_CLASSES] = {
	[HOSTIF_ROUTING] = { LIMIT_HOST_ROUTING, REASON_host_limit_routing },
	[HOSTIF_NEIGHBOUR] = { LIMIT_HOST_NEIGHBOUR, REASON_host_limit_neighbour },
	[HOSTIF_DHCP] = { LIMIT_HOST_DHCP, REASON_host_limit_dhcp },
	[HOSTIF_REST] = { LIMIT_HOST_REST, REASON_host_limit },
};

static bool
is_routing_port(unsigned proto, unsigned port)
{
	if (proto == IPPROTO_TCP)
		return port == PORT_BGP || port == PORT_LDP;
	return port == PORT_RIP || port == PORT_RIPNG || port == PORT_LDP || port == PORT_BFD
		|| port == PORT_BFD_ECHO || port == PORT_BFD_MULTIHOP;
}

static bool
is_dhcp_port(unsigned port)
{
	return port == PORT_DHCP_SERVER || port == PORT_DHCP_CLIENT || port == PORT_DHCP6_CLIENT
		|| port == PORT_DHCP6_SERVER;
}

static bool
is_mld(const struct view *v)
{
	return v->proto == IPPROTO_ICMPV6 && v->l4 != VIEW_NONE
		&& ((v->icmp_type >= MLD_FIRST && v->icmp_type <= MLD_LAST)
			|| v->icmp_type == MLD2_REPORT);
}

static enum hostif_class
class_of(const struct view *v)
{
	unsigned dport = rte_be_to_cpu_16(v->tuple.dport), sport = rte_be_to_cpu_16(v->tuple.sport);

	if (v->kind == VIEW_ARP || nd_is(v))
		return HOSTIF_NEIGHBOUR;
	if (v->kind == VIEW_OTHER || v->proto == PROTO_OSPF || v->proto == PROTO_VRRP
		|| v->proto == PROTO_PIM || v->proto == PROTO_EIGRP || v->proto == IPPROTO_IGMP
		|| is_mld(v))
		return HOSTIF_ROUTING;
	if (v->l4 == VIEW_NONE || (v->proto != IPPROTO_TCP && v->proto != IPPROTO_UDP))
		return HOSTIF_REST;
	if (is_routing_port(v->proto, dport) || (v->proto == IPPROTO_TCP && sport == PORT_BGP))
		return HOSTIF_ROUTING;
	return v->proto == IPPROTO_UDP && is_dhcp_port(dport) ? HOSTIF_DHCP : HOSTIF_REST;
}

/* Takes from the rate of a class; the sender is the station where the packet is of the link. */
static bool
take_rate(struct host *h, enum hostif_class class, const struct interface *in, const struct view *v)
{
	struct view station;

	if (class == HOSTIF_REST || (!v->broadcast && v->kind != VIEW_ARP && !nd_is(v)))
		return limit_take(h, classes[class].limit, in->id, v);
	station = *v;
	memset(&station.tuple.src, 0, sizeof(station.tuple.src));
	memcpy(&station.tuple.src, v->mac, sizeof(v->mac));
	station.family = 6; /* of which 8 bytes tell senders apart */
	return limit_take(h, classes[class].limit, in->id, &station);
}

enum reason
deliver(struct host *h, const struct interface *in, const struct view *v, struct rte_mbuf *m)
{
	enum hostif_class class = class_of(v);

	if (!take_rate(h, class, in, v))
		return classes[class].over;
	m->port = in->id;
	m->l2_len = v->l3;
	if (h->setup.deliver == NULL)
		rte_pktmbuf_free(m);
	else if (!h->setup.deliver(h->setup.arg, class, m))
		return REASON_host_full;
	counter_add(&h->setup.ledger->consumed[CONSUMED_host], 1);
	return REASON_NONE;
}

/* Returns true if no station of the link may send from this address.  One without an address asks
 * for one (DHCP), or joins groups (IGMP, MLD). */
static bool
is_forged(const struct host *h, const struct interface *in, const struct view *v)
{
	static const union address none;
	const union address *src = &v->tuple.src;

	if (address_equal(src, &none))
		return v->proto != IPPROTO_UDP && v->proto != IPPROTO_IGMP
			&& v->proto != IPPROTO_ICMPV6;
	return martian_source(&v->tuple) || interface_owns(in, src, v->family)
		|| (v->family == 4 && generation_owns(h->gen, src, tuple_space(&v->tuple)));
}

/* Returns true for a group of the link, and for messages about any group. */
static bool
is_link_group(const struct view *v)
{
	const uint8_t *dst = v->tuple.dst.bytes;

	if (v->family == 4)
		return (dst[0] == 224 && dst[1] == 0 && dst[2] == 0) || v->proto == IPPROTO_IGMP
			|| v->tuple.dst.v4 == UINT32_MAX;
	return (dst[1] & 0xf) <= SCOPE_LINK || is_mld(v);
}

enum reason
deliver_group(struct host *h, const struct interface *in, const struct view *v, struct rte_mbuf *m)
{
	if (!is_link_group(v))
		return REASON_multicast;
	if (is_forged(h, in, v))
		return REASON_martian;
	return deliver(h, in, v, m);
}

/* Groups of IEEE 802.1Q that no bridge forwards (LACP, LLDP, 802.1X), and those of IS-IS. */
static bool
is_link_protocol(const uint8_t *to)
{
	static const uint8_t bridge[5] = { 0x01, 0x80, 0xc2, 0, 0 };
	static const uint8_t isis[5] = { 0x09, 0, 0x2b, 0, 0 };

	if (memcmp(to, bridge, sizeof(bridge)) == 0)
		return (to[5] >= 0x02 && to[5] <= 0x0f) || to[5] == 0x14 || to[5] == 0x15;
	return memcmp(to, isis, sizeof(isis)) == 0 && (to[5] == 4 || to[5] == 5);
}

enum reason
host_frame(struct host *h, const struct view *v, struct rte_mbuf *m)
{
	const struct interface *in = host_interface(h, v->iface);

	if (in == NULL || in->host == NULL || v->kind != VIEW_OTHER
		|| !is_link_protocol(rte_pktmbuf_mtod(m, const uint8_t *)))
		return REASON_eth_unknown_type;
	return deliver(h, in, v, m);
}

/* Puts the interface's VLAN tags behind the MACs; returns false if there is no room. */
static bool
put_tags(const struct interface *i, struct rte_mbuf *m)
{
	uint8_t head[NEXTHOP_L2_MAX], *frame = rte_pktmbuf_mtod(m, uint8_t *);
	uint16_t ethertype = (uint16_t)(frame[12] << 8 | frame[13]);
	uint8_t from[6];
	unsigned bytes = ether_write(head, i, frame, ethertype, 0);

	memcpy(from, frame + 6, sizeof(from));
	if (rte_pktmbuf_prepend(m, (uint16_t)(bytes - RTE_ETHER_HDR_LEN)) == NULL)
		return false;
	frame = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(frame, head, bytes);
	memcpy(frame + 6, from, sizeof(from));
	return true;
}

void
host_from_kernel(struct host *h, struct rte_mbuf *m)
{
	uint16_t id = m->port;
	const struct interface *i = host_interface(h, id);

	counter_add(&h->setup.ledger->born[BORN_host], 1);
	if (i == NULL || i->host == NULL) { /* it has just gone */
		ledger_drop(h->setup.ledger, 0, REASON_port_down);
		rte_pktmbuf_free(m);
		return;
	}
	if (i->vlan != 0 && !put_tags(i, m)) {
		ledger_drop(h->setup.ledger, id, REASON_no_mbuf);
		rte_pktmbuf_free(m);
		return;
	}
	h->setup.send(h->setup.arg, m, i->port, i->id);
}
