/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiles the change of a packet's header (program/rewrite_plain.h), and rewrites packets that are
 * not plain.
 *
 * Threads: any; pure functions over the packet. */
#ifndef PROGRAM_REWRITE_H
#define PROGRAM_REWRITE_H

#include <rte_mbuf.h>

#include "packet/view.h"
#include "program/program.h"
#include "program/rewrite_plain.h"
#include "program/rewrite_plain6.h"

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

/* Lowers the MSS option of a TCP segment that has SYN set to most, and corrects the checksum
 * (mss.c).  bytes: of the transport header and what follows it, as far as the packet holds it. */
void rewrite_mss(uint8_t *tcp, unsigned bytes, uint16_t most);

/* Cuts the frame to its IP packet of ip_bytes at offset l3, and writes the next hop's Ethernet
 * header before it.  The frame needs room before l3 for a header longer than the one that it came
 * with. */
void rewrite_l2(struct rte_mbuf *m, unsigned l3, unsigned ip_bytes, const struct nexthop *nh);

/* Writes the Ethernet header, with tags or without, in place of the one before offset l3. */
static inline void
rewrite_plain_l2(
	struct rte_mbuf *m, uint8_t *ip, unsigned l3, unsigned ip_bytes, const struct nexthop *nh)
{
	unsigned l2 = nh->l2_bytes;

	m->data_off = (uint16_t)(m->data_off + l3 - l2);
	if (likely(l2 == 14)) {
		rewrite_ethernet(m, ip - 14, ip_bytes, nh);
		return;
	}
	memcpy(ip - l2, nh->l2, l2);
	m->data_len = (uint16_t)(l2 + ip_bytes);
	m->pkt_len = l2 + ip_bytes;
}

#endif
