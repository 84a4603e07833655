/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices on this host: what it lacks for a device, what a killed process left on a device. */

#include "io/device.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_common.h>

/* Reads the last path component of a symbolic link. */
static bool
link_base(const char *path, char *out, size_t size)
{
	char target[512];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	if (n <= 0)
		return false;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash != NULL ? slash + 1 : target;
	if (strlen(slash) >= size)
		return false;
	strcpy(out, slash);
	return true;
}

static unsigned
read_hex(const char *path)
{
	unsigned value = 0;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%x", &value) != 1)
		value = 0;
	fclose(f);
	return value;
}

/* Returns true if DPDK can use a device through this driver.  The first three take it away from the
 * kernel; with the others both use it at the same time. */
static bool
driver_is_usable(const char *driver)
{
	static const char *const usable[] = {
		"vfio-pci",
		"igb_uio",
		"uio_pci_generic",
		"mlx4_core",
		"mlx5_core",
		"hv_netvsc",
		"nfp",
		"mana",
	};

	for (unsigned i = 0; i < RTE_DIM(usable); i++) {
		if (strcmp(driver, usable[i]) == 0)
			return true;
	}
	return false;
}

/* Returns true if the device is in an IOMMU group, which means that it is behind an IOMMU. */
static bool
has_iommu(const char *sysfs, const char *address)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/iommu_group", sysfs, address);
	return access(path, F_OK) == 0;
}

static void
warn_no_iommu(
	const char *address, const char *what, const char *sysfs, struct loc loc, struct err *err)
{
	char path[256];

	/* Most distributions build their kernels without this parameter. */
	snprintf(path, sizeof(path), "%s/module/vfio/parameters/enable_unsafe_noiommu_mode", sysfs);
	err_warn(err, loc,
		"%s: PCI device %s is bound to vfio-pci, and this host has no IOMMU for it; boot with "
		"intel_iommu=on or amd_iommu=on%s, or bind it to uio_pci_generic",
		what, address, access(path, F_OK) == 0 ? ", set enable_unsafe_noiommu_mode" : "");
}

static int
check_pci(const char *address, const char *what, const char *sysfs, struct loc loc, struct err *err)
{
	char path[256];
	char driver[64] = "none";
	bool bound;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", sysfs, address);
	if (access(path, F_OK) < 0)
		return err_add(err, ENODEV, loc,
			"%s: this host has no PCI device %s; lspci lists them", what, address);

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/class", sysfs, address);
	if (read_hex(path) >> 16 != 0x02)
		return err_add(err, ENODEV, loc, "%s: PCI device %s is not a network device", what,
			address);

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/driver", sysfs, address);
	bound = link_base(path, driver, sizeof(driver));
	if (!driver_is_usable(driver))
		return err_add(err, ENODEV, loc,
			"%s: PCI device %s is bound to %s%s%s; bind it: dpdk-devbind.py -b %s %s",
			what, address, bound ? "the kernel's driver '" : "no driver",
			bound ? driver : "", bound ? "'" : "",
			has_iommu(sysfs, address) ? "vfio-pci" : "uio_pci_generic", address);
	if (strcmp(driver, "vfio-pci") == 0 && !has_iommu(sysfs, address))
		warn_no_iommu(address, what, sysfs, loc, err);
	return 0;
}

int
device_check_host(
	const char *device, const char *what, const char *sysfs, struct loc loc, struct err *err)
{
	char value[DEVICE_VALUE_MAX];
	char name[DEVICE_NAME_MAX];

	switch (device_kind(device)) {
	case DEVICE_PCI:
		if (!device_name(device, name))
			return err_add(err, ENODEV, loc, "%s: no PCI address", what);
		return check_pci(name, what, sysfs, loc, err);
	case DEVICE_AF_PACKET:
	case DEVICE_AF_XDP:
		if (!device_arg(device, "iface", value, sizeof(value))
			|| if_nametoindex(value) != 0)
			return 0;
		return err_add(err, ENODEV, loc,
			"%s: this host has no interface '%s'; ip link lists them", what, value);
	default:
		return 0;
	}
}

bool
device_is_there(const char *device)
{
	struct loc nowhere = { 0 };
	struct err *err;
	bool there;

	if (device_kind(device) == DEVICE_TAP)
		return true;
	if (device_kind(device) != DEVICE_PCI && device_kind(device) != DEVICE_AF_PACKET
		&& device_kind(device) != DEVICE_AF_XDP)
		return false;
	err = err_create();
	there = err != NULL && device_check_host(device, "", "/sys", nowhere, err) == 0;
	err_destroy(err);
	return there;
}

static int
link_ioctl(const char *interface, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", interface);
	rc = ioctl(fd, request, ifr) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

int
device_raise_mtu(const char *interface, unsigned mtu)
{
	struct ifreq ifr = { 0 };
	int rc = link_ioctl(interface, SIOCGIFMTU, &ifr);

	if (rc < 0 || ifr.ifr_mtu >= (int)mtu)
		return rc;
	ifr.ifr_mtu = (int)mtu;
	return link_ioctl(interface, SIOCSIFMTU, &ifr);
}

bool
device_interface_up(const char *interface)
{
	struct ifreq ifr = { 0 };

	if (link_ioctl(interface, SIOCGIFFLAGS, &ifr) < 0)
		return false;
	return (ifr.ifr_flags & IFF_UP) != 0 && (ifr.ifr_flags & IFF_RUNNING) != 0;
}

bool
device_interface_set_up(const char *interface)
{
	struct ifreq ifr = { 0 };

	return link_ioctl(interface, SIOCGIFFLAGS, &ifr) == 0 && (ifr.ifr_flags & IFF_UP) != 0;
}

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[64];
};

static struct rtattr *
add_attribute(struct link_request *r, unsigned short type, const void *data, size_t size)
{
	struct rtattr *a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size > 0)
		memcpy(RTA_DATA(a), data, size);
	r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + (unsigned)RTA_ALIGN(a->rta_len);
	return a;
}

/* Sends a request and reads its answer into buf.  Returns the length of the answer or -errno. */
static ssize_t
netlink_ask(const struct link_request *r, void *buf, size_t size)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct nlmsghdr *answer = buf;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = send(fd, r, r->header.nlmsg_len, 0);
	if (n >= 0)
		n = recv(fd, buf, size, 0);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr))
		&& answer->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(answer))->error;
	return n;
}

/* Returns IFLA_XDP_ATTACHED: how a program is attached, XDP_ATTACHED_NONE for none. */
static uint8_t
xdp_attached(struct nlmsghdr *answer, ssize_t length)
{
	struct ifinfomsg *info = NLMSG_DATA(answer);
	struct rtattr *a = IFLA_RTA(info);
	int left = (int)length - (int)NLMSG_LENGTH(sizeof(*info));

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		struct rtattr *inner = RTA_DATA(a);
		int inner_left = (int)RTA_PAYLOAD(a);

		if ((a->rta_type & NLA_TYPE_MASK) != IFLA_XDP)
			continue;
		for (; RTA_OK(inner, inner_left); inner = RTA_NEXT(inner, inner_left)) {
			if (inner->rta_type == IFLA_XDP_ATTACHED)
				return *(uint8_t *)RTA_DATA(inner);
		}
	}
	return XDP_ATTACHED_NONE;
}

int
device_xdp_off(const char *interface)
{
	struct link_request r = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
					  .nlmsg_type = RTM_GETLINK,
					  .nlmsg_flags = NLM_F_REQUEST } };
	_Alignas(8) char buf[16384];
	struct rtattr *xdp;
	int none = -1;
	ssize_t n;

	r.info.ifi_index = (int)if_nametoindex(interface);
	if (r.info.ifi_index == 0)
		return -ENODEV;
	n = netlink_ask(&r, buf, sizeof(buf));
	if (n < 0)
		return (int)n;
	if (xdp_attached((struct nlmsghdr *)buf, n) == XDP_ATTACHED_NONE)
		return 0;

	r.header.nlmsg_type = RTM_SETLINK;
	r.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	xdp = add_attribute(&r, IFLA_XDP | NLA_F_NESTED, NULL, 0);
	add_attribute(&r, IFLA_XDP_FD, &none, sizeof(none));
	xdp->rta_len = (unsigned short)((char *)&r + r.header.nlmsg_len - (char *)xdp);
	n = netlink_ask(&r, buf, sizeof(buf));
	return n < 0 ? (int)n : 1;
}

/* Removes a Unix socket that has no listener.  Returns true if it did. */
static bool
remove_dead_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	bool dead;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path) || lstat(path, &st) < 0
		|| !S_ISSOCK(st.st_mode))
		return false;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	dead = connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0
		&& errno == ECONNREFUSED;
	close(fd);
	return dead && unlink(path) == 0;
}

/* Returns the socket that a device listens on, if it is one that listens. */
static bool
listens_on(const char *device, char path[static DEVICE_VALUE_MAX])
{
	char value[DEVICE_VALUE_MAX];

	switch (device_kind(device)) {
	case DEVICE_VHOST:
		if (device_arg(device, "client", value, sizeof(value)) && strcmp(value, "1") == 0)
			return false;
		return device_arg(device, "iface", path, DEVICE_VALUE_MAX);
	case DEVICE_VIRTIO_USER:
		if (!device_arg(device, "server", value, sizeof(value)) || strcmp(value, "1") != 0)
			return false;
		return device_arg(device, "path", path, DEVICE_VALUE_MAX);
	case DEVICE_MEMIF:
		if (!device_arg(device, "role", value, sizeof(value))
			|| strcmp(value, "server") != 0)
			return false;
		return device_arg(device, "socket", path, DEVICE_VALUE_MAX);
	default:
		return false;
	}
}

void
device_clear(const char *device, struct loc loc, struct err *err)
{
	char value[DEVICE_VALUE_MAX];

	if (device_kind(device) == DEVICE_AF_XDP
		&& device_arg(device, "iface", value, sizeof(value)) && device_xdp_off(value) == 1)
		err_warn(err, loc,
			"%s had an XDP program, left by a process that was killed: removed", value);
	if (listens_on(device, value) && remove_dead_socket(value))
		err_warn(err, loc, "%s was left by a process that was killed: removed", value);
}
