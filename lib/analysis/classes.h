/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that stage route treats alike, whatever rules say: those of no station, our own, and
 * those of one route.
 *
 * Threads: the control thread.  Memory: classes_create/classes_destroy; the generations outlive it.
 */
#ifndef ANALYSIS_CLASSES_H
#define ANALYSIS_CLASSES_H

#include "policy/generation.h"
#include "policy/routes.h"
#include "region/spans.h"

struct classes;

/* Of addresses of a family, for both of two generations at once: our own addresses in one of them
 * are looked at in the other, too.  NULL when memory is short. */
struct classes *classes_create(const struct generation *const gen[2], unsigned family);
void classes_destroy(struct classes *c); /* NULL is fine */

/* The addresses that are the same to stage route as a source or, before it looks into a table, as a
 * destination. */
struct spans classes_source(const struct classes *c, wide_t address);
struct spans classes_destination(const struct classes *c, wide_t address);

/* The destinations of which a table says the same route, by its index or PREFIXES_NONE. */
struct spans classes_route(struct classes *c, const struct route_table *table, uint32_t route);

/* Has another table the same prefix with the same next hops?  Of PREFIXES_NONE: yes. */
bool classes_same_route(struct classes *c, const struct route_table *table, uint32_t route,
	const struct route_table *other);

/* Each address that is ours in one generation and not in the other. */
struct spans classes_changed(const struct classes *c);

/* A hash of where a route leads to. */
uint64_t classes_route_id(const struct route *r);

#endif
