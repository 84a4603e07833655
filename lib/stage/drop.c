/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage drop: drops every packet that reaches it. */

#include <errno.h>

#include "policy/build.h"
#include "policy/condition.h"
#include "policy/stage.h"

struct drop_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct rule_log_cfg log;
};

struct drop {
	uint32_t counter;
	bool limits; /* its condition has limits */
};

static const struct cfg_field drop_fields[] = {
	RULE_LOG_ROW(struct drop_cfg),
	STAGE_IF(struct drop_cfg),
	CFG_END,
};

static const struct cfg_table drop_table = {
	"drop",
	CFG_SIZEOF(struct drop_cfg),
	drop_fields,
	"Drops the packet as drop_stage.",
};

static int
drop_build(struct stage_build *sb, void **instance)
{
	const struct drop_cfg *cfg = (const void *)sb->cfg;
	struct drop *drop = build_alloc(sb->build, 1, sizeof(*drop));

	if (drop == NULL)
		return build_no_memory(sb->build);
	drop->counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	build_counter_drops(sb->build, drop->counter, REASON_drop_stage);
	if (drop->counter != 0)
		build_counter_says(sb->build, drop->counter, &drop_table, sb->cfg);
	drop->limits = condition_is_written(&cfg->when.head, &cfg->when);
	sb->traits = TRAIT_ENDS;
	sb->action_words = 1;
	*instance = drop;
	if (drop->counter == 0)
		return -ENOMEM;
	return build_rule_log(sb->build, drop->counter, &cfg->log, RULE_DROP);
}

static void
drop_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct drop *drop = instance;

	for (unsigned i = 0; i < n; i++) {
		if (eval_is_kept(ev[i]))
			continue;
		if (drop->limits)
			conditions_stay(ev[i]);
		eval_note(ev[i], "drop: the packet is dropped");
		eval_drop(ev[i], REASON_drop_stage, drop->counter);
	}
}

const struct stage stage_drop = {
	.table = &drop_table,
	.build = drop_build,
	.evaluate = drop_evaluate,
};
