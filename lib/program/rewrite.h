/* SPDX-License-Identifier: BSD-3-Clause */
/* The common part of a program, compiled: what the hot loop does to a packet.
 *
 * TTL, addresses, ports, both checksums and the Ethernet header are always written, changed or not:
 * a loop without branches costs the same for NAT, routing and a mix.  Checksums change by a
 * precomputed delta (RFC 1624, equation 3), so a wrong one leaves equally wrong.  A UDP checksum of
 * zero stays zero (over IPv6 too, RFC 6935); a computed zero is sent as 0xffff (RFC 768).
 *
 * Threads: any; pure functions over the packet. */
#ifndef PROGRAM_REWRITE_H
#define PROGRAM_REWRITE_H

#include <netinet/in.h>
#include <string.h>

#include <rte_mbuf.h>

#include "program/nexthop.h"
#include "program/program.h"
#include "packet/checksum.h"
#include "packet/view.h"

/* The new tuple in the shape of the 16 bytes at IPv4 header + 8. */
struct to4 {
	uint8_t ttl; /* what is subtracted from the TTL: 1 or 0 */
	uint8_t proto;
	uint16_t ip_delta; /* to the header checksum, the TTL's share included */
	rte_be32_t src;
	rte_be32_t dst;
	rte_be16_t sport;
	rte_be16_t dport;
};
static_assert(sizeof(struct to4) == 16, "two words");

struct to6 {
	uint8_t ttl;
	uint8_t proto;
	uint8_t spare[2];
	uint8_t src[16];
	uint8_t dst[16];
	rte_be16_t sport;
	rte_be16_t dport;
};
static_assert(sizeof(struct to6) == 40, "five words");

/* Compiles the change from tuple from to tuple to. l4_delta is for the transport checksum, pseudo
 * header included. */
void rewrite4_compile(struct to4 *out, uint16_t *l4_delta, const struct tuple *from,
	const struct tuple *to, bool ttl);
void rewrite6_compile(struct to6 *out, uint16_t *l4_delta, const struct tuple *from,
	const struct tuple *to, bool ttl);

/* Writes the addresses and ports with which the packet leaves. */
void rewrite4_tuple(struct tuple *to, const struct to4 *c);
void rewrite6_tuple(struct tuple *to, const struct to6 *c);

/* The general executor: rewrites any packet that has a view, with options, extension headers,
 * fragments and VLAN tags.  It does not write the Ethernet header. */
void rewrite_any(struct rte_mbuf *m, const struct view *v, const struct tuple *to, bool ttl);

/* Rewrites the packet that an ICMP error quotes to what the error's receiver sent: addresses, ports
 * or identifier, the checksums in the quote, and the ICMP checksum.  A quote that cannot be read is
 * not changed. */
void rewrite_quoted(struct rte_mbuf *m, const struct view *v, const struct tuple *to);

/* Sets the DSCP and keeps ECN (RFC 2474, 3168). */
void rewrite_dscp(uint8_t *ip, unsigned family, uint8_t dscp);

/* Cuts the frame to its IP packet of ip_bytes at offset l3, and writes the next hop's Ethernet
 * header before it.  The frame needs room before l3 for a header longer than the one that it came
 * with. */
void rewrite_l2(struct rte_mbuf *m, unsigned l3, unsigned ip_bytes, const struct nexthop *nh);

/* Loads eight bytes in memory order. */
static inline uint64_t
load64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static inline void
store64(void *p, uint64_t v)
{
	memcpy(p, &v, 8);
}

/* Updates the transport checksum of a UDP or TCP header.  The special cases of UDP concern few
 * packets. */
static inline void
rewrite_l4_checksum(uint8_t *l4, uint8_t proto, uint16_t delta)
{
	uint16_t *field = (uint16_t *)(void *)(l4 + (proto == IPPROTO_UDP ? 6 : 16));
	uint16_t old = *field;
	uint16_t new = checksum_apply(old, delta);

	if (unlikely((new == 0) | (old == 0)) && proto == IPPROTO_UDP)
		new = old == 0 ? 0 : 0xffff;
	*field = new;
}

/* Returns TTL, protocol and checksum of an IPv4 header in one word, with the TTL's decrement and
 * its share in the checksum. */
static inline uint32_t
rewrite_head4(uint32_t head, const struct to4 *to)
{
#if RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN
	uint64_t left = head;
	uint32_t less;

	/* The TTL does not borrow, since it is not smaller; a borrow of the checksum is added at
	 * its end. */
	memcpy(&less, to, 4);
	left -= less & 0xffff00ff;
	return (uint32_t)left - ((uint32_t)(left >> 32) & 0x10000);
#else
	uint16_t checksum = checksum_apply((uint16_t)head, to->ip_delta);

	return (head & 0xffff0000) - ((uint32_t)to->ttl << 24) + checksum;
#endif
}

/* Rewrites a packet of class SLOT_PLAIN4: ip points to a 20-byte header with UDP or TCP behind it,
 * whose TTL is not less than what is subtracted. */
static inline void
rewrite_plain4(uint8_t *ip, const struct to4 *to, uint16_t l4_delta)
{
	const uint8_t *t = (const uint8_t *)to;
	uint32_t head;

	memcpy(&head, ip + 8, 4);
	head = rewrite_head4(head, to);
	rewrite_l4_checksum(ip + 20, to->proto, l4_delta);
	memcpy(ip + 8, t, 16);
	memcpy(ip + 8, &head, 4);
}

/* Rewrites a packet of class SLOT_PLAIN6: a 40-byte header with UDP or TCP behind it. */
static inline void
rewrite_plain6(uint8_t *ip, const struct to6 *to, uint16_t l4_delta)
{
	ip[7] = (uint8_t)(ip[7] - to->ttl);
	rewrite_l4_checksum(ip + 40, to->proto, l4_delta);
	memcpy(ip + 8, to->src, 36); /* addresses and ports are contiguous */
}

/* Writes the Ethernet header of a packet in one segment. */
static inline void
rewrite_plain_l2(
	struct rte_mbuf *m, uint8_t *ip, unsigned l3, unsigned ip_bytes, const struct nexthop *nh)
{
	unsigned l2 = nh->l2_bytes;
	uint8_t *frame = ip - l2;

	if (likely(l2 == 14)) {
		store64(frame, load64(nh->l2));
		store64(frame + 6, load64(nh->l2 + 6));
	} else {
		memcpy(frame, nh->l2, l2);
	}
	m->data_off = (uint16_t)(m->data_off + l3 - l2);
	m->data_len = (uint16_t)(l2 + ip_bytes);
	m->pkt_len = l2 + ip_bytes;
}

#endif
