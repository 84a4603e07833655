/* SPDX-License-Identifier: BSD-3-Clause */
/* Zones: groups of interfaces by any of which a session's packets may arrive.
 *
 * An interface that no zone names is a zone of its own.  Sessions refer to interfaces by id, and
 * names keep their ids over generations; the zone that counts is therefore the one that an
 * interface is in now.  An interface that a reload removes stays in its last zone, as long as a
 * zone of that name exists; otherwise it is in none, and packets expected by it are, too.
 *
 * Threads: control fills; workers read. */
#ifndef POLICY_ZONE_H
#define POLICY_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/ledger.h"

struct zone {
	const char *name;
	const uint16_t *iface; /* ids of its interfaces */
	unsigned n;
};

#define ZONE_OWN  0u      /* a zone of its own */
#define ZONE_NONE 0xffffu /* the interface is gone, and its zone with it */

struct zones {
	const struct zone *zone;
	unsigned n;
	bool any_gone;              /* an interface is ZONE_NONE */
	uint16_t of[LEDGER_IFACES]; /* by interface id: index of its zone + 1, ZONE_OWN or ZONE_NONE
				     */
	const uint8_t *bridge_of; /* by interface id: number of its bridge, 0: none; NULL: there is
				   * no bridge */
};

/* Returns true if two interfaces, by id, are in one bridge: a station may be behind any of them. */
static inline bool
zones_bridged(const struct zones *z, uint16_t a, uint16_t b)
{
	return z->bridge_of != NULL && z->bridge_of[a] != 0 && z->bridge_of[a] == z->bridge_of[b];
}

/* Returns true if two interfaces, by id, are in one zone, or in one bridge. */
static inline bool
zones_same(const struct zones *z, uint16_t a, uint16_t b)
{
	uint16_t zone = z->of[a];

	return zone != ZONE_NONE
		&& (a == b || (zone != ZONE_OWN && zone == z->of[b]) || zones_bridged(z, a, b));
}

/* Returns true if a packet can still arrive by the interface, or by another one of its zone. */
static inline bool
zones_reach(const struct zones *z, uint16_t iface)
{
	return z->of[iface] != ZONE_NONE;
}

/* Returns its name; NULL for an interface that is a zone of its own, or in none. */
static inline const char *
zones_name(const struct zones *z, uint16_t iface)
{
	uint16_t zone = z->of[iface];

	return zone != ZONE_OWN && zone != ZONE_NONE ? z->zone[zone - 1].name : NULL;
}

#endif
