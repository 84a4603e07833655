/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that fuzzers make and take apart: Ethernet, tags, IPv4 or IPv6, and a transport header
 * directly behind it. */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_ROOM = 4096,
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
	FIN = 1,
	SYN = 2,
	RST = 4,
	PSH = 8,
	ACK = 16,
	URG = 32,
};

struct frame {
	uint8_t bytes[FRAME_ROOM];
	unsigned n;
};

/* Where things stand in a frame that frame_read took. */
struct parts {
	unsigned family, ip, l4;
	unsigned l4_bytes; /* header and payload */
	uint8_t proto;
};

/* False: no IP, cut short, or a fragment. */
bool frame_read(const struct frame *f, struct parts *p);

/* One end of what is to be sent; v4 in the first 4 bytes. */
struct end {
	uint8_t address[16];
	uint16_t port;
};

struct plan {
	unsigned family, vlan; /* vlan 0: untagged */
	struct end from, to;
	uint8_t proto;
	unsigned payload; /* bytes */
	uint8_t flags;    /* TCP */
};

/* A packet of the plan: right but for its checksums, random where the plan says nothing. */
void frame_make(struct frame *f, const struct plan *plan);

/* Lengths and checksums become right, as far as the headers can be found. */
void frame_fix(struct frame *f);

/* The other way round: addresses, ports. */
void frame_turn(struct frame *f, const struct parts *p);

uint16_t frame_get16(const uint8_t *p);
uint32_t frame_get32(const uint8_t *p);
void frame_put16(uint8_t *p, unsigned v);
void frame_put32(uint8_t *p, uint32_t v);

/* The sum over a transport part with its pseudo header where there is one; 0xffff when right. */
uint16_t frame_sum(const struct frame *f, const struct parts *p);

#endif
