/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage acl evaluates an access list: accept, drop, reject, or continue in another pipeline.
 *
 * Reject tells the sender: a TCP reset, or destination unreachable, administratively prohibited
 * (RFC 1812 5.2.7.1: ICMP 3/13; RFC 4443 3.1: ICMPv6 1/1). */

#include <errno.h>

#include <netinet/in.h>

#include "packet/burst.h"
#include "policy/acl.h"
#include "policy/matcher.h"
#include "policy/pipeline.h"

#define CODE_PROHIBITED 13

struct acl_use_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *use;
};

static const struct cfg_field acl_use_fields[] = {
	{ "use", CFG_REF, NULL, offsetof(struct acl_use_cfg, use), "Access list to evaluate.",
		.refers = "acls", .kind = "access list" },
	STAGE_IF(struct acl_use_cfg),
	CFG_END,
};

static const struct cfg_table acl_use_table = {
	"acl",
	CFG_SIZEOF(struct acl_use_cfg),
	acl_use_fields,
	"Evaluates an access list; accepted packets continue.",
	"use",
};

static int
acl_build(struct stage_build *sb, void **instance)
{
	const struct acl_use_cfg *cfg = (const void *)sb->cfg;
	const struct acl *acl = build_find_acl(sb->build, cfg->use);

	if (acl == NULL)
		return -EINVAL; /* already reported by the decoder, or when the list was
				 * built */
	sb->traits = acl->traits;
	sb->action_words = 1;
	sb->jumps = acl->jumps;
	sb->n_jumps = acl->n_jumps;
	*instance = (void *)(uintptr_t)acl;
	return 0;
}

static void
note_rule(struct eval *ev, const struct acl *acl, const struct acl_rule *rule)
{
	static const char *const what[] = {
		[ACL_ACCEPT] = "accepts",
		[ACL_DROP] = "drops",
		[ACL_REJECT] = "rejects",
	};
	const struct rule_counter *counter = &ev->gen->counters[rule->counter];
	const char *before = rule == &acl->rule[acl->n] ? "the " : "rule ";

	if (ev->trace == NULL)
		return;
	eval_note(ev, "acl %s: %s%s (%s:%u) %s%s", acl->name, before,
		counter->name != NULL ? counter->name : "without name", counter->loc.file,
		counter->loc.line, rule->jump != NULL ? "goes on in pipeline " : what[rule->action],
		rule->jump != NULL ? rule->jump->name : "");
}

static void
acl_one(const struct acl *acl, const struct acl_rule *rule, struct eval *ev)
{
	bool tcp = ev->tuple.proto == IPPROTO_TCP && ev->tuple.kind == KEY_PLAIN;

	note_rule(ev, acl, rule);
	switch (rule->action) {
	case ACL_NONE:
		eval_count(ev, rule->counter);
		ev->jump = rule->jump;
		break;
	case ACL_ACCEPT:
		eval_count(ev, rule->counter);
		break;
	case ACL_DROP:
		eval_drop(ev, REASON_acl_denied, rule->counter);
		break;
	case ACL_REJECT:
		eval_reject(ev, REASON_acl_rejected, tcp ? REPLY_RESET : REPLY_UNREACHABLE,
			CODE_PROHIBITED, rule->counter);
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
		if (!ev[i]->done) /* else the list asked for a header that the packet does
				   * not have */
			acl_one(acl, &acl->rule[found[i] == MATCHER_NONE ? acl->n : found[i]],
				ev[i]);
	}
}

const struct stage stage_acl = {
	.table = &acl_use_table,
	.build = acl_build,
	.evaluate = acl_evaluate,
};
