/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of DPDK's bonding driver, a plugin that is not linked.
 *
 * Threads: any.  Memory: fixed. */
#ifndef IO_BOND_DRIVER_H
#define IO_BOND_DRIVER_H

#include <stdbool.h>

#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>

#include "io/release.h"

typedef struct RELEASE_BOND_LACP_INFO bond_lacp_info;

struct bond_driver {
	int (*create)(const char *name, uint8_t mode, uint8_t socket);
	int (*destroy)(const char *name);
	int (*add)(uint16_t bond, uint16_t member);
	int (*remove)(uint16_t bond, uint16_t member);
	int (*primary_set)(uint16_t bond, uint16_t member);
	int (*primary_get)(uint16_t bond); /* the active member */
	int (*active_get)(uint16_t bond, uint16_t members[], uint16_t size);
	int (*mac_set)(uint16_t bond, struct rte_ether_addr *mac);
	int (*hash_set)(uint16_t bond, uint8_t policy);
	int (*lacp_get)(uint16_t bond, struct rte_eth_bond_8023ad_conf *conf);
	int (*lacp_set)(uint16_t bond, struct rte_eth_bond_8023ad_conf *conf);
	int (*lacp_info)(uint16_t bond, uint16_t member, bond_lacp_info *info);
};

/* Returns the driver, or NULL: it is not installed.  After EAL has started. */
const struct bond_driver *bond_driver(void);

#endif
