/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage acl evaluates an access list: accept, drop, reject, ask another list, or continue in
 * another pipeline.
 *
 * Reject tells the sender: a TCP reset, or destination unreachable, administratively prohibited
 * (RFC 1812 5.2.7.1: ICMP 3/13; RFC 4443 3.1: ICMPv6 1/1). */

#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "packet/burst.h"
#include "policy/acl.h"
#include "policy/condition.h"
#include "policy/matcher.h"
#include "policy/pipeline.h"

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
	if (acl->rule[acl->n].action == ACL_RETURN)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->use,
			"acls.%s says default: return, and nothing has called it here", acl->name);
	sb->traits = acl->traits;
	sb->action_words = 1 + acl->calls + acl->adds
		+ (acl->continues ? ACL_CONTINUES_MAX * (1u + acl->adds) : 0);
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
		[ACL_RETURN] = "returns",
		[ACL_CONTINUE] = "counts it; the next rules decide",
	};
	const struct rule_counter *counter = &ev->gen->counters[rule->counter];
	const char *before = rule == &acl->rule[acl->n] ? "the " : "rule ";

	if (ev->trace == NULL)
		return;
	eval_note(ev, "acl %s: %s%s (%s:%u) %s%s", acl->name, before,
		counter->name != NULL ? counter->name : "without name", counter->loc.file,
		counter->loc.line,
		rule->jump != NULL           ? "goes on in pipeline "
			: rule->call != NULL ? "asks list "
					     : what[rule->action],
		rule->jump != NULL           ? rule->jump->name
			: rule->call != NULL ? rule->call->name
					     : "");
}

static const struct acl_rule *
rule_of(const struct acl *acl, uint32_t found)
{
	return &acl->rule[found == MATCHER_NONE ? acl->n : found];
}

/* Packets that a list judges together. */
struct judged {
	struct eval *ev[BURST_MAX];
	uint32_t from[BURST_MAX]; /* the first rule that counts for each */
	unsigned n;
};

static void
judged_add(struct judged *j, struct eval *ev, uint32_t from)
{
	j->ev[j->n] = ev;
	j->from[j->n++] = from;
}

static void
apply(const struct acl_rule *rule, struct eval *ev)
{
	bool tcp = ev->tuple.proto == IPPROTO_TCP && ev->tuple.kind == KEY_PLAIN;

	if ((rule->action == ACL_DROP || rule->action == ACL_REJECT) && eval_is_kept(ev)) {
		eval_note(ev, "acl: the session goes on, as the commit said");
		return;
	}
	if (rule->add != 0) {
		eval_note(ev, "acl: the source joins set %s", ev->gen->dynamic[rule->add].name);
		emit_add(&ev->program, rule->add);
	}
	switch (rule->action) {
	case ACL_NONE:
	case ACL_ACCEPT:
	case ACL_RETURN:
	case ACL_CONTINUE:
		eval_count(ev, rule->counter);
		ev->jump = rule->jump;
		break;
	case ACL_DROP:
		if (rule->limits)
			conditions_stay(ev);
		eval_drop(ev, REASON_acl_denied, rule->counter);
		break;
	case ACL_REJECT:
		if (rule->limits)
			conditions_stay(ev);
		eval_reject(ev, REASON_acl_rejected,
			tcp ? (enum reply)rule->reply : REPLY_UNREACHABLE, rule->code,
			rule->counter);
		break;
	}
}

/* Packets that are not decided yet: those of rules that call, and those of rules that continue. */
struct later {
	struct judged calling, again;
};

/* Lets a rule with action continue count the packet, and add its source to a set. */
static void
go_on(const struct acl_rule *rule, struct eval *ev)
{
	if (ev->continued == ACL_CONTINUES_MAX)
		return;
	ev->continued++;
	eval_count(ev, rule->counter);
	if (rule->add != 0)
		emit_add(&ev->program, rule->add);
}

/* Applies the rule that was found; a call is left for later.  A list that is called returns what it
 * does not decide: back is not NULL. */
static void
decide(const struct acl *acl, uint32_t found, struct eval *ev, struct later *later,
	struct judged *back)
{
	const struct acl_rule *rule = rule_of(acl, found);
	bool is_default = rule == &acl->rule[acl->n];

	if (ev->done)
		return; /* the list asked for a header that the packet does not have */
	if (back != NULL && is_default && acl->open) {
		eval_note(ev, "acl %s: no rule decides", acl->name);
		judged_add(back, ev, 0);
		return;
	}
	note_rule(ev, acl, rule);
	if (rule->call != NULL) {
		judged_add(&later->calling, ev, found);
	} else if (rule->action == ACL_CONTINUE) {
		go_on(rule, ev);
		judged_add(&later->again, ev, found + 1);
	} else if (rule->action != ACL_RETURN) {
		apply(rule, ev);
	} else if (back != NULL) {
		judged_add(back, ev, 0);
	} else {
		decide(acl, MATCHER_NONE, ev, later, NULL);
	}
}

static void judge(const struct acl *acl, struct judged *in, struct judged *back);

/* Judges packets that wait for one call; those that come back undecided go on behind it. */
static void
follow(const struct acl_rule *rule, uint32_t number, struct judged *in, struct judged *next)
{
	struct eval *ev[BURST_MAX];
	struct judged back;
	unsigned at, n = in->n;

	back.n = 0;
	memcpy(ev, in->ev, n * sizeof(ev[0]));
	judge(rule->call, in, &back);
	for (unsigned i = 0; i < n; i++) {
		/* They come back in their order, list by list. */
		for (at = 0; at < back.n && back.ev[at] != ev[i]; at++)
			;
		if (at < back.n)
			judged_add(next, ev[i], number + 1);
		else
			eval_count(ev[i], rule->counter);
	}
}

/* Judges packets by the rules of a list.  back: NULL, or where the undecided ones of a called list
 * go. */
static void
judge(const struct acl *acl, struct judged *in, struct judged *back)
{
	uint32_t found[BURST_MAX];
	struct judged *calling;
	struct later later;

	while (in->n > 0) {
		calling = &later.calling;
		later.calling.n = later.again.n = 0;
		matcher_find_from(acl->matcher, in->ev, in->from, found, in->n);
		for (unsigned i = 0; i < in->n; i++)
			decide(acl, found[i], in->ev[i], &later, back);
		in->n = 0;
		for (unsigned i = 0; i < later.again.n; i++)
			judged_add(in, later.again.ev[i], later.again.from[i]);
		while (calling->n > 0) {
			uint32_t number = calling->from[0];
			struct judged together;
			unsigned rest = 0;

			together.n = 0;
			for (unsigned i = 0; i < calling->n; i++) {
				if (calling->from[i] == number) {
					judged_add(&together, calling->ev[i], 0);
				} else {
					calling->ev[rest] = calling->ev[i];
					calling->from[rest++] = calling->from[i];
				}
			}
			calling->n = rest;
			follow(&acl->rule[number], number, &together, in);
		}
	}
}

static void
acl_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct acl *acl = instance;
	uint32_t found[BURST_MAX];
	struct judged in;

	if (acl->plain) {
		matcher_find(acl->matcher, ev, found, n);
		for (unsigned i = 0; i < n; i++) {
			const struct acl_rule *rule = rule_of(acl, found[i]);

			if (ev[i]->done) /* the list asked for a header that it does not have */
				continue;
			note_rule(ev[i], acl, rule);
			apply(rule, ev[i]);
		}
		return;
	}
	in.n = n;
	for (unsigned i = 0; i < n; i++)
		ev[i]->continued = 0;
	memcpy(in.ev, ev, n * sizeof(ev[0]));
	memset(in.from, 0, n * sizeof(in.from[0]));
	judge(acl, &in, NULL);
}

const struct stage stage_acl = {
	.table = &acl_use_table,
	.build = acl_build,
	.evaluate = acl_evaluate,
};
