/* SPDX-License-Identifier: BSD-3-Clause */
/* The cores that this process may use, and their NUMA nodes.
 *
 * Tests substitute another machine: its cores are distributed over the real ones, so that 63
 * workers start on two.
 *
 * Threads: the control thread. */
#ifndef IO_TOPOLOGY_H
#define IO_TOPOLOGY_H

#include <stdbool.h>

/* A substituted machine: cores 0 to cores - 1, equally many on each node, the first ones on node
 * 0. */
struct topology_fake {
	unsigned cores;
	unsigned nodes;
};

/* Substitutes a machine, or restores the real one (NULL). fake must live as long.  Tests only. */
void topology_use(const struct topology_fake *fake);

/* Returns the number of cores and writes at most max of them, ascending. */
unsigned topology_cores(unsigned *cores, unsigned max);

bool topology_may_use(unsigned core);
bool topology_exists(unsigned core);

/* Returns the node of a core, 0 if the machine has no nodes. */
int topology_node(unsigned core);

/* Returns the core of the real machine that stands for a core. */
unsigned topology_real(unsigned core);

#endif
