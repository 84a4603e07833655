/* SPDX-License-Identifier: BSD-3-Clause */
/* Warnings about what impairs a kernel interface that is a port, each with the command that
 * helps. */

#include "io/device.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Writes the text of an address that the kernel answers for; returns false for others: every
 * interface may have a link-local address. */
static bool
answered(const struct sockaddr *a, char text[static INET6_ADDRSTRLEN])
{
	const struct sockaddr_in6 *six = (const void *)a;
	const struct sockaddr_in *four = (const void *)a;

	if (a == NULL || (a->sa_family != AF_INET && a->sa_family != AF_INET6))
		return false;
	if (a->sa_family == AF_INET)
		return inet_ntop(AF_INET, &four->sin_addr, text, INET6_ADDRSTRLEN) != NULL;
	return !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)
		&& inet_ntop(AF_INET6, &six->sin6_addr, text, INET6_ADDRSTRLEN) != NULL;
}

static void
warn_addresses(const char *interface, const char *what, struct loc loc, struct err *err)
{
	char text[INET6_ADDRSTRLEN];
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		if (strcmp(i->ifa_name, interface) != 0 || !answered(i->ifa_addr, text))
			continue;
		err_warn(err, loc,
			"%s: the kernel has address %s on %s and answers there beside Weir; "
			"ip addr flush dev %s",
			what, text, interface, interface);
		break;
	}
	freeifaddrs(all);
}

static bool
ethtool(const char *interface, void *command)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };
	bool done;

	if (fd < 0)
		return false;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", interface);
	ifr.ifr_data = command;
	done = ioctl(fd, SIOCETHTOOL, &ifr) == 0;
	close(fd);
	return done;
}

static bool
has_feature(const char *interface, unsigned command)
{
	struct ethtool_value value = { .cmd = command };

	return ethtool(interface, &value) && value.data != 0;
}

/* Warns of offloads: with them the far end of a veth leaves checksums to be filled in and sends
 * frames of 64 kB. */
static void
warn_offloads(const char *interface, const char *what, struct loc loc, struct err *err)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (!ethtool(interface, &info) || strcmp(info.driver, "veth") != 0)
		return;
	if (has_feature(interface, ETHTOOL_GTXCSUM) || has_feature(interface, ETHTOOL_GTSO)
		|| has_feature(interface, ETHTOOL_GGRO))
		err_warn(err, loc,
			"%s: %s is a veth with offloads: packets may come without checksums, or cut; at both ends: "
			"ethtool -K %s tx off rx off gso off tso off gro off",
			what, interface, interface);
}

void
device_warn_host(const char *device, const char *what, struct loc loc, struct err *err)
{
	enum device_kind kind = device_kind(device);
	char interface[DEVICE_VALUE_MAX];

	if ((kind != DEVICE_AF_PACKET && kind != DEVICE_AF_XDP)
		|| !device_arg(device, "iface", interface, sizeof(interface)))
		return;
	warn_addresses(interface, what, loc, err);
	warn_offloads(interface, what, loc, err);
}

/* Returns the effective capabilities; all, if the kernel does not tell them. */
static uint64_t
capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return UINT64_MAX;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

const char *
device_lacks_for_bond(const char *device)
{
	return device_kind(device) == DEVICE_AF_PACKET && (capabilities() >> CAP_NET_ADMIN & 1) == 0
		? "CAP_NET_ADMIN"
		: NULL;
}

const char *
device_lacks_capability(const char *device)
{
	enum device_kind kind = device_kind(device);
	uint64_t have = capabilities();

	if ((kind == DEVICE_AF_PACKET || kind == DEVICE_AF_XDP) && (have >> CAP_NET_RAW & 1) == 0)
		return "CAP_NET_RAW";
	if ((kind == DEVICE_TAP || kind == DEVICE_AF_XDP) && (have >> CAP_NET_ADMIN & 1) == 0)
		return "CAP_NET_ADMIN";
	return NULL;
}

bool
device_waits(const char *device)
{
	char value[DEVICE_VALUE_MAX];

	return device_kind(device) == DEVICE_VIRTIO_USER
		&& device_arg(device, "server", value, sizeof(value)) && strcmp(value, "1") == 0;
}

/* Writes the name under which a device is claimed: of its kernel interface, or its PCI address.
 * False: the device is not claimed. */
static bool
claim_name(const char *device, char out[static DEVICE_VALUE_MAX])
{
	switch (device_kind(device)) {
	case DEVICE_AF_PACKET:
	case DEVICE_AF_XDP:
	case DEVICE_TAP:
		return device_arg(device, "iface", out, DEVICE_VALUE_MAX);
	case DEVICE_PCI:
		return device_name(device, out);
	default:
		return false;
	}
}

/* Returns the process that has claimed a name, 0 if it is not told. */
static pid_t
claimed_by(const struct sockaddr_un *name, socklen_t bytes)
{
	struct ucred cred = { .pid = 0 };
	socklen_t size = sizeof(cred);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return 0;
	if (connect(fd, (const struct sockaddr *)name, bytes) < 0
		|| getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		cred.pid = 0;
	close(fd);
	return cred.pid;
}

int
device_claim(const char *device, const char *what, struct loc loc, struct err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char claimed[DEVICE_VALUE_MAX];
	socklen_t bytes;
	int fd, n;

	if (!claim_name(device, claimed))
		return -1;
	/* An abstract name belongs to this network namespace, and is gone with the process. */
	n = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "weir/port/%s", claimed);
	if (n > (int)sizeof(name.sun_path) - 2)
		n = (int)sizeof(name.sun_path) - 2;
	bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&name, bytes) == 0 && listen(fd, 1) == 0)
		return fd;
	n = errno;
	close(fd);
	if (n == EADDRINUSE)
		return err_add(err, EBUSY, loc, "%s: another Weir, process %d, has %s already",
			what, (int)claimed_by(&name, bytes), claimed);
	return -1;
}
