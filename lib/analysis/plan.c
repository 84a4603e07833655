/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "config/compile.h"
#include "nat/nat.h"
#include "policy/build.h"
#include "policy/matcher.h"
#include "schema/document.h"

#define SCRATCH_BYTES ((size_t)4 << 30) /* address space */

/* A plan under construction. */
struct planning {
	struct plan *plan;
	struct build *build;
	const char *acl, *pool; /* that the stage at work refers to */
};

uint64_t
plan_hash(uint64_t hash, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ at[i]) * 0x100000001b3ull;
	return hash ^ hash >> 31;
}

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	return plan_hash(hash, text, strlen(text) + 1);
}

bool
match_admits(const struct rule_match *m, const struct interface *in)
{
	return match_enters(m, in->id, in->vlan);
}

static void *
take(struct planning *p, size_t n, size_t bytes)
{
	void *out = scratch_take(&p->plan->scratch, (n + 1) * bytes);

	if (out != NULL)
		memset(out, 0, (n + 1) * bytes);
	return out;
}

/* A hash of what a match asks for beside its cell and the interface that a packet enters by. */
static uint64_t
hash_rest(const struct planning *p, const struct rule_match *m, uint64_t hash)
{
	const uint8_t words[] = { m->state, m->nat };

	hash = plan_hash(hash, words, sizeof(words));
	hash = plan_hash(hash, &m->tests_hash, sizeof(m->tests_hash));
	for (unsigned i = 0; i < m->length.n; i++) {
		const struct rule_range *r = &m->length.range[i];
		const uint16_t parts[] = { r->first, r->last, r->negated };

		hash = plan_hash(hash, parts, sizeof(parts));
	}
	for (unsigned i = 0; i < m->mac.n; i++) {
		hash = plan_hash(hash, m->mac.mac[i].bytes, sizeof(m->mac.mac[i].bytes));
		hash = plan_hash(hash, &m->mac.mac[i].negated, sizeof(m->mac.mac[i].negated));
	}
	for (unsigned i = 0; i < m->out.n; i++) {
		const struct rule_range *r = &m->out.range[i];

		hash = hash_text(hash, p->plan->gen->iface[r->first]->name);
		hash = plan_hash(hash, &r->negated, sizeof(r->negated));
	}
	return hash;
}

/* Fills the cells of matches; the rest is the caller's. */
static bool
fill_choices(struct planning *p, struct choices *c, const struct rule_match *match, unsigned n)
{
	*c = (struct choices){ .match = match, .n = n };
	c->outcome = take(p, n + 1, sizeof(*c->outcome));
	c->loc = take(p, n + 1, sizeof(*c->loc));
	c->name = take(p, n + 1, sizeof(*c->name));
	for (unsigned f = 0; f < 2; f++) {
		c->cell[f] = take(p, n + 1, sizeof(*c->cell[f]));
		c->cell_id[f] = take(p, n + 1, sizeof(*c->cell_id[f]));
		if (c->cell[f] == NULL || c->cell_id[f] == NULL)
			return false;
		for (unsigned i = 0; i < n; i++) {
			if (!cell_from_match(
				    &p->plan->scratch, &match[i], f == 0 ? 4 : 6, &c->cell[f][i]))
				memset(&c->cell[f][i], 0, sizeof(c->cell[f][i]));
			c->cell_id[f][i] = hash_rest(p, &match[i], cell_hash(&c->cell[f][i]));
		}
	}
	return c->outcome != NULL && c->loc != NULL && c->name != NULL
		&& !p->plan->scratch.exhausted;
}

/* --- access lists --- */

static bool
plan_list(struct planning *p, const struct acl_cfg *acl, struct choices *out)
{
	struct match_list list = { .quiet = true };
	uint64_t default_value = acl->default_action;

	for (unsigned i = 0; i < acl->rules.count; i++)
		if (match_add(p->build, &list, &acl->rules.items[i].head,
			    &acl->rules.items[i].match, i)
			< 0)
			return false;
	if (!fill_choices(p, out, list.match, list.n))
		return false;
	out->in_list = true;
	out->answers = matcher_answers(&list, p->plan->gen);
	for (unsigned i = 0; i < list.n; i++) {
		const struct rule_cfg *rule = &acl->rules.items[list.written[i]];
		uint64_t action = rule->action, with = rule->with;

		out->loc[i] = rule->head.loc;
		out->name[i] = rule->name;
		out->outcome[i] = plan_hash(0, &action, sizeof(action));
		out->outcome[i] = plan_hash(out->outcome[i], &with, sizeof(with));
		for (unsigned k = 0; k < rule->add.count; k++)
			out->outcome[i] = hash_text(out->outcome[i] + 1, rule->add.items[k].set);
		if (rule->jump != NULL)
			out->outcome[i] = hash_text(out->outcome[i], rule->jump);
		if (rule->call != NULL)
			out->outcome[i] = hash_text(out->outcome[i], rule->call);
		p->plan->calls |= rule->call != NULL || rule->action == ACL_CONTINUE;
	}
	out->outcome[list.n] = plan_hash(0, &default_value, sizeof(default_value));
	out->loc[list.n] = cfg_loc(&acl->head, &acl->default_action);
	out->name[list.n] = "default";
	return true;
}

static bool
plan_lists(struct planning *p)
{
	const struct policy_cfg *cfg = &p->plan->cfg->policy;

	p->plan->list = take(p, cfg->acls.count, sizeof(*p->plan->list));
	for (unsigned i = 0; i < cfg->acls.count && p->plan->list != NULL; i++)
		if (!plan_list(p, &cfg->acls.items[i], &p->plan->list[i]))
			return false;
	return p->plan->list != NULL;
}

/* --- port forwards --- */

/* What a forward without a list takes of the packets that its stage is for. */
static const struct rule_match *
alone(struct planning *p, const struct fixed_translation *f)
{
	static const struct rule_range by_port[] = {
		{ IPPROTO_TCP, IPPROTO_TCP, false },
		{ IPPROTO_UDP, IPPROTO_UDP, false },
		{ IPPROTO_UDPLITE, IPPROTO_UDPLITE, false },
		{ IPPROTO_DCCP, IPPROTO_DCCP, false },
		{ IPPROTO_SCTP, IPPROTO_SCTP, false },
	};
	struct rule_match *m = take(p, 1, sizeof(*m));
	struct rule_range *ports = take(p, 1, sizeof(*ports));
	struct rule_address *to = take(p, 1, sizeof(*to));

	if (m == NULL || ports == NULL || to == NULL)
		return NULL;
	to->prefix = (struct prefix){
		.family = f->family, .length = f->length, .address = f->from
	};
	m->dst = (struct rule_addresses){ to, 1 };
	if (f->high == 0)
		return m;
	*ports = (struct rule_range){ f->low, f->high, false };
	m->dport = (struct rule_ranges){ ports, 1 };
	m->proto = (struct rule_ranges){ by_port, RTE_DIM(by_port) };
	return m;
}

/* The matches of a list of forwards stand behind each other in one array. */
static const struct rule_match *
matches_of(struct planning *p, const struct stage *stage, const void *instance, unsigned *n)
{
	const struct rule_match *first = NULL;
	struct fixed_translation f;

	*n = 0;
	for (unsigned i = 0; stage->fixed(instance, i, &f); i++) {
		if (!f.has_match) {
			*n = 1;
			return alone(p, &f);
		}
		if (first == NULL)
			first = f.match;
		*n += f.n_matches;
	}
	return first;
}

static bool
plan_forwards(struct planning *p, struct plan_step *s)
{
	const struct stage *stage = s->step->stage;
	const struct rule_match *match;
	struct fixed_translation f;
	unsigned n, at = 0;

	match = matches_of(p, stage, s->step->instance, &n);
	s->choices = take(p, 1, sizeof(*s->choices));
	s->forward = take(p, n, sizeof(*s->forward));
	if (s->choices == NULL || s->forward == NULL || !fill_choices(p, s->choices, match, n))
		return false;
	for (unsigned i = 0; stage->fixed(s->step->instance, i, &f); i++) {
		unsigned of = f.has_match ? f.n_matches : 1;

		for (unsigned k = 0; k < of && at < n; k++, at++) {
			const uint16_t port[3] = { f.port, f.low, f.high };

			s->forward[at] = f;
			s->choices->loc[at] = s->loc;
			s->choices->outcome[at] = plan_hash(
				plan_hash(f.domain + 1u, &f.to, sizeof(f.to)), port, sizeof(port));
		}
	}
	s->choices->loc[n] = s->loc;
	return true;
}

/* --- steps --- */

static void
note_reference(void *arg, const char *section, const char *name)
{
	struct planning *p = arg;

	if (strcmp(section, "acls") == 0)
		p->acl = name;
	if (strcmp(section, "nat") == 0)
		p->pool = name;
}

/* What decides nothing about a packet's way: how long sessions stay, and what limits them. */
static bool
counts(enum plan_kind kind, const char *line)
{
	if (kind == PLAN_TRACK)
		return strstr(line, "invalid:") != NULL || strstr(line, "loose:") != NULL;
	if (kind == PLAN_DNAT)
		return strstr(line, "neutral:") != NULL;
	return kind == PLAN_OTHER || kind == PLAN_RPF || kind == PLAN_SNAT;
}

/* A hash of a pool's domain, its first address of IPv4 and all of IPv6. */
static uint64_t
hash_pool(const struct nat_pool_spec *pool, uint64_t hash)
{
	hash = plan_hash(hash, &pool->domain, sizeof(pool->domain));
	if (pool->n_addresses > 0)
		hash = plan_hash(hash, pool->addresses, sizeof(pool->addresses[0]));
	return plan_hash(hash, pool->addresses6, pool->n_addresses6 * sizeof(pool->addresses6[0]));
}

/* A hash of what the stage says; of acl, dnat and route it is in what they refer to. */
static uint64_t
hash_step(struct planning *p, const struct cfg_choice *choice, enum plan_kind kind)
{
	uint64_t hash = hash_text(0xcbf29ce484222325ull, choice->table->name);
	char *text = NULL, *save = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);
	int pool = p->pool != NULL ? build_find_pool(p->build, p->pool) : -1;

	if (f == NULL)
		return 0;
	cfg_print(choice->table, choice->config, DOCUMENT_DEFAULTS_IN, f);
	fclose(f);
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save))
		if (counts(kind, line))
			hash = hash_text(hash, line);
	free(text);
	return pool >= 0 ? hash_pool(build_pool(p->build, (unsigned)pool), hash) : hash;
}

/* Adds the domain of the addresses that stage snat has, wherever it comes from. */
static uint64_t
hash_domain(const struct step *step, uint64_t hash)
{
	struct fixed_translation f;

	return step->stage->fixed(step->instance, 0, &f) ? plan_hash(hash, &f.domain, 1) : hash;
}

static enum plan_kind
kind_of(const char *name)
{
	return strcmp(name, "acl") == 0      ? PLAN_ACL
		: strcmp(name, "dnat") == 0  ? PLAN_DNAT
		: strcmp(name, "route") == 0 ? PLAN_ROUTE
		: strcmp(name, "track") == 0 ? PLAN_TRACK
		: strcmp(name, "rpf") == 0   ? PLAN_RPF
		: strcmp(name, "snat") == 0  ? PLAN_SNAT
					     : PLAN_OTHER;
}

static bool
plan_condition(struct planning *p, struct plan_step *s)
{
	const struct match_list *list;

	if (s->step->condition == NULL)
		return true;
	list = matcher_list(s->step->condition);
	if (!fill_choices(p, &s->condition, list->match, list->n))
		return false;
	s->condition.answers = matcher_answers(list, p->plan->gen);
	for (unsigned i = 0; i <= list->n; i++)
		s->condition.loc[i] = s->loc;
	for (unsigned i = 0; i < list->n; i++)
		s->condition.outcome[i] = 1;
	return true;
}

static bool
plan_one_step(struct planning *p, const struct cfg_choice *choice, const struct step *step,
	struct plan_step *s)
{
	const struct policy_cfg *cfg = &p->plan->cfg->policy;

	p->acl = p->pool = NULL;
	document_each_reference(choice->table, choice->config, note_reference, p);
	s->step = step;
	s->kind = kind_of(choice->table->name);
	s->loc = choice->loc;
	s->says = hash_step(p, choice, s->kind);
	if (s->kind == PLAN_SNAT)
		s->says = hash_domain(step, s->says);
	for (unsigned i = 0; s->kind == PLAN_ACL && p->acl != NULL && i < cfg->acls.count; i++)
		if (cfg->acls.items[i].head.name != NULL
			&& strcmp(cfg->acls.items[i].head.name, p->acl) == 0)
			s->choices = &p->plan->list[i];
	return plan_condition(p, s) && (s->kind != PLAN_DNAT || plan_forwards(p, s));
}

static bool
plan_pipelines(struct planning *p)
{
	const struct policy_cfg *cfg = &p->plan->cfg->policy;
	struct plan *plan = p->plan;

	plan->n_pipelines = plan->gen->n_pipelines;
	plan->pipeline = take(p, plan->n_pipelines, sizeof(*plan->pipeline));
	for (unsigned i = 0; i < plan->n_pipelines && plan->pipeline != NULL; i++) {
		struct plan_pipeline *out = &plan->pipeline[i];

		out->pipeline = plan->gen->pipelines[i];
		out->n = out->pipeline->n;
		out->step = take(p, out->n, sizeof(*out->step));
		for (unsigned k = 0; k < out->n; k++)
			if (out->step == NULL
				|| !plan_one_step(p, &cfg->pipelines.items[i].stages.items[k],
					&out->pipeline->step[k], &out->step[k]))
				return false;
	}
	return plan->pipeline != NULL;
}

struct plan *
plan_create(const struct config *cfg, const struct generation *gen)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct planning p = { .plan = plan, .build = generation_builder(gen) };

	if (plan == NULL || !scratch_init(&plan->scratch, SCRATCH_BYTES)) {
		free(plan);
		return NULL;
	}
	plan->gen = gen;
	plan->cfg = cfg;
	plan->complete = plan_lists(&p) && plan_pipelines(&p);
	if (!plan->complete) {
		plan_destroy(plan);
		return NULL;
	}
	return plan;
}

void
plan_destroy(struct plan *p)
{
	if (p == NULL)
		return;
	scratch_fini(&p->scratch);
	free(p);
}

const struct plan_pipeline *
plan_find(const struct plan *p, const struct pipeline *pipeline)
{
	for (unsigned i = 0; i < p->n_pipelines; i++)
		if (p->pipeline[i].pipeline == pipeline)
			return &p->pipeline[i];
	return NULL;
}
