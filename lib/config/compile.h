/* SPDX-License-Identifier: BSD-3-Clause */
/* From a configuration to a generation (policy/generation.h), in two steps, because the second needs
 * the MACs of opened ports and the first finds all errors without opening any.
 *
 * Threads: the control thread.  Memory: nothing of a generation points into its configuration. */
#ifndef CONFIG_COMPILE_H
#define CONFIG_COMPILE_H

#include <stdbool.h>

#include <rte_ether.h>

#include "base/err.h"
#include "base/ids.h"
#include "config/config.h"
#include "policy/generation.h"

struct build;

/* What keeps its number by its name over generations (base/ids.h). */
struct generation_names {
	struct ids ifaces;
	struct ids tracks;              /* of stages track: timeouts of sessions */
};

void generation_names_init(struct generation_names *names);
void generation_names_fini(struct generation_names *names);
/* The generation that was begun last is published. */
void generation_names_commit(struct generation_names *names);

struct generation_setup {
	const struct config *cfg;
	const struct config *started;   /* whose ports have their indexes; NULL: cfg */
	struct generation_names *names;
	const struct generation *running;       /* NULL: the first */
	unsigned workers;
};

/* Interfaces, sets, access lists, routes, pipelines.  Errors go to err; NULL without memory.  When
 * there were errors the generation is good for nothing but generation_discard. */
struct generation *generation_begin(const struct generation_setup *setup, struct err *err);

/* What depends on the MACs of ports, mac[] by index: link-local addresses, what parse needs to
 * know; then the workers' part.  0, or negative with an error in err.  Refuses when err has got an error since the
 * beginning: only a generation of which every part was built is finished. */
int generation_finish(struct generation *gen, const struct rte_ether_addr mac[], struct err *err);

/* Gives a finished generation the next number: once, directly before it is published, so that a refused file takes
 * none. */
void generation_give_number(struct generation *gen);

void generation_discard(struct generation *gen);        /* NULL and half-built are fine */

/* What it was built with, for checks. */
struct build *generation_builder(const struct generation *gen);

/* The interface of that name, or NULL. */
const struct interface *generation_find(const struct generation *gen, const char *name);

#endif
