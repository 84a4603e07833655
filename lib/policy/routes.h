/* SPDX-License-Identifier: BSD-3-Clause */
/* Route tables: longest prefix first, several weighted next hops for a route.
 *
 * A table is in a domain: besides the lines of the configuration it has the subnets of all
 * interfaces of the domain, our own addresses there, and the broadcast addresses of IPv4 subnets.
 * Packets come into another domain by a route that says so, or by a stage.
 *
 * Threads: built by control, read by any number of workers. */
#ifndef POLICY_ROUTES_H
#define POLICY_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "policy/generation.h"
#include "table/prefixes.h"

#define ROUTE_HOPS_MAX 64

enum route_kind {
	ROUTE_VIA,       /* hops; a subnet of an interface is a hop without gateway */
	ROUTE_PUBLIC,    /* an address of NAT: packets without a mapping end here */
	ROUTE_LOCAL,     /* one of our own addresses */
	ROUTE_BROADCAST, /* the network or broadcast address of an IPv4 subnet */
	ROUTE_BLACKHOLE,
	ROUTE_REJECT,
	ROUTE_PROHIBIT, /* of the kernel alone */
	ROUTE_DOMAIN,   /* the destination is looked up in another domain */
};

/* What the choice among several next hops depends on. */
enum route_hash {
	ROUTE_HASH_TUPLE,     /* protocol, addresses, ports and the ingress interface */
	ROUTE_HASH_SYMMETRIC, /* protocol, addresses and ports, the same for both directions */
	ROUTE_HASH_ADDRESSES, /* both addresses, the same for both directions */
};

struct route_hop {
	const struct interface *egress;
	union address gateway;
	bool on_link; /* no gateway: the destination is the neighbour */
	uint16_t weight;
	uint32_t identity; /* of interface and gateway: what the choice depends on */
};

struct route {
	struct prefix prefix;
	uint8_t kind; /* enum route_kind */
	uint8_t n_hops;
	uint8_t domain;   /* of ROUTE_DOMAIN */
	uint32_t counter; /* of ROUTE_BLACKHOLE and ROUTE_REJECT */
	const struct route_hop *hop;
};

struct eval;
struct live;

struct route_table {
	const char *name;
	struct prefixes *prefixes; /* value: index of route */
	const struct route *route;
	unsigned n;
	unsigned n_static;      /* lines of the configuration: they are the first */
	bool spreads;           /* a route has several next hops */
	bool follows;           /* a table of the kernel */
	uint8_t domain;         /* of its next hops */
	bool assigned;          /* the configuration says so, by domain: or by the table's name */
	uint8_t hash;           /* enum route_hash */
	struct hash_key secret; /* of ROUTE_HASH_SYMMETRIC and _ADDRESSES */
	struct live *live;      /* routes that come and go beside these; NULL: there are none */
};

/* A live route as the stage sees it. */
struct route_found {
	struct route route;
	struct route_hop hop[ROUTE_HOPS_MAX];
};

/* Returns the live route of a destination if it is longer than the one found in the table (found:
 * its index, or PREFIXES_NONE); out holds it.  NULL: the found one counts. */
const struct route *route_find_live(const struct route_table *t, const struct generation *gen,
	unsigned family, const union address *to, uint32_t found, struct route_found *out);

/* Returns true if the best route of a destination may have changed a moment ago, in one of the
 * generation's tables; and a number that changes when all of them may have. */
bool route_has_changed(const struct generation *gen, unsigned family, const union address *to);
uint64_t route_changes(const struct generation *gen);
/* Returns a number that changes with each change of a live route. */
uint64_t route_views(const struct generation *gen);

/* Returns the hop for the packet's flow by its hash; a hop's share of the flows is its weight.
 *
 * The flow's hash and each hop by itself give a score, and the highest one wins (Thaler and
 * Ravishankar, 1998): when a hop dies, leaves or comes, only its own flows move.  A dead hop, and
 * one over which the session cannot go on, is chosen only if there is no other.
 * is_away: the hop with the highest score was not chosen. */
const struct route_hop *route_choose(
	const struct route *r, const struct eval *ev, uint32_t hash, bool *is_away);

/* Returns the packet's hash as the table asks for it. */
uint32_t route_hash_of(const struct route_table *t, const struct eval *ev);

/* Returns true if a hop is dead, as far as the worker knows. */
bool route_hop_is_dead(const struct route *r, const struct route_hop *hop, const struct eval *ev);

/* Sets what the choice of a hop depends on. */
void route_hop_identify(struct route_hop *hop);

/* Returns true if the packet's session can go on over an egress interface: it has no public source,
 * or it has left by this interface before, or by one of the same zone and the public address is
 * reachable over both. */
bool route_keeps_session(const struct eval *ev, uint16_t egress);

#endif
