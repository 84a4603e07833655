/* SPDX-License-Identifier: BSD-3-Clause */
/* Access lists (section acls) and stage acl, which asks one: accept, drop, reject, or go on in
 * another pipeline.
 *
 * Reject tells the sender: a TCP reset, or destination unreachable, administratively prohibited
 * (RFC 1812 5.2.7.1: ICMP 3/13; RFC 4443 3.1: ICMPv6 1/1). */

#include <errno.h>
#include <stdio.h>

#include <netinet/in.h>

#include "packet/burst.h"
#include "policy/build_priv.h"
#include "policy/matcher.h"

#define CODE_PROHIBITED 13

struct acl_rule {
	enum acl_action action;         /* ACL_NONE: jump */
	uint32_t place;
	const struct pipeline *jump;
};

struct acl {
	const char *name;
	struct matcher *matcher;
	const struct acl_rule *rule;    /* [n] is the default */
	unsigned n;
	unsigned traits;
	const struct jump *jumps;
	unsigned n_jumps;
};

/* --- the section --- */

static const struct cfg_word acl_actions[] = {
	{ "accept", ACL_ACCEPT },
	{ "drop", ACL_DROP },
	{ "reject", ACL_REJECT },
	CFG_WORD_END
};

static const struct cfg_field rule_fields[] = {
	MATCH_ROWS(struct rule_cfg, match),
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct rule_cfg, name),
		"What the rule is called in reports." },
	{ "action", CFG_ENUM, CFG_OPTIONAL, offsetof(struct rule_cfg, action),
		"What happens: accept goes on to the next stage, reject tells the sender.",
		.words = acl_actions },
	{ "goto", CFG_REF, CFG_OPTIONAL, offsetof(struct rule_cfg, jump),
		"Instead of an action: the pipeline where the packet goes on, for good.",
		.refers = "pipelines", .kind = "pipeline" },
	{ "log", CFG_BOOL, "false", offsetof(struct rule_cfg, log),
		"Marks the rule's hits for the log." },
	CFG_END
};

static const struct cfg_table rule_table = {
	"rule", CFG_SIZEOF(struct rule_cfg), rule_fields,
	"A rule: what it matches, and what becomes of that.",
};

static const struct cfg_field acl_fields[] = {
	{ "default", CFG_ENUM, "drop", offsetof(struct acl_cfg, preset),
		"What happens to a packet that no rule matches.", .words = acl_actions },
	{ "rules", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct acl_cfg, rules),
		"Rules; the first that matches decides.", .table = &rule_table, .kind = "rule" },
	CFG_END
};

const struct cfg_table acl_table = {
	"acl", CFG_SIZEOF(struct acl_cfg), acl_fields,
	"An access list: rules in order, and a default.", "rules",
};

/* An access list while it is built. */
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
	rule->place = build_place(ab->b, cfg->head.loc, ab->owner, cfg->name);
	if (rule->place == 0)
		return -ENOMEM;
	build_place_says(ab->b, rule->place, &rule_table, cfg);
	if (cfg->log)
		build_place_log(ab->b, rule->place);
	if (cfg->jump == NULL)
		return rc;
	rule->jump = build_find_pipeline(ab->b, cfg->jump);
	if (rule->jump == NULL)
		return -EINVAL;         /* decoding has said so */
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
	last->action = cfg->preset;
	last->place = build_place(ab->b, cfg_loc(&cfg->head, &cfg->preset), ab->owner, "default");
	return rc < 0 || last->place == 0 ? -EINVAL : 0;
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
	acl->traits = (ab.list.ports ? TRAIT_PORTS : 0) | (ab.list.state ? TRAIT_NEEDS_TRACK : 0);
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

/* --- the stage --- */

struct acl_use_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *use;
};

static const struct cfg_field acl_use_fields[] = {
	{ "use", CFG_REF, NULL, offsetof(struct acl_use_cfg, use),
		"Access list to ask.", .refers = "acls", .kind = "access list" },
	STAGE_IF(struct acl_use_cfg),
	CFG_END
};

static const struct cfg_table acl_use_table = {
	"acl", CFG_SIZEOF(struct acl_use_cfg), acl_use_fields,
	"Asks an access list: accepted packets go on.", "use",
};

static int
acl_build(struct stage_build *sb, void **instance)
{
	const struct acl_use_cfg *cfg = (const void *)sb->cfg;
	const struct acl *acl = build_find_acl(sb->build, cfg->use);

	if (acl == NULL)
		return -EINVAL;         /* decoding has said so, or building the list */
	sb->traits = acl->traits;
	sb->rare_words = 1;
	sb->jumps = acl->jumps;
	sb->n_jumps = acl->n_jumps;
	*instance = (void *)(uintptr_t)acl;
	return 0;
}

static void
note_rule(struct eval *ev, const struct acl *acl, const struct acl_rule *rule)
{
	static const char *const what[] = {
		[ACL_ACCEPT] = "accepts", [ACL_DROP] = "drops", [ACL_REJECT] = "rejects",
	};
	const struct place *place = &ev->gen->places[rule->place];
	const char *before = rule == &acl->rule[acl->n] ? "the " : "rule ";

	if (ev->trace == NULL)
		return;
	eval_note(ev, "acl %s: %s%s (%s:%u) %s%s", acl->name, before,
		place->name != NULL ? place->name : "without name", place->loc.file,
		place->loc.line,
		rule->jump != NULL ? "goes on in pipeline " : what[rule->action],
		rule->jump != NULL ? rule->jump->name : "");
}

static void
acl_one(const struct acl *acl, const struct acl_rule *rule, struct eval *ev)
{
	bool tcp = ev->tuple.proto == IPPROTO_TCP && ev->tuple.kind == KEY_PLAIN;

	note_rule(ev, acl, rule);
	switch (rule->action) {
	case ACL_NONE:
		eval_count(ev, rule->place);
		ev->jump = rule->jump;
		break;
	case ACL_ACCEPT:
		eval_count(ev, rule->place);
		break;
	case ACL_DROP:
		eval_drop(ev, REASON_acl_denied, rule->place);
		break;
	case ACL_REJECT:
		eval_reject(ev, REASON_acl_rejected, tcp ? REPLY_RESET : REPLY_UNREACHABLE,
			CODE_PROHIBITED, rule->place);
		break;
	}
}

static void
acl_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct acl *acl = instance;
	uint32_t found[BURST_MAX];

	matcher_find(acl->matcher, ev, found, n);
	for (unsigned i = 0; i < n; i++) {
		if (!ev[i]->done)       /* else the list asked for what the packet does not have */
			acl_one(acl, &acl->rule[found[i] == MATCHER_NONE ? acl->n : found[i]], ev[i]);
	}
}

const struct stage stage_acl = {
	.table    = &acl_use_table,
	.build    = acl_build,
	.evaluate = acl_evaluate,
};
