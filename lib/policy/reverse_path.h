/* SPDX-License-Identifier: BSD-3-Clause */
/* The reverse path of a packet: the route to the source with which it came in.
 *
 * RFC 3704 2.2 (strict) and 2.4 (loose); RFC 5635: a blackhole route for a source counts as none.
 *
 * Threads: any number of workers. */
#ifndef POLICY_REVERSE_PATH_H
#define POLICY_REVERSE_PATH_H

#include <stdbool.h>

#include "policy/routes.h"

#define RPF_TABLE "main" /* in which matches look sources up */

struct eval;

/* What is known of the route to a source, one bit each: the values of the word rpf. */
enum rpf_found {
	RPF_BACK = 1,      /* it leaves by the interface that the packet came in by */
	RPF_ELSEWHERE = 2, /* there is one */
	RPF_NONE = 4,
	RPF_ALL = 7,
};

/* The table in which a match looks sources up, where there is one domain; filled once it is
 * built. */
struct rpf_source {
	const struct route_table *table;
};

/* Returns true for sources that no route speaks of: frames that are not IP, hosts without an
 * address so far (DHCP, duplicate address detection), and link-local IPv6 addresses, which are
 * neighbours on the link that they come from. */
bool rpf_is_exempt(const struct tuple *came);

/* Returns why the route does not allow packets from its prefix to come in there; NULL: it does. */
const char *rpf_fault(
	const struct route *r, const struct interface *in, bool strict, bool default_route);

/* Returns the route to the packet's source, or NULL.  found: its index in the table, or
 * PREFIXES_NONE; live: memory for a live route. */
const struct route *rpf_route(const struct route_table *t, const struct eval *ev, uint32_t found,
	struct route_found *live);

/* Looks the packet's source up, for a match. */
enum rpf_found rpf_find(const struct route_table *t, const struct eval *ev);

#endif
