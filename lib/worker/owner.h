/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds the worker that owns a packet.
 *
 * A session lives on one worker, so all its packets have to come there: by the device's own hash if
 * that is the same for both directions (ports_steered) and nothing translates, else by the fields
 * that policy/owners.h chooses, hashed with a secret, or by the slice of a public port.
 *
 * Fragments behind the first have no ports.  All fragments of a datagram meet on one worker, chosen
 * by their addresses, which hands each with the first one's ports to the owner of the flow
 * (slowpath/fragments).
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

#define OWNER_MEETS 0x80u /* a fragment: the fragments of its datagram meet here */

/* Returns true if packets have to be looked up, false if each arrives at its owner. */
bool owner_is_needed(const struct worker_common *c, const struct generation *gen);

/* Returns the worker, perhaps with OWNER_MEETS, to which a frame goes that worker `here` received
 * on a port. */
unsigned owner_of_frame(const struct worker_common *c, const struct generation *gen,
	const struct rte_mbuf *m, uint16_t port, unsigned here);

/* Returns the same for a frame that this worker (a struct worker) has received and parsed: the
 * callback of fastpath_set_owner_lookup. */
unsigned owner_of_slot(void *worker, const struct burst *b, unsigned slot);

/* Returns the owner of a fragment whose ports are known.  Where devices spread flows, unfragmented
 * packets of the flow come to that worker, and fragments, by their addresses, to another one. */
unsigned owner_of_fragment(const struct worker_common *c, const struct generation *gen,
	const struct tuple *t, uint16_t iface, unsigned here);

/* Returns the owner of a packet whose tuple is known.  ICMP queries have the identifier in both
 * ports. */
unsigned owner_of_tuple(const struct worker_common *c, const struct generation *gen,
	const struct tuple *t, uint16_t iface, unsigned here);

#endif
