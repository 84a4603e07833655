/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that Weir makes: their headers, and sending them. */

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>

#include "base/counter.h"
#include "packet/checksum.h"
#include "host/host_priv.h"

static uint8_t *
put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

unsigned
ether_write(uint8_t *frame, const struct interface *i, const uint8_t to[6], uint16_t ethertype,
	uint16_t tpid)
{
	uint8_t *p = frame + 12;

	if (i->tpid != 0)
		tpid = i->tpid;
	else if (tpid == 0) /* IEEE 802.1ad: a service tag outside of a customer's */
		tpid = i->inner_vlan != 0 ? RTE_ETHER_TYPE_QINQ : RTE_ETHER_TYPE_VLAN;

	memcpy(frame, to, 6);
	memcpy(frame + 6, i->mac, 6);
	if (i->vlan != 0) {
		p = put16(p, tpid);
		p = put16(p, i->vlan);
	}
	if (i->inner_vlan != 0) {
		p = put16(p, RTE_ETHER_TYPE_VLAN);
		p = put16(p, i->inner_vlan);
	}
	p = put16(p, ethertype);
	return (unsigned)(p - frame);
}

void
ip4_write(uint8_t *ip, const union address *src, const union address *dst, uint8_t proto,
	uint16_t bytes)
{
	memset(ip, 0, IP4_BYTES);
	ip[0] = 0x45;
	put16(ip + 2, bytes);
	put16(ip + 6, 0x4000); /* DF: needs no identification (RFC 6864) */
	ip[8] = HOP_LIMIT;
	ip[9] = proto;
	memcpy(ip + 12, src, 4);
	memcpy(ip + 16, dst, 4);
	checksum_ip4_set(ip, IP4_BYTES);
}

void
ip6_write(uint8_t *ip, const union address *src, const union address *dst, uint8_t proto,
	uint16_t payload_bytes)
{
	memset(ip, 0, 8);
	ip[0] = 0x60;
	put16(ip + 4, payload_bytes);
	ip[6] = proto;
	ip[7] = HOP_LIMIT;
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, dst, 16);
}

void
icmp6_checksum_set(uint8_t *ip, uint16_t n)
{
	uint8_t *icmp = ip + IP6_BYTES;
	uint16_t sum;

	memset(icmp + 2, 0, 2);
	sum = checksum_fold(
		checksum_pseudo(ip + 8, ip + 24, 16, IPPROTO_ICMPV6, n) + checksum_sum(icmp, n));
	sum = (uint16_t)~sum;
	memcpy(icmp + 2, &sum, 2);
}

struct rte_mbuf *
frame_take(struct host *h, const struct interface *i, const uint8_t to[6], uint16_t ethertype,
	unsigned bytes, uint8_t **body)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(h->setup.pool);
	uint8_t l2[NEXTHOP_L2_MAX];
	unsigned l2_bytes = ether_write(l2, i, to, ethertype, h->tpid);
	uint8_t *frame;

	if (m == NULL)
		return NULL;
	frame = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(l2_bytes + bytes));
	if (frame == NULL) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	memcpy(frame, l2, l2_bytes);
	*body = frame + l2_bytes;
	return m;
}

void
frame_send(struct host *h, struct rte_mbuf *m, enum birth birth, const struct interface *i)
{
	counter_add(&h->setup.ledger->born[birth], 1);
	h->setup.send(h->setup.arg, m, i->port, i->id);
}
