/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets as people write them, in both directions:
 *
 *   tcp 10.0.0.2:5203 > 203.0.113.9:80 SA
 *   udp [2001:db8::1]:53 > [2001:db8::2]:5353
 *   icmp 10.0.0.2 > 203.0.113.9 echo-request id 7
 *   icmp 198.51.100.2 > 10.0.0.2 time-exceeded (udp 10.0.0.2:7 > 203.0.113.9:80)
 *   ip 10.0.0.2 > 203.0.113.9 proto 47
 *
 * and optional words behind: ttl 1, dscp 46 or ef, vlan 20, size 1400 (bytes of the IP packet),
 * df, seq N, ack N, win N, id N, frag 185 (offset in bytes) mf, seq for icmp, payload "text",
 * code N, mtu N (packet too big), csum bad, from MAC, to MAC. */
#ifndef PACKET_NOTATION_H
#define PACKET_NOTATION_H

#include <stddef.h>
#include <stdint.h>

#include "packet/view.h"

/* Builds the frame that text describes into frame[max_bytes], Ethernet addresses src_mac and
 * dst_mac unless the text says otherwise.  Returns its length, or -EINVAL with a sentence in
 * why[why_bytes] that names the word that is wrong, or -ENOSPC. */
struct notation_macs {
	uint8_t src[6];
	uint8_t dst[6];
};

int notation_build(const char *text, const struct notation_macs *macs, uint8_t *frame,
	size_t max_bytes, char why[static 128]);

/* Writes "udp 10.0.0.2:5203 > 203.0.113.9:53", with TCP flags behind for TCP: the flow of the view as
 * product.md 2 prints it.  Always terminates; returns what snprintf would. */
int notation_flow(char *out, size_t bytes, const struct view *v);

/* The same of a tuple, without TCP flags. */
int notation_tuple(char *out, size_t bytes, const struct tuple *t);

/* "10.0.0.2" or "2001:db8::1". */
int notation_address(char *out, size_t bytes, const union address *a, unsigned family);

/* "10.0.0.2:80", "[2001:db8::1]:80". */
int notation_endpoint(char *out, size_t bytes, const union address *a, rte_be16_t port, unsigned family);

#endif
