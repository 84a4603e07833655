/* SPDX-License-Identifier: BSD-3-Clause */
/* A bridge of a generation: the interfaces that are its members, and what it knows of stations.
 *
 * A bridge has a place among the ports, from the last one down, where no port of io is: what a
 * program sends out of that place unchanged is forwarded between members, and what leaves by the
 * bridge's own interface goes to a member or to all of them.
 *
 * Threads: control builds; workers read, and learn in stations (table/stations.h). */
#ifndef POLICY_BRIDGE_H
#define POLICY_BRIDGE_H

#include <stdint.h>

#include "table/stations.h"

#define BRIDGES_MAX        16u
#define BRIDGE_MEMBERS_MAX 64u
#define BRIDGE_VLANS       1024u /* VLANs of members with a rate of their own at a time */

struct limiter;

/* Rates of a worker: by member and VLAN. */
struct bridge_worker {
	struct limiter *flood;     /* frames to unknown stations */
	struct limiter *broadcast; /* broadcast and multicast frames */
};

struct bridge {
	const char *name;
	uint8_t number;         /* by name over generations, 1..BRIDGES_MAX */
	uint16_t port;          /* its place: LEDGER_PORTS - number */
	uint16_t iface;         /* id of its own interface; 0: it has none */
	uint8_t mac[6];         /* of that */
	const uint16_t *member; /* ids, in the order of the file */
	unsigned n_members;
	struct stations *stations; /* outlives the generation */
	struct stations_terms terms;
	struct bridge_worker *worker; /* by worker */
};

#endif
