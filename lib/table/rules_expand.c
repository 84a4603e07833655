/* SPDX-License-Identifier: BSD-3-Clause */
/* A rule becomes entries: one for each combination of the values of its lists. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define ENTRIES_MAX 100000u     /* what a trie is built from in a few seconds */

/* Addresses with a label in a run, whose class, under mask, is value. */
struct choice {
	struct rule_range labels;
	uint32_t mask;
	uint32_t value;
};

struct choices {
	struct choice *choice;
	unsigned n;
};

#define DIMENSIONS 6u

/* One rule while it is spread out. */
struct spread {
	const struct rule_match *match;
	struct entries *out;
	enum entry_field field[DIMENSIONS];
	struct runs runs[DIMENSIONS];
	struct choices choices[SIDES];
	struct entry entry;             /* the combination at hand */
};

static int
entries_add(struct entries *out, const struct entry *entry)
{
	if (out->n == ENTRIES_MAX)
		return -E2BIG;
	if (out->n == out->max) {
		unsigned max = RTE_MIN(out->max * 2 + 64, ENTRIES_MAX);
		struct entry *grown = realloc(out->entry, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		out->entry = grown;
		out->max = max;
	}
	out->entry[out->n++] = *entry;
	return 0;
}

static int
build_dimensions(struct spread *s)
{
	static const struct rule_ranges any = { NULL, 0 };
	const struct rule_match *m = s->match;
	const struct {
		enum entry_field field;
		const struct rule_ranges *list;
		uint16_t most;
	} rows[DIMENSIONS] = {
		{ FIELD_PROTO, &m->proto, UINT8_MAX },
		{ FIELD_SPORT, m->icmp.n > 0 ? &m->icmp : &m->sport, UINT16_MAX },
		{ FIELD_DPORT, m->icmp.n > 0 ? &any : &m->dport, UINT16_MAX },
		{ FIELD_IFACE, &m->iface, UINT16_MAX },
		{ FIELD_VLAN, &m->vlan, UINT16_MAX },
		{ FIELD_DSCP, &m->dscp, UINT8_MAX },
	};

	for (unsigned i = 0; i < DIMENSIONS; i++) {
		s->field[i] = rows[i].field;
		if (runs_build(&s->runs[i], rows[i].list, rows[i].most) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The label ranges of a list's prefixes, as far as they are looked up by label. */
struct label_list {
	const struct labels *labels;
	struct rule_range *range;
	unsigned n, max;
	bool plain;             /* one of them is not negated */
};

static int
add_labels(void *arg, const struct prefix *p, bool negated)
{
	struct label_list *list = arg;

	if (list->n == list->max) {
		unsigned max = list->max * 2 + 8;
		struct rule_range *grown = realloc(list->range, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		list->range = grown;
		list->max = max;
	}
	list->range[list->n] = labels_of(list->labels, p);
	list->range[list->n++].negated = negated;
	list->plain = list->plain || !negated;
	return 0;
}

/* Adds a choice for each run of labels that the list's ranges hold for. */
static int
add_choices(struct choices *out, const struct rule_ranges *list, uint32_t mask, uint32_t value)
{
	struct choice *grown;
	struct runs runs;

	if (runs_build(&runs, list, UINT16_MAX) < 0)
		return -ENOMEM;
	grown = realloc(out->choice, (out->n + runs.n + 1) * sizeof(*grown));
	if (grown != NULL) {
		out->choice = grown;
		for (unsigned i = 0; i < runs.n; i++)
			out->choice[out->n++] = (struct choice){ runs.range[i], mask, value };
	}
	runs_fini(&runs);
	return grown != NULL ? 0 : -ENOMEM;
}

/* What a side holds for: its plain labels, or one of its plain classes; without what is negated. */
static int
build_choices(struct choices *out, const struct side_plan *plan, struct label_list *labels)
{
	struct rule_ranges list = { labels->range, labels->n };
	unsigned kept = 0;
	int rc = 0;

	if (labels->plain || plan->plain == 0)
		rc = add_choices(out, &list, plan->negated, 0);
	for (unsigned i = 0; i < labels->n; i++)
		if (labels->range[i].negated)
			labels->range[kept++] = labels->range[i];
	list.n = kept;
	for (uint32_t left = plan->plain & ~plan->negated; left != 0 && rc == 0; left &= left - 1) {
		uint32_t bit = left & -left;

		rc = add_choices(out, &list, plan->negated | bit, bit);
	}
	return rc;
}

static int
build_sides(struct spread *s, const struct expansion *x, uint32_t rule)
{
	int rc = 0;

	for (unsigned side = 0; side < SIDES && rc == 0; side++) {
		const struct side_plan *plan = &x->plan->side[rule][side];
		const struct rule_addresses *list = match_side(s->match, side);
		struct label_list labels = { .labels = &x->labels[side] };
		bool plain = false;

		for (unsigned i = 0; i < list->n; i++)
			plain = plain || !list->address[i].negated;
		rc = plan_each_prefix(plan, list, add_labels, &labels);
		/* Only empty sets: a list that holds for nothing, and not one without plain values. */
		if (rc == 0 && !(plain && !labels.plain && plan->plain == 0))
			rc = build_choices(&s->choices[side], plan, &labels);
		free(labels.range);
	}
	return rc;
}

static void
put_range(struct rte_acl_field *f, const struct rule_range *r)
{
	f->value.u16 = r->first;
	f->mask_range.u16 = r->last;
}

static void
put_bits(struct rte_acl_field *f, uint32_t value, uint32_t mask)
{
	f->value.u32 = value & mask;
	f->mask_range.u32 = mask;
}

static void
put_choice(struct spread *s, enum side side, const struct choice *c)
{
	put_range(&s->entry.field[FIELD_SRC + side], &c->labels);
	put_bits(&s->entry.field[FIELD_SRC_CLASS + side], c->value, c->mask);
}

static int
put_sides(struct spread *s)
{
	const struct choices *src = &s->choices[SRC], *dst = &s->choices[DST];
	int rc = 0;

	for (unsigned i = 0; i < src->n; i++) {
		put_choice(s, SRC, &src->choice[i]);
		for (unsigned k = 0; k < dst->n && rc == 0; k++) {
			put_choice(s, DST, &dst->choice[k]);
			rc = entries_add(s->out, &s->entry);
		}
	}
	return rc;
}

/* Goes through the runs of that dimension and, for each, of those behind it. */
static int
put_dimensions(struct spread *s, unsigned dimension)
{
	const struct runs *runs;
	int rc = 0;

	if (dimension == DIMENSIONS)
		return put_sides(s);
	runs = &s->runs[dimension];
	for (unsigned i = 0; i < runs->n && rc == 0; i++) {
		put_range(&s->entry.field[s->field[dimension]], &runs->range[i]);
		rc = put_dimensions(s, dimension + 1);
	}
	return rc;
}

static void
put_fixed(struct spread *s, uint32_t rule)
{
	const struct rule_match *m = s->match;
	uint8_t parts = match_parts(m), fragment = 0, states = RULE_STATE_ALL;

	s->entry.rule = rule;
	if (m->fragment != RULE_FRAGMENT_ANY)
		fragment = PART_FRAGMENT;
	if (m->fragment == RULE_FRAGMENT_YES)
		parts |= PART_FRAGMENT;
	put_bits(&s->entry.field[FIELD_PARTS], parts, parts | fragment);
	put_bits(&s->entry.field[FIELD_TCP], m->tcp_flags, m->tcp_mask);
	/* A packet has one state: it is among the rule's when it is none of the others. */
	if (m->state != 0)
		states &= m->state;
	put_bits(&s->entry.field[FIELD_STATE], 0, RULE_STATE_ALL & ~states);
}

static int
expand(struct spread *s, const struct expansion *x, uint32_t rule)
{
	int rc = build_dimensions(s);

	if (rc == 0)
		rc = build_sides(s, x, rule);
	put_fixed(s, rule);
	return rc == 0 ? put_dimensions(s, 0) : rc;
}

int
expansion_add(struct expansion *x, const struct rule_match *match, uint32_t rule, struct err *err)
{
	struct spread s = { .match = match, .out = &x->entries };
	int rc;

	/* Ports and ICMP at once: no packet has both, and they share a field. */
	if ((match_parts(match) & PART_ICMP) != 0 && match_parts(match) != PART_ICMP)
		return 0;
	rc = expand(&s, x, rule);
	for (unsigned i = 0; i < DIMENSIONS; i++)
		runs_fini(&s.runs[i]);
	free(s.choices[SRC].choice);
	free(s.choices[DST].choice);
	if (rc == -E2BIG)
		return err_add(err, E2BIG, match->loc, "up to this rule, the lists of the rules "
			"multiply to more than %u combinations; put long lists of addresses into sets",
			ENTRIES_MAX);
	return rc == 0 ? 0 : err_add(err, -rc, match->loc, "out of memory for rules");
}

void
expansion_fini(struct expansion *x)
{
	free(x->entries.entry);
	memset(&x->entries, 0, sizeof(x->entries));
}
