/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the bridges of a generation (policy/bridge.h) from section bridges.
 *
 * Threads: the control thread. */
#ifndef CONFIG_BRIDGES_H
#define CONFIG_BRIDGES_H

#include "base/arena.h"
#include "base/ids.h"
#include "config/config.h"
#include "policy/generation.h"

struct rte_ether_addr;

/* What a bridge keeps its number and its stations by: its name. */
struct bridges_setup {
	const struct config *cfg;
	const struct generation *running; /* whose stations are kept; NULL: there is none */
	struct ids *numbers;
	struct arena *arena;
};

/* Adds the bridges, once the interfaces are there.  Returns 0, or negative after an error. */
int bridges_add(struct generation *gen, const struct bridges_setup *setup, struct err *err);

/* Checks that pipelines and bridges fit each other, when pipelines are built. */
void bridges_check_pipelines(
	const struct generation *gen, const struct config *cfg, struct err *err);

/* Gives bridges the MACs of their first members' ports, mac[] by index, unless they have others. */
void bridges_finish(struct generation *gen, const struct rte_ether_addr mac[]);

/* Directly before the generation is published: forgets stations of interfaces that are no members
 * now, or were none before. */
void bridges_publish(struct generation *gen, const struct generation *running);

void bridges_discard(struct generation *gen);

#endif
