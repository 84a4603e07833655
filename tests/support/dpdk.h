/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK for tests of what needs packet buffers, and nothing else of it: no devices, no hugepages. */
#ifndef SUPPORT_DPDK_H
#define SUPPORT_DPDK_H

#include <rte_eal.h>
#include <rte_mbuf.h>

/* Returns 0, or -1. */
static inline int
start_dpdk(void)
{
	char *args[] = { "test", "--no-huge", "-m", "128", "--no-shconf", "--no-pci", "-l", "0",
		"--no-telemetry", "--log-level", "error", NULL };

	return rte_eal_init(RTE_DIM(args) - 1, args) < 0 ? -1 : 0;
}

static inline int
stop_dpdk(void **state)
{
	(void)state;
	return rte_eal_cleanup();
}

#endif
