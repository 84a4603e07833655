/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds a generation (policy/generation.h) from a configuration, in two steps: the first finds all
 * errors without opening ports, the second needs the MACs of opened ports.
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
struct live_tables;

/* Objects that keep their number by name over generations (base/ids.h). */
struct generation_names {
	struct ids ifaces;
	struct ids tracks;        /* of stages track: timeouts of sessions */
	struct ids logs;          /* of rules that are logged */
	struct live_tables *live; /* routes outside of generations; NULL: none */
	struct ids dynamics;      /* of dynamic sets */
	struct ids tallies;       /* of lines that count sessions */
	struct ids domains;       /* but for the main one, which is 0 */
	struct ids bridges;
};

void generation_names_init(struct generation_names *names);
void generation_names_fini(struct generation_names *names);
/* Tells that the generation begun last is published. */
void generation_names_commit(struct generation_names *names);

/* An address that the kernel has added to the host interface of an interface. */
struct added_address {
	char iface[64]; /* name of the interface */
	struct ip_prefix address;
};

struct generation_setup {
	const struct config *cfg;
	const struct added_address *added; /* beside those of cfg */
	unsigned n_added;
	const uint16_t *port_index; /* of each port of cfg; NULL: its place in the file */
	struct generation_names *names;
	const struct generation *running; /* NULL: the first */
	unsigned workers;
};

/* Builds interfaces, sets, access lists, routes, pipelines.  Errors go to err; returns NULL without
 * memory.  After errors the generation can only be discarded. */
struct generation *generation_begin(const struct generation_setup *setup, struct err *err);

/* Completes a generation with what depends on the MACs of ports, mac[] by index: link-local
 * addresses, what parse needs; then the workers' part.  Returns 0, or negative with an error in
 * err.  Refuses if err has got an error since the beginning: only a generation of which every part
 * was built is finished. */
int generation_finish(struct generation *gen, const struct rte_ether_addr mac[], struct err *err);

/* Gives a finished generation the next number: once, directly before it is published, so that a
 * refused file uses none. */
void generation_give_number(struct generation *gen);

void generation_discard(struct generation *gen); /* NULL and half-built are fine */

/* Returns the build that it was made with, for checks. */
struct build *generation_builder(const struct generation *gen);

/* Returns the interface of that name, or NULL. */
const struct interface *generation_find(const struct generation *gen, const char *name);

#endif
