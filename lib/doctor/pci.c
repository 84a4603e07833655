/* SPDX-License-Identifier: BSD-3-Clause */
/* PCI devices: driver, IOMMU, the other devices of their group, NUMA node, RSS. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor_priv.h"

/* Devices without RSS that Weir could use: no key can be set, or there is one queue. */
static const struct {
	unsigned vendor, device;
	const char *name;
} no_rss[] = {
	{ 0x1af4, 0x1000, "virtio-net" },
	{ 0x1af4, 0x1041, "virtio-net" },
	{ 0x8086, 0x100e, "e1000" },
	{ 0x8086, 0x100f, "e1000" },
	{ 0x8086, 0x10d3, "82574 (e1000e)" },
	{ 0x15ad, 0x07b0, "vmxnet3" },
};

static bool
driver_of(const struct patient *p, const char *address, char *driver, size_t size)
{
	return machine_link(p->machine, driver, size, "/sys/bus/pci/devices/%s/driver", address);
}

/* Uses the checks of a start; the command that it gives needs the module of its driver. */
static bool
check_start(struct patient *p, const struct port_cfg *port, bool iommu)
{
	const char *driver = iommu ? "vfio-pci" : "uio_pci_generic";
	struct err *err = err_create();
	unsigned first = p->findings->count;
	char sys[MACHINE_PATH_MAX], what[PORT_NAME_MAX + 8], *mend;
	bool fine = false;

	machine_path(p->machine, sys, "/sys");
	snprintf(what, sizeof(what), "port %s", port->name);
	if (err != NULL)
		fine = device_check_host(port->device, what, sys, port->device_loc, err) == 0;
	if (err != NULL)
		findings_take(p->findings, "ports", err);
	err_destroy(err);
	for (unsigned i = first; i < p->findings->count; i++) {
		struct finding *one = &p->findings->at[i];

		if (one->mend == NULL || strncmp(one->mend, "dpdk-devbind", 12) != 0
			|| machine_has(p->machine, "/sys/bus/pci/drivers/%s", driver)
			|| asprintf(&mend, "modprobe %s && %s", driver, one->mend) < 0)
			continue;
		free(one->mend);
		one->mend = mend;
	}
	return fine;
}

struct group {
	struct patient *p;
	const struct port_cfg *port;
	const char *address;
};

/* A device of the group that keeps vfio from giving it out. */
static bool
check_member(void *arg, const char *name)
{
	const struct group *g = arg;
	char driver[MACHINE_NAME_MAX], mend[256];

	if (strcmp(name, g->address) == 0 || !driver_of(g->p, name, driver, sizeof(driver))
		|| strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "pcieport") == 0
		|| strcmp(driver, "pci-stub") == 0)
		return true;
	snprintf(mend, sizeof(mend), "dpdk-devbind.py -b vfio-pci %s", name);
	finding_add(g->p->findings, FINDING_ERROR, "iommu", mend,
		"port %s: %s is in one IOMMU group with %s, which the kernel's driver '%s' uses: all "
		"devices of a group are bound together",
		g->port->name, g->address, name, driver);
	finding_place(g->p->findings, g->port->device_loc);
	return true;
}

static void
check_group(struct patient *p, const struct port_cfg *port, const char *address)
{
	struct group g = { p, port, address };
	char group[MACHINE_NAME_MAX], folder[MACHINE_PATH_MAX / 2];

	if (!machine_link(p->machine, group, sizeof(group), "/sys/bus/pci/devices/%s/iommu_group",
		    address))
		return;
	snprintf(folder, sizeof(folder), "/sys/bus/pci/devices/%s/iommu_group/devices", address);
	machine_each(p->machine, folder, check_member, &g);
	if (!machine_has(p->machine, "/dev/vfio/%s", group)) {
		finding_add(p->findings, FINDING_ERROR, "iommu",
			"modprobe vfio-pci; ls -l /dev/vfio", "port %s: there is no /dev/vfio/%s",
			port->name, group);
		finding_place(p->findings, port->device_loc);
	}
}

static void
check_node(struct patient *p, const struct port_cfg *port, const char *address)
{
	long node = machine_number(p->machine, -1, "/sys/bus/pci/devices/%s/numa_node", address);
	char list[256];
	cpu_set_t local;

	if (node < 0 || !machine_has(p->machine, "/sys/devices/system/node/node1"))
		return;
	for (unsigned i = 0; i < p->n_workers; i++)
		if (patient_node(p, p->worker[i].core) == node)
			return;
	machine_line(
		p->machine, list, sizeof(list), "/sys/devices/system/node/node%ld/cpulist", node);
	cores_read(&local, list);
	finding_add(p->findings, FINDING_WARNING, "numa",
		"put workers on cores of that node: system.workers",
		"port %s: %s is on NUMA node %ld (cores %s), and no worker is: every packet crosses "
		"the nodes",
		port->name, address, node, list);
	finding_place(p->findings, port->device_loc);
}

static void
check_rss(struct patient *p, const struct port_cfg *port, const char *address)
{
	unsigned vendor = (unsigned)machine_number(
		p->machine, 0, "/sys/bus/pci/devices/%s/vendor", address);
	unsigned device = (unsigned)machine_number(
		p->machine, 0, "/sys/bus/pci/devices/%s/device", address);

	for (unsigned i = 0; i < sizeof(no_rss) / sizeof(no_rss[0]); i++) {
		if (no_rss[i].vendor != vendor || no_rss[i].device != device || p->n_workers < 2)
			continue;
		finding_add(p->findings, FINDING_HINT, "ports", NULL,
			"port %s: %s has no RSS key of ours: %u workers hand packets over, which "
			"costs more than a second worker gains",
			port->name, no_rss[i].name, p->n_workers);
		finding_place(p->findings, port->device_loc);
	}
}

void
examine_pci(struct patient *p, const struct port_cfg *port)
{
	char name[DEVICE_NAME_MAX], driver[MACHINE_NAME_MAX];
	bool iommu, fine;

	if (!device_name(port->device, name))
		return;
	iommu = machine_has(p->machine, "/sys/bus/pci/devices/%s/iommu_group", name);
	fine = check_start(p, port, iommu);
	if (fine && driver_of(p, name, driver, sizeof(driver)) && strcmp(driver, "vfio-pci") == 0)
		check_group(p, port, name);
	/* Addresses behind an IOMMU are virtual; else the device needs physical ones. */
	p->has_uio |= machine_has(p->machine, "/sys/bus/pci/devices/%s", name) && !iommu;
	check_node(p, port, name);
	check_rss(p, port, name);
}
