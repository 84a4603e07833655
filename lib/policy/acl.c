/* SPDX-License-Identifier: BSD-3-Clause */
/* Section acls: access lists, decoded and built. */
#include "policy/acl.h"

#include <errno.h>
#include <stdio.h>

#include "policy/build_priv.h"
#include "policy/condition.h"
#include "policy/matcher.h"

static const struct cfg_word acl_actions[] = {
	{ "accept", ACL_ACCEPT },
	{ "drop", ACL_DROP },
	{ "reject", ACL_REJECT },
	{ "return", ACL_RETURN },
	{ "continue", ACL_CONTINUE },
	CFG_WORD_END,
};

static const struct cfg_word reject_words[] = {
	{ "reset", ACL_REJECT_RESET },
	{ "net-unreachable", ACL_REJECT_NET },
	{ "host-unreachable", ACL_REJECT_HOST },
	{ "port-unreachable", ACL_REJECT_PORT },
	{ "prohibited", ACL_REJECT_PROHIBITED },
	{ "net-prohibited", ACL_REJECT_NET_PROHIBITED },
	{ "host-prohibited", ACL_REJECT_HOST_PROHIBITED },
	CFG_WORD_END,
};

static const struct cfg_field rule_fields[] = {
	MATCH_ROWS(struct rule_cfg, match),
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct rule_cfg, name),
		"Name of the rule in reports." },
	{ "action", CFG_ENUM, CFG_OPTIONAL, offsetof(struct rule_cfg, action),
		"Action: accept continues with the next stage, reject drops and tells the "
		"sender, return ends a list that another one has called, continue counts, logs and "
		"adds, and lets the next rules decide.",
		.words = acl_actions },
	{ "with", CFG_ENUM, CFG_OPTIONAL, offsetof(struct rule_cfg, with),
		"What reject tells: reset for TCP, else an ICMP code; without it, reset or "
		"prohibited.",
		.words = reject_words },
	{ "goto", CFG_REF, CFG_OPTIONAL, offsetof(struct rule_cfg, jump),
		"Instead of an action: the pipeline in which the packet continues; it does not "
		"return.",
		.refers = "pipelines", .kind = "pipeline" },
	{ "call", CFG_REF, CFG_OPTIONAL, offsetof(struct rule_cfg, call),
		"Instead of an action: another access list; what it does not decide continues "
		"with the next rule.",
		.refers = "acls", .kind = "access list" },
	{ "add", CFG_MATCH_ADDRESS | CFG_LIST, CFG_OPTIONAL, offsetof(struct rule_cfg, add),
		"Dynamic set, $NAME, that gets the source when the rule decides.", .refers = "sets",
		.kind = "set" },
	RULE_LOG_ROW(struct rule_cfg),
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
		"What happens to a packet that no rule matches; a list that is called returns it "
		"unless this is written.",
		.words = acl_actions, .presence = true },
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

static const enum rule_verdict verdicts[] = {
	[ACL_NONE] = RULE_GOTO,
	[ACL_ACCEPT] = RULE_ACCEPT,
	[ACL_DROP] = RULE_DROP,
	[ACL_REJECT] = RULE_REJECT,
	[ACL_RETURN] = RULE_RETURN,
	[ACL_CONTINUE] = RULE_CONTINUE,
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

static void
read_reject(enum acl_reject with, struct acl_rule *rule)
{
	static const uint8_t code[] = {
		[ACL_REJECT_USUAL] = 13,
		[ACL_REJECT_RESET] = 13,
		[ACL_REJECT_NET] = 0,
		[ACL_REJECT_HOST] = 1,
		[ACL_REJECT_PORT] = 3,
		[ACL_REJECT_PROHIBITED] = 13,
		[ACL_REJECT_NET_PROHIBITED] = 9,
		[ACL_REJECT_HOST_PROHIBITED] = 10,
	};

	rule->reply = with <= ACL_REJECT_RESET ? REPLY_RESET : REPLY_UNREACHABLE;
	rule->code = code[with];
}

/* Returns the reason of what a rule drops. */
static unsigned
reason_of(enum acl_action action)
{
	return action == ACL_DROP      ? REASON_acl_denied
		: action == ACL_REJECT ? REASON_acl_rejected
				       : REASON_NONE;
}

static int
build_rule(struct acl_build *ab, const struct rule_cfg *cfg, unsigned i)
{
	bool has_action = cfg_is_written(&cfg->head, &cfg->action);
	bool has_jump = cfg_is_written(&cfg->head, &cfg->jump);
	bool has_call = cfg_is_written(&cfg->head, &cfg->call);
	struct err *err = build_err(ab->b);
	struct acl_rule *rule = &ab->rule[i];
	int rc;

	rule->limits = condition_is_written(&cfg->head, &cfg->match);
	if (rule->limits)
		ab->list.line = limit_line_of(ab->owner, cfg->name, cfg->head.loc,
			build_text_hash(ab->b, &rule_table, cfg));
	rc = match_add(ab->b, &ab->list, &cfg->head, &cfg->match, i);

	if (has_action + has_jump + has_call > 1)
		return cfg_error(err, &cfg->head, has_jump ? (void *)&cfg->jump : &cfg->call,
			"a rule has an action, a goto or a call");
	if (has_action + has_jump + has_call == 0)
		return cfg_error(err, &cfg->head, NULL,
			"a rule needs action: accept, drop, reject or return, goto: a pipeline, or "
			"call: an access list");
	if (cfg->with != ACL_REJECT_USUAL && cfg->action != ACL_REJECT)
		return cfg_error(err, &cfg->head, &cfg->with, "belongs to action: reject");
	if (cfg->add.count > 0 && (has_call || cfg->action == ACL_RETURN))
		return cfg_error(err, &cfg->head, &cfg->add, "belongs to a rule that decides");
	if (cfg->add.count > 1)
		return cfg_error(err, &cfg->head, &cfg->add, "one set at most");
	if (cfg->add.count > 0)
		rule->add = (uint8_t)build_add(ab->b, &cfg->head, &cfg->add.items[0]);
	if (cfg->add.count > 0 && rule->add == 0)
		return -EINVAL;
	ab->acl->adds |= rule->add != 0;
	ab->acl->continues |= cfg->action == ACL_CONTINUE;
	rule->action = cfg->action;
	read_reject(cfg->with, rule);
	rule->counter = build_counter(ab->b, cfg->head.loc, ab->owner, cfg->name);
	if (rule->counter == 0)
		return -ENOMEM;
	build_counter_says(ab->b, rule->counter, &rule_table, cfg);
	build_counter_drops(
		ab->b, rule->counter, has_action ? reason_of(cfg->action) : REASON_NONE);
	rc |= build_rule_log(ab->b, rule->counter, &cfg->log,
		cfg->call != NULL ? RULE_CALL : verdicts[rule->action]);
	if (cfg->call != NULL) {
		rule->call = built_find(&ab->b->declared, cfg->call);
		rule->loc = cfg_loc(&cfg->head, &cfg->call);
		return rule->call != NULL ? rc : -EINVAL; /* the decoder has reported it */
	}
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
	const struct cfg_head *head = &cfg->head;
	unsigned i = 0;
	int rc = 0;

	if (cfg->default_action == ACL_CONTINUE)
		rc = cfg_error(build_err(ab->b), head, &cfg->default_action,
			"there is nothing behind it: accept, drop, reject or return");
	cfg_each(rule, &cfg->rules)
		rc |= build_rule(ab, rule, i++);
	last->action = cfg->default_action;
	read_reject(ACL_REJECT_USUAL, last);
	last->counter = build_counter(
		ab->b, cfg_loc(&cfg->head, &cfg->default_action), ab->owner, "default");
	build_counter_drops(ab->b, last->counter, reason_of(cfg->default_action));
	return rc < 0 || last->counter == 0 ? -EINVAL : 0;
}

int
build_acl(struct build *b, const struct acl_cfg *cfg, struct acl *declared, struct acl **out)
{
	unsigned n = cfg->rules.count;
	struct acl_build ab = {
		.b = b,
		.acl = declared,
		.rule = build_alloc(b, n + 1, sizeof(struct acl_rule)),
		.jumps = build_alloc(b, n, sizeof(struct jump)),
	};
	struct acl *acl = ab.acl;

	if (acl == NULL || ab.rule == NULL || ab.jumps == NULL)
		return build_no_memory(b);
	snprintf(ab.owner, sizeof(ab.owner), "acls.%s", cfg->head.name);
	acl->open = !cfg_is_written(&cfg->head, &cfg->default_action);
	acl->rule = ab.rule;
	acl->n = n;
	acl->jumps = ab.jumps;
	acl->plain = true;
	for (unsigned i = 0; i < n; i++)
		acl->plain &= cfg->rules.items[i].call == NULL
			&& cfg->rules.items[i].action != ACL_RETURN
			&& cfg->rules.items[i].action != ACL_CONTINUE;
	acl->jumps_room = n;
	if (build_rules(&ab, cfg) < 0)
		return -EINVAL;
	acl->traits = match_traits(&ab.list);
	acl->matcher = matcher_build(b, &ab.list, cfg->head.loc);
	*out = acl;
	return acl->matcher != NULL ? 0 : -EINVAL;
}

struct acl *
acl_declare(struct build *b, const struct acl_cfg *cfg)
{
	struct acl *acl = build_alloc(b, 1, sizeof(*acl));

	if (acl != NULL)
		acl->name = build_string(b, cfg->head.name);
	return acl;
}

static int
add_jumps(struct build *b, struct acl *acl, const struct acl *called)
{
	for (unsigned i = 0; i < called->n_jumps; i++) {
		if (acl->n_jumps == acl->jumps_room) {
			void *more = build_grow(b, acl->jumps, acl->n_jumps, &acl->jumps_room,
				sizeof(acl->jumps[0]));

			if (more == NULL)
				return build_no_memory(b);
			acl->jumps = more;
		}
		((struct jump *)(uintptr_t)acl->jumps)[acl->n_jumps++] = called->jumps[i];
	}
	return 0;
}

static int follow_calls(struct build *b, struct acl *acl);

static int
follow_call(struct build *b, struct acl *acl, const struct acl_rule *rule)
{
	struct acl *called = (struct acl *)(uintptr_t)rule->call;

	if (called->matcher == NULL)
		return -EINVAL; /* not built, and reported */
	if (called->state == ACL_OPEN) {
		err_add(b->setup.err, EINVAL, rule->loc,
			"acls.%s: call: %s leads back to a list that is waiting for it", acl->name,
			called->name);
		return -EINVAL;
	}
	if (follow_calls(b, called) < 0)
		return -EINVAL;
	acl->adds |= called->adds;
	acl->continues |= called->continues;
	if (called->calls + 1 > acl->calls)
		acl->calls = called->calls + 1;
	if (acl->calls > ACL_CALLS_MAX) {
		err_add(b->setup.err, E2BIG, rule->loc,
			"acls.%s: more than %u lists would wait for each other", acl->name,
			ACL_CALLS_MAX);
		return -E2BIG;
	}
	acl->traits |= called->traits;
	return add_jumps(b, acl, called);
}

static int
follow_calls(struct build *b, struct acl *acl)
{
	int rc = 0;

	if (acl->state == ACL_DONE)
		return 0;
	acl->state = ACL_OPEN;
	for (unsigned i = 0; i < acl->n && rc == 0; i++)
		if (acl->rule[i].call != NULL)
			rc = follow_call(b, acl, &acl->rule[i]);
	acl->state = ACL_DONE;
	return rc;
}

int
acl_calls_check(struct build *b)
{
	int rc = 0;

	for (unsigned i = 0; i < b->acls.n && rc == 0; i++)
		if (b->acls.item[i].what != NULL)
			rc = follow_calls(b, b->acls.item[i].what);
	return rc;
}

void
acl_discard(struct acl *acl)
{
	if (acl != NULL)
		matcher_discard(acl->matcher);
}
