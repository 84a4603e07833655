/* SPDX-License-Identifier: BSD-3-Clause */
/* Section acls: access lists, decoded and built. */
#include "policy/acl.h"

#include <errno.h>
#include <stdio.h>

#include "policy/build_priv.h"
#include "policy/matcher.h"

static const struct cfg_word acl_actions[] = {
	{ "accept", ACL_ACCEPT },
	{ "drop", ACL_DROP },
	{ "reject", ACL_REJECT },
	CFG_WORD_END,
};

static const struct cfg_field rule_fields[] = {
	MATCH_ROWS(struct rule_cfg, match),
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct rule_cfg, name),
		"Name of the rule in reports." },
	{ "action", CFG_ENUM, CFG_OPTIONAL, offsetof(struct rule_cfg, action),
		"Action: accept continues with the next stage, reject drops and tells the "
		"sender.",
		.words = acl_actions },
	{ "goto", CFG_REF, CFG_OPTIONAL, offsetof(struct rule_cfg, jump),
		"Instead of an action: the pipeline in which the packet continues; it does not "
		"return.",
		.refers = "pipelines", .kind = "pipeline" },
	{ "log", CFG_BOOL, "false", offsetof(struct rule_cfg, log),
		"Marks the rule's hits for the log." },
	CFG_END,
};

static const struct cfg_table rule_table = {
	"rule",
	CFG_SIZEOF(struct rule_cfg),
	rule_fields,
	"A rule: what it matches, and the action.",
};

static const struct cfg_field acl_fields[] = {
	{ "default", CFG_ENUM, "drop", offsetof(struct acl_cfg, default_action),
		"What happens to a packet that no rule matches.", .words = acl_actions },
	{ "rules", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct acl_cfg, rules),
		"Rules; the first that matches decides.", .table = &rule_table, .kind = "rule" },
	CFG_END,
};

const struct cfg_table acl_table = {
	"acl",
	CFG_SIZEOF(struct acl_cfg),
	acl_fields,
	"An access list: rules in order, and a default.",
	"rules",
};

/* An access list under construction. */
struct acl_build {
	struct build *b;
	struct acl *acl;
	struct acl_rule *rule;
	struct jump *jumps;
	struct match_list list;
	char owner[128];
};

static int
build_rule(struct acl_build *ab, const struct rule_cfg *cfg, unsigned i)
{
	bool has_action = cfg_is_written(&cfg->head, &cfg->action);
	bool has_jump = cfg_is_written(&cfg->head, &cfg->jump);
	struct err *err = build_err(ab->b);
	struct acl_rule *rule = &ab->rule[i];
	int rc = match_add(ab->b, &ab->list, &cfg->head, &cfg->match, i);

	if (has_action && has_jump)
		return cfg_error(err, &cfg->head, &cfg->jump, "a rule has an action or a goto");
	if (!has_action && !has_jump)
		return cfg_error(err, &cfg->head, NULL,
			"a rule needs action: accept, drop or reject, or goto: a pipeline");
	rule->action = cfg->action;
	rule->counter = build_counter(ab->b, cfg->head.loc, ab->owner, cfg->name);
	if (rule->counter == 0)
		return -ENOMEM;
	build_counter_says(ab->b, rule->counter, &rule_table, cfg);
	if (cfg->log)
		build_counter_log(ab->b, rule->counter);
	if (cfg->jump == NULL)
		return rc;
	rule->jump = build_find_pipeline(ab->b, cfg->jump);
	if (rule->jump == NULL)
		return -EINVAL; /* already reported by the decoder */
	ab->jumps[ab->acl->n_jumps].to = rule->jump;
	ab->jumps[ab->acl->n_jumps++].loc = cfg_loc(&cfg->head, &cfg->jump);
	return rc;
}

static int
build_rules(struct acl_build *ab, const struct acl_cfg *cfg)
{
	struct acl_rule *last = &ab->rule[cfg->rules.count];
	unsigned i = 0;
	int rc = 0;

	cfg_each(rule, &cfg->rules)
		rc |= build_rule(ab, rule, i++);
	last->action = cfg->default_action;
	last->counter = build_counter(
		ab->b, cfg_loc(&cfg->head, &cfg->default_action), ab->owner, "default");
	return rc < 0 || last->counter == 0 ? -EINVAL : 0;
}

int
build_acl(struct build *b, const struct acl_cfg *cfg, struct acl **out)
{
	unsigned n = cfg->rules.count;
	struct acl_build ab = {
		.b = b,
		.acl = build_alloc(b, 1, sizeof(struct acl)),
		.rule = build_alloc(b, n + 1, sizeof(struct acl_rule)),
		.jumps = build_alloc(b, n, sizeof(struct jump)),
	};
	struct acl *acl = ab.acl;

	if (acl == NULL || ab.rule == NULL || ab.jumps == NULL)
		return build_no_memory(b);
	snprintf(ab.owner, sizeof(ab.owner), "acls.%s", cfg->head.name);
	acl->name = build_string(b, cfg->head.name);
	acl->rule = ab.rule;
	acl->n = n;
	acl->jumps = ab.jumps;
	if (build_rules(&ab, cfg) < 0)
		return -EINVAL;
	acl->traits = match_traits(&ab.list);
	acl->matcher = matcher_build(b, &ab.list, cfg->head.loc);
	*out = acl;
	return acl->matcher != NULL ? 0 : -EINVAL;
}

void
acl_discard(struct acl *acl)
{
	if (acl != NULL)
		matcher_discard(acl->matcher);
}
