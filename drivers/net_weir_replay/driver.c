/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver net_weir_replay: makes a port of a device text, takes it away again. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_log.h>
#include <rte_malloc.h>

#include "abi.h"
#include "device.h"

enum {
	SENTENCE = REPLAY_PATH_MAX + 256,
};

RTE_LOG_REGISTER_DEFAULT(log_type, NOTICE)

void
device_log(const char *name, const char *sentence)
{
	rte_log(RTE_LOG_ERR, (uint32_t)log_type, "%s: %s\n", name, sentence);
}

/* What every card is shipped with: Microsoft's key of the verification suite for RSS. */
static const uint8_t default_key[RSS_KEY_BYTES] = {
	0x6d,
	0x5a,
	0x56,
	0xda,
	0x25,
	0x5b,
	0x0e,
	0xc2,
	0x41,
	0x67,
	0x25,
	0x3d,
	0x43,
	0xa3,
	0x8f,
	0xb0,
	0xd0,
	0xca,
	0x2b,
	0xcb,
	0xae,
	0x7b,
	0x30,
	0xb4,
	0x77,
	0xcb,
	0x2d,
	0xa3,
	0x80,
	0x30,
	0xf2,
	0x0c,
	0x6a,
	0x42,
	0xb7,
	0x3b,
	0xbe,
	0xac,
	0x01,
	0xfa,
};

static void
describe_port(struct rte_eth_dev *dev, struct device *d)
{
	struct rte_eth_dev_data *data = dev->data;

	d->rss.types = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;
	memcpy(d->rss.key, default_key, sizeof(default_key));
	d->mac = (struct rte_ether_addr){ { 0x02, 0x72, 0x65, 0x70, 0x6c,
		(uint8_t)data->port_id } };
	data->mac_addrs = &d->mac;
	data->dev_private = d;
	data->dev_link = (struct rte_eth_link){
		.link_speed = RTE_ETH_SPEED_NUM_100G,
		.link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
		.link_autoneg = RTE_ETH_LINK_FIXED,
		.link_status = RTE_ETH_LINK_DOWN,
	};
	data->promiscuous = 1;
	data->all_multicast = 1;
	data->dev_flags |= RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS;
	dev->dev_ops = &device_ops;
	dev->rx_pkt_burst = receive_choose(&d->options);
	dev->tx_pkt_burst = transmit_choose(&d->options, 0);
}

static int
make_port(struct rte_vdev_device *vdev, struct device *d)
{
	const char *name = vdev->device.name;
	struct rte_eth_dev *dev = rte_eth_dev_allocate(name);

	if (dev == NULL)
		return -ENOMEM;
	if (!abi_port_is_ours(dev, name)) {
		device_log(name, "DPDK's ports are laid out in another way than in " DPDK_RELEASE);
		rte_eth_dev_release_port(dev);
		return -ENOTSUP;
	}
	dev->device = &vdev->device;
	dev->data->numa_node = vdev->device.numa_node;
	describe_port(dev, d);
	rte_eth_dev_probing_finish(dev);
	return 0;
}

static int
probe(struct rte_vdev_device *vdev)
{
	const char *name = vdev->device.name;
	const char *arguments = vdev->device.devargs != NULL ? vdev->device.devargs->args : NULL;
	char sentence[SENTENCE];
	struct device *d;
	int rc;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		device_log(name, "a secondary process cannot use it");
		return -ENOTSUP;
	}
	if (vdev->device.numa_node == SOCKET_ID_ANY)
		vdev->device.numa_node = (int)rte_socket_id();
	d = rte_zmalloc_socket(name, sizeof(*d), RTE_CACHE_LINE_SIZE, vdev->device.numa_node);
	if (d == NULL)
		return -ENOMEM;

	rc = options_parse(arguments, &d->options, sentence, sizeof(sentence));
	if (rc == 0 && d->options.pcap[0] != '\0')
		rc = frames_read(&d->frames, d->options.pcap, sentence, sizeof(sentence));
	if (rc < 0)
		device_log(name, sentence);
	else
		rc = make_port(vdev, d);
	if (rc < 0) {
		frames_fini(&d->frames);
		rte_free(d);
	}
	return rc;
}

static int
take_away(struct rte_vdev_device *vdev)
{
	struct rte_eth_dev *dev = rte_eth_dev_allocated(vdev->device.name);

	if (dev == NULL)
		return 0;
	device_ops.dev_close(dev);
	return rte_eth_dev_release_port(dev);
}

static struct rte_vdev_driver driver = {
	.driver = { .name = "net_weir_replay" },
	.probe = probe,
	.remove = take_away,
};

/* Under another DPDK there is no such driver, and the layouts are never touched. */
RTE_INIT(net_weir_replay_register)
{
	const char *difference = abi_difference();

	if (difference != NULL)
		fprintf(stderr, "net_weir_replay: %s\n", difference);
	else
		rte_vdev_register(&driver);
}

RTE_PMD_EXPORT_NAME(net_weir_replay, 0);
RTE_PMD_REGISTER_PARAM_STRING(net_weir_replay,
	"pcap=<file> queues=<1-64> loops=<n> rate=<frames/s> new=<percent> hash=<0|1> ptype=<0|1> "
	"cksum=<0|1> samples=<file> ring=<0|1>");
