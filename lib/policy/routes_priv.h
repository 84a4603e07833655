/* SPDX-License-Identifier: BSD-3-Clause */
/* A route table under construction. */
#ifndef POLICY_ROUTES_PRIV_H
#define POLICY_ROUTES_PRIV_H

#include "policy/build_priv.h"
#include "policy/routes.h"

/* Of two routes for one prefix the later counts: lines of the file first, then those of
 * interfaces. */
struct table_build {
	struct build *b;
	const struct route_table_cfg *cfg;
	uint8_t domain; /* of the table */
	struct route *route;
	unsigned n, room;
	char owner[128];
};

/* Both return 0, or negative after an error. */
int table_add(struct table_build *tb, const struct route *r);
int connected_add(struct table_build *tb);

#endif
