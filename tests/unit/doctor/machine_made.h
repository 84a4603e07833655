/* SPDX-License-Identifier: BSD-3-Clause */
/* A machine made of files: two sockets with four cores each, an IOMMU, hugepages. */
#ifndef UNIT_DOCTOR_MACHINE_MADE_H
#define UNIT_DOCTOR_MACHINE_MADE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct made {
	char root[64];
};

static void
made_folders(const struct made *m, char *path)
{
	for (char *slash = strchr(path + strlen(m->root) + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void
made_file(const struct made *m, const char *name, const char *text)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", m->root, name);
	made_folders(m, path);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void
made_link(const struct made *m, const char *name, const char *to)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", m->root, name);
	made_folders(m, path);
	unlink(path);
	assert_int_equal(symlink(to, path), 0);
}

static void
made_gone(const struct made *m, const char *name)
{
	char command[640];

	snprintf(command, sizeof(command), "rm -r '%s/%s'", m->root, name);
	assert_int_equal(system(command), 0);
}

/* A NIC on vfio-pci, in IOMMU group 7, on NUMA node 1. */
static void
made_nic(const struct made *m, const char *address, const char *driver)
{
	char name[256], to[256];

	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s/class", address);
	made_file(m, name, "0x020000\n");
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s/numa_node", address);
	made_file(m, name, "1\n");
	snprintf(name, sizeof(name), "sys/bus/pci/drivers/%s/bind", driver);
	made_file(m, name, "");
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s/driver", address);
	snprintf(to, sizeof(to), "../../drivers/%s", driver);
	made_link(m, name, to);
	snprintf(name, sizeof(name), "sys/kernel/iommu_groups/7/devices/%s", address);
	snprintf(to, sizeof(to), "../../../../bus/pci/devices/%s", address);
	made_link(m, name, to);
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s/iommu_group", address);
	made_link(m, name, "../../../../kernel/iommu_groups/7");
}

static int
made_machine(void **state)
{
	static struct made m;

	strcpy(m.root, "/tmp/weir-doctor-XXXXXX");
	if (mkdtemp(m.root) == NULL)
		return -1;
	*state = &m;
	made_file(&m, "sys/devices/system/cpu/online", "0-7\n");
	made_file(&m, "sys/devices/system/cpu/isolated", "1-7\n");
	made_file(&m, "sys/devices/system/cpu/nohz_full", "1-7\n");
	for (unsigned core = 0; core < 8; core++) {
		char name[128], text[32];

		snprintf(name, sizeof(name), "sys/devices/system/cpu/cpu%u/node%u/x", core,
			core / 4);
		made_file(&m, name, "");
		snprintf(name, sizeof(name),
			"sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", core);
		snprintf(text, sizeof(text), "%u,%u\n", core & ~1u, core | 1);
		made_file(&m, name, text);
	}
	made_file(&m, "sys/devices/system/node/node0/cpulist", "0-3\n");
	made_file(&m, "sys/devices/system/node/node1/cpulist", "4-7\n");
	made_file(&m, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "512\n");
	made_file(&m, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	made_file(&m, "proc/meminfo",
		"MemTotal: 9000000 kB\nMemAvailable:   8192000 kB\nHugepagesize:  2048 kB\n");
	made_file(&m, "proc/self/status", "CapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-7\n");
	made_file(&m, "proc/self/limits",
		"Max open files            1024      524288     files\n"
		"Max locked memory         8388608   8388608    bytes\n");
	made_file(&m, "proc/cpuinfo",
		"vendor_id\t: GenuineIntel\nflags\t\t: sse4_2 aes constant_tsc nonstop_tsc\n");
	made_file(&m, "proc/cmdline", "intel_iommu=on iommu=pt\n");
	made_file(&m, "dev/vfio/7", "");
	made_file(&m, "sys/class/net/lan0/mtu", "1500\n");
	made_file(&m, "sys/class/net/lan0/operstate", "up\n");
	made_nic(&m, "0000:3b:00.0", "vfio-pci");
	return 0;
}

static int
made_end(void **state)
{
	struct made *m = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", m->root);
	return system(command);
}

#endif
