/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds addresses and ports that a configuration lets through, for measuring it.
 *
 * Candidates come from the configuration (its subnets, routes, rules, sets, section tests) and are
 * tried on the pipelines as built, with nothing installed; what passes is extended to ranges of
 * addresses and ports of which all pass.
 *
 * Threads: the control thread. */
#ifndef MEASURE_TRAFFIC_FIND_H
#define MEASURE_TRAFFIC_FIND_H

#include "config/config.h"
#include "measure/traffic.h"
#include "policy/generation.h"

/* Fills aim for packets of a kind and family by interface in (its name; NULL: the first one by
 * which a packet passes).  Returns 0, or -ENOENT with an error: nothing passes, and the most
 * frequent drop reason. */
int traffic_find(const struct config *cfg, const struct generation *gen, const char *in,
	enum traffic_kind kind, uint8_t family, struct traffic_aim *aim, struct err *err);

#endif
