/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port can do: configure, queues, start, stop. */

#include "answers.h"
#include "device.h"
#include "interrupts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

enum {
	DESCRIPTORS = 512,
	BURST = 32,
};

static const uint64_t checksum_offloads = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM
	| RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
static const uint64_t rss_types = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP
	| RTE_ETH_RSS_L3_SRC_ONLY;

static int
configure(struct rte_eth_dev *dev)
{
	const struct rte_eth_rss_conf *conf = &dev->data->dev_conf.rx_adv_conf.rss_conf;
	struct device *d = device_of(dev);

	if ((dev->data->dev_conf.rxmode.mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) != 0) {
		d->rss.types = conf->rss_hf & rss_types;
		if (conf->rss_key != NULL && conf->rss_key_len == RSS_KEY_BYTES)
			memcpy(d->rss.key, conf->rss_key, RSS_KEY_BYTES);
	}
	for (unsigned i = 0; i < RETA_SIZE; i++)
		d->reta[i] = (uint16_t)(i % RTE_MAX(dev->data->nb_rx_queues, 1));
	return 0;
}

static int
rx_queue_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t descriptors, unsigned node,
	const struct rte_eth_rxconf *conf, struct rte_mempool *pool)
{
	struct device *d = device_of(dev);
	struct rx_queue *q = &d->rx[queue];
	const uint64_t one = 1;
	char sentence[128];
	unsigned room = rte_pktmbuf_data_room_size(pool);

	(void)node;
	(void)conf;
	if (room < RTE_PKTMBUF_HEADROOM + RTE_ALIGN(RTE_MAX(d->frames.longest, 1u), FRAME_LINE)) {
		snprintf(sentence, sizeof(sentence),
			"a frame of %u bytes does not fit into mbufs of %u and a headroom of %d",
			d->frames.longest, room, RTE_PKTMBUF_HEADROOM);
		device_log(dev->data->name, sentence);
		return -EINVAL;
	}
	free(q->posted);
	q->posted = d->options.ring ? calloc(descriptors, sizeof(*q->posted)) : NULL;
	if (d->options.ring && q->posted == NULL)
		return -ENOMEM;
	q->posted_first = 0;
	q->pool = pool;
	q->descriptors = descriptors;
	q->rearm = RTE_PKTMBUF_HEADROOM | one << 16 | one << 32
		| (uint64_t)dev->data->port_id << 48;
	dev->data->rx_queues[queue] = q;
	return 0;
}

static int
tx_queue_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t descriptors, unsigned node,
	const struct rte_eth_txconf *conf)
{
	struct device *d = device_of(dev);
	struct tx_queue *q = &d->tx[queue];

	(void)node;
	(void)conf;
	free(q->sent);
	q->sent = d->options.ring ? calloc(descriptors, sizeof(*q->sent)) : NULL;
	if (d->options.ring && q->sent == NULL)
		return -ENOMEM;
	q->sent_first = 0;
	q->descriptors = descriptors;
	q->device = d;
	dev->data->tx_queues[queue] = q;
	return 0;
}

static void
release_queue(struct rte_eth_dev *dev, uint16_t queue)
{
	(void)dev;
	(void)queue;
}

/* All that waits, whatever the count. */
static int
done_cleanup(void *queue, uint32_t count)
{
	(void)count;
	return (int)transmit_free(queue);
}

/* No mbuf stays in a ring of a port that is stopped. */
static void
free_rings(struct device *d)
{
	answers_end(d);
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		posted_free(&d->rx[q]);
		transmit_free(&d->tx[q]);
	}
}

static int
start(struct rte_eth_dev *dev)
{
	struct device *d = device_of(dev);
	const struct rte_eth_conf *conf = &dev->data->dev_conf;
	const struct describe what = {
		.rss = &d->rss,
		.hash = d->options.hash,
		.ptype = d->options.ptype,
		.cksum = d->options.cksum && (conf->rxmode.offloads & checksum_offloads) != 0,
	};
	int rc;

	frames_describe(&d->frames, &what);
	fresh_init(&d->fresh, &d->rss);
	rc = device_spread(d, RTE_MAX(dev->data->nb_rx_queues, 1));
	if (rc < 0)
		return rc;
	if (d->options.answer && answers_begin(d, RTE_MAX(dev->data->nb_rx_queues, 1)) < 0)
		return -ENOMEM;
	rc = interrupts_begin(dev);
	if (rc < 0)
		return rc;
	dev->rx_pkt_burst = receive_choose(&d->options);
	dev->tx_pkt_burst = transmit_choose(&d->options, conf->txmode.offloads);
	memset(dev->data->rx_queue_state, RTE_ETH_QUEUE_STATE_STARTED, dev->data->nb_rx_queues);
	memset(dev->data->tx_queue_state, RTE_ETH_QUEUE_STATE_STARTED, dev->data->nb_tx_queues);
	dev->data->dev_link.link_status = RTE_ETH_LINK_UP;
	if (samples_start(&d->samples, d) < 0)
		device_log(dev->data->name, "samples=: the file cannot be written");
	return 0;
}

static int
stop(struct rte_eth_dev *dev)
{
	samples_stop(&device_of(dev)->samples);
	interrupts_end(dev);
	free_rings(device_of(dev));
	memset(dev->data->rx_queue_state, RTE_ETH_QUEUE_STATE_STOPPED, dev->data->nb_rx_queues);
	memset(dev->data->tx_queue_state, RTE_ETH_QUEUE_STATE_STOPPED, dev->data->nb_tx_queues);
	dev->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
	return 0;
}

static int
close_device(struct rte_eth_dev *dev)
{
	struct device *d = device_of(dev);

	samples_stop(&d->samples);
	interrupts_end(dev);
	free_rings(d);
	for (unsigned q = 0; q < REPLAY_QUEUES_MAX; q++) {
		free(d->rx[q].posted);
		free(d->tx[q].sent);
	}
	free(d->spread);
	free(d->spread_places);
	d->spread = NULL;
	d->spread_places = NULL;
	frames_fini(&d->frames);
	/* Part of dev_private: DPDK would free it by itself. */
	dev->data->mac_addrs = NULL;
	return 0;
}

static int
info(struct rte_eth_dev *dev, struct rte_eth_dev_info *info)
{
	const struct device *d = device_of(dev);

	info->max_mac_addrs = 1;
	info->max_rx_pktlen = FRAME_LENGTH_MAX;
	info->max_mtu = FRAME_LENGTH_MAX - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;
	info->max_rx_queues = (uint16_t)d->options.queues;
	info->max_tx_queues = REPLAY_QUEUES_MAX;
	info->rx_offload_capa = RTE_ETH_RX_OFFLOAD_RSS_HASH
		| (d->options.cksum ? checksum_offloads : 0);
	info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	info->flow_type_rss_offloads = rss_types
		& ~(d->options.source ? 0 : RTE_ETH_RSS_L3_SRC_ONLY);
	info->hash_key_size = RSS_KEY_BYTES;
	info->reta_size = RETA_SIZE;
	info->speed_capa = RTE_ETH_LINK_SPEED_100G;
	info->default_rxportconf = (struct rte_eth_dev_portconf){ BURST, DESCRIPTORS, 1 };
	info->default_txportconf = (struct rte_eth_dev_portconf){ BURST, DESCRIPTORS, 1 };
	return 0;
}

static const uint32_t *
ptypes(struct rte_eth_dev *dev SINCE_24_11(, size_t *count))
{
	static const uint32_t known[] = {
		RTE_PTYPE_L2_ETHER,
		RTE_PTYPE_L2_ETHER_ARP,
		RTE_PTYPE_L2_ETHER_VLAN,
		RTE_PTYPE_L2_ETHER_QINQ,
		RTE_PTYPE_L3_IPV4,
		RTE_PTYPE_L3_IPV4_EXT,
		RTE_PTYPE_L3_IPV6,
		RTE_PTYPE_L3_IPV6_EXT,
		RTE_PTYPE_L4_TCP,
		RTE_PTYPE_L4_UDP,
		RTE_PTYPE_L4_SCTP,
		RTE_PTYPE_L4_FRAG,
		RTE_PTYPE_UNKNOWN,
	};

	SINCE_24_11(*count = RTE_DIM(known) - 1;)
	return device_of(dev)->options.ptype ? known : NULL;
}

/* The settings below hold from the next start on: frames are described there. */
static int
rss_update(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf)
{
	struct device *d = device_of(dev);

	if (dev->data->dev_started)
		return -EBUSY;
	d->rss.types = conf->rss_hf & rss_types;
	if (conf->rss_key != NULL && conf->rss_key_len == RSS_KEY_BYTES)
		memcpy(d->rss.key, conf->rss_key, RSS_KEY_BYTES);
	return 0;
}

static int
rss_get(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf)
{
	const struct device *d = device_of(dev);

	conf->rss_hf = d->rss.types;
	if (conf->rss_key != NULL && conf->rss_key_len >= RSS_KEY_BYTES)
		memcpy(conf->rss_key, d->rss.key, RSS_KEY_BYTES);
	conf->rss_key_len = RSS_KEY_BYTES;
	return 0;
}

static bool
reta_names(const struct rte_eth_rss_reta_entry64 *conf, unsigned i)
{
	return (conf[i / RTE_ETH_RETA_GROUP_SIZE].mask >> i % RTE_ETH_RETA_GROUP_SIZE & 1) != 0;
}

static int
reta_update(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size)
{
	struct device *d = device_of(dev);

	if (dev->data->dev_started)
		return -EBUSY;
	for (unsigned i = 0; i < RTE_MIN((unsigned)size, (unsigned)RETA_SIZE); i++) {
		if (reta_names(conf, i))
			d->reta[i] = conf[i / RTE_ETH_RETA_GROUP_SIZE]
					     .reta[i % RTE_ETH_RETA_GROUP_SIZE];
	}
	return 0;
}

static int
reta_get(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size)
{
	const struct device *d = device_of(dev);

	for (unsigned i = 0; i < RTE_MIN((unsigned)size, (unsigned)RETA_SIZE); i++) {
		if (reta_names(conf, i))
			conf[i / RTE_ETH_RETA_GROUP_SIZE]
				.reta[i % RTE_ETH_RETA_GROUP_SIZE] = d->reta[i];
	}
	return 0;
}

static int
link_update(struct rte_eth_dev *dev, int wait)
{
	(void)dev;
	(void)wait;
	return 0;
}

/* There is no filter: what is in the capture comes. */
static int
set_filter(struct rte_eth_dev *dev)
{
	(void)dev;
	return 0;
}

static int
set_mac(struct rte_eth_dev *dev, struct rte_ether_addr *mac)
{
	device_of(dev)->mac = *mac;
	return 0;
}

static int
set_mtu(struct rte_eth_dev *dev, uint16_t mtu)
{
	(void)dev;
	(void)mtu;
	return 0;
}

const struct eth_dev_ops device_ops = {
	.dev_configure = configure,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = close_device,
	.link_update = link_update,
	.promiscuous_enable = set_filter,
	.promiscuous_disable = set_filter,
	.allmulticast_enable = set_filter,
	.allmulticast_disable = set_filter,
	.mac_addr_set = set_mac,
	.mtu_set = set_mtu,
	.stats_get = stats_get,
	.stats_reset = stats_reset,
	.xstats_get = stats_extended,
	.xstats_reset = stats_reset,
	.xstats_get_names = stats_names,
	.dev_infos_get = info,
	.dev_supported_ptypes_get = ptypes,
	.rx_queue_setup = rx_queue_setup,
	.rx_queue_release = release_queue,
	.rx_queue_intr_enable = interrupts_enable,
	.rx_queue_intr_disable = interrupts_disable,
	.tx_queue_setup = tx_queue_setup,
	.tx_queue_release = release_queue,
	.tx_done_cleanup = done_cleanup,
	.rss_hash_update = rss_update,
	.rss_hash_conf_get = rss_get,
	.reta_update = reta_update,
	.reta_query = reta_get,
};
