/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions that are asked last: from the words limit, quota and rpf of a match to answers. */

#include "policy/condition.h"

#include <errno.h>
#include <string.h>

#include "base/counter.h"
#include "base/limiter.h"
#include "policy/build_priv.h"
#include "policy/match.h"
#include "policy/reverse_path.h"
#include "session/session.h"
#include "session/tally.h"

/* --- building --- */

bool
condition_is_written(const struct cfg_head *head, const struct match_cfg *m)
{
	return cfg_is_written(head, &m->limit) || cfg_is_written(head, &m->quota) || m->rpf != 0
		|| cfg_is_written(head, &m->rpf);
}

static int
add(struct build *b, struct match_list *list, const struct match_condition *c)
{
	if (list->n_conditions == list->conditions_room) {
		void *more = build_grow(
			b, list->condition, list->n_conditions, &list->conditions_room, sizeof(*c));

		if (more == NULL)
			return build_no_memory(b);
		list->condition = more;
	}
	list->condition[list->n_conditions++] = *c;
	return 0;
}

/* Adds a condition on the meter of that number, or the error that it is instead. */
static int
add_meter(struct build *b, struct match_list *list, int number, struct match_condition c)
{
	if (number < 0)
		return number;
	c.number = (uint32_t)number;
	return add(b, list, &c);
}

static int
add_limit(struct build *b, struct match_list *list, const struct limit_match_cfg *cfg)
{
	struct match_condition rate = {
		.kind = CONDITION_RATE, .over = cfg->over, .dropped = cfg->dropped
	};
	struct match_condition sessions = { .kind = CONDITION_SESSIONS, .over = cfg->over };
	int rc = limit_check(b, cfg);

	if (rc < 0)
		return rc;
	if (cfg->rate.value != 0)
		rc |= add_meter(
			b, list, list->quiet ? 0 : build_limit_rate(b, cfg, &list->line), rate);
	if (cfg->sessions != 0)
		rc |= add_meter(b, list,
			list->quiet ? 0 : build_limit_sessions(b, cfg, &list->line), sessions);
	list->state |= cfg->sessions != 0;
	return rc;
}

static int
add_rpf(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m)
{
	struct match_condition c = {
		.kind = CONDITION_RPF,
		.number = m->rpf,
		.rpf = &b->rpf,
	};

	if (b->rpf_loc.line == 0)
		b->rpf_loc = cfg_loc(head, &m->rpf);
	return add(b, list, &c);
}

/* A hash of what the conditions ask, for comparisons with other configurations. */
static uint64_t
hash_of(const struct match_cfg *m)
{
	const struct limit_match_cfg *l = &m->limit;
	const uint64_t says[] = { l->rate.value, l->rate.unit, l->rate.seconds, l->sessions, l->per,
		l->burst, l->over, l->dropped, m->quota.bytes, m->quota.over, m->rpf };
	uint64_t hash = 0xcbf29ce484222325ull;

	for (unsigned i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		hash = (hash ^ says[i]) * 0x100000001b3ull;
	return hash;
}

int
conditions_add(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m, struct rule_match *match)
{
	const struct match_condition quota = { .kind = CONDITION_QUOTA, .over = m->quota.over };
	bool over = (m->limit.over && cfg_is_written(head, &m->limit))
		|| (m->quota.over && cfg_is_written(head, &m->quota));
	unsigned first = list->n_conditions;
	int rc = 0;

	if (!condition_is_written(head, m))
		return 0;
	if (m->rpf != 0 && m->rpf != RPF_ALL)
		rc = add_rpf(b, list, head, m);
	if (m->quota.bytes != 0)
		rc |= add_meter(
			b, list, list->quiet ? 0 : build_quota(b, &m->quota, &list->line), quota);
	if (cfg_is_written(head, &m->limit))
		rc |= add_limit(b, list, &m->limit);
	match->condition = first;
	match->n_conditions = (uint8_t)(list->n_conditions - first);
	match->seldom = over || (m->rpf != 0 && (m->rpf & RPF_BACK) == 0);
	match->tests_hash = (match->tests_hash ^ hash_of(m)) * 0x9e3779b97f4a7c15ull;
	return rc < 0 ? -EINVAL : 0;
}

/* --- asking --- */

static unsigned
share(const struct eval *ev, unsigned most)
{
	unsigned workers = ev->gen->n_sharing > 0 ? ev->gen->n_sharing : 1;

	return (unsigned)(((uint64_t)most + workers - 1) / workers);
}

/* The addresses of the packet as rules see them; of a session those of its first direction. */
static const union address *
address_of(const struct eval *ev, enum meter_per per, bool of_session)
{
	bool source = (per == METER_SOURCE) != (of_session && ev->reply);

	return source ? &ev->tuple.src : &ev->tuple.dst;
}

/* Returns the domain that this address is known in: a session or a translation may lead its
 * destination into another one than that of the ingress interface. */
static uint8_t
domain_of(const struct eval *ev, enum meter_per per, bool of_session)
{
	bool source = (per == METER_SOURCE) != (of_session && ev->reply);

	return source || ev->to_domain == DOMAIN_NONE ? ev->tuple.domain : ev->to_domain;
}

/* Returns room to note what is taken, or NULL: a packet asks too many limits. */
static struct eval_take *
note_take(struct eval *ev, uint32_t meter, const struct meter_spec *spec)
{
	struct eval_take *t;

	if (ev->n_takes == EVAL_TAKES_MAX)
		return NULL;
	t = &ev->takes[ev->n_takes];
	*t = (struct eval_take){ .meter = meter };
	if (spec->per != METER_ALL) {
		t->address = *address_of(ev, (enum meter_per)spec->per, spec->most_sessions != 0);
		t->family = ev->tuple.family;
		t->domain = domain_of(ev, (enum meter_per)spec->per, spec->most_sessions != 0);
	}
	return t;
}

static bool
rate_keeps(const struct eval *ev, const struct eval_take *t)
{
	struct limiter_key key = {
		.family = t->family, .domain = t->domain, .owner = ev->view->iface
	};

	memcpy(key.bytes, t->address.bytes, sizeof(key.bytes));
	return limiter_may(ev->worker->limiters[t->meter], &key, ev->view->l3_bytes, ev->now_ns);
}

static bool
sessions_keep(const struct eval *ev, const struct meter_spec *spec, const struct eval_take *t)
{
	const struct tally_key key = {
		.address = t->address,
		.family = t->family,
		.domain = t->domain,
		.line = spec->tally,
	};
	uint32_t session = ev->session != NULL && ev->session != ev->fresh
		? session_index(ev->sessions, ev->session)
		: 0;

	return ev->sessions == NULL || ev->sessions->tally == NULL
		|| tally_may(ev->sessions->tally, session, &key, share(ev, spec->most_sessions));
}

static bool
quota_keeps(const struct eval *ev, const struct meter_spec *spec, const struct eval_take *t)
{
	uint64_t used = __atomic_load_n(ev->worker->used[t->meter], __ATOMIC_RELAXED);

	return used < spec->quota && ev->view->l3_bytes <= spec->quota - used;
}

bool
condition_keeps(uint32_t meter, struct eval *ev)
{
	const struct meter_spec *spec = &ev->gen->meters[meter];
	struct eval_take *t;
	bool keeps;

	if (ev->worker == NULL)
		return true; /* nothing is counted where there is no traffic */
	t = note_take(ev, meter, spec);
	keeps = t != NULL
		&& (spec->most_sessions != 0       ? sessions_keep(ev, spec, t)
				: spec->quota != 0 ? quota_keeps(ev, spec, t)
						   : rate_keeps(ev, t));
	ev->n_takes += keeps;
	/* A session keeps its place, so its flows need not be judged again. */
	if (!keeps || spec->most_sessions == 0)
		ev->used_fields |= FIELD_LIMIT;
	if (!ev->dry)
		counter_add(
			keeps ? &ev->worker->asked[meter]->within : &ev->worker->asked[meter]->over,
			1);
	return keeps;
}

static const char *
kind_text(enum condition_kind kind)
{
	static const char *const text[] = {
		[CONDITION_RPF] = "rpf",
		[CONDITION_RATE] = "limit",
		[CONDITION_SESSIONS] = "limit of sessions",
		[CONDITION_QUOTA] = "quota",
	};

	return text[kind];
}

static bool
holds(const struct match_condition *c, struct eval *ev)
{
	static const char *const way[] = {
		[RPF_BACK] = "the route to the source leads back",
		[RPF_ELSEWHERE] = "the route to the source leads elsewhere",
		[RPF_NONE] = "there is no route to the source",
	};
	enum rpf_found found;
	bool keeps;

	if (c->kind == CONDITION_RPF) {
		found = rpf_find(c->rpf->table, ev);
		eval_note(ev, "%s: rpf: %s", ev->stage, way[found]);
		return (c->number & found) != 0;
	}
	keeps = condition_keeps(c->number, ev);
	if (keeps && ev->n_takes > 0)
		ev->takes[ev->n_takes - 1].always = c->dropped;
	eval_note(ev, "%s: %s: the packet %s", ev->stage, kind_text(c->kind),
		keeps ? "keeps to it" : "exceeds it");
	return keeps != c->over;
}

/* Returns true if a condition depends on packets that are judged together with this one. */
static bool
takes(const struct match_condition *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (c[i].kind != CONDITION_RPF)
			return true;
	return false;
}

bool
conditions_hold(const struct match_list *list, const struct rule_match *match, struct eval *ev)
{
	const struct match_condition *c = &list->condition[match->condition];
	unsigned before = ev->n_takes;

	ev->takes_own = ev->n_takes;
	if (ev->together && takes(c, match->n_conditions)) {
		ev->deferred = ev->done = true;
		return false;
	}
	for (unsigned i = 0; i < match->n_conditions; i++) {
		unsigned n = ev->n_takes;

		if (holds(&c[i], ev))
			continue;
		/* A packet takes from the limit that it keeps to where the match asks for those
		 * that exceed it, and from nothing else of a match that does not hold. */
		if (ev->n_takes > n)
			ev->takes[before++] = ev->takes[n];
		ev->n_takes = (uint8_t)before;
		return false;
	}
	return true;
}

void
conditions_stay(struct eval *ev)
{
	for (unsigned i = ev->takes_own; i < ev->n_takes; i++)
		ev->takes[i].always = true;
}
