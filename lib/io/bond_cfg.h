/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration says of a bond: several devices that are one port.
 *
 * Threads: the control thread.  Memory: the configuration's. */
#ifndef IO_BOND_CFG_H
#define IO_BOND_CFG_H

#include <stdbool.h>

#include "base/err.h"
#include "io/device.h"

enum {
	BOND_MEMBERS_MAX = 8,
	BOND_NAME_MAX = 32, /* of a member */
};

enum bond_mode {
	BOND_LACP,
	BOND_ACTIVE_BACKUP,
	BOND_BALANCE,
	BOND_MODES,
};

/* The fields by which a frame's member is chosen. */
enum bond_hash {
	BOND_L2,
	BOND_L23,
	BOND_L34,
	BOND_HASHES,
};

/* Words of the configuration. */
extern const char *const bond_mode_names[BOND_MODES];
extern const char *const bond_hash_names[BOND_HASHES];

struct bond_member_cfg {
	const char *name;           /* NULL: that of the device */
	const char *device;         /* NULL: text has it */
	char text[DEVICE_NAME_MAX]; /* of a device text of DPDK's: slave=... */
	struct loc loc;
};

/* n is 0 where the port is no bond. */
struct bond_cfg {
	enum bond_mode mode;
	enum bond_hash hash;
	bool fast;                          /* LACP: the partner is to send each second */
	const char *primary;                /* a member's name or device, or NULL */
	char primary_text[DEVICE_NAME_MAX]; /* instead of primary, of a device text */
	struct loc primary_loc;
	unsigned n;
	struct bond_member_cfg member[BOND_MEMBERS_MAX];
};

/* Returns the device text of a member. */
const char *bond_cfg_device(const struct bond_cfg *cfg, unsigned member);

/* Copies the name of a member: as configured, else that of its device. */
void bond_cfg_name(const struct bond_cfg *cfg, unsigned member, char name[static DEVICE_NAME_MAX]);

/* Returns the primary member, or -1: there is none. */
int bond_cfg_primary(const struct bond_cfg *cfg);

/* Returns true if both describe the same bond. */
bool bond_cfg_same(const struct bond_cfg *a, const struct bond_cfg *b);

/* Reads a device text of DPDK's, "net_bonding0,mode=4,slave=0000:3b:00.0,slave=0000:3b:00.1".
 * Returns 0, or -EINVAL with an error; err may be NULL. */
int bond_cfg_read(const char *device, const char *what, struct loc loc, struct bond_cfg *cfg,
	struct err *err);

/* Adds errors about members: too few, of one name, of a driver that cannot be in a bond, a primary
 * that is none of them.  port: the name of the port.  Returns 0 or -EINVAL. */
int bond_cfg_check(const struct bond_cfg *cfg, const char *port, struct loc loc, struct err *err);

#endif
