/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow: one direction of a conversation as it arrives by one interface, with its program compiled.
 *
 * The hot record is one cache line for IPv4, two for IPv6, and holds all that a hit needs but the
 * next hop.  The cold record beside it (same index) holds the rare actions. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <assert.h>
#include <stdint.h>

#include "action/rewrite.h"

enum flow_flag {
	FLOW_USED = 1,          /* the record is in the table */
	FLOW_RARE = 2,          /* the program has rare actions: see the cold record */
	FLOW_SESSION = 4,       /* session is valid */
	FLOW_REPLY = 8,         /* the session's reply direction */
	FLOW_TCP = 16,          /* segments are checked against the session's state */
};

struct flow {
	uint64_t packets;
	uint64_t bytes;         /* of IP packets */
	uint32_t seen;          /* clock_tick of the last packet */
	uint16_t epoch;         /* of the program; 0: no program */
	uint16_t nexthop;
	uint16_t l4_delta;      /* to the transport checksum, RFC 1624 eqn 3 */
	uint16_t spare;
	uint32_t flags:8;
	uint32_t session:24;
};
static_assert(sizeof(struct flow) == 32, "half a line");

struct flow4 {
	struct flow flow;
	struct key4 key;
	struct to4 to;
};
static_assert(sizeof(struct flow4) == 64, "one line");

struct flow6 {
	struct flow flow;
	struct key6 key;
	struct to6 to;
	uint8_t spare[16];
};
static_assert(sizeof(struct flow6) == 128, "two lines");

struct flow_cold {
	uint64_t pushed_packets;        /* already added to the hits of places */
	uint64_t pushed_bytes;
	uint32_t rare[PROGRAM_RARE_MAX];        /* ended by 0 if there is room */
};
static_assert(sizeof(struct flow_cold) == 56, "part of the promise of 160 bytes a flow");

#endif
