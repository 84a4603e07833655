/* SPDX-License-Identifier: BSD-3-Clause */
/* Classes of addresses that stage route treats alike, regardless of rules: martian addresses, the
 * appliance's own addresses, and the addresses of one route.
 *
 * Threads: the control thread.  Memory: classes_create/classes_destroy; the generations outlive it.
 */
#ifndef ANALYSIS_CLASSES_H
#define ANALYSIS_CLASSES_H

#include "policy/generation.h"
#include "policy/routes.h"
#include "region/spans.h"

struct classes;

/* Creates the classes of a family's addresses for packets of an interface in two generations: the
 * own addresses of its domain in either generation are classes of their own in both.  Returns NULL
 * without memory. */
struct classes *classes_create(const struct generation *const gen[2],
	const struct interface *const in[2], unsigned family);
void classes_destroy(struct classes *c); /* NULL is fine */

/* Return the class of an address: as a source; as a destination, before stage route looks it up in
 * a table. */
struct spans classes_source(const struct classes *c, wide_t address);
struct spans classes_destination(const struct classes *c, wide_t address);

/* Returns the destinations for which a table gives a route, by its index or PREFIXES_NONE. */
struct spans classes_route(struct classes *c, const struct route_table *table, uint32_t route);

/* Return the sources that stage rpf takes like one: those of a route, and those, such as address,
 * that it does not look up. */
struct spans classes_sourced(struct classes *c, const struct route_table *table, uint32_t route);
struct spans classes_unsourced(const struct classes *c, wide_t address);

/* Returns true if another table has the same prefix with the same next hops in the same domain, and
 * for PREFIXES_NONE.  other: NULL is none. */
bool classes_same_route(struct classes *c, const struct route_table *table, uint32_t route,
	const struct route_table *other);

/* Returns the addresses that are the appliance's own in one generation and not in the other. */
struct spans classes_changed(const struct classes *c);

/* Returns a hash of where a route leads to. */
uint64_t classes_route_id(const struct route *r);

#endif
