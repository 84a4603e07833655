/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the DPDK that has loaded us is the one whose layouts we know. */

#include "abi.h"

#include <assert.h>
#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_version.h>

#include "dpdk_22_11.h"

/* The places of operations in 22.11's table. */
#define OPERATION_IS_AT(name, index) \
	static_assert(offsetof(struct eth_dev_ops, name) == (index) * sizeof(void *), #name)
OPERATION_IS_AT(dev_close, 5);
OPERATION_IS_AT(stats_get, 18);
OPERATION_IS_AT(xstats_get_names, 22);
OPERATION_IS_AT(dev_infos_get, 24);
OPERATION_IS_AT(dev_supported_ptypes_get, 30);
OPERATION_IS_AT(rx_queue_setup, 41);
OPERATION_IS_AT(rx_queue_intr_enable, 43);
OPERATION_IS_AT(tx_done_cleanup, 47);
OPERATION_IS_AT(rss_hash_update, 60);
OPERATION_IS_AT(reta_query, 63);
static_assert(sizeof(struct eth_dev_ops) >= 113 * sizeof(void *), "DPDK looks at 113 operations");

/* What receive.c writes as two vectors. */
static_assert(offsetof(struct rte_mbuf, data_off) == 16, "rearm data");
static_assert(offsetof(struct rte_mbuf, ol_flags) == 24, "offload flags");
static_assert(offsetof(struct rte_mbuf, packet_type) == 32, "receive descriptor");
static_assert(offsetof(struct rte_mbuf, hash) == 44, "hash");

const char *
abi_difference(void)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (strncmp(rte_version(), DPDK_ABI, strlen(DPDK_ABI)) != 0)
		return "this is not DPDK 22.11, for which it is built";
	if (dladdr1(rte_eth_devices, &info, (void **)&symbol, RTLD_DL_SYMENT) == 0
		|| symbol == NULL)
		return "DPDK's table of ports is not found";
	if (symbol->st_size != sizeof(struct rte_eth_dev) * RTE_MAX_ETHPORTS)
		return "DPDK's table of ports has another size than in 22.11";
	return NULL;
}

bool
abi_port_is_ours(const struct rte_eth_dev *dev, const char *name)
{
	const struct rte_eth_dev_data *data = dev->data;

	return dev >= rte_eth_devices && dev < rte_eth_devices + RTE_MAX_ETHPORTS && data != NULL
		&& strcmp(data->name, name) == 0 && data->port_id == dev - rte_eth_devices
		&& data->mtu == RTE_ETHER_MTU && data->backer_port_id == RTE_MAX_ETHPORTS;
}
