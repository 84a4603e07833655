/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the sections in the order in which they need each other, and pipelines from stages. */
#include "policy/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nat/nat.h"
#include "policy/acl.h"
#include "policy/build_priv.h"
#include "policy/condition.h"
#include "policy/matcher.h"
#include "policy/owners.h"
#include "session/session.h"
#include "session/tally.h"
#include "table/set.h"

static const struct cfg_field pipeline_fields[] = {
	{ "stages", CFG_CHOICE | CFG_LIST, CFG_OPTIONAL, offsetof(struct pipeline_cfg, stages),
		"Stages, in the order of evaluation.", .choices = stage_table, .kind = "stage" },
	CFG_END,
};

const struct cfg_table pipeline_table = {
	"pipeline",
	CFG_SIZEOF(struct pipeline_cfg),
	pipeline_fields,
	"A pipeline: a list of stages.",
	"stages",
};

static int
build_condition(struct build *b, const struct stage_cfg *cfg, const char *owner, struct step *step)
{
	struct match_list list = { .n = 0 };
	int rc;

	if (match_is_any(&cfg->when.head, &cfg->when))
		return 0;
	if (condition_is_written(&cfg->when.head, &cfg->when))
		list.line = limit_line_of(owner, NULL, cfg->when.head.loc,
			build_text_hash(b, &match_table, &cfg->when));
	rc = match_add(b, &list, &cfg->when.head, &cfg->when, 0);
	if (rc < 0)
		return rc;
	step->traits |= match_traits(&list);
	step->condition = matcher_build(b, &list, cfg->when.head.loc);
	return step->condition != NULL ? 0 : -EINVAL;
}

/* Returns true if the stage makes translations without state.  Several workers must find the owner
 * of their sessions by the packets alone. */
static bool
is_fixed(const struct step *step)
{
	struct fixed_translation f;

	return step->stage->fixed != NULL && step->stage->fixed(step->instance, 0, &f);
}

static int
build_step(struct build *b, const struct cfg_choice *choice, const char *owner, struct step *step)
{
	const struct stage *stage = stage_find(choice->table->name);
	struct stage_build sb = {
		.build = b,
		.cfg = choice->config,
		.loc = choice->loc,
		.owner = owner,
		.domain = DOMAIN_NONE,
	};
	int rc = stage->build(&sb, &step->instance);

	step->stage = stage;
	step->number = ++b->n_steps;
	step->loc = choice->loc;
	step->traits = sb.traits;
	step->action_words = sb.action_words;
	step->jumps = sb.jumps;
	step->table = sb.table;
	step->via = sb.via;
	step->mirrors = sb.mirrors;
	step->domain = sb.domain;
	step->n_jumps = sb.n_jumps;
	if (build_condition(b, sb.cfg, owner, step) < 0)
		rc = -EINVAL;
	if (rc == 0 && step->condition != NULL && matcher_varies(step->condition) && is_fixed(step))
		rc = cfg_error(b->setup.err, &sb.cfg->when.head, NULL,
			"translation cannot depend on the time or on a dynamic set, a limit or rpf: put a rule with goto before it");
	return build_part(b, rc, choice->loc, owner, choice->table->name) ? 0 : -EINVAL;
}

int
build_pipeline(struct build *b, const struct pipeline_cfg *cfg, struct draft *draft)
{
	struct pipeline *p = &draft->pipeline;
	const char *owner = arena_printf(&b->arena, "pipelines.%s", cfg->head.name);
	int rc = 0;

	draft->broken = true;
	if (owner == NULL)
		return build_no_memory(b);
	if (cfg->stages.count > PIPELINE_STEPS_MAX)
		return cfg_error(
			build_err(b), &cfg->head, NULL, "more than %u stages", PIPELINE_STEPS_MAX);
	cfg_each(choice, &cfg->stages)
		rc |= choice->table == NULL ? -EINVAL /* reported by the decoder */
					    : build_step(b, choice, owner, &p->step[p->n++]);
	draft->broken = rc < 0;
	return rc < 0 ? -EINVAL : 0;
}

void
pipeline_discard(struct pipeline *p)
{
	for (unsigned i = 0; p != NULL && i < p->n; i++) {
		struct step *step = &p->step[i];

		matcher_discard(step->condition);
		if (step->stage->discard != NULL)
			step->stage->discard(step->instance);
	}
}

/* Declares all names first: a goto leads to pipelines that are built last. */
static int
declare(struct build *b, const struct policy_cfg *cfg)
{
	if (built_list_init(b, &b->sets, cfg->sets.count) < 0
		|| built_list_init(b, &b->acls, cfg->acls.count) < 0
		|| built_list_init(b, &b->declared, cfg->acls.count) < 0
		|| built_list_init(b, &b->routes, cfg->routes.count + DOMAINS_MAX) < 0
		|| built_list_init(b, &b->pipelines, cfg->pipelines.count) < 0)
		return -ENOMEM;
	b->routes.n = cfg->routes.count; /* the others are added by domains_add_tables */
	b->pipeline = build_alloc(b, cfg->pipelines.count, sizeof(b->pipeline[0]));
	if (b->pipeline == NULL)
		return build_no_memory(b);
	for (unsigned i = 0; i < cfg->acls.count; i++) {
		struct acl *acl = acl_declare(b, &cfg->acls.items[i]);

		if (acl == NULL)
			return build_no_memory(b);
		b->declared.item[i] = (struct built){ acl->name, acl };
	}
	for (unsigned i = 0; i < cfg->pipelines.count; i++) {
		struct draft *draft = build_alloc(b, 1, sizeof(*draft));

		if (draft == NULL)
			return build_no_memory(b);
		draft->pipeline.name = build_string(b, cfg->pipelines.items[i].head.name);
		b->pipelines.item[i] = (struct built){ draft->pipeline.name, draft };
		b->pipeline[i] = &draft->pipeline;
	}
	return 0;
}

/* Gives matches with the word rpf their table. */
static void
find_rpf_table(struct build *b)
{
	b->rpf.table = build_domains(b) > 1 ? b->domain_table[DOMAIN_MAIN]
					    : build_find_routes(b, RPF_TABLE);
	if (b->rpf.table == NULL && b->rpf_loc.line != 0 && !build_has_errors(b))
		err_add(b->setup.err, EINVAL, b->rpf_loc,
			"rpf looks sources up in the route table '" RPF_TABLE
			"', and there is none");
}

/* Builds each part through build_part, which reports failures without a message. */
static void
build_sections(struct build *b, const struct policy_cfg *cfg)
{
	unsigned i = 0;

	cfg_each(set, &cfg->sets) {
		struct built *part = &b->sets.item[i++];

		part->name = build_string(b, set->head.name);
		build_part(b, build_set(b, set, (struct set **)&part->what), set->head.loc, "sets",
			set->head.name);
	}
	i = 0;
	cfg_each(acl, &cfg->acls) {
		struct acl *declared = b->declared.item[i].what;
		struct built *part = &b->acls.item[i++];

		part->name = declared->name;
		build_part(b, build_acl(b, acl, declared, (struct acl **)&part->what),
			acl->head.loc, "acls", acl->head.name);
	}
	acl_calls_check(b);
	cfg_each(pool, &cfg->nat)
		build_part(b, build_pool_spec(b, pool), pool->head.loc, "nat", pool->head.name);
	i = 0;
	cfg_each(table, &cfg->routes) {
		const struct table_domain *of = &b->assigned[i];
		struct built *part = &b->routes.item[i++];

		part->name = build_string(b, table->head.name);
		build_part(b, build_route_table(b, table, of, (struct route_table **)&part->what),
			table->head.loc, "routes", table->head.name);
	}
	domains_add_tables(b, cfg);
	find_rpf_table(b);
	i = 0;
	cfg_each(pipeline, &cfg->pipelines)
		build_part(b, build_pipeline(b, pipeline, b->pipelines.item[i++].what),
			pipeline->head.loc, "pipelines", pipeline->head.name);
}

/* Checks that everything is there; success of the parts is not enough. */
static void
check_complete(struct build *b, const struct policy_cfg *cfg)
{
	unsigned i = 0;

	cfg_each(set, &cfg->sets)
		build_part(b, b->sets.item[i++].what != NULL ? 0 : -EINVAL, set->head.loc, "sets",
			set->head.name);
	i = 0;
	cfg_each(acl, &cfg->acls)
		build_part(b, b->acls.item[i++].what != NULL ? 0 : -EINVAL, acl->head.loc, "acls",
			acl->head.name);
	i = 0;
	cfg_each(table, &cfg->routes)
		build_part(b, b->routes.item[i++].what != NULL ? 0 : -EINVAL, table->head.loc,
			"routes", table->head.name);
	i = 0;
	cfg_each(pool, &cfg->nat)
		build_part(
			b, i++ < b->n_pools ? 0 : -EINVAL, pool->head.loc, "nat", pool->head.name);
}

/* Copies the names of files, which belong to the document. */
static void
keep_files(struct build *b)
{
	for (unsigned i = 0; i < b->pipelines.n; i++) {
		struct pipeline *p = &((struct draft *)b->pipelines.item[i].what)->pipeline;

		for (unsigned k = 0; k < p->n; k++)
			p->step[k].loc = build_loc(b, p->step[k].loc);
	}
}

int
build_policy(struct build *b, const struct policy_cfg *cfg)
{
	if (declare(b, cfg) < 0 || domains_assign(b, cfg) < 0 || public_begin(b, cfg) < 0)
		return -ENOMEM;
	if (!b->short_of_memory)
		build_sections(b, cfg);
	if (b->short_of_memory) /* what is missing may be a name, or a list */
		return build_has_errors(b) ? -ENOMEM : build_no_memory(b);
	if (b->rpf.table == NULL)
		find_rpf_table(b); /* a condition of a stage asks for it */
	order_check(b);
	mirrors_check(b);
	domains_check(b);
	keep_files(b);
	if (b->short_of_memory && !build_has_errors(b))
		return build_no_memory(b);
	check_complete(b, cfg);
	return build_has_errors(b) ? -EINVAL : 0;
}

int
build_finish(struct build *b, struct generation *gen)
{
	b->own = own_addresses_build(b->setup.iface, b->setup.n_ifaces);
	if (b->own == NULL)
		return -ENOMEM;
	gen->own = b->own;
	memcpy(gen->domain_table, b->domain_table, sizeof(gen->domain_table));
	gen->pipelines = b->pipeline;
	gen->n_pipelines = b->pipelines.n;
	gen->live = b->live;
	gen->n_live = b->n_live;
	gen->n_steps = b->n_steps;
	gen->counters = b->counter;
	gen->n_counters = b->n_counters;
	gen->rule_logs = b->rule_log;
	gen->n_rule_logs = b->n_rule_logs;
	memcpy(gen->dynamic, b->dynamic, sizeof(gen->dynamic));
	gen->times = b->times;
	times_set(gen->times, (int64_t)time(NULL));
	gen->meters = b->meter;
	gen->n_meters = b->n_meters;
	gen->copies = b->copy;
	gen->n_copies = b->n_copies;
	if (build_session_policies(b, 0) < 0)
		return -ENOMEM;
	gen->session_policies = b->session_policy;
	gen->n_session_policies = b->n_session_policies;
	if (owners_build(b, &b->owners) < 0)
		return -ENOMEM;
	for (unsigned i = 0; b->owners != NULL && i < b->n_pools; i++)
		if (owners_reserve(b, b->owners, &b->pool[i]) < 0)
			return -ENOMEM;
	gen->owners = b->owners;
	for (unsigned i = 0; i < b->pipelines.n; i++)
		gen->has_helpers |= b->pipeline[i] != NULL && b->pipeline[i]->traits & TRAIT_HELPS;
	gen->owners_digest = owners_digest(b->owners) + 2u * gen->has_helpers;
	pools_finish(b, gen);
	return 0;
}

struct build *
build_create(const struct build_setup *setup)
{
	struct build *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->setup = *setup;
	b->errors = err_count(setup->err);
	arena_init(&b->arena);
	ids_init(&b->own_tracks, SESSION_POLICIES);
	b->tracks = setup->tracks != NULL ? setup->tracks : &b->own_tracks;
	ids_init(&b->own_logs, RULE_LOGS);
	ids_init(&b->own_dynamics, MEMBERS_SETS);
	b->dynamics = setup->dynamics != NULL ? setup->dynamics : &b->own_dynamics;
	ids_init(&b->own_tallies, TALLY_LINES);
	b->tallies = setup->tallies != NULL ? setup->tallies : &b->own_tallies;
	b->logs = setup->logs != NULL ? setup->logs : &b->own_logs;
	return b;
}

void
build_discard(struct build *b)
{
	if (b == NULL)
		return;
	for (unsigned i = 0; i < b->pipelines.n; i++)
		pipeline_discard(b->pipelines.item[i].what);
	for (unsigned i = 0; i < b->acls.n; i++)
		acl_discard(b->acls.item[i].what);
	for (unsigned i = 0; i < b->routes.n; i++)
		route_table_discard(b->routes.item[i].what);
	for (unsigned i = 0; i < b->sets.n; i++)
		set_destroy(b->sets.item[i].what);
	for (unsigned i = 0; i < b->n_tuple_parts; i++)
		set_destroy(b->tuple_part[i].what);
	for (unsigned i = 0; i <= DOMAINS_MAX; i++)
		set_destroy(b->local[i]);
	own_addresses_discard(b->own);
	owners_discard(b->owners);
	ids_fini(&b->own_tracks);
	ids_fini(&b->own_logs);
	ids_fini(&b->own_dynamics);
	ids_fini(&b->own_tallies);
	arena_fini(&b->arena);
	free(b);
}
