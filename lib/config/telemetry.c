/* SPDX-License-Identifier: BSD-3-Clause */
/* Section telemetry: what is reported of traffic at run time, and where to. */

#include "config/config_priv.h"

static const struct cfg_field nat_log_fields[] = {
	{ "file", CFG_PATH, NULL, offsetof(struct nat_log_cfg, file),
		"File to append entries to, one JSON object a line; SIGHUP reopens it." },
	CFG_END,
};

static const struct cfg_table nat_log_table = {
	"nat_log",
	CFG_SIZEOF(struct nat_log_cfg),
	nat_log_fields,
	"Log of begin and end of mappings, of pools with log: true.",
	.bare = "file",
};

static const struct cfg_field telemetry_fields[] = {
	{ "nat_log", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct telemetry_cfg, nat_log),
		"Log of begin and end of mappings, of pools with log: true.",
		.table = &nat_log_table },
	CFG_END,
};

const struct cfg_table telemetry_table = {
	"telemetry",
	CFG_SIZEOF(struct telemetry_cfg),
	telemetry_fields,
	"What is reported of traffic at run time.",
};

/* Checks that there is a file for entries, and that a file has entries. */
void
telemetry_check(const struct config *cfg, struct err *err)
{
	const struct nat_log_cfg *log = &cfg->telemetry.nat_log;
	bool has_file = cfg_is_written(&cfg->telemetry.head, log), is_used = false;

	cfg_each(pool, &cfg->policy.nat) {
		is_used |= pool->log;
		if (pool->log && !has_file)
			cfg_error(err, &pool->head, &pool->log,
				"there is no file for it: telemetry.nat_log.file");
	}
	if (has_file && !is_used)
		cfg_warn(err, &cfg->telemetry.head, log, "no pool in section nat has log: true");
}
