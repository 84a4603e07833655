/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of the sections and config.c. */
#ifndef CONFIG_CONFIG_PRIV_H
#define CONFIG_CONFIG_PRIV_H

#include "config/config.h"

/* Add errors about a section that its rows cannot express. */
void system_check(const struct config *cfg, struct err *err);
void interfaces_check(const struct config *cfg, struct err *err);
void hosts_check(const struct config *cfg, struct err *err);
void bridges_check(const struct config *cfg, struct err *err);
void zones_check(const struct config *cfg, struct err *err);
void policies_check(const struct config *cfg, struct err *err);
void telemetry_check(const struct config *cfg, struct err *err);
void tests_check(const struct config *cfg, struct err *err);

/* bonds.c: key bond of ports.  A row of section ports is complete if it has a device or a bond. */
void bonds_check(const struct config *cfg, struct err *err);
bool bonds_complete(const struct port_row *row);

/* Return the device of a complete row, and its place; fill what it says of a bond. */
const char *bonds_device(const struct port_row *row);
struct loc bonds_loc(const struct port_row *row);
void bonds_fill(const struct port_row *row, struct bond_cfg *out);

/* Makes pipelines and access lists of section policies (cfg_table.expand). */
void policies_expand(struct document *doc, struct node *tree);

/* Returns true if system.eal loads drivers that are not DPDK's own. */
bool system_loads_drivers(const struct system_cfg *sys);

/* Returns true for a MAC without the group bit that is not all zeros. */
bool config_is_station(const struct cfg_mac *mac);

/* Adds an error for each change that only a start can make. */
void system_check_reload(
	const struct system_cfg *old, const struct system_cfg *new, struct err *err);

void hosts_check_reload(const struct config *started, const struct config *next, struct err *err);

/* The rows of key host of an interface. */
extern const struct cfg_table interface_host_table;

#endif
