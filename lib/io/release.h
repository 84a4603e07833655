/* SPDX-License-Identifier: BSD-3-Clause */
/* What differs between the releases of DPDK that Weir is built with: 22.11 (Debian 12) and 24.11
 * (Debian 13).  The driver net_weir_replay, which does not depend on Weir, has its own such header,
 * dpdk_driver.h. */
#ifndef IO_RELEASE_H
#define IO_RELEASE_H

#include <rte_version.h>

/* In the names of DPDK's libraries, librte_NAME.so.VERSION: 23 in 22.11, 25 in 24.11.  Each
 * November's release begins a new ABI. */
enum {
	RELEASE_ABI = RTE_VER_YEAR + (RTE_VER_MONTH >= 11),
};

/* The members of a bond, in the names of the bonding driver's calls and types. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#define RELEASE_BOND_MEMBER    "member"
#define RELEASE_BOND_LACP_INFO rte_eth_bond_8023ad_member_info
#else
#define RELEASE_BOND_MEMBER    "slave"
#define RELEASE_BOND_LACP_INFO rte_eth_bond_8023ad_slave_info
#endif

/* Adds an unsigned number to an object of DPDK's telemetry. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define RELEASE_ADD_UINT rte_tel_data_add_dict_uint
#else
#define RELEASE_ADD_UINT rte_tel_data_add_dict_u64
#endif

/* Arguments of drivers that 22.11 does not know. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#define RELEASE_MEMIF_ARGS  " owner-uid owner-gid"
#define RELEASE_AF_XDP_ARGS " use_cni use_pinned_map dp_path"
#else
#define RELEASE_MEMIF_ARGS  ""
#define RELEASE_AF_XDP_ARGS ""
#endif

#endif
