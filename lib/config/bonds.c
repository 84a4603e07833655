/* SPDX-License-Identifier: BSD-3-Clause */
/* Key bond of ports: rows and checks. */

#include <errno.h>
#include <string.h>

#include "config/config_priv.h"

static const struct cfg_word mode_words[] = {
	{ "lacp", BOND_LACP },
	{ "active-backup", BOND_ACTIVE_BACKUP },
	{ "balance", BOND_BALANCE },
	{ "802.3ad", BOND_LACP },
	CFG_WORD_END,
};

static const struct cfg_word hash_words[] = {
	{ "l2", BOND_L2 },
	{ "l23", BOND_L23 },
	{ "l34", BOND_L34 },
	CFG_WORD_END,
};

static const struct cfg_word rate_words[] = {
	{ "slow", 0 },
	{ "fast", 1 },
	CFG_WORD_END,
};

static const struct cfg_field member_fields[] = {
	{ "device", CFG_TEXT, NULL, offsetof(struct bond_member_row, device),
		"A PCI address, or DPDK's name of a virtual device with its arguments.",
		.reopens = true },
	{ "name", CFG_NAME, CFG_OPTIONAL, offsetof(struct bond_member_row, name),
		"Name in reports and logs; without it, that of the device.", .reopens = true },
	CFG_END,
};

static const struct cfg_table member_table = {
	"member",
	CFG_SIZEOF(struct bond_member_row),
	member_fields,
	"A device of a bond.",
	.bare = "device",
};

static const struct cfg_field bond_fields[] = {
	{ "mode", CFG_ENUM, NULL, offsetof(struct bond_row, mode),
		"lacp (also written 802.3ad): members that a partner by LACP agrees on carry the frames; "
		"active-backup: one member does; balance: all members with a link do.",
		.words = mode_words, .reopens = true },
	{ "members", CFG_STRUCT | CFG_LIST, NULL, offsetof(struct bond_row, members),
		"Devices; without a configured MAC the port has that of the first.",
		.table = &member_table, .reopens = true },
	{ "hash", CFG_ENUM, "l34", offsetof(struct bond_row, hash),
		"What chooses a frame's member, of lacp and balance: MACs (l2), also IP addresses (l23), or "
		"addresses and ports (l34).",
		.words = hash_words, .reopens = true, .presence = true },
	{ "rate", CFG_ENUM, "fast", offsetof(struct bond_row, rate),
		"How often an LACP partner is to send: each second (fast; lost after 3 s), or each 30 s (slow; "
		"lost after 90 s).",
		.words = rate_words, .reopens = true, .presence = true },
	{ "primary", CFG_TEXT, CFG_OPTIONAL, offsetof(struct bond_row, primary),
		"Member of active-backup that is active as long as it has a link: its name or device; without it, "
		"the active member stays until its link fails.",
		.reopens = true },
	CFG_END,
};

const struct cfg_table bond_table = {
	"bond",
	CFG_SIZEOF(struct bond_row),
	bond_fields,
	"Several devices that are one port.",
};

static bool
has_bond(const struct port_row *row)
{
	return row->bond.head.loc.line != 0;
}

bool
bonds_complete(const struct port_row *row)
{
	if (!has_bond(row))
		return row->device != NULL;
	cfg_each(member, &row->bond.members)
		if (member->device == NULL)
			return false;
	return row->device == NULL && row->bond.members.count > 0;
}

const char *
bonds_device(const struct port_row *row)
{
	return has_bond(row) ? "net_bonding" : row->device;
}

struct loc
bonds_loc(const struct port_row *row)
{
	return has_bond(row) ? row->bond.head.loc : cfg_loc(&row->head, &row->device);
}

void
bonds_fill(const struct port_row *row, struct bond_cfg *out)
{
	const struct bond_row *bond = &row->bond;

	if (!has_bond(row)) {
		struct err *unheard = device_kind(row->device) == DEVICE_BOND ? err_create() : NULL;

		/* ports_check reports what is wrong. */
		if (unheard != NULL
			&& bond_cfg_read(
				   row->device, "", cfg_loc(&row->head, &row->device), out, unheard)
				< 0)
			memset(out, 0, sizeof(*out));
		err_destroy(unheard);
		return;
	}
	out->mode = (enum bond_mode)bond->mode;
	out->hash = (enum bond_hash)bond->hash;
	out->fast = bond->rate == 1;
	out->primary = bond->primary;
	out->primary_loc = cfg_loc(&bond->head, &bond->primary);
	cfg_each(member, &bond->members)
		if (out->n < BOND_MEMBERS_MAX)
			out->member[out->n++] = (struct bond_member_cfg){
				.name = member->name,
				.device = member->device,
				.loc = member->head.loc,
			};
}

static void
check_modes(const struct bond_row *bond, struct err *err)
{
	if (bond->mode != BOND_ACTIVE_BACKUP && bond->primary != NULL)
		cfg_error(
			err, &bond->head, &bond->primary, "only mode active-backup has a primary");
	if (bond->mode == BOND_ACTIVE_BACKUP && cfg_is_written(&bond->head, &bond->hash))
		cfg_error(err, &bond->head, &bond->hash,
			"mode active-backup sends by one member, and chooses none by a hash");
	if (bond->mode != BOND_LACP && cfg_is_written(&bond->head, &bond->rate))
		cfg_error(err, &bond->head, &bond->rate, "only mode lacp has a rate");
}

void
bonds_check(const struct config *cfg, struct err *err)
{
	cfg_each(row, &cfg->ports) {
		const struct bond_row *bond = &row->bond;

		if (row->head.name == NULL)
			continue;
		if (!has_bond(row)) {
			if (row->device == NULL && !cfg_is_written(&row->head, &row->device))
				cfg_error(
					err, &row->head, NULL, "there is neither device nor bond");
			continue;
		}
		if (cfg_is_written(&row->head, &row->device))
			cfg_error(err, &row->head, &row->device,
				"a port with bond has no device besides its members");
		if (bond->members.count == 0 && cfg_is_written(&bond->head, &bond->members))
			cfg_error(err, &bond->head, &bond->members, "there is no member");
		if (bond->members.count > BOND_MEMBERS_MAX)
			cfg_error(err, &bond->head, &bond->members, "%u members are more than %u",
				bond->members.count, (unsigned)BOND_MEMBERS_MAX);
		check_modes(bond, err);
	}
}
