/* SPDX-License-Identifier: BSD-3-Clause */
/* From bytes to a view: everything that can be said of a packet without a table.
 *
 * Ethernet with up to two VLAN tags (802.1Q, 802.1ad), IPv4 with options (RFC 791; source routes
 * are dropped, RFC 7126), IPv6 with extension headers (RFC 8200; at most 8 and 256 bytes, RFC 7112,
 * RFC 5095), TCP, UDP, ICMP, ICMPv6. Every outcome that is not a view is a named reason. A trailer
 * behind the IP packet is not part of the view.  A fault of the transport header is noted in the
 * view; it is no reason to drop the packet. */
#ifndef PACKET_PARSE_H
#define PACKET_PARSE_H

#include <rte_tcp.h>

#include "packet/ingress.h"
#include "packet/view.h"

struct rte_mbuf;

/* Parses the frame in m that came in by a port.  Headers are read in the first segment only; a
 * frame whose headers reach into the second is multi_segment.  ICMP checksums are verified over
 * all segments, those of TCP and UDP are not.  Never fails: v->kind is VIEW_BAD with a reason, and
 * the view holds what was found up to there. */
void parse_frame(struct view *v, const struct rte_mbuf *m, const struct ingress *in);

/* Makes the view of an untagged frame that the fast path's quick test has accepted: TCP or UDP with
 * a sound header directly behind an IPv4 header of 20 bytes or an IPv6 header; not a fragment; for
 * our MAC.  The domain is the caller's to set. */
void parse_plain4(struct view *v, const uint8_t *frame, uint16_t iface);
void parse_plain6(struct view *v, const uint8_t *frame, uint16_t iface);

/* Parses bytes instead of an mbuf: data holds data_bytes of a frame of frame_bytes.  An ICMP
 * checksum is verified if all of the message is there. */
void parse_bytes(struct view *v, const uint8_t *data, uint32_t data_bytes, uint32_t frame_bytes,
	const struct ingress *in);

/* Returns the interface of a frame with these tags (0: none) on a port, or IFACE_NONE. */
uint16_t parse_iface(const struct ingress *in, const uint16_t vlan[2]);

/* Parses the IP packet (family 4 or 6) quoted by an ICMP error: only the bytes that are there must
 * be correct, and 8 bytes of transport header are enough.  Offsets count from ip; l3_bytes is at
 * most bytes; TCP has no payload and no flags.  iface and tuple.domain are not changed.  Returns 0
 * or a reason. */
enum reason parse_quoted(struct view *v, const uint8_t *ip, uint32_t bytes, unsigned family);

/* Returns true if no endpoint sends this combination of TCP flags: none but ECN's, SYN with FIN or
 * RST (all flags set is one of these), FIN without ACK. Without branches, for the fast path. */
static inline bool
tcp_flags_bad(uint8_t flags)
{
	bool none = (flags & (RTE_TCP_ECE_FLAG - 1)) == 0;
	bool syn = flags & RTE_TCP_SYN_FLAG, fin = flags & RTE_TCP_FIN_FLAG;
	bool rst = flags & RTE_TCP_RST_FLAG, ack = flags & RTE_TCP_ACK_FLAG;

	return none | (syn & (fin | rst)) | (fin & !ack);
}

#endif
