/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration says of a bond: names, comparison, checks. */

#include "io/bond_cfg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

const char *const bond_mode_names[BOND_MODES] = {
	[BOND_LACP] = "lacp",
	[BOND_ACTIVE_BACKUP] = "active-backup",
	[BOND_BALANCE] = "balance",
};

const char *const bond_hash_names[BOND_HASHES] = {
	[BOND_L2] = "l2",
	[BOND_L23] = "l23",
	[BOND_L34] = "l34",
};

const char *
bond_cfg_device(const struct bond_cfg *cfg, unsigned member)
{
	const struct bond_member_cfg *m = &cfg->member[member];

	return m->device != NULL ? m->device : m->text;
}

void
bond_cfg_name(const struct bond_cfg *cfg, unsigned member, char name[static DEVICE_NAME_MAX])
{
	const struct bond_member_cfg *m = &cfg->member[member];

	if (m->name != NULL)
		snprintf(name, DEVICE_NAME_MAX, "%s", m->name);
	else if (!device_name(bond_cfg_device(cfg, member), name))
		snprintf(name, DEVICE_NAME_MAX, "%u", member);
}

static const char *
primary_of(const struct bond_cfg *cfg)
{
	if (cfg->primary != NULL)
		return cfg->primary;
	return cfg->primary_text[0] != '\0' ? cfg->primary_text : NULL;
}

int
bond_cfg_primary(const struct bond_cfg *cfg)
{
	const char *primary = primary_of(cfg);
	char name[DEVICE_NAME_MAX], device[DEVICE_NAME_MAX], wanted[DEVICE_NAME_MAX];

	if (primary == NULL)
		return -1;
	if (!device_name(primary, wanted))
		snprintf(wanted, sizeof(wanted), "%s", primary);
	for (unsigned i = 0; i < cfg->n; i++) {
		bond_cfg_name(cfg, i, name);
		if (strcmp(name, primary) == 0
			|| (device_name(bond_cfg_device(cfg, i), device)
				&& strcmp(device, wanted) == 0))
			return (int)i;
	}
	return -1;
}

bool
bond_cfg_same(const struct bond_cfg *a, const struct bond_cfg *b)
{
	char x[DEVICE_NAME_MAX], y[DEVICE_NAME_MAX];

	if (a->n != b->n || a->mode != b->mode || a->hash != b->hash || a->fast != b->fast
		|| bond_cfg_primary(a) != bond_cfg_primary(b))
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		bond_cfg_name(a, i, x);
		bond_cfg_name(b, i, y);
		if (strcmp(x, y) != 0 || strcmp(bond_cfg_device(a, i), bond_cfg_device(b, i)) != 0)
			return false;
	}
	return true;
}

/* Returns why a device cannot be in a bond, or NULL: it can. */
static const char *
unfit(const char *device)
{
	switch (device_kind(device)) {
	case DEVICE_RING:
	case DEVICE_PCAP:
	case DEVICE_NULL:
	case DEVICE_VHOST:
		return "its driver cannot take the MAC of the bond";
	case DEVICE_AF_XDP:
		return "its driver cannot take the MAC of the bond; net_af_packet can";
	case DEVICE_TAP:
		return "a tap has no link that could fail";
	case DEVICE_BOND:
		return "a bond has no bonds as members";
	default:
		return NULL;
	}
}

static int
check_member(const struct bond_cfg *cfg, unsigned i, const char *port, struct err *err)
{
	const struct bond_member_cfg *m = &cfg->member[i];
	const char *device = bond_cfg_device(cfg, i), *why = unfit(device);
	char name[DEVICE_NAME_MAX], other[DEVICE_NAME_MAX], what[DEVICE_NAME_MAX + 64];

	bond_cfg_name(cfg, i, name);
	snprintf(what, sizeof(what), "ports.%s.bond.members.%s", port, name);
	if (m->device == NULL && device_kind(device) != DEVICE_PCI)
		return err_add(err, EINVAL, m->loc,
			"ports.%s.device: slave=%s: such a text names PCI devices alone; write a virtual device with "
			"its arguments: bond: {members: [\"%s,...\"]}",
			port, device, device);
	if (m->name != NULL && strlen(m->name) >= BOND_NAME_MAX)
		return err_add(err, EINVAL, m->loc, "%s: the name is longer than %d characters",
			what, BOND_NAME_MAX - 1);
	if (device_check(device, what, m->loc, err) < 0)
		return -EINVAL;
	if (why != NULL)
		return err_add(err, EINVAL, m->loc, "%s: %.*s cannot be in a bond: %s", what,
			(int)strcspn(device, ","), device, why);
	for (unsigned k = 0; k < i; k++) {
		bond_cfg_name(cfg, k, other);
		if (strcmp(name, other) == 0)
			return err_add(
				err, EINVAL, m->loc, "%s: another member has this name", what);
	}
	return 0;
}

int
bond_cfg_check(const struct bond_cfg *cfg, const char *port, struct loc loc, struct err *err)
{
	int rc = 0;

	if (cfg->n == 0)
		return err_add(err, EINVAL, loc, "ports.%s.bond.members: there is no member", port);
	for (unsigned i = 0; i < cfg->n; i++)
		if (check_member(cfg, i, port, err) < 0)
			rc = -EINVAL;
	if (primary_of(cfg) != NULL && bond_cfg_primary(cfg) < 0)
		return err_add(err, EINVAL, cfg->primary_loc,
			"ports.%s.bond.primary: no member is called '%s'", port, primary_of(cfg));
	return rc;
}
