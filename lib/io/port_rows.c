/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of section ports: what is wrong with them, on any host and on this one. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "io/port.h"

void
port_member_row(const struct port_cfg *cfg, unsigned member, struct port_cfg *row,
	char name[static PORT_ROW_NAME_MAX])
{
	char own[DEVICE_NAME_MAX];

	bond_cfg_name(&cfg->bond, member, own);
	snprintf(name, PORT_ROW_NAME_MAX, "%s.bond.members.%s", cfg->name, own);
	*row = *cfg;
	row->bond.n = 0;
	row->name = name;
	row->device = bond_cfg_device(&cfg->bond, member);
	row->loc = row->device_loc = cfg->bond.member[member].loc;
	row->has_mac = false;
}

static void
row_needs(const struct port_cfg *cfg, struct eal_cfg *eal)
{
	enum device_kind kind = device_kind(cfg->device);

	if (kind == DEVICE_PCI) {
		eal->pci = true;
		if (eal->n_pci < EAL_PCI_MAX)
			eal->pci_device[eal->n_pci++] = cfg->device;
	}
	if (kind == DEVICE_VIRTIO_USER)
		eal->single_file_segments = true;
}

unsigned
port_row_devices(const struct port_cfg *cfg, const char *device[static BOND_MEMBERS_MAX])
{
	device[0] = cfg->device;
	for (unsigned i = 0; i < cfg->bond.n; i++)
		device[i] = bond_cfg_device(&cfg->bond, i);
	return cfg->bond.n != 0 ? cfg->bond.n : 1;
}

void
ports_eal_needs(const struct port_cfg *cfg, unsigned count, struct eal_cfg *eal)
{
	for (unsigned i = 0; i < count; i++) {
		/* The texts of members are those of cfg, which outlives the start. */
		struct port_cfg row = { 0 };

		for (unsigned k = 0; k < cfg[i].bond.n && !cfg[i].capture; k++) {
			row.device = bond_cfg_device(&cfg[i].bond, k);
			row_needs(&row, eal);
		}
		if (cfg[i].bond.n == 0 && !cfg[i].capture)
			row_needs(&cfg[i], eal);
	}
}

static void
row_name(char *out, size_t size, const struct port_cfg *cfg)
{
	snprintf(out, size, "ports.%s.device", cfg->name);
}

static bool
same_device(const char *a, const char *b)
{
	char x[DEVICE_VALUE_MAX];
	char y[DEVICE_VALUE_MAX];

	if (device_name(a, x) && device_name(b, y) && strcmp(x, y) == 0)
		return true;
	return device_kind(a) != DEVICE_MEMIF && device_arg(a, "iface", x, sizeof(x))
		&& device_arg(b, "iface", y, sizeof(y)) && strcmp(x, y) == 0;
}

/* Returns which device of a another row has, too, or NULL. */
static const char *
common_device(const struct port_cfg *a, const struct port_cfg *b)
{
	const char *x[BOND_MEMBERS_MAX], *y[BOND_MEMBERS_MAX];
	unsigned nx = port_row_devices(a, x), ny = port_row_devices(b, y);

	for (unsigned i = 0; i < nx; i++)
		for (unsigned k = 0; k < ny; k++)
			if (same_device(x[i], y[k]))
				return x[i];
	return NULL;
}

bool
port_rows_meet(const struct port_cfg *a, const struct port_cfg *b)
{
	return common_device(a, b) != NULL;
}

static int
check_members(const struct port_cfg *cfg, const char *what, struct err *err)
{
	struct bond_cfg unread;
	const char *device[BOND_MEMBERS_MAX];
	unsigned n = port_row_devices(cfg, device);

	/* A device text of DPDK's that could not be read. */
	if (cfg->bond.n == 0 && strchr(cfg->device, ',') != NULL
		&& bond_cfg_read(cfg->device, what, cfg->device_loc, &unread, err) < 0)
		return -EINVAL;
	if (bond_cfg_check(&cfg->bond, cfg->name, cfg->device_loc, err) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < n; i++)
		if (device_kind(device[i]) == DEVICE_FOREIGN && !cfg->plugins)
			return err_add(err, EINVAL, cfg->bond.member[i].loc,
				"ports.%s.bond.members: no driver of DPDK's is called '%.*s'",
				cfg->name, (int)strcspn(device[i], ","), device[i]);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < i; k++)
			if (same_device(device[i], device[k]))
				return err_add(err, EINVAL, cfg->bond.member[i].loc,
					"ports.%s.bond.members: two members have the device %.*s",
					cfg->name, (int)strcspn(device[i], ","), device[i]);
	return 0;
}

static int
check_device(const struct port_cfg *cfg, const char *what, struct err *err)
{
	int rc = device_check(cfg->device, what, cfg->device_loc, err);

	if (rc < 0)
		return rc;
	if (device_kind(cfg->device) == DEVICE_BOND)
		return check_members(cfg, what, err);
	if (strncmp(cfg->device, "net_bond", 8) == 0)
		return err_add(err, EINVAL, cfg->device_loc,
			"%s: DPDK's driver of bonds is called net_bonding; section bond of a port says the same "
			"in words",
			what);
	if (device_kind(cfg->device) == DEVICE_FOREIGN && !cfg->plugins)
		return err_add(err, EINVAL, cfg->device_loc,
			"%s: no driver of DPDK's is called '%.*s'; a plugin's is "
			"loaded by system.eal: [\"-d\", FILE]",
			what, (int)strcspn(cfg->device, ","), cfg->device);
	if (cfg->queues > device_queues(cfg->device))
		return err_add(err, EINVAL, cfg->queues_loc,
			"ports.%s.queues: %u are asked for, the driver has %u", cfg->name,
			cfg->queues, device_queues(cfg->device));
	return 0;
}

static int
check_one(const struct port_cfg *cfg, unsigned i, struct err *err)
{
	char what[96];
	int rc;

	row_name(what, sizeof(what), &cfg[i]);
	if (strlen(cfg[i].name) >= PORT_NAME_MAX)
		return err_add(err, EINVAL, cfg[i].loc,
			"ports.%s: a name has at most %d characters", cfg[i].name,
			PORT_NAME_MAX - 1);
	rc = check_device(&cfg[i], what, err);
	if (rc < 0)
		return rc;
	for (unsigned j = 0; j < i; j++) {
		const char *common = cfg[j].capture ? NULL : common_device(&cfg[i], &cfg[j]);

		if (common != NULL && cfg[i].bond.n == 0 && cfg[j].bond.n == 0)
			return err_add(err, EINVAL, cfg[i].device_loc,
				"%s: port '%s' has this device already", what, cfg[j].name);
		if (common != NULL && device_kind(common) != DEVICE_BOND)
			return err_add(err, EINVAL, cfg[i].device_loc,
				"ports.%s: port '%s' has the device %.*s already", cfg[i].name,
				cfg[j].name, (int)strcspn(common, ","), common);
	}
	return 0;
}

int
ports_check(const struct port_cfg *cfg, unsigned count, struct err *err)
{
	int rc = 0;

	if (count > PORT_MAX)
		return err_add(err, EINVAL, cfg[PORT_MAX].loc, "ports: %u are too many, at most %d",
			count, PORT_MAX);
	for (unsigned i = 0; i < count; i++) {
		if (!cfg[i].capture && check_one(cfg, i, err) < 0)
			rc = -EINVAL;
	}
	return rc;
}

static int
check_host(const struct port_cfg *cfg, bool member, struct err *err)
{
	const char *lacks = device_lacks_capability(cfg->device);
	char what[PORT_ROW_NAME_MAX + 16];

	row_name(what, sizeof(what), cfg);
	if (member && lacks == NULL)
		lacks = device_lacks_for_bond(cfg->device);
	if (lacks != NULL)
		return err_add(err, EPERM, cfg->device_loc,
			"%s: %s is needed for it, and this process lacks that: start "
			"Weir as root, or setcap cap_net_admin,cap_net_raw+ep on the program",
			what, lacks);
	return device_check_host(cfg->device, what, "/sys", cfg->device_loc, err);
}

int
ports_check_host(const struct port_cfg *cfg, unsigned count, struct err *err)
{
	char name[PORT_ROW_NAME_MAX];
	struct port_cfg row;
	int rc = 0, one;

	for (unsigned i = 0; i < count; i++) {
		if (cfg[i].capture)
			continue;
		for (unsigned k = 0; k < cfg[i].bond.n; k++) {
			port_member_row(&cfg[i], k, &row, name);
			one = check_host(&row, true, err);
			rc = one < 0 ? one : rc;
		}
		one = cfg[i].bond.n == 0 ? check_host(&cfg[i], false, err) : 0;
		rc = one < 0 ? one : rc;
	}
	return rc;
}

static int
check_late(const struct port_cfg *cfg, struct err *err)
{
	enum device_kind kind = device_kind(cfg->device);

	if (kind == DEVICE_PCI && !eal_has_pci())
		return err_add(err, ENOTSUP, cfg->device_loc,
			"ports.%s.device: DPDK was started without a PCI device; the first one needs a restart",
			cfg->name);
	if (kind == DEVICE_VIRTIO_USER && !eal_has_single_files())
		return err_add(err, ENOTSUP, cfg->device_loc,
			"ports.%s.device: DPDK was started without a virtio-user device, which shares "
			"its memory in another way; the first one needs a restart",
			cfg->name);
	if (device_waits(cfg->device))
		return err_add(err, ENOTSUP, cfg->device_loc,
			"ports.%s.device: opening it waits for the process at its other end; that needs a restart",
			cfg->name);
	return 0;
}

int
port_check_late(const struct port_cfg *cfg, struct err *err)
{
	char name[PORT_ROW_NAME_MAX];
	struct port_cfg row;

	for (unsigned k = 0; k < cfg->bond.n && !cfg->capture; k++) {
		port_member_row(cfg, k, &row, name);
		if (check_late(&row, err) < 0)
			return -ENOTSUP;
	}
	return cfg->bond.n == 0 && !cfg->capture ? check_late(cfg, err) : 0;
}
