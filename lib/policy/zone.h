/* SPDX-License-Identifier: BSD-3-Clause */
/* Zones: groups of interfaces that a session's packets may arrive by alike.
 *
 * An interface that no zone names is a zone of its own.  Sessions refer to interfaces, by id, and ids stay with names
 * over generations; so what counts is the zone that an interface is in now.  An interface that a reload takes away is
 * still in the zone that it was in last, as long as a zone of that name is there; otherwise it is in none, and so is
 * whatever was expected by it.
 *
 * Threads: control fills; workers read. */
#ifndef POLICY_ZONE_H
#define POLICY_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/ledger.h"

struct zone {
	const char *name;
	const uint16_t *iface;          /* ids of its interfaces */
	unsigned n;
};

#define ZONE_OWN 0u             /* a zone of its own */
#define ZONE_NONE 0xffffu       /* the interface is gone, and its zone with it */

struct zones {
	const struct zone *zone;
	unsigned n;
	bool any_gone;                  /* an interface is ZONE_NONE */
	uint16_t of[LEDGER_IFACES];     /* by interface id: index of its zone + 1, ZONE_OWN or ZONE_NONE */
};

/* Are two interfaces, by id, in one zone? */
static inline bool
zones_same(const struct zones *z, uint16_t a, uint16_t b)
{
	uint16_t zone = z->of[a];

	return zone != ZONE_NONE && (a == b || (zone != ZONE_OWN && zone == z->of[b]));
}

/* Can a packet still arrive by the interface, or by another one of its zone? */
static inline bool
zones_reach(const struct zones *z, uint16_t iface)
{
	return z->of[iface] != ZONE_NONE;
}

/* Its name; NULL for an interface that is a zone of its own, or in none. */
static inline const char *
zones_name(const struct zones *z, uint16_t iface)
{
	uint16_t zone = z->of[iface];

	return zone != ZONE_OWN && zone != ZONE_NONE ? z->zone[zone - 1].name : NULL;
}

#endif
