/* SPDX-License-Identifier: BSD-3-Clause */
/* The key log of rules and of stages that decide: what of their hits is logged.
 *
 * Threads: control. */
#ifndef POLICY_RULE_LOG_H
#define POLICY_RULE_LOG_H

#include "schema/field.h"

struct build;

struct rule_log_cfg {
	struct cfg_head head;
	bool enabled;
	struct cfg_rate rate;
	const char *prefix; /* or NULL */
	bool end;
};

extern const struct cfg_table rule_log_table;

/* Returns true if it is written, and does not say false. */
static inline bool
rule_log_is_on(const struct rule_log_cfg *cfg)
{
	return cfg->head.loc.line != 0 && cfg->enabled;
}

/* The row of a struct that has a struct rule_log_cfg as member log. */
#define RULE_LOG_ROW(type) \
	{ \
		"log", CFG_STRUCT, CFG_OPTIONAL, offsetof(type, log), \
			"Writes a line to telemetry.log when a session begins that it decides, " \
			"and for each packet without a session.", \
			.table = &rule_log_table, .presence = true \
	}

/* Makes the hits of a rule counter be logged with a verdict (enum rule_verdict,
 * policy/rule_counter.h), if cfg says so.  Returns 0, or negative after an error. */
int build_rule_log(
	struct build *b, uint32_t counter, const struct rule_log_cfg *cfg, unsigned verdict);

#endif
