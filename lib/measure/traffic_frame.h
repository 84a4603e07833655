/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of one shape, made quickly: headers and sums are precomputed, addresses and ports are
 * filled in.  All lengths and checksums are correct.
 *
 * Threads: pure functions. */
#ifndef MEASURE_TRAFFIC_FRAME_H
#define MEASURE_TRAFFIC_FRAME_H

#include <stdint.h>

#include "packet/key.h"

enum traffic_kind {
	TRAFFIC_UDP,
	TRAFFIC_TCP, /* a segment of an established connection: ACK */
	TRAFFIC_SYN,
};

enum {
	TRAFFIC_FRAME_MAX = 9640, /* an MTU of 9,600 with Ethernet header and two tags */
	/* The initial sequence numbers of both ends of a connection: those of SYN, and of SYN and
	 * ACK. */
	TRAFFIC_SEQUENCE = 1000000,
	TRAFFIC_PEER_SEQUENCE = 5000000,
};

/* What all frames have in common. */
struct traffic_shape {
	enum traffic_kind kind;
	uint8_t family;   /* 4 or 6 */
	uint8_t tags;     /* VLAN tags: 0 to 2 */
	uint16_t vlan[2]; /* outer, inner */
	uint8_t src_mac[6], dst_mac[6];
	uint32_t bytes; /* of a frame, without FCS */
};

struct traffic_template {
	uint32_t bytes;
	uint32_t l3, l4; /* offsets */
	uint8_t family;
	enum traffic_kind kind;
	uint64_t ip_sum, l4_sum; /* over everything except addresses, ports and the sums */
	uint8_t frame[TRAFFIC_FRAME_MAX];
};

/* Returns the shortest frame with room for the headers, at least 60 bytes. */
uint32_t traffic_least_bytes(const struct traffic_shape *shape);

/* Prepares a template; shape->bytes is between traffic_least_bytes and TRAFFIC_FRAME_MAX. */
void traffic_template_init(struct traffic_template *t, const struct traffic_shape *shape);

/* Writes the headers of the frame from src:sport to dst:dport.  The rest is the same in every
 * frame: it is written if whole is set, else it is there from an earlier call. */
void traffic_template_write(
	const struct traffic_template *t, const struct tuple *ends, bool whole, uint8_t *frame);

#endif
