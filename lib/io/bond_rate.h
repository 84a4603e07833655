/* SPDX-License-Identifier: BSD-3-Clause */
/* LACP's frames as they pass the queues of a member.
 *
 * The fast rate, which DPDK's driver (22.11) grants to its partner and cannot ask for: a callback
 * on each queue sets the bit LACP_Timeout of the actor in LACPDUs that are sent, and takes it out
 * of what the partner says of us, so that the driver sees no difference.  Received frames of LACP
 * that the guard (lacp_guard.h) refuses are freed.
 *
 * Threads: control sets and ends; the callbacks run on workers.  Memory: DPDK's, until
 * bond_rate_end. */
#ifndef IO_BOND_RATE_H
#define IO_BOND_RATE_H

#include "io/bond.h"

void bond_rate_begin(struct bond_member *member, const struct port *bond);
void bond_rate_end(struct bond_member *member);

/* What the callbacks do to a frame; for tests. */
void bond_rate_sent(struct rte_mbuf *m);
bool bond_rate_received(struct bond_member *member, struct rte_mbuf *m); /* true: it is kept */

#endif
