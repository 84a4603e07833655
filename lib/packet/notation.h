/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets as people write them, in both directions:
 *
 *   tcp 10.0.0.2:5203 > 203.0.113.9:80 SA
 *   udp [2001:db8::1]:53 > [2001:db8::2]:5353
 *   icmp 10.0.0.2 > 203.0.113.9 echo-request id 7
 *   icmp 198.51.100.2 > 10.0.0.2 time-exceeded (udp 10.0.0.2:7 > 203.0.113.9:80)
 *   sctp 10.0.0.2:5203 > 203.0.113.9:36412 INIT init-tag 7
 *   udplite 10.0.0.2:5203 > 203.0.113.9:53 covers 8
 *   gre 10.0.0.2 > 203.0.113.9 key 7
 *   esp 10.0.0.2 > 203.0.113.9 spi 0x1001      and ah
 *   ip 10.0.0.2 > 203.0.113.9 proto 47
 *   arp who-has 10.0.0.1 tell 10.0.0.2         a question
 *   arp reply 10.0.0.2 tell 10.0.0.1           "10.0.0.2 has the MAC of this frame"
 *   ns who-has 2001:db8::1 tell 2001:db8::2    the same by Neighbour Discovery
 *   na reply 2001:db8::2 tell 2001:db8::1
 *
 * (with from, to and vlan of the words below) and optional words behind, in any order:
 *
 *   TCP flags        some of FSRPAUEC, or null; S when none are given
 *   ICMP type        a name of packet/icmp.h, or type N; code N
 *   id N             identifier of an ICMP query, else the IP packet's; ip-id N: always the latter
 *   seq N            of TCP or ICMP; ack N, win N (65535) of TCP; mtu N of too-big
 *   DATA, INIT, ...  the chunk of SCTP, INIT when none is given, or chunk N; tag N (verification
 * tag), init-tag N (of INIT and INIT-ACK), T (the T bit of ABORT, SHUTDOWN-COMPLETE) covers N
 * checksum coverage of UDP-Lite key N, call N    of GRE: its key; PPTP's header with a call id. spi
 * N of ESP and AH ttl N (64), dscp N or its name, df, size N (bytes of the IP packet) frag N mf
 * offset in bytes, more fragments; one with an offset needs no ports and no type payload "text"
 * behind the transport header vlan N           twice: outer (802.1ad) and inner csum bad the
 * transport checksum is wrong; ip-csum bad: the IPv4 header's from MAC, to MAC
 *
 * ICMP over IPv6 addresses is ICMPv6.  Numbers are decimal or 0x.
 *
 * Threads: pure functions. */
#ifndef PACKET_NOTATION_H
#define PACKET_NOTATION_H

#include <stddef.h>
#include <stdint.h>

#include "packet/view.h"

struct notation_macs {
	uint8_t src[6];
	uint8_t dst[6];
};

/* Builds the frame that text describes into frame[max_bytes], with the Ethernet addresses of macs
 * unless the text gives others.  All lengths and checksums are correct, except the transport
 * checksum of a fragment.  Returns the frame's length, or -EINVAL or -ENOSPC with a sentence in why
 * that names the fault. */
int notation_build(const char *text, const struct notation_macs *macs, uint8_t *frame,
	size_t max_bytes, char why[static 128]);

/* Writes "udp 10.0.0.2:5203 > 203.0.113.9:53", for TCP followed by its flags, or "arp who-has
 * 10.0.0.1 tell 10.0.0.2", "ethertype 0x88cc", or "frame" if nothing else is known. notation_build
 * reads the text of an IP packet.  Always terminates the text, and returns what snprintf would; so
 * do the functions below. */
int notation_flow(char *out, size_t bytes, const struct view *v);

/* Writes a tuple in the same form, without TCP flags; a fragment judged by itself ends in
 * "frag". */
int notation_tuple(char *out, size_t bytes, const struct tuple *t);

/* Writes "10.0.0.2" or "2001:db8::1". */
int notation_address(char *out, size_t bytes, const union address *a, unsigned family);

/* Writes "10.0.0.2:80" or "[2001:db8::1]:80". */
int notation_endpoint(
	char *out, size_t bytes, const union address *a, rte_be16_t port, unsigned family);

#endif
