/* SPDX-License-Identifier: BSD-3-Clause */
/* Section policies: what may go from zone to zone.  Its rows and checks; policies_expand.c makes
 * pipelines and access lists of them. */

#include <string.h>

#include "config/config_priv.h"
#include "policy/stage.h"

static const struct cfg_word policy_actions[] = {
	{ "accept", ACL_ACCEPT },
	{ "drop", ACL_DROP },
	{ "reject", ACL_REJECT },
	CFG_WORD_END,
};

static const struct cfg_word own_words[] = {
	{ "local", 0 },
	CFG_WORD_END,
};

static const struct cfg_field policies_fields[] = {
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct policies_cfg, name),
		"Name of the policy in reports." },
	{ "from", CFG_MATCH_NAME | CFG_LIST, NULL, offsetof(struct policies_cfg, from),
		"Zones, or interfaces without a zone, by which packets enter.",
		.refers = "interfaces", .refers_too = "zones", .kind = "interface or zone" },
	{ "to", CFG_MATCH_NAME | CFG_LIST, CFG_OPTIONAL, offsetof(struct policies_cfg, to),
		"Zones or interfaces by which they leave, or local: our own addresses; without it, "
		"anywhere.",
		.words = own_words, .refers = "interfaces", .refers_too = "zones",
		.kind = "interface or zone" },
	{ "acl", CFG_REF, CFG_OPTIONAL, offsetof(struct policies_cfg, acl),
		"The access list that decides; what it leaves open, the next policy decides.",
		.refers = "acls", .kind = "access list" },
	{ "action", CFG_ENUM, CFG_OPTIONAL, offsetof(struct policies_cfg, action),
		"Instead of an access list: what happens to these packets.",
		.words = policy_actions },
	RULE_LOG_ROW(struct policies_cfg),
	{ "snat", CFG_REF, CFG_OPTIONAL, offsetof(struct policies_cfg, snat),
		"The pool that translates the sources of these sessions.", .refers = "nat",
		.kind = "pool" },
	{ "route", CFG_REF, CFG_OPTIONAL, offsetof(struct policies_cfg, route),
		"Route table for packets of these zones; without it main, or, with several domains, "
		"the table of the domain of each interface.",
		.refers = "routes", .kind = "route table" },
	{ "first", CFG_CHOICE | CFG_LIST, CFG_OPTIONAL, offsetof(struct policies_cfg, first),
		"Stages in front of the route, such as dnat or police, for all packets of the zones "
		"that from names; track stands before them unless one of them is track.",
		.choices = stage_table, .kind = "stage" },
	CFG_END,
};

const struct cfg_table policies_table = {
	"policy",
	CFG_SIZEOF(struct policies_cfg),
	policies_fields,
	"What may go from some zones to others; the first policy that decides counts, and a packet "
	"that none decides is dropped.",
};

static bool
goes_to_us_alone(const struct policies_cfg *row)
{
	bool other = row->to.count == 0;

	cfg_each(to, &row->to)
		other |= to->name == NULL || to->negate || strcmp(to->name, "local") != 0;
	return !other;
}

static void
check_row(const struct policies_cfg *row, struct err *err)
{
	bool acl = cfg_is_written(&row->head, &row->acl);
	bool action = cfg_is_written(&row->head, &row->action);
	bool snat = cfg_is_written(&row->head, &row->snat);

	if (acl && action)
		cfg_error(err, &row->head, &row->action, "stands beside acl, which decides");
	if (row->to.count == 0 && cfg_is_written(&row->head, &row->to))
		cfg_warn(err, &row->head, &row->to, "no packet goes nowhere: the list is empty");
	if (snat && goes_to_us_alone(row))
		cfg_error(err, &row->head, &row->snat,
			"what is for our own addresses is not translated");
	if (!acl && !action && !snat && row->first.count == 0)
		cfg_error(err, &row->head, NULL, "says nothing: it has neither acl nor action");
	if (rule_log_is_on(&row->log) && !action)
		cfg_error(err, &row->head, &row->log,
			"is of an action; the rules of an access list have their own");
	cfg_each(from, &row->from)
		if (from->negate)
			cfg_error(err, &row->head, from, "! is not possible here");
	cfg_each(to, &row->to)
		if (to->negate && to->name != NULL && strcmp(to->name, "local") == 0)
			cfg_error(err, &row->head, to, "! is not possible with local");
}

void
policies_check(const struct config *cfg, struct err *err)
{
	cfg_each(row, &cfg->policies)
		if (row->head.document != NULL) /* else reported by the decoder */
			check_row(row, err);
}
