/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices: that they exist, that DPDK has their driver, queues for all workers, MTU, offloads. */

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <rte_build_config.h>

#include "doctor/doctor_priv.h"
#include "io/release.h"

/* The file of DPDK's driver for a kind of virtual device, librte_net_NAME.so. */
static const struct {
	enum device_kind kind;
	const char *driver;
} drivers[] = {
	{ DEVICE_AF_PACKET, "af_packet" },
	{ DEVICE_AF_XDP, "af_xdp" },
	{ DEVICE_TAP, "tap" },
	{ DEVICE_MEMIF, "memif" },
	{ DEVICE_PCAP, "pcap" },
	{ DEVICE_NULL, "null" },
	{ DEVICE_RING, "ring" },
	{ DEVICE_VHOST, "vhost" },
	{ DEVICE_VIRTIO_USER, "virtio" },
	{ DEVICE_BOND, "bond" },
};

static void
check_driver(struct patient *p, const struct port_cfg *port)
{
	enum device_kind kind = device_kind(port->device);
	const char *driver = NULL;
	char mend[128];

	for (unsigned i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (drivers[i].kind == kind)
			driver = drivers[i].driver;
	if (driver == NULL || !machine_has(p->machine, RTE_EAL_PMD_PATH)
		|| machine_has(p->machine, RTE_EAL_PMD_PATH "/librte_net_%s.so", driver)
		|| machine_has(
			p->machine, RTE_EAL_PMD_PATH "/librte_net_%s.so.%d", driver, RELEASE_ABI))
		return;
	snprintf(mend, sizeof(mend), "apt install 'librte-net-%s*'", driver);
	for (char *c = mend; (c = strchr(c, '_')) != NULL;)
		*c = '-';
	finding_add(p->findings, FINDING_ERROR, "ports", mend,
		"port %s: DPDK's driver net_%s is not installed", port->name, driver);
	finding_place(p->findings, port->device_loc);
}

/* An interface of the kernel: whether it is there, up, and large enough. */
static bool
check_interface(struct patient *p, const struct port_cfg *port, const char *name)
{
	unsigned mtu = port->mtu != 0 ? port->mtu : (unsigned)PORT_MTU;
	char state[32];
	long has;

	if (!machine_has(p->machine, "/sys/class/net/%s", name)) {
		finding_add(p->findings, FINDING_ERROR, "ports", "ip link",
			"port %s: this machine has no interface '%s'", port->name, name);
		finding_place(p->findings, port->device_loc);
		return false;
	}
	has = machine_number(p->machine, mtu, "/sys/class/net/%s/mtu", name);
	if (has < (long)mtu) {
		char mend[128];

		snprintf(mend, sizeof(mend), "ip link set %s mtu %u", name, mtu);
		finding_add(p->findings, FINDING_HINT, "ports", mend,
			"port %s: MTU of %s is %ld; Weir raises it to %u", port->name, name, has,
			mtu);
	}
	machine_line(p->machine, state, sizeof(state), "/sys/class/net/%s/operstate", name);
	if (strcmp(state, "down") == 0) {
		char mend[128];

		snprintf(mend, sizeof(mend), "ip link set %s up", name);
		finding_add(p->findings, FINDING_WARNING, "ports", mend, "port %s: %s is down",
			port->name, name);
		finding_place(p->findings, port->device_loc);
	}
	return true;
}

static void
warn_interface(struct patient *p, const struct port_cfg *port)
{
	struct err *err = err_create();
	char what[PORT_NAME_MAX + 8];

	snprintf(what, sizeof(what), "port %s", port->name);
	if (err != NULL)
		device_warn_host(port->device, what, port->device_loc, err);
	if (err != NULL)
		findings_take(p->findings, "ports", err);
	err_destroy(err);
}

struct counting {
	const char *prefix;
	unsigned n;
};

static bool
count_entry(void *arg, const char *name)
{
	struct counting *c = arg;

	c->n += strncmp(name, c->prefix, strlen(c->prefix)) == 0;
	return true;
}

/* Says whether the device can spread frames over the workers. */
void
examine_spreading(struct patient *p, const struct port_cfg *port)
{
	unsigned most = device_queues(port->device);
	struct counting rx = { "rx-", 0 };
	char name[DEVICE_VALUE_MAX], folder[DEVICE_VALUE_MAX + 32];

	if (p->n_workers < 2)
		return;
	if (device_kind(port->device) == DEVICE_AF_XDP
		&& device_arg(port->device, "iface", name, sizeof(name))) {
		snprintf(folder, sizeof(folder), "/sys/class/net/%s/queues", name);
		machine_each(p->machine, folder, count_entry, &rx);
		most = rx.n;
	}
	if (most >= p->n_workers)
		return;
	finding_add(p->findings, FINDING_HINT, "ports", NULL,
		"port %s: its device has %u receive queue%s for %u workers: they hand packets over, "
		"which costs more than a second worker gains; fewer workers may be faster",
		port->name, most, most == 1 ? "" : "s", p->n_workers);
	finding_place(p->findings, port->device_loc);
}

static void
examine_port(struct patient *p, const struct port_cfg *port)
{
	enum device_kind kind = device_kind(port->device);
	unsigned before = p->findings->count;
	char name[DEVICE_VALUE_MAX];

	if (kind == DEVICE_PCI)
		examine_pci(p, port);
	else if ((kind == DEVICE_AF_PACKET || kind == DEVICE_AF_XDP)
		&& device_arg(port->device, "iface", name, sizeof(name))
		&& check_interface(p, port, name) && p->machine->root[0] == '\0')
		warn_interface(p, port);
	if ((kind == DEVICE_TAP) && !machine_has(p->machine, "/dev/net/tun"))
		finding_add(p->findings, FINDING_ERROR, "ports", "modprobe tun",
			"port %s: there is no /dev/net/tun", port->name);
	check_driver(p, port);
	examine_spreading(p, port);
	if (p->findings->count == before)
		finding_add(p->findings, FINDING_OK, "ports", NULL, "port %s: %s", port->name,
			port->device);
}

void
examine_devices(struct patient *p)
{
	for (unsigned i = 0; i < p->n_ports; i++)
		examine_port(p, &p->port[i]);
}
