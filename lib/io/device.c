/* SPDX-License-Identifier: BSD-3-Clause */
/* Device texts: which driver they name, what is wrong with them, which arguments they lack. */

#include "io/device_priv.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "io/release.h"

#define PORT_QUEUES_ANY UINT_MAX

/* The drivers of DPDK 22.11 and 24.11.  A driver of Debian's that is not listed has no Ethernet
 * frames (net_tun) or no NIC behind it on a PC. */
static const struct driver {
	const char *prefix;
	enum device_kind kind;
	unsigned queues;   /* maximum of queue pairs */
	const char *args;  /* all arguments that it knows; NULL: not checked */
	const char *needs; /* a required argument; "": any */
	const char *sample;
} drivers[] = {
	{ "net_af_packet", DEVICE_AF_PACKET, DEVICE_AF_PACKET_QUEUES,
		"iface qpairs blocksz framesz framecnt qdisc_bypass", "iface",
		"net_af_packet0,iface=eth0" },
	{ "net_af_xdp", DEVICE_AF_XDP, PORT_QUEUES_ANY,
		"iface start_queue queue_count shared_umem xdp_prog busy_budget "
		"force_copy" RELEASE_AF_XDP_ARGS,
		"iface", "net_af_xdp0,iface=eth0" },
	{ "net_tap", DEVICE_TAP, 16, "iface mac remote persist", NULL, NULL },
	{ "net_memif", DEVICE_MEMIF, PORT_QUEUES_ANY,
		"id role bsize rsize socket socket-abstract mac zero-copy secret" RELEASE_MEMIF_ARGS,
		NULL, NULL },
	{ "net_pcap", DEVICE_PCAP, 16,
		"rx_pcap tx_pcap rx_iface rx_iface_in tx_iface iface phy_mac infinite_rx", "",
		"net_pcap0,rx_pcap=in.pcap,tx_pcap=out.pcap" },
	{ "net_null", DEVICE_NULL, PORT_QUEUES_ANY, "size copy no-rx", NULL, NULL },
	{ "net_ring", DEVICE_RING, 16, "nodeaction internal", NULL, NULL },
	{ "net_vhost", DEVICE_VHOST, PORT_QUEUES_ANY,
		"iface queues client iommu-support postcopy-support tso linear-buffer ext-buffer legacy-ol-flags",
		"iface", "net_vhost0,iface=/run/vm.sock" },
	{ "net_weir_replay", DEVICE_REPLAY, PORT_QUEUES_ANY, NULL, NULL, NULL },
	{ "net_virtio_user", DEVICE_VIRTIO_USER, DEVICE_VIRTIO_USER_QUEUES,
		"path mac cq queue_size queues iface server mrg_rxbuf in_order packed_vq speed vectorized",
		"path", "net_virtio_user0,path=/run/vm.sock" },
	{ "net_bonding", DEVICE_BOND, PORT_QUEUES_ANY, NULL, NULL, NULL },
	{ "net_failsafe", DEVICE_OTHER, PORT_QUEUES_ANY, NULL, "",
		"net_failsafe0,dev(0000:3b:00.0)" },
	{ "net_softnic", DEVICE_OTHER, PORT_QUEUES_ANY, NULL, NULL, NULL },
	{ "net_vdev_netvsc", DEVICE_OTHER, PORT_QUEUES_ANY, NULL, NULL, NULL },
	{ "net_", DEVICE_FOREIGN, PORT_QUEUES_ANY, NULL, NULL, NULL },
};

static const struct driver *
driver_of(const char *device)
{
	for (unsigned i = 0; i < RTE_DIM(drivers); i++) {
		if (strncmp(device, drivers[i].prefix, strlen(drivers[i].prefix)) == 0)
			return &drivers[i];
	}
	return NULL;
}

static bool
pci_parse(const char *device, unsigned at[static 4])
{
	char end[2] = "";
	int n = sscanf(device, "%4x:%2x:%2x.%1x%1[^,]", &at[0], &at[1], &at[2], &at[3], end);

	if (n == 4)
		return at[2] < 32 && at[3] < 8;
	at[0] = 0;
	n = sscanf(device, "%2x:%2x.%1x%1[^,]", &at[1], &at[2], &at[3], end);
	return n == 3 && at[2] < 32 && at[3] < 8;
}

/* Returns true for a text that is meant to be a PCI address, right or wrong: it begins with a
 * hexadecimal digit and has a colon before the first comma. */
static bool
looks_like_pci(const char *device)
{
	size_t length = strcspn(device, ",");
	const char *colon = memchr(device, ':', length);

	return colon != NULL
		&& strspn(device, "0123456789abcdefABCDEF") == (size_t)(colon - device);
}

enum device_kind
device_kind(const char *device)
{
	const struct driver *d = driver_of(device);

	if (d != NULL)
		return d->kind;
	return looks_like_pci(device) ? DEVICE_PCI : DEVICE_UNKNOWN;
}

bool
device_name(const char *device, char name[static DEVICE_NAME_MAX])
{
	unsigned at[4];
	size_t length = strcspn(device, ",");

	if (device_kind(device) == DEVICE_PCI && pci_parse(device, at)) {
		snprintf(name, DEVICE_NAME_MAX, "%04x:%02x:%02x.%x", at[0], at[1], at[2], at[3]);
		return true;
	}
	if (length == 0 || length >= DEVICE_NAME_MAX)
		return false;
	memcpy(name, device, length);
	name[length] = '\0';
	return true;
}

int
device_check(const char *device, const char *what, struct loc loc, struct err *err)
{
	const struct driver *d = driver_of(device);
	char value[DEVICE_VALUE_MAX];
	char name[DEVICE_NAME_MAX];
	unsigned at[4];

	if (d == NULL && looks_like_pci(device)) {
		if (pci_parse(device, at))
			return 0;
		return err_add(err, EINVAL, loc,
			"%s: '%s' is not a PCI address, such as 0000:3b:00.0", what, device);
	}
	if (d == NULL)
		return err_add(err, EINVAL, loc,
			"%s: unknown device '%s'; a PCI address (0000:3b:00.0) or net_ and "
			"one of af_packet af_xdp tap memif pcap null ring vhost virtio_user",
			what, device);
	if (!device_name(device, name))
		return err_add(err, EINVAL, loc, "%s: the device name is longer than %d characters",
			what, DEVICE_NAME_MAX - 1);
	if (d->needs != NULL && d->needs[0] == '\0' && strchr(device, ',') == NULL)
		return err_add(err, EINVAL, loc, "%s: %s needs arguments, as in %s", what, name,
			d->sample);
	if (d->needs != NULL && d->needs[0] != '\0'
		&& !device_arg(device, d->needs, value, sizeof(value)))
		return err_add(err, EINVAL, loc, "%s: %s needs %s=, as in %s", what, name, d->needs,
			d->sample);
	if (d->args == NULL)
		return 0;
	return device_check_args(
		device, d->kind, d->args, &(struct device_place){ what, name, loc }, err);
}

unsigned
device_queues(const char *device)
{
	const struct driver *d = driver_of(device);

	return d != NULL ? d->queues : PORT_QUEUES_ANY;
}

unsigned
device_frame_bytes(unsigned mtu)
{
	/* Ethernet, two VLAN tags, and the header of af_packet's ring before a frame. */
	unsigned bytes = mtu + 14 + 8 + 32;

	/* A ring block consists of whole pages, and so does a frame of more than half a page. */
	return bytes <= 2048 ? 2048 : RTE_ALIGN(bytes, 4096u);
}

static void __attribute__((format(printf, 3, 4)))
add_missing(char *out, const char *key, const char *fmt, ...)
{
	char value[DEVICE_VALUE_MAX];
	size_t length = strlen(out);
	va_list ap;

	if (device_arg(out, key, value, sizeof(value)))
		return;
	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	snprintf(out + length, DEVICE_TEXT_MAX - length, ",%s=%s", key, value);
}

static void
complete_af_packet(const struct device_wish *wish, char *out)
{
	unsigned bytes = device_frame_bytes(wish->mtu);

	if (wish->queues > 1)
		add_missing(out, "qpairs", "%u", wish->queues);
	if (bytes > 2048) {
		add_missing(out, "framesz", "%u", bytes);
		add_missing(out, "blocksz", "%u", bytes);
	}
}

int
device_complete(
	const char *device, const struct device_wish *wish, char out[static DEVICE_TEXT_MAX])
{
	/* Leaves room for the arguments added below. */
	if (strlen(device) > DEVICE_TEXT_MAX - 128)
		return -ENAMETOOLONG;
	snprintf(out, DEVICE_TEXT_MAX, "%s", device);

	switch (device_kind(device)) {
	case DEVICE_AF_PACKET:
		complete_af_packet(wish, out);
		break;
	case DEVICE_AF_XDP:
		if (wish->queues > 1)
			add_missing(out, "queue_count", "%u", wish->queues);
		break;
	case DEVICE_MEMIF:
		if (device_frame_bytes(wish->mtu) > 2048)
			add_missing(out, "bsize", "%u", device_frame_bytes(wish->mtu));
		break;
	case DEVICE_VHOST:
		if (wish->queues > 1)
			add_missing(out, "queues", "%u", wish->queues);
		break;
	case DEVICE_VIRTIO_USER:
		if (wish->queues > 1)
			add_missing(out, "queues", "%u", wish->queues);
		if (wish->mac != NULL)
			add_missing(out, "mac", "%s", wish->mac);
		break;
	case DEVICE_TAP:
		if (wish->mac != NULL)
			add_missing(out, "mac", "%s", wish->mac);
		break;
	default:
		break;
	}
	return 0;
}
