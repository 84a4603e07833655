/* SPDX-License-Identifier: BSD-3-Clause */
/* By what of a packet its owner is chosen among several workers, where NAT stands between the two
 * directions of a session: only by what translation leaves alone, so that the first packet, its
 * replies, errors about them and their fragments all come to one worker.
 *
 * For IPv4, the first of these that holds:
 *
 *   packet                                              chosen by
 *   to what a dnat with ports forwards                  source address
 *   to a pool's address: a port of its range            that port (nat/slice.h: whose slice it is)
 *                        a protocol without ports       source address
 *   to the address of a static snat, or what another    source address
 *   dnat takes
 *   from an address and port that a dnat leads to       destination address; a port in a pool's range
 *                                                       that the dnat leaves alone: that port
 *   for a static snat                                   destination address
 *   one end inside, the other not                       the inside end's address; without ports, the other's
 *   everything else                                     both ends, whichever comes first
 *
 * Inside is what routes and subnets put behind interfaces that translate.  All flows of an inside
 * address so have one worker, and an endpoint of it has one mapping whomever it talks to; that
 * rule goes when every pool maps by destination and has no quota.
 *
 * A condition (if:) is read as far as addresses, protocol, ports and interface go.
 *
 * Threads: built by control with the generation, read by any number of workers. */
#ifndef POLICY_OWNERS_H
#define POLICY_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/key.h"
#include "policy/zone.h"

struct build;
struct nat_pool_spec;
struct owners;
struct rule_match;

/* A translation that a line of the configuration makes without state: dnat, or snat to an address. */
struct fixed_translation {
	bool source;                    /* of the source (snat), else of the destination */
	union address to;
	uint16_t port;                  /* of dnat: 0, ports stay */
	uint16_t low, high;             /* of dnat: only these ports, and as many from port on; high 0: any */
	/* The packets that it is for, where the stage makes several; without has_match, those of the stage's condition. */
	bool has_match;
	const struct rule_match *match;
	unsigned n_matches;             /* any of them */
};

enum owner_by {
	OWNER_BOTH_ENDS,
	OWNER_INSIDE,                   /* *address, of an inside host */
	OWNER_ADDRESS,                  /* *address, of another */
	OWNER_PORT,                     /* *port */
};

struct owner_choice {
	const union address *address;
	uint16_t port;                  /* host order */
};

/* From a build whose pipelines and interfaces are complete.  *out is NULL when no pipeline translates: then all are
 * OWNER_BOTH_ENDS.  0 or -ENOMEM. */
int owners_build(struct build *b, struct owners **out);
void owners_discard(struct owners *o);  /* NULL is fine */

/* What chooses the owner of a packet that came in by an interface.  ICMP queries have the
 * identifier in both ports; fragments are joined with their ports before. */
enum owner_by owners_find(const struct owners *o, const struct tuple *t, uint16_t iface,
	struct owner_choice *choice);

/* Is a sender that comes in by an interface inside: is that the zone that its address is routed to, where pipelines
 * translate, and no way out to everywhere else (a prefix shorter than /8)?  Of IPv4. */
bool owners_is_inside(const struct owners *o, const struct zones *z, const union address *a, uint16_t iface);

/* Public ports that a dnat forwards, and no pool may give out: fills spec->reserved. */
int owners_reserve(struct build *b, const struct owners *o, struct nat_pool_spec *spec);

#endif
