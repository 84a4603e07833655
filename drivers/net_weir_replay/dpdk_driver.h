/* SPDX-License-Identifier: BSD-3-Clause */
/* What a driver must know of DPDK 22.11 (ABI 23) or 24.11 (ABI 25), and Debian's libdpdk-dev does
 * not have.
 *
 * The layouts are those of the release that this is compiled with, on 64-bit machines, stable
 * through all of its 22.11.x or 24.11.x; nothing else may load this: abi_difference() refuses every
 * other version and compares what can be compared.  What only 24.11 has stands in SINCE_24_11.
 * Names are DPDK's, so that its documentation applies.
 *
 * The functions have version INTERNAL in the libraries: present, exported, without a header. */
#ifndef NET_WEIR_REPLAY_DPDK_DRIVER_H
#define NET_WEIR_REPLAY_DPDK_DRIVER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_tailq.h>
#include <rte_version.h>

#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#define DPDK_RELEASE     "24.11"
#define SINCE_24_11(...) __VA_ARGS__
#else
#define DPDK_RELEASE "22.11"
#define SINCE_24_11(...)
#endif

struct rte_driver {
	RTE_TAILQ_ENTRY(rte_driver) next;
	const char *name;
	const char *alias;
};

struct rte_device {
	RTE_TAILQ_ENTRY(rte_device) next;
	const char *name;
	const char *bus_info;
	const struct rte_driver *driver;
	const struct rte_bus *bus;
	int numa_node;
	struct rte_devargs *devargs;
};

struct rte_vdev_device {
	RTE_TAILQ_ENTRY(rte_vdev_device) next;
	struct rte_device device;
};

struct rte_vdev_driver {
	RTE_TAILQ_ENTRY(rte_vdev_driver) next;
	struct rte_driver driver;
	int (*probe)(struct rte_vdev_device *);
	int (*remove)(struct rte_vdev_device *);
	void *dma_map;
	void *dma_unmap;
	uint32_t drv_flags;
};

struct eth_dev_ops;

/* One for each port in each process. */
struct rte_eth_dev {
	eth_rx_burst_t rx_pkt_burst;
	eth_tx_burst_t tx_pkt_burst;
	eth_tx_prep_t tx_pkt_prepare;
	eth_rx_queue_count_t rx_queue_count;
	eth_rx_descriptor_status_t rx_descriptor_status;
	SINCE_24_11(void *tx_queue_count;)
	eth_tx_descriptor_status_t tx_descriptor_status;
	SINCE_24_11(void *recycle[2];) /* sent mbufs, receive descriptors */
	struct rte_eth_dev_data *data;
	void *process_private;
	const struct eth_dev_ops *dev_ops;
	SINCE_24_11(void *flow_fp_ops;)
	struct rte_device *device;
	void *intr_handle;
	struct rte_eth_dev_cb_list link_intr_cbs;
	void *post_rx_burst_cbs[RTE_MAX_QUEUES_PER_PORT];
	void *pre_tx_burst_cbs[RTE_MAX_QUEUES_PER_PORT];
	enum rte_eth_dev_state state;
	void *security_ctx;
} __rte_cache_aligned;

/* What processes share of a port. */
struct rte_eth_dev_data {
	char name[RTE_ETH_NAME_MAX_LEN];
	void **rx_queues;
	void **tx_queues;
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
	struct rte_eth_dev_sriov sriov;
	void *dev_private;
	struct rte_eth_link dev_link;
	struct rte_eth_conf dev_conf;
	uint16_t mtu;
	uint32_t min_rx_buf_size;
	uint64_t rx_mbuf_alloc_failed;
	struct rte_ether_addr *mac_addrs;
	uint64_t mac_pool_sel[RTE_ETH_NUM_RECEIVE_MAC_ADDR];
	struct rte_ether_addr *hash_mac_addrs;
	uint16_t port_id;
	__extension__ uint8_t promiscuous : 1, scattered_rx : 1, all_multicast : 1, dev_started : 1,
		lro : 1, dev_configured : 1, flow_configured : 1;
	uint8_t rx_queue_state[RTE_MAX_QUEUES_PER_PORT];
	uint8_t tx_queue_state[RTE_MAX_QUEUES_PER_PORT];
	uint32_t dev_flags;
	int numa_node;
	struct rte_vlan_filter_conf vlan_filter_conf;
	struct rte_eth_dev_owner owner;
	uint16_t representor_id;
	uint16_t backer_port_id;
	pthread_mutex_t flow_ops_mutex;
} __rte_cache_aligned;

/* The operations up to the last that is used here; the rest is NULL: not supported. */
struct eth_dev_ops {
	int (*dev_configure)(struct rte_eth_dev *);
	int (*dev_start)(struct rte_eth_dev *);
	int (*dev_stop)(struct rte_eth_dev *);
	void *dev_set_link[2]; /* up, down */
	int (*dev_close)(struct rte_eth_dev *);
	void *dev_reset;
	int (*link_update)(struct rte_eth_dev *, int wait);
	SINCE_24_11(void *speed_lanes[3];) /* get, set, capability */
	void *is_removed;
	int (*promiscuous_enable)(struct rte_eth_dev *);
	int (*promiscuous_disable)(struct rte_eth_dev *);
	int (*allmulticast_enable)(struct rte_eth_dev *);
	int (*allmulticast_disable)(struct rte_eth_dev *);
	void *mac_addr_remove;
	void *mac_addr_add;
	int (*mac_addr_set)(struct rte_eth_dev *, struct rte_ether_addr *);
	void *set_mc_addr_list;
	int (*mtu_set)(struct rte_eth_dev *, uint16_t mtu);
	int (*stats_get)(struct rte_eth_dev *, struct rte_eth_stats *);
	int (*stats_reset)(struct rte_eth_dev *);
	int (*xstats_get)(struct rte_eth_dev *, struct rte_eth_xstat *, unsigned n);
	int (*xstats_reset)(struct rte_eth_dev *);
	int (*xstats_get_names)(struct rte_eth_dev *, struct rte_eth_xstat_name *, unsigned n);
	void *queue_stats_mapping_set;
	int (*dev_infos_get)(struct rte_eth_dev *, struct rte_eth_dev_info *);
	void *queue_info_get[2]; /* rx, tx */
	SINCE_24_11(void *recycle_rxq_info_get;)
	void *burst_mode_get[2]; /* rx, tx */
	void *fw_version_get;
	const uint32_t *(*dev_supported_ptypes_get)(
		struct rte_eth_dev *SINCE_24_11(, size_t *count));
	void *dev_ptypes_set;
	void *vlan[5];             /* filter, tpid, strip, offload, pvid */
	void *queue_start_stop[4]; /* rx start, stop, tx start, stop */
	int (*rx_queue_setup)(struct rte_eth_dev *, uint16_t queue, uint16_t descriptors,
		unsigned node, const struct rte_eth_rxconf *, struct rte_mempool *);
	void (*rx_queue_release)(struct rte_eth_dev *, uint16_t queue);
	int (*rx_queue_intr_enable)(struct rte_eth_dev *, uint16_t queue);
	int (*rx_queue_intr_disable)(struct rte_eth_dev *, uint16_t queue);
	int (*tx_queue_setup)(struct rte_eth_dev *, uint16_t queue, uint16_t descriptors,
		unsigned node, const struct rte_eth_txconf *);
	void (*tx_queue_release)(struct rte_eth_dev *, uint16_t queue);
	int (*tx_done_cleanup)(void *queue, uint32_t count);
	void *led[2];                /* on, off */
	void *flow_ctrl[2];          /* get, set */
	void *priority_flow_ctrl[3]; /* set, queue info, queue configure */
	void *uc_hash_table_set[2];  /* one, all */
	void *udp_tunnel_port[2];    /* add, delete */
	void *set_queue_rate_limit;
	int (*rss_hash_update)(struct rte_eth_dev *, struct rte_eth_rss_conf *);
	int (*rss_hash_conf_get)(struct rte_eth_dev *, struct rte_eth_rss_conf *);
	int (*reta_update)(struct rte_eth_dev *, struct rte_eth_rss_reta_entry64 *, uint16_t size);
	int (*reta_query)(struct rte_eth_dev *, struct rte_eth_rss_reta_entry64 *, uint16_t size);
	void *rest[64]; /* 22.11 has 49, 24.11 has 53: room is left */
};

/* A new port of that name, or NULL: none is left, or the name is taken. */
struct rte_eth_dev *rte_eth_dev_allocate(const char *name);

/* The port of that name, or NULL. */
struct rte_eth_dev *rte_eth_dev_allocated(const char *name);

/* Makes an allocated and filled port known to everybody. */
void rte_eth_dev_probing_finish(struct rte_eth_dev *dev);

/* Gives a port back, and frees (rte_free) mac_addrs and dev_private. */
int rte_eth_dev_release_port(struct rte_eth_dev *dev);

void rte_vdev_register(struct rte_vdev_driver *driver);

extern struct rte_eth_dev rte_eth_devices[];

#endif
