/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "policy/build.h"

#define SCRATCH_BYTES ((size_t)1 << 30) /* address space */

static void *
take(struct pairs *p, size_t n, size_t bytes)
{
	void *out = scratch_take(&p->scratch, (n + 1) * bytes);

	if (out != NULL)
		memset(out, 0, (n + 1) * bytes);
	else
		p->complete = false;
	return out;
}

static unsigned
family_index(const struct pairs *p)
{
	return p->family == 4 ? 0 : 1;
}

static bool
fill_dead(struct pairs *p, enum side side, const struct choices *c, struct pair_choices *out)
{
	out->dead = take(p, c->n, sizeof(*out->dead));
	out->partner = take(p, c->n, sizeof(*out->partner));
	if (out->dead == NULL || out->partner == NULL)
		return false;
	for (unsigned i = 0; i < c->n; i++) {
		out->partner[i] = ALIGN_NONE;
		out->dead[i] = cell_is_empty(&c->cell[family_index(p)][i])
			|| !match_admits(&c->match[i], p->in[side]);
	}
	out->partner[c->n] = ALIGN_NONE;
	return true;
}

/* The hashes of choices with what they lead to, 0 for dead ones. */
static uint64_t *
ids_of(struct pairs *p, const struct choices *c, const struct pair_choices *pc)
{
	uint64_t *id = take(p, c->n, sizeof(*id));

	for (unsigned i = 0; i < c->n && id != NULL; i++)
		id[i] = pc->dead[i] ? 0
				    : plan_hash(c->cell_id[family_index(p)][i], &c->outcome[i],
					      sizeof(c->outcome[i]))
				| 1;
	return id;
}

static bool
pair_lists(
	struct pairs *p, const struct choices *const c[SIDES], struct pair_choices *const pc[SIDES])
{
	struct align_side side[SIDES];

	for (unsigned s = 0; s < SIDES; s++) {
		side[s] = (struct align_side){ ids_of(p, c[s], pc[s]), c[s]->n, pc[s]->partner };
		if (side[s].id == NULL)
			return false;
	}
	if (!align(&side[OLD], &side[NEW]))
		return false;
	if (c[OLD]->outcome[c[OLD]->n] == c[NEW]->outcome[c[NEW]->n]) {
		pc[OLD]->partner[c[OLD]->n] = c[NEW]->n;
		pc[NEW]->partner[c[NEW]->n] = c[OLD]->n;
	}
	return true;
}

/* A step by what it says and for whom. */
static uint64_t
step_id(struct pairs *p, enum side side, const struct plan_step *s, struct pair_step *ps)
{
	uint64_t hash = s->says, *id, has = s->step->condition != NULL;

	hash = plan_hash(hash, &has, sizeof(has));
	if (s->kind == PLAN_SNAT) /* it compares the domains that a packet enters and leaves by */
		hash = plan_hash(hash, &p->in[side]->domain, sizeof(p->in[side]->domain));
	if (s->step->condition == NULL)
		return hash | 1;
	if (!fill_dead(p, side, &s->condition, &ps->condition))
		return 0;
	id = ids_of(p, &s->condition, &ps->condition);
	for (unsigned i = 0; i < s->condition.n && id != NULL; i++)
		if (id[i] != 0)
			hash = plan_hash(hash, &id[i], sizeof(id[i]));
	return hash | 1;
}

static bool
fill_steps(struct pairs *p, enum side side, struct pair_pipeline *pp, struct align_side *out)
{
	const struct plan_pipeline *of = pp->of[side];
	uint64_t *id = take(p, of->n, sizeof(*id));
	uint32_t *partner = take(p, of->n, sizeof(*partner));

	pp->step[side] = take(p, of->n, sizeof(*pp->step[side]));
	if (id == NULL || partner == NULL || pp->step[side] == NULL)
		return false;
	for (unsigned i = 0; i < of->n; i++) {
		struct pair_step *ps = &pp->step[side][i];

		id[i] = step_id(p, side, &of->step[i], ps);
		if (of->step[i].choices != NULL
			&& !fill_dead(p, side, of->step[i].choices, &ps->choices))
			return false;
	}
	*out = (struct align_side){ id, of->n, partner };
	return true;
}

static bool
pair_steps(struct pairs *p, struct pair_pipeline *pp)
{
	struct align_side side[SIDES];

	if (!fill_steps(p, OLD, pp, &side[OLD]) || !fill_steps(p, NEW, pp, &side[NEW])
		|| !align(&side[OLD], &side[NEW]))
		return false;
	for (unsigned s = 0; s < SIDES; s++)
		for (unsigned i = 0; i < pp->of[s]->n; i++)
			pp->step[s][i].partner = side[s].partner[i];
	for (unsigned i = 0; i < pp->of[OLD]->n; i++) {
		uint32_t k = side[OLD].partner[i];
		const struct choices *c[SIDES];
		struct pair_choices *pc[SIDES];

		if (k == ALIGN_NONE || pp->of[OLD]->step[i].choices == NULL
			|| pp->of[NEW]->step[k].choices == NULL)
			continue;
		c[OLD] = pp->of[OLD]->step[i].choices;
		c[NEW] = pp->of[NEW]->step[k].choices;
		pc[OLD] = &pp->step[OLD][i].choices;
		pc[NEW] = &pp->step[NEW][k].choices;
		if (!pair_lists(p, c, pc))
			return false;
	}
	return true;
}

/* Steps of a pipeline that the other plan has not: all have changed. */
static bool
alone(struct pairs *p, enum side side, struct pair_pipeline *pp)
{
	struct align_side unused;

	if (!fill_steps(p, side, pp, &unused))
		return false;
	for (unsigned i = 0; i < pp->of[side]->n; i++)
		pp->step[side][i].partner = ALIGN_NONE;
	return true;
}

static const struct plan_pipeline *
by_name(const struct plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->n_pipelines; i++)
		if (strcmp(plan->pipeline[i].pipeline->name, name) == 0)
			return &plan->pipeline[i];
	return NULL;
}

static void
add(struct pairs *p, const char *name)
{
	for (unsigned i = 0; i < p->n; i++)
		if (i > 0 && strcmp(p->pipeline[i].name, name) == 0)
			return;
	if (p->n == PAIRS_MAX) {
		p->complete = false;
		return;
	}
	p->pipeline[p->n] = (struct pair_pipeline){ .name = name };
	for (unsigned s = 0; s < SIDES; s++)
		p->pipeline[p->n].of[s] = by_name(p->plan[s], name);
	p->n++;
}

static void
add_jumps(struct pairs *p, const struct plan_pipeline *of)
{
	for (unsigned i = 0; of != NULL && i < of->n; i++)
		for (unsigned k = 0; k < of->step[i].step->n_jumps; k++)
			add(p, of->step[i].step->jumps[k].to->name);
}

struct pairs *
pairs_create(const struct plan *const plan[SIDES], const struct interface *const in[SIDES],
	unsigned family)
{
	struct pairs *p = calloc(1, sizeof(*p));

	if (p == NULL || !scratch_init(&p->scratch, SCRATCH_BYTES)) {
		free(p);
		return NULL;
	}
	p->family = family;
	p->complete = true;
	p->n = 1;
	for (unsigned s = 0; s < SIDES; s++) {
		p->plan[s] = plan[s];
		p->in[s] = in[s];
		p->pipeline[0].of[s] = plan_find(plan[s], in[s]->pipeline);
	}
	p->pipeline[0].name = in[OLD]->pipeline->name;
	for (unsigned i = 0; i < p->n; i++) {
		struct pair_pipeline *pp = &p->pipeline[i];
		bool both = pp->of[OLD] != NULL && pp->of[NEW] != NULL;

		if (both ? !pair_steps(p, pp) : !alone(p, pp->of[OLD] != NULL ? OLD : NEW, pp)) {
			pairs_destroy(p);
			return NULL;
		}
		add_jumps(p, pp->of[OLD]);
		add_jumps(p, pp->of[NEW]);
	}
	return p;
}

void
pairs_destroy(struct pairs *p)
{
	if (p == NULL)
		return;
	scratch_fini(&p->scratch);
	free(p);
}

const struct pair_pipeline *
pairs_find(const struct pairs *p, enum side side, const struct pipeline *pipeline)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->pipeline[i].of[side] != NULL
			&& p->pipeline[i].of[side]->pipeline == pipeline)
			return &p->pipeline[i];
	return NULL;
}

static bool
choices_differ(const struct choices *c, const struct pair_choices *pc)
{
	for (unsigned i = 0; i <= c->n; i++)
		if (!pc->dead[i] && pc->partner[i] == ALIGN_NONE)
			return true;
	return false;
}

bool
pairs_differ(const struct pairs *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct pair_pipeline *pp = &p->pipeline[i];

		for (unsigned s = 0; s < SIDES; s++) {
			for (unsigned k = 0; pp->of[s] != NULL && k < pp->of[s]->n; k++) {
				const struct pair_step *ps = &pp->step[s][k];

				if (ps->partner == ALIGN_NONE)
					return true;
				if (pp->of[s]->step[k].choices != NULL
					&& choices_differ(pp->of[s]->step[k].choices, &ps->choices))
					return true;
			}
		}
	}
	return false;
}
