/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores and their nodes, from the kernel or from a test. */

#include "io/topology.h"

#include <numa.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static const struct topology_fake *fake;

void
topology_use(const struct topology_fake *machine)
{
	fake = machine;
}

static unsigned
real_cores(unsigned *cores, unsigned max)
{
	cpu_set_t set;
	unsigned count = 0;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	for (unsigned core = 0; core < CPU_SETSIZE; core++) {
		if (!CPU_ISSET(core, &set))
			continue;
		if (count < max)
			cores[count] = core;
		count++;
	}
	return count;
}

unsigned
topology_cores(unsigned *cores, unsigned max)
{
	if (fake == NULL)
		return real_cores(cores, max);
	for (unsigned i = 0; i < fake->cores && i < max; i++)
		cores[i] = i;
	return fake->cores;
}

bool
topology_may_use(unsigned core)
{
	cpu_set_t set;

	if (fake != NULL)
		return core < fake->cores;
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	return core < CPU_SETSIZE && CPU_ISSET(core, &set);
}

bool
topology_exists(unsigned core)
{
	char path[64];

	if (fake != NULL)
		return core < fake->cores;
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", core);
	return access(path, F_OK) == 0;
}

int
topology_node(unsigned core)
{
	int node;

	if (fake != NULL)
		return (int)(core * fake->nodes / fake->cores);
	node = numa_available() < 0 ? 0 : numa_node_of_cpu((int)core);
	return node < 0 ? 0 : node;
}

unsigned
topology_real(unsigned core)
{
	unsigned real[CPU_SETSIZE], n;

	if (fake == NULL)
		return core;
	n = real_cores(real, CPU_SETSIZE);
	return n == 0 ? 0 : real[core % n];
}
