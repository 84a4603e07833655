/* SPDX-License-Identifier: BSD-3-Clause */
/* Guesses where traffic that a configuration lets through may come from and go to, from its
 * subnets, routes, rules, sets and section tests, the likeliest first.
 *
 * Threads: the control thread. */
#ifndef MEASURE_TRAFFIC_GUESS_H
#define MEASURE_TRAFFIC_GUESS_H

#include <stdbool.h>

#include "config/config.h"
#include "policy/generation.h"
#include "table/prefix.h"

enum {
	TRAFFIC_GUESSES = 48, /* of each end */
	TRAFFIC_PORT_GUESSES = 24,
};

struct traffic_ports {
	uint16_t sport, dport; /* host order; sport 0: any */
};

struct traffic_guesses {
	struct prefix src[TRAFFIC_GUESSES], dst[TRAFFIC_GUESSES];
	unsigned n_src, n_dst;
	struct traffic_ports ports[TRAFFIC_PORT_GUESSES];
	unsigned n_ports;
	struct traffic_ports chosen; /* set by the finder */
};

/* Guesses for packets of the family and protocol of kind that come in by iface. */
void traffic_guess(struct traffic_guesses *g, const struct config *cfg,
	const struct generation *gen, const struct interface *iface, const struct tuple *kind);

/* Returns the n-th address of a prefix, counted in its last 4 bytes. */
union address traffic_address(const struct prefix *p, uint32_t n);

/* Returns true if the address is in a subnet of the interface. */
bool traffic_is_near(const struct interface *iface, const union address *a, uint8_t family);

#endif
