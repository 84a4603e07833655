/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the sections here give to config.c. */
#ifndef CONFIG_CONFIG_PRIV_H
#define CONFIG_CONFIG_PRIV_H

#include "config/config.h"

/* Adds an error for everything wrong with a section that its rows cannot say. */
void system_check(const struct config *cfg, struct err *err);
void interfaces_check(const struct config *cfg, struct err *err);
void zones_check(const struct config *cfg, struct err *err);
void telemetry_check(const struct config *cfg, struct err *err);
void tests_check(const struct config *cfg, struct err *err);

/* Does system.eal load drivers that are not DPDK's own? */
bool system_loads_drivers(const struct system_cfg *sys);

/* An error for each thing that only a start can change. */
void system_check_reload(const struct system_cfg *old, const struct system_cfg *new,
	struct err *err);

#endif
