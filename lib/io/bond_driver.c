/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of DPDK's bonding driver, found in the plugin that EAL has loaded. */

#include "io/bond_driver.h"

#include <dlfcn.h>
#include <stdio.h>

#include <rte_common.h>

#include "io/release.h"

#define MEMBER RELEASE_BOND_MEMBER

static struct bond_driver driver;

static const struct {
	const char *name;
	void *at;
} calls[] = {
	{ "rte_eth_bond_create", &driver.create },
	{ "rte_eth_bond_free", &driver.destroy },
	{ "rte_eth_bond_" MEMBER "_add", &driver.add },
	{ "rte_eth_bond_" MEMBER "_remove", &driver.remove },
	{ "rte_eth_bond_primary_set", &driver.primary_set },
	{ "rte_eth_bond_primary_get", &driver.primary_get },
	{ "rte_eth_bond_active_" MEMBER "s_get", &driver.active_get },
	{ "rte_eth_bond_mac_address_set", &driver.mac_set },
	{ "rte_eth_bond_xmit_policy_set", &driver.hash_set },
	{ "rte_eth_bond_8023ad_conf_get", &driver.lacp_get },
	{ "rte_eth_bond_8023ad_setup", &driver.lacp_set },
	{ "rte_eth_bond_8023ad_" MEMBER "_info", &driver.lacp_info },
};

const struct bond_driver *
bond_driver(void)
{
	static bool found;
	char name[32];
	void *plugin;

	if (found)
		return &driver;
	snprintf(name, sizeof(name), "librte_net_bond.so.%d", RELEASE_ABI);
	plugin = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
	if (plugin == NULL)
		return NULL;
	for (unsigned i = 0; i < RTE_DIM(calls); i++) {
		void *call = dlsym(plugin, calls[i].name);

		if (call == NULL)
			return NULL;
		*(void **)calls[i].at = call;
	}
	found = true;
	return &driver;
}
