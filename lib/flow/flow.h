/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow: one direction of a conversation as it arrives by one interface, with its program
 * compiled.
 *
 * A record is one cache line for IPv4, two for IPv6.  It holds everything that a hit needs except
 * the next hop, and everything that its removal needs except its bucket. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <assert.h>
#include <stdint.h>

#include "program/rewrite.h"

enum flow_flag {
	FLOW_USED = 1,    /* the record is in the table */
	FLOW_ACTIONS = 2, /* the program has listed actions other than counts */
	FLOW_SESSION = 4, /* session is valid */
	FLOW_REPLY = 8,   /* the session's reply direction */
	FLOW_TCP = 16,    /* segments are checked against the session's state */
	FLOW_SHARED = 32, /* IPv4: the new source address is shared by several hosts */
	FLOW_ALIAS = 64,  /* the session's packets that come by another interface of the zone; the
			   * session has a  record of its own for the direction */
	FLOW_AWAY = 128,  /* the next hop that it would take is dead: judged again when one returns
			   */
};

struct flow {
	uint64_t bytes;   /* of IP packets, since its counts were last collected */
	uint32_t packets; /* likewise */
	uint32_t seen;    /* clock_tick of the last packet */
	uint16_t epoch;   /* of the program; 0: no program */
	uint16_t nexthop;
	uint16_t l4_delta; /* to the transport checksum, RFC 1624 eqn 3 */
	uint16_t list; /* the program's listed actions: a list of program/action_list.h, 0: none */
	uint32_t home; /* where its entry is: bucket << 4 | place << 1 | second bucket */
	uint32_t flags : 8;
	uint32_t session : 24;
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

#endif
