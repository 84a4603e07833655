/* SPDX-License-Identifier: BSD-3-Clause */
/* Where a program sends packets: an Ethernet header to write and a port, found by index.
 *
 * One array per worker, written by that worker alone.  Programs hold the index, so a neighbour's
 * new MAC costs no re-evaluation.  The first NEXTHOP_FIRST indexes are not neighbours: index r is
 * "drop with reason r", NEXTHOP_LOCAL is "to ourselves", NEXTHOP_WORKERS + k "worker k owns it". */
#ifndef PROGRAM_NEXTHOP_H
#define PROGRAM_NEXTHOP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packet/reason.h"

#define NEXTHOP_WORKERS 191u
#define NEXTHOP_LOCAL   255u
#define NEXTHOP_FIRST   256u
#define NEXTHOP_COUNT   65536u

enum nexthop_state {
	NEXTHOP_READY,  /* the hot loop may send */
	NEXTHOP_WIRE,   /* out of the port unchanged */
	NEXTHOP_BRIDGE, /* to a member of the bridge whose place is port */
	NEXTHOP_WORKER, /* to another worker unchanged: port is OUT_WORKER, iface the
			 * worker */
	NEXTHOP_DROP,
	NEXTHOP_TO_US,
	NEXTHOP_UNRESOLVED, /* the slow path holds the packet and sends a question */
	NEXTHOP_DEAD,       /* the same, and each packet is evaluated: it may have another way */
};

#define NEXTHOP_L2_MAX 24

struct nexthop {
	uint8_t l2[NEXTHOP_L2_MAX]; /* destination, source, VLAN tags, EtherType */
	uint8_t l2_bytes;           /* 14, 18 or 22 */
	uint8_t state;              /* enum nexthop_state */
	uint16_t mtu;               /* largest IP packet */
	uint16_t port;              /* index of the port */
	uint16_t iface;             /* egress interface */
};
static_assert(sizeof(struct nexthop) == 32, "two to a line");
static_assert(offsetof(struct nexthop, iface) == offsetof(struct nexthop, port) + 2, "one word");

/* Returns true if packets cannot be sent at once, but may wait for the neighbour. */
static inline bool
nexthop_waits(const struct nexthop *nh)
{
	return nh->state >= NEXTHOP_UNRESOLVED;
}

/* Returns true if packets leave as frames, with their headers as they are. */
static inline bool
nexthop_keeps_frame(unsigned state)
{
	return state == NEXTHOP_WIRE || state == NEXTHOP_BRIDGE;
}

/* Returns port and interface as a word of union output (packet/burst.h). */
static inline uint32_t
nexthop_output(const struct nexthop *nh)
{
	uint32_t word;

	memcpy(&word, &nh->port, sizeof(word));
	return word;
}
static_assert(REASON_COUNT < NEXTHOP_WORKERS, "every reason has a next hop");

#endif
