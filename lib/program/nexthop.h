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
#include <stdint.h>

#include "packet/burst.h"
#include "packet/reason.h"

#define NEXTHOP_WORKERS 191u
#define NEXTHOP_LOCAL   255u
#define NEXTHOP_FIRST   256u
#define NEXTHOP_COUNT   65536u

enum nexthop_state {
	NEXTHOP_READY,  /* the hot loop may send */
	NEXTHOP_WIRE,   /* out of the port unchanged */
	NEXTHOP_BRIDGE, /* to a member of the bridge whose place is the port */
	NEXTHOP_WORKER, /* to another worker unchanged: the port is OUT_WORKER, the interface the
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
	union output output;        /* port and egress interface */
};
static_assert(sizeof(struct nexthop) == 32, "two to a line");

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

static_assert(REASON_COUNT < NEXTHOP_WORKERS, "every reason has a next hop");

#endif
