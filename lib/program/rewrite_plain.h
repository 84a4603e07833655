/* SPDX-License-Identifier: BSD-3-Clause */
/* Rewrites a plain packet: UDP or TCP without IPv4 options or IPv6 extension headers.
 *
 * TTL, addresses, ports, both checksums and the Ethernet header are always written, changed or not:
 * a loop without branches costs the same for NAT, routing and a mix.  Checksums change by a
 * precomputed delta (RFC 1624, equation 3), so a wrong one leaves equally wrong.  A UDP checksum of
 * zero stays zero (over IPv6 too, RFC 6935); a computed zero is sent as 0xffff (RFC 768).
 *
 * Threads: any; pure functions over the packet. */
#ifndef PROGRAM_REWRITE_PLAIN_H
#define PROGRAM_REWRITE_PLAIN_H

#include <netinet/in.h>
#include <string.h>

#include <rte_mbuf.h>

#include "packet/load.h"
#include "packet/checksum.h"
#include "program/nexthop.h"

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
	uint64_t left = head - (uint64_t)(load32((const uint8_t *)to) & 0xffff00ff);

	/* The TTL does not borrow, since it is not smaller; a borrow of the checksum is added at
	 * its end. */
	return (uint32_t)left - ((uint32_t)(left >> 32) & 0x10000);
}
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "the TTL is the first byte of the word");

/* Rewrites a packet of class SLOT_PLAIN4: ip points to a 20-byte header with UDP or TCP behind it,
 * whose TTL is not less than what is subtracted. */
static inline void
rewrite_plain4(uint8_t *ip, const struct to4 *to, uint16_t l4_delta)
{
	uint32_t head = rewrite_head4(load32(ip + 8), to);

	rewrite_l4_checksum(ip + 20, to->proto, l4_delta);
	memcpy(ip + 8, to, 16);
	memcpy(ip + 8, &head, 4);
}

/* Writes an Ethernet header without tags, of a packet in one segment that stands behind it. */
static inline void
rewrite_ethernet(struct rte_mbuf *m, uint8_t *frame, unsigned ip_bytes, const struct nexthop *nh)
{
	store64(frame, load64(nh->l2));
	store64(frame + 6, load64(nh->l2 + 6));
	m->data_len = (uint16_t)(14 + ip_bytes);
	m->pkt_len = 14 + ip_bytes;
}

#endif
