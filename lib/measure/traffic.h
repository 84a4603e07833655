/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic for measuring: N flows in memory, in an order that a seed decides.
 *
 * A flow is a number.  Numbers below the flows of the setup are the known flows, which the order
 * visits; higher ones are first packets, each used once (--new-flows).  Addresses and ports are
 * computed from the number without a table, so a million flows cost no memory.
 *
 * The aim says where the addresses are: given by a test, or found for a configuration
 * (measure/traffic_find.h).
 *
 * Threads: one thread.  Memory: traffic_create/_destroy. */
#ifndef MEASURE_TRAFFIC_H
#define MEASURE_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "measure/traffic_frame.h"

struct rte_mbuf;
struct traffic;

/* One end of flows: consecutive addresses and ports. */
struct traffic_end {
	union address first;
	uint32_t addresses; /* number of addresses from first on, in the last 4 bytes */
	uint16_t port;      /* host order */
	uint16_t ports;     /* number of ports from port on */
};

/* Frames that come in by an interface. */
struct traffic_aim {
	uint16_t port;  /* index of the port */
	uint16_t iface; /* id of the interface */
	uint8_t family; /* 4 or 6 */
	uint8_t tags;   /* VLAN tags: 0 to 2 */
	uint16_t vlan[2];
	uint8_t mac[6]; /* the interface's */
	struct traffic_end src, dst;
};

enum traffic_order {
	TRAFFIC_ROUND,   /* every flow in turn, shuffled: the worst for caches */
	TRAFFIC_UNIFORM, /* each packet of any flow */
	TRAFFIC_ZIPF,    /* a few flows have most of the packets */
};

struct traffic_setup {
	struct traffic_aim aim;
	enum traffic_kind kind;
	uint32_t bytes; /* of a frame without FCS; 0: as few as its headers take */
	uint32_t flows; /* at least 1 */
	enum traffic_order order;
	double zipf;        /* exponent of TRAFFIC_ZIPF, above 0: 1.0 is usual */
	double new_percent; /* of the packets, 0 to 100 */
	bool spoofed;       /* new flows come from any address of the world */
	uint64_t seed;
};

/* The MAC of the station on the other side of each port. */
extern const uint8_t traffic_peer_mac[6];

/* Creates the traffic.  Returns NULL with an error: memory is short, the frame is too small, or
 * more flows are requested than the aim has. */
struct traffic *traffic_create(const struct traffic_setup *setup, struct err *err);
void traffic_destroy(struct traffic *t); /* NULL is fine */

/* Returns the length of every frame, without FCS. */
uint32_t traffic_bytes(const struct traffic *t);

/* Returns how many different flows the aim has; new ones start again when all were used. */
uint64_t traffic_space(const struct traffic_aim *aim);

/* Returns the flow that the next packet belongs to. */
uint64_t traffic_next(struct traffic *t);

/* Returns addresses and ports of a flow. */
void traffic_tuple(const struct traffic *t, uint64_t flow, struct tuple *ends);

/* Writes the packet of a flow into frame[traffic_bytes]. */
void traffic_frame(const struct traffic *t, uint64_t flow, uint8_t *frame);

/* Writes the packet of a flow into a buffer that once had it from traffic_frame, and of which only
 * headers have changed since, as Weir's forwarding does. */
void traffic_refresh(const struct traffic *t, uint64_t flow, uint8_t *frame);

/* Writes the packet that opens the flow's conversation: SYN for TCP, else as traffic_frame. */
void traffic_opening(const struct traffic *t, uint64_t flow, uint8_t *frame);

#endif
