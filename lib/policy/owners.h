/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the field of a packet by which its owner is found among several workers, where NAT stands
 * between the two directions of a session: only fields that translation leaves unchanged, so that
 * the first packet, its replies, errors about them and their fragments all come to one worker.
 *
 * For IPv4, the first of these that holds:
 *
 *   packet                                              chosen by
 *   to what a dnat with ports forwards                  source address
 *   to a pool's address: a port of its range            that port (nat/slice.h: whose slice)
 *                        a protocol without ports       source address
 *   to the address of a static snat, or of another      source address
 *   dnat
 *   from an address and port that a dnat leads to       destination address; for a port in a
 *                                                       pool's range that the dnat leaves alone:
 *                                                       that port
 *   for a static snat                                   destination address
 *   one end inside, the other not                       the inside end's address; without
 *                                                       ports, the other's
 *   everything else                                     both ends, in either order
 *
 * The caller looks for one more where both ends would choose: a port that mappings of an earlier
 * range still have (nat_layout_is_old) is chosen by like a port of the range.
 *
 * Where one end is in a prefix that is mapped (map:), or in what it is mapped to, the other end's
 * address chooses.  With any other translation of IPv6, one worker owns all packets of IPv6.
 *
 * "Inside" is what routes and subnets place behind interfaces that translate.  All flows of an
 * inside address therefore have one worker, and an endpoint of it has one mapping for all
 * destinations; this rule does not apply when every pool maps by destination and has no quota.
 *
 * Of a condition (if:), addresses, protocol, ports and interface are considered.
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

/* A translation by a line of the configuration alone, without state: dnat, or snat to an
 * address. */
struct fixed_translation {
	bool source; /* of the source (snat), else of the destination */
	uint8_t family;
	uint8_t domain;     /* that `to` is in; DOMAIN_NONE: of dnat, routes decide */
	uint8_t length;     /* of a map from one prefix to another; 0: to one address */
	bool neutral;       /* of a map: checksum-neutral (RFC 6296) */
	union address from; /* of a map */
	union address to;
	uint16_t port;      /* of dnat: 0, ports stay */
	uint16_t low, high; /* of dnat: only these ports, mapped to as many from port
			     * on; high 0: any */
	/* The packets of one translation, if the stage has several; without has_match, those of the
	 * stage's condition. */
	bool has_match;
	const struct rule_match *match;
	unsigned n_matches; /* any of them */
};

enum owner_by {
	OWNER_BOTH_ENDS,
	OWNER_INSIDE,  /* *address, of an inside host */
	OWNER_ADDRESS, /* *address, of another */
	OWNER_PORT,    /* *port */
};

struct owner_choice {
	const union address *address;
	uint16_t port; /* host order */
};

/* Builds the choice from a build whose pipelines and interfaces are complete.  *out is NULL when no
 * pipeline translates: then all packets are OWNER_BOTH_ENDS. Returns 0 or -ENOMEM. */
int owners_build(struct build *b, struct owners **out);
void owners_discard(struct owners *o); /* NULL is fine */

/* Returns a digest of the choice: those that have the same choose alike.  NULL is fine. */
uint64_t owners_digest(const struct owners *o);

/* What chooses for most packets, to be guessed by (worker/rps.h). */
struct owners_outline {
	bool by_host;         /* inside hosts have one worker each */
	uint32_t first, last; /* addresses of pools, host order; first > last: none, or scattered */
	uint16_t low, high;   /* their ports */
};

/* Returns the outline; o: NULL is fine. */
struct owners_outline owners_outline(const struct owners *o);

/* Returns what chooses the owner of a packet that came in by an interface.  ICMP queries have the
 * identifier in both ports; fragments have got their ports before. */
enum owner_by owners_find(
	const struct owners *o, const struct tuple *t, uint16_t iface, struct owner_choice *choice);

/* Returns true if an IPv4 sender that comes in by an interface is inside: its address is routed to
 * that zone, pipelines translate there, and the zone is not the way out to everywhere else (a
 * prefix shorter than /8). */
bool owners_is_inside(
	const struct owners *o, const struct zones *z, const union address *a, uint16_t iface);

/* Fills spec->reserved with the public ports that a dnat forwards, which no pool may give out. */
int owners_reserve(struct build *b, const struct owners *o, struct nat_pool_spec *spec);

#endif
