/* SPDX-License-Identifier: BSD-3-Clause */
/* The cores that this process may use, and their NUMA nodes.
 *
 * Tests put another machine in front: its cores are shared out over the real ones, so that 63 workers start on two.
 *
 * Threads: the control thread. */
#ifndef IO_TOPOLOGY_H
#define IO_TOPOLOGY_H

#include <stdbool.h>

/* A machine that is not there: cores 0 to cores - 1, equally many on each node, the first ones on node 0. */
struct topology_fake {
	unsigned cores;
	unsigned nodes;
};

/* From now on, or the real one again (NULL).  fake must live as long.  Tests only. */
void topology_use(const struct topology_fake *fake);

/* The cores, ascending.  Returns how many there are and writes at most max of them. */
unsigned topology_cores(unsigned *cores, unsigned max);

bool topology_may_use(unsigned core);
bool topology_exists(unsigned core);

/* The node of a core, 0 where the machine has no nodes. */
int topology_node(unsigned core);

/* The core of the real machine that stands for a core. */
unsigned topology_real(unsigned core);

#endif
