/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the DPDK that has loaded us is the one whose layouts we know. */

#include "abi.h"

#include <assert.h>
#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_version.h>

#include "dpdk_driver.h"

/* Of two numbers, the one that is right for the release that this is compiled with. */
#define OF_RELEASE(in_22_11, in_24_11) (0 SINCE_24_11(+1) ? (in_24_11) : (in_22_11))

/* The places of operations in DPDK's table. */
#define OPERATION_IS_AT(name, in_22_11, in_24_11) \
	static_assert(offsetof(struct eth_dev_ops, name) \
			== OF_RELEASE(in_22_11, in_24_11) * sizeof(void *), \
		#name)
OPERATION_IS_AT(dev_close, 5, 5);
OPERATION_IS_AT(stats_get, 18, 21);
OPERATION_IS_AT(xstats_get_names, 22, 25);
OPERATION_IS_AT(dev_infos_get, 24, 27);
OPERATION_IS_AT(dev_supported_ptypes_get, 30, 34);
OPERATION_IS_AT(rx_queue_setup, 41, 45);
OPERATION_IS_AT(rx_queue_intr_enable, 43, 47);
OPERATION_IS_AT(tx_done_cleanup, 47, 51);
OPERATION_IS_AT(rss_hash_update, 60, 64);
OPERATION_IS_AT(reta_query, 63, 67);
static_assert(sizeof(struct eth_dev_ops) >= OF_RELEASE(113, 121) * sizeof(void *),
	"DPDK looks at so many operations");

/* What receive.c writes as two vectors. */
static_assert(offsetof(struct rte_mbuf, data_off) == 16, "rearm data");
static_assert(offsetof(struct rte_mbuf, ol_flags) == 24, "offload flags");
static_assert(offsetof(struct rte_mbuf, packet_type) == 32, "receive descriptor");
static_assert(offsetof(struct rte_mbuf, hash) == 44, "hash");

const char *
abi_difference(void)
{
	static const char release[] = "DPDK " DPDK_RELEASE ".";
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (strncmp(rte_version(), release, strlen(release)) != 0)
		return "this is not DPDK " DPDK_RELEASE ", for which it is built";
	if (dladdr1(rte_eth_devices, &info, (void **)&symbol, RTLD_DL_SYMENT) == 0
		|| symbol == NULL)
		return "DPDK's table of ports is not found";
	if (symbol->st_size != sizeof(struct rte_eth_dev) * RTE_MAX_ETHPORTS)
		return "DPDK's table of ports has another size than in " DPDK_RELEASE;
	return NULL;
}

bool
abi_port_is_ours(const struct rte_eth_dev *dev, const char *name)
{
	const struct rte_eth_dev_data *data = dev->data;
	bool filled = data != NULL;

	SINCE_24_11(filled &= dev->flow_fp_ops != NULL;)
	return filled && dev >= rte_eth_devices && dev < rte_eth_devices + RTE_MAX_ETHPORTS
		&& strcmp(data->name, name) == 0 && data->port_id == dev - rte_eth_devices
		&& data->mtu == RTE_ETHER_MTU && data->backer_port_id == RTE_MAX_ETHPORTS;
}
