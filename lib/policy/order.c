/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports orders of stages that cannot work, before any packet. */

#include <errno.h>
#include <string.h>

#include "policy/build_priv.h"

/* What later stages may require, or must not find, of earlier ones. */
enum passed {
	PASSED_TRACKS = 1,
	PASSED_ROUTES = 2,
	PASSED_ALL_ROUTED = 4, /* by a stage without a condition */
};

static const char *
name_of(const struct step *step)
{
	return step->stage->table->name;
}

/* Checks that a stage that lets no packet through is the last one. */
static void
check_reached(struct build *b, const struct pipeline *p)
{
	for (unsigned i = 0; i + 1 < p->n; i++) {
		const struct step *step = &p->step[i];

		if ((step->traits & TRAIT_ENDS) == 0 || step->condition != NULL)
			continue;
		err_add(b->setup.err, EINVAL, p->step[i + 1].loc,
			"pipelines.%s: stage '%s' is never reached: every packet ends in '%s'",
			p->name, name_of(&p->step[i + 1]), name_of(step));
		return;
	}
}

/* Returns true if the traits have both a wire and a router. */
static bool
mixed(unsigned traits)
{
	return (traits & TRAIT_WIRE) != 0 && (traits & TRAIT_ROUTES) != 0;
}

static bool visit(struct build *b, struct draft *d);

static bool
follow(struct build *b, struct draft *d, const struct jump *jump, unsigned *words)
{
	struct draft *to = built_find(&b->pipelines, jump->to->name);

	to->is_target = true;
	if (to->state == DRAFT_OPEN) {
		err_add(b->setup.err, EINVAL, jump->loc,
			"pipelines.%s: goto %s leads back to a pipeline that the packet has passed",
			d->pipeline.name, to->pipeline.name);
		return false;
	}
	if (!visit(b, to))
		return false;
	d->pipeline.traits |= to->pipeline.traits;
	d->depth = RTE_MAX(d->depth, to->depth + 1);
	*words = to->action_words > *words ? to->action_words : *words;
	if (d->depth == PIPELINE_JUMPS_MAX + 1 && to->depth == PIPELINE_JUMPS_MAX) {
		err_add(b->setup.err, EINVAL, jump->loc,
			"pipelines.%s: a packet would follow more than %u gotos", d->pipeline.name,
			PIPELINE_JUMPS_MAX);
		return false;
	}
	return true;
}

/* Counts the words that a packet may collect from a step on, backwards: the larger of the number of
 * the steps behind it and that of a goto's target; a step that ends the packet needs none of
 * them. */
static bool
count_words(struct build *b, struct draft *d)
{
	struct pipeline *p = &d->pipeline;

	for (unsigned i = p->n; i-- > 0;) {
		const struct step *step = &p->step[i];
		unsigned behind = d->action_words;

		for (unsigned k = 0; k < step->n_jumps; k++)
			if (!follow(b, d, &step->jumps[k], &behind))
				return false;
		d->action_words = step->action_words
			+ ((step->traits & TRAIT_ENDS) != 0 ? 0 : behind);
		if (d->action_words < behind)
			d->action_words = behind;
		p->traits |= step->traits & ~TRAIT_NEEDS_TRACK & ~TRAIT_NEEDS_ROUTE & ~TRAIT_ENDS
			& ~TRAIT_BEFORE_ROUTE;
	}
	return true;
}

/* Returns true if packets must be judged one by one.  Sessions of packets that are judged together
 * take what they need in order, stage by stage.  That is the order of arrival unless some packets
 * take another way, or lose behind snat what it has given them. */
static bool
is_alone(const struct pipeline *p)
{
	if ((p->traits & TRAIT_TRACKS) == 0)
		return false;
	for (unsigned i = 0; i < p->n; i++) {
		if (p->step[i].n_jumps > 0
			|| ((p->step[i].traits & TRAIT_TRANSLATES) != 0 && i + 1 < p->n))
			return true;
	}
	return false;
}

/* Follows gotos from a pipeline.  Returns false after an error if they form a loop. */
static bool
visit(struct build *b, struct draft *d)
{
	struct pipeline *p = &d->pipeline;

	if (d->state == DRAFT_DONE)
		return true;
	d->state = DRAFT_OPEN;
	if (!count_words(b, d))
		return false;
	d->state = DRAFT_DONE;
	p->alone = is_alone(p);
	if (d->action_words > PROGRAM_ACTIONS_MAX) {
		err_add(b->setup.err, E2BIG, p->step[0].loc,
			"pipelines.%s: a packet could be counted, metered and marked %u times; "
			"the bound is %u",
			p->name, d->action_words, PROGRAM_ACTIONS_MAX);
		d->action_words = 0; /* reported once, not again for pipelines that lead here */
	}
	return true;
}

/* A bridge leaves addresses as they are. */
static void
check_translated(struct build *b, const struct pipeline *p)
{
	for (unsigned i = 0; (p->traits & TRAIT_BRIDGES) != 0 && i < p->n; i++) {
		const struct step *step = &p->step[i];

		if ((step->traits & (TRAIT_TRANSLATES | TRAIT_BEFORE_ROUTE)) != 0)
			err_add(b->setup.err, EINVAL, step->loc,
				"pipelines.%s: '%s' needs 'route' behind it: bridged packets keep their "
				"addresses",
				p->name, name_of(step));
	}
}

static void
check_mixed(struct build *b, const struct pipeline *p)
{
	const struct step *step = p->step;

	if (!mixed(p->traits))
		return;
	while (step->n_jumps == 0 && (step->traits & TRAIT_WIRE) == 0)
		step++;
	err_add(b->setup.err, EINVAL, step->loc,
		"pipelines.%s: '%s' and 'route' exclude each other: %s takes frames "
		"for any station, a router only its own",
		p->name, (p->traits & TRAIT_BRIDGES) != 0 ? "bridge" : "forward",
		(p->traits & TRAIT_BRIDGES) != 0 ? "a bridge" : "a wire");
}

/* Reports a misplaced step; its trait is removed, so that it is reported once. */
static void
misplaced(struct build *b, const struct pipeline *p, struct step *step, unsigned trait,
	const char *why)
{
	err_add(b->setup.err, EINVAL, step->loc, "pipelines.%s: '%s' %s", p->name, name_of(step),
		why);
	step->traits &= ~trait;
}

static void
check_step(struct build *b, const struct pipeline *p, struct step *step, unsigned before)
{
	if ((step->traits & TRAIT_NEEDS_TRACK) != 0 && (before & PASSED_TRACKS) == 0)
		misplaced(b, p, step, TRAIT_NEEDS_TRACK,
			"asks for the state of the session: 'track' has to stand before it");
	if ((step->traits & TRAIT_NEEDS_ROUTE) != 0 && (before & PASSED_ROUTES) == 0)
		misplaced(b, p, step, TRAIT_NEEDS_ROUTE,
			"needs to know where the packet leaves: 'route' has to stand before it");
	if ((step->traits & TRAIT_BEFORE_ROUTE) != 0 && (before & PASSED_ALL_ROUTED) != 0)
		misplaced(b, p, step, TRAIT_BEFORE_ROUTE,
			"changes the destination, but 'route' before it has chosen the way by the old one: "
			"it has to stand before 'route'");
}

/* Returns what is known of packets behind a step. */
static unsigned
passed(const struct step *step, unsigned before)
{
	if ((step->traits & TRAIT_TRACKS) != 0)
		before |= PASSED_TRACKS;
	if ((step->traits & TRAIT_ROUTES) != 0)
		before |= PASSED_ROUTES | (step->condition == NULL ? PASSED_ALL_ROUTED : 0);
	return before;
}

/* Checks that what a stage requires stands before it, on every way to it. */
static void
check_needs(struct build *b, struct draft *d, unsigned before)
{
	struct pipeline *p = &d->pipeline;
	uint64_t bit = 1ull << before;

	if (d->broken || (d->judged & bit) != 0)
		return;
	d->judged |= bit;
	for (unsigned i = 0; i < p->n; i++) {
		struct step *step = &p->step[i];

		check_step(b, p, step, before);
		before = passed(step, before);
		for (unsigned k = 0; k < step->n_jumps; k++)
			check_needs(b, built_find(&b->pipelines, step->jumps[k].to->name), before);
	}
}

static bool
is_entry(const struct build *b, const struct draft *d)
{
	for (unsigned i = 0; b->setup.entry != NULL && i < b->setup.n_ifaces; i++)
		if (b->setup.entry[i] != NULL && strcmp(b->setup.entry[i], d->pipeline.name) == 0)
			return true;
	return !d->is_target;
}

void
order_check(struct build *b)
{
	for (unsigned i = 0; i < b->pipelines.n; i++) {
		struct draft *d = b->pipelines.item[i].what;

		check_reached(b, &d->pipeline);
		if (!visit(b, d))
			return;
	}
	for (unsigned i = 0; i < b->pipelines.n; i++) {
		struct draft *d = b->pipelines.item[i].what;

		if (!is_entry(b, d))
			continue;
		check_mixed(b, &d->pipeline);
		check_translated(b, &d->pipeline);
		check_needs(b, d, 0);
	}
}
