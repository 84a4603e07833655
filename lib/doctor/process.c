/* SPDX-License-Identifier: BSD-3-Clause */
/* What this process may do, and whether another Weir runs. */

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor_priv.h"

#define CONTROL_SOCKET_PATH "/run/weir/control.sock"

/* Soft and hard limit of a row of /proc/self/limits; "unlimited" is the largest number. */
static bool
read_limit(const struct patient *p, const char *row, unsigned long long *hard)
{
	char path[MACHINE_PATH_MAX], line[256], soft_text[32], hard_text[32];
	bool found = false;
	FILE *f;

	machine_path(p->machine, path, "/proc/self/limits");
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, row, strlen(row)) == 0
			&& sscanf(line + strlen(row), "%31s %31s", soft_text, hard_text) == 2;
	fclose(f);
	if (found)
		*hard = strcmp(hard_text, "unlimited") == 0 ? ~0ull : strtoull(hard_text, NULL, 10);
	return found;
}

static uint64_t
capabilities(const struct patient *p)
{
	char line[64];

	if (!machine_field(p->machine, "/proc/self/status", "CapEff", line, sizeof(line)))
		return ~UINT64_C(0);
	return strtoull(line, NULL, 16);
}

static void
check_limits(struct patient *p)
{
	bool may_lock = (capabilities(p) >> CAP_IPC_LOCK & 1) != 0;
	unsigned long long hard, need = p->size.dpdk_mib << 20, pages;

	if (p->has_pci && !may_lock && read_limit(p, "Max locked memory", &hard) && hard < need)
		finding_add(p->findings, FINDING_ERROR, "limits",
			"ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit",
			"%llu MiB are mapped for devices, and %llu MiB may be locked", need >> 20,
			hard >> 20);
	pages = p->size.dpdk_mib / 2 + 256; /* DPDK opens a file for each page of 2 MiB */
	if (p->cfg != NULL && read_limit(p, "Max open files", &hard) && hard < pages)
		finding_add(p->findings, FINDING_ERROR, "limits",
			"ulimit -Hn 65536, or LimitNOFILE=65536 in the unit",
			"%llu files may be open; hugepages, devices and clients take up to %llu",
			hard, pages);
}

/* The rights that a port's device needs, of those that a process may have. */
static uint64_t
rights_of(const struct port_cfg *port)
{
	switch (device_kind(port->device)) {
	case DEVICE_AF_PACKET:
		return UINT64_C(1) << CAP_NET_RAW;
	case DEVICE_TAP:
		return UINT64_C(1) << CAP_NET_ADMIN;
	case DEVICE_AF_XDP:
		return UINT64_C(1) << CAP_NET_RAW | UINT64_C(1) << CAP_NET_ADMIN;
	default:
		return 0;
	}
}

static void
check_rights(struct patient *p)
{
	static const struct {
		unsigned number;
		const char *name;
	} rights[] = { { CAP_NET_RAW, "CAP_NET_RAW" }, { CAP_NET_ADMIN, "CAP_NET_ADMIN" } };
	uint64_t have = capabilities(p);

	for (unsigned i = 0; i < p->n_ports; i++) {
		uint64_t lack = rights_of(&p->port[i]) & ~have;

		for (unsigned k = 0; k < sizeof(rights) / sizeof(rights[0]); k++) {
			if ((lack >> rights[k].number & 1) == 0)
				continue;
			finding_add(p->findings, FINDING_ERROR, "rights",
				"sudo weir run, or systemctl start weir",
				"port %s: its device needs %s, which this process has not",
				p->port[i].name, rights[k].name);
			finding_place(p->findings, p->port[i].device_loc);
		}
	}
}

/* Does a socket of that name exist?  Abstract ones begin with @. */
static bool
has_socket(const struct patient *p, const char *name)
{
	char path[MACHINE_PATH_MAX], line[512];
	bool found = false;
	FILE *f;

	machine_path(p->machine, path, "/proc/net/unix");
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL) {
		char *at = strrchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		found = at != NULL && strcmp(at + 1, name) == 0;
	}
	fclose(f);
	return found;
}

static void
check_second(struct patient *p)
{
	char interface[DEVICE_VALUE_MAX], name[DEVICE_VALUE_MAX + 16];

	if (has_socket(p, CONTROL_SOCKET_PATH))
		finding_add(p->findings, FINDING_WARNING, "second", "weirctl show status",
			"a Weir runs already, with control socket %s; findings about what is free "
			"are those beside it",
			CONTROL_SOCKET_PATH);
	for (unsigned i = 0; i < p->n_ports; i++) {
		if (device_kind(p->port[i].device) != DEVICE_AF_PACKET
			|| !device_arg(p->port[i].device, "iface", interface, sizeof(interface)))
			continue;
		snprintf(name, sizeof(name), "@weir/port/%s", interface);
		if (!has_socket(p, name))
			continue;
		finding_add(p->findings, FINDING_WARNING, "second", "pgrep -a weir",
			"port %s: another Weir has %s: each packet would be handled twice",
			p->port[i].name, interface);
		finding_place(p->findings, p->port[i].device_loc);
	}
}

void
examine_process(struct patient *p)
{
	check_rights(p);
	check_limits(p);
	check_second(p);
}
