/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses and ports that a configuration lets through, for measuring it.
 *
 * What may pass is read from the configuration (its subnets, routes, rules, sets, section tests)
 * and tried on the pipelines as built, with nothing installed; what passes is widened to rows of
 * addresses and ports as far as all of them pass.
 *
 * Threads: the control thread. */
#ifndef MEASURE_TRAFFIC_FIND_H
#define MEASURE_TRAFFIC_FIND_H

#include "config/config.h"
#include "measure/traffic.h"
#include "policy/generation.h"

/* Fills aim for packets of a kind and family by interface in (its name; NULL: the first one by
 * which something passes).  0, or -ENOENT with an error: nothing passes, and what most of it was
 * dropped as. */
int traffic_find(const struct config *cfg, const struct generation *gen, const char *in,
	enum traffic_kind kind, uint8_t family, struct traffic_aim *aim, struct err *err);

#endif
