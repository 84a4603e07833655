/* SPDX-License-Identifier: BSD-3-Clause */
/* Next hops as they are written: of a route, and of a stage route.
 *
 * Threads: control. */
#ifndef POLICY_HOPS_H
#define POLICY_HOPS_H

#include "policy/policy.h"
#include "policy/routes.h"

struct build;

/* A next hop: an address, {via: address, weight: n}, or {domain: name}. */
extern const struct cfg_table via_table;

struct hops_cfg {
	const struct cfg_head *head; /* of the struct that has them */
	const void *field;           /* its member, for errors */
	const struct via_cfg *via;
	unsigned n;      /* 0: destinations are neighbours on dev */
	const char *dev; /* or NULL */
	unsigned family; /* of all of them */
	uint8_t domain;  /* of hops that name none; DOMAIN_NONE: the one that their address is in */
};

/* Fills hops and kind of a route: ROUTE_VIA, or ROUTE_DOMAIN.  Returns 0, or negative after
 * errors. */
int hops_build(struct build *b, const struct hops_cfg *cfg, struct route *r);

#endif
