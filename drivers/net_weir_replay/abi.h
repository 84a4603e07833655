/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the DPDK that has loaded us is the one whose layouts we know. */
#ifndef NET_WEIR_REPLAY_ABI_H
#define NET_WEIR_REPLAY_ABI_H

#include <stdbool.h>

struct rte_eth_dev;

/* NULL, or a sentence on what is different: the version, or the size of DPDK's table of ports. */
const char *abi_difference(void);

/* Whether a port that rte_eth_dev_allocate has just made has what it puts there where we look. */
bool abi_port_is_ours(const struct rte_eth_dev *dev, const char *name);

#endif
