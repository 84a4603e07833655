/* SPDX-License-Identifier: BSD-3-Clause */
/* Which worker owns a packet.
 *
 * A session lives on one worker, so everything that belongs to it has to come there: by the device's
 * own hash where that is the same for both directions (ports_steered) and nothing translates,
 * else by what policy/owners.h chooses, hashed with a secret, or by the slice of a public port.
 *
 * Fragments behind the first have no ports.  All of a datagram meet on one worker, by their addresses, which hands
 * each with the first one's ports to the owner of the flow (slowpath/fragments).
 *
 * Threads: read only, any worker. */
#ifndef WORKER_OWNER_H
#define WORKER_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"

struct burst;
struct generation;
struct rte_mbuf;
struct worker_common;

#define OWNER_MEETS 0x80u       /* a fragment: this is where its datagram's meet */

/* Do packets have to be looked at, or does each come to its owner? */
bool owner_is_asked(const struct worker_common *c, const struct generation *gen);

/* The worker, perhaps with OWNER_MEETS, that a frame goes to which worker `here` received on a port. */
unsigned owner_of_frame(const struct worker_common *c, const struct generation *gen,
	const struct rte_mbuf *m, uint16_t port, unsigned here);

/* The same of a frame that this worker (of struct worker) has received and parsed: fastpath_ask_owner's. */
unsigned owner_of_slot(void *worker, const struct burst *b, unsigned slot);

/* The same of a fragment whose ports are known.  Where devices spread flows, whole packets of the flow come to that
 * worker, and fragments by their addresses to another one. */
unsigned owner_of_fragment(const struct worker_common *c, const struct generation *gen,
	const struct tuple *t, uint16_t iface, unsigned here);

/* The owner of a packet whose tuple is known.  ICMP queries have the identifier in both ports. */
unsigned owner_of_tuple(const struct worker_common *c, const struct generation *gen,
	const struct tuple *t, uint16_t iface, unsigned here);

#endif
