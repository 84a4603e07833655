/* SPDX-License-Identifier: BSD-3-Clause */
/* Hostile traffic that knows what a NAT gateway has open: segments and datagrams of conversations
 * that live, hairpins, errors that quote what has left, sets of fragments, and all of these changed
 * in a few places.
 *
 * Nothing is remembered of conversations but the frames that were seen lately on each side: an
 * answer is made from what came out, so translated endpoints and sequence numbers are right until
 * they are changed on purpose. */
#ifndef FUZZ_TRAFFIC_H
#define FUZZ_TRAFFIC_H

#include <stdint.h>

struct rte_mbuf;

/* The configuration that it is for: pools that run out, limits that are reached, small tables. */
extern const char traffic_config[];

enum { TRAFFIC_LAN, TRAFFIC_WAN, TRAFFIC_PORTS };

/* Frames that have left (path_watch).  Looks whether headers and ICMP are summed up rightly, and
 * whether an inside address shows outside; if not, the process ends with a sentence. */
void traffic_seen(void *arg, unsigned port, const struct rte_mbuf *m);

/* Sends one thing: a frame, or a set of fragments.  Returns the frames. */
unsigned traffic_one(void);

#endif
