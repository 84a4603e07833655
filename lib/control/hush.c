/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps the kernel from answering ARP by the interface of a port for the addresses of taps, which
 * are its own, too, where both are in one network namespace. */

#include "control/hush.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "io/device.h"

static int
open_setting(const char *interface, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/arp_ignore", interface);
	return open(path, flags | O_CLOEXEC);
}

/* Replaces a value of one digit by another.  Returns 0 or a negative errno. */
static int
replace(const char *interface, char from, char to)
{
	int fd = open_setting(interface, O_RDONLY), rc = 0;
	char is = '\0';

	if (fd < 0)
		return -errno;
	if (read(fd, &is, 1) != 1)
		is = '\0';
	close(fd);
	if (is != from)
		return -EALREADY;
	fd = open_setting(interface, O_WRONLY);
	if (fd < 0)
		return -errno;
	if (write(fd, &to, 1) != 1)
		rc = -errno;
	close(fd);
	return rc;
}

void
hush_port(struct hushed *h, const char *device)
{
	char name[DEVICE_VALUE_MAX];
	enum device_kind kind = device_kind(device);
	int rc;

	if ((kind != DEVICE_AF_PACKET && kind != DEVICE_AF_XDP)
		|| !device_arg(device, "iface", name, sizeof(name))
		|| strlen(name) >= sizeof(h->name[0]))
		return;
	for (unsigned i = 0; i < h->n; i++)
		if (strcmp(h->name[i], name) == 0)
			return;
	rc = h->n < PORT_MAX ? replace(name, '0', '1') : -ENOSPC;
	if (rc == -EALREADY)
		return;
	if (rc < 0)
		log_warning(
			"host interfaces: the kernel may answer ARP for their addresses by %s, too: "
			"sysctl net.ipv4.conf.%s.arp_ignore=1 prevents it (%s)",
			name, name, strerror(-rc));
	if (h->n < PORT_MAX)
		snprintf(h->name[h->n++], sizeof(h->name[0]), "%s", rc < 0 ? "" : name);
}

void
hush_end(struct hushed *h)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->name[i][0] != '\0')
			replace(h->name[i], '1', '0');
	h->n = 0;
}
