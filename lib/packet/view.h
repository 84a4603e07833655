/* SPDX-License-Identifier: BSD-3-Clause */
/* A parsed packet: offsets and fields of its headers.
 *
 * Offsets count from the start of the frame.  All headers are in the first segment: parse drops
 * other packets.  Numbers are in host order unless typed rte_be*. */
#ifndef PACKET_VIEW_H
#define PACKET_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"
#include "packet/reason.h"

struct rte_mbuf;

#define VIEW_NONE 0xffffu /* an offset that does not exist */

#define SCTP_NO_CHUNK 0xffu
#define GRE_CALL      0x10000u /* in a view's ident: the number is a call id (RFC 2637) */

enum view_kind {
	VIEW_BAD, /* reason says why */
	VIEW_IP4,
	VIEW_IP6,
	VIEW_ARP,   /* the 28 bytes of ARP over Ethernet for IPv4 are there */
	VIEW_OTHER, /* some other EtherType: only a wire takes it */
};

struct view {
	uint8_t kind;       /* enum view_kind */
	uint8_t reason;     /* enum reason when kind is VIEW_BAD */
	uint8_t l4_fault;   /* enum reason: a fault of the transport header, for code that
			     * looks at it; or 0 */
	uint8_t family;     /* 4, 6, or 0 */
	uint8_t proto;      /* of l4: the last next header */
	uint16_t iface;     /* ingress interface, IFACE_NONE when none takes the frame */
	uint16_t ethertype; /* after the VLAN tags */
	uint16_t l3;        /* offset of the IP or ARP header */
	uint16_t l4;      /* offset of the transport header; VIEW_NONE in a later fragment, and in a
			   * packet that      ends before it does */
	uint16_t payload; /* offset of what follows the transport header, or VIEW_NONE */
	uint16_t vlan[2]; /* outer, inner id; 0 without */
	uint8_t to_mac[6]; /* of the station that the frame is for */
	uint8_t mac[6];    /* of the sender */
	uint16_t tpid;     /* of the outer tag; 0 without */
	uint8_t vlans;     /* tags in the frame, two at most are read */
	uint8_t ttl;
	uint8_t dscp;
	uint8_t tcp_flags;
	uint8_t icmp_type; /* of VIEW_ARP the operation: 1 request, 2 reply */
	uint8_t icmp_code;
	uint8_t sctp_chunk;   /* type of the first chunk, or SCTP_NO_CHUNK */
	bool plain;           /* TCP/UDP, no options, extension headers, fragment; 1 segment */
	bool fragment;        /* MF set or offset not 0 (an IPv6 atomic fragment is not one) */
	bool first;           /* fragment with offset 0 */
	bool more;            /* MF */
	bool dont_fragment;   /* IPv4's DF */
	bool icmp_error;      /* quotes another packet at payload */
	bool to_us;           /* destination MAC is the interface's */
	bool broadcast;       /* destination MAC is broadcast or multicast */
	uint16_t frag_offset; /* bytes */
	uint16_t frag_bytes;  /* of the datagram that this fragment holds */
	uint16_t frag_header; /* offset of the IPv6 fragment header, atomic too; or VIEW_NONE */
	uint32_t frag_id;
	uint32_t tcp_seq;
	rte_be32_t ident;  /* of GRE the key or the call id, of ESP and AH the SPI, 0: none; of SCTP
			    * the verification tag */
	uint32_t l3_bytes; /* the IP packet, header included, trailer not */
	struct tuple tuple; /* valid for VIEW_IP4 and VIEW_IP6; of VIEW_ARP the addresses alone */
};

/* Write the key that a packet is looked up by. */
static inline void
view_to_key4(struct key4 *k, const struct view *v, uint16_t iface)
{
	tuple_to_key4(k, &v->tuple, iface);
	if (proto_has_ident(v->proto))
		memcpy(&k->sport, &v->ident, 4);
}

static inline void
view_to_key6(struct key6 *k, const struct view *v, uint16_t iface)
{
	tuple_to_key6(k, &v->tuple, iface);
	if (proto_has_ident(v->proto))
		memcpy(&k->sport, &v->ident, 4);
}

#endif
