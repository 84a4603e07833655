/* SPDX-License-Identifier: BSD-3-Clause */
/* Device texts of DPDK's bonding driver: read as what section bond of a port says. */

#include "io/bond_cfg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

struct reading {
	const char *what;
	struct loc loc;
	struct bond_cfg *cfg;
	struct err *err;
};

static int
set_mode(struct reading *r, const char *value)
{
	if (strcmp(value, "1") == 0)
		r->cfg->mode = BOND_ACTIVE_BACKUP;
	else if (strcmp(value, "2") == 0)
		r->cfg->mode = BOND_BALANCE;
	else if (strcmp(value, "4") == 0)
		r->cfg->mode = BOND_LACP;
	else
		return err_add(r->err, EINVAL, r->loc,
			"%s: mode=%s: 1 (active-backup), 2 (balance) or 4 (LACP)", r->what, value);
	return 0;
}

static int
set_hash(struct reading *r, const char *value)
{
	for (unsigned i = 0; i < BOND_HASHES; i++)
		if (strcmp(value, bond_hash_names[i]) == 0) {
			r->cfg->hash = (enum bond_hash)i;
			return 0;
		}
	return err_add(
		r->err, EINVAL, r->loc, "%s: xmit_policy=%s: l2, l23 or l34", r->what, value);
}

static int
add_member(struct reading *r, const char *value)
{
	struct bond_member_cfg *m = &r->cfg->member[r->cfg->n];

	if (r->cfg->n == BOND_MEMBERS_MAX || strlen(value) >= sizeof(m->text))
		return err_add(r->err, EINVAL, r->loc, "%s: a bond has at most %d members", r->what,
			BOND_MEMBERS_MAX);
	snprintf(m->text, sizeof(m->text), "%s", value);
	m->loc = r->loc;
	r->cfg->n++;
	return 0;
}

static int
set_one(struct reading *r, const char *key, const char *value)
{
	if (strcmp(key, "mode") == 0)
		return set_mode(r, value);
	if (strcmp(key, "xmit_policy") == 0)
		return set_hash(r, value);
	if (strcmp(key, "slave") == 0 || strcmp(key, "member") == 0)
		return add_member(r, value);
	if (strcmp(key, "primary") != 0)
		return err_add(r->err, EINVAL, r->loc,
			"%s: net_bonding: '%s' is not taken; there are mode slave primary xmit_policy, and "
			"section bond of a port",
			r->what, key);
	snprintf(r->cfg->primary_text, sizeof(r->cfg->primary_text), "%s", value);
	r->cfg->primary_loc = r->loc;
	return 0;
}

int
bond_cfg_read(
	const char *device, const char *what, struct loc loc, struct bond_cfg *cfg, struct err *err)
{
	struct reading r = { what, loc, cfg, err };
	char text[DEVICE_TEXT_MAX], *rest = text, *word;
	bool has_mode = false;

	memset(cfg, 0, sizeof(*cfg));
	cfg->fast = true;
	cfg->hash = BOND_L2;
	snprintf(text, sizeof(text), "%s", device);
	strsep(&rest, ",");
	while ((word = strsep(&rest, ",")) != NULL) {
		char *value = strchr(word, '=');

		if (value == NULL)
			return err_add(err, EINVAL, loc, "%s: '%s' has no value", what, word);
		*value++ = '\0';
		has_mode |= strcmp(word, "mode") == 0;
		if (set_one(&r, word, value) < 0)
			return -EINVAL;
	}
	if (!has_mode || cfg->n == 0)
		return err_add(err, EINVAL, loc,
			"%s: net_bonding needs mode= and slave=, as in "
			"net_bonding0,mode=4,slave=0000:3b:00.0,slave=0000:3b:00.1",
			what);
	return 0;
}
