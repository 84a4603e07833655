/* SPDX-License-Identifier: BSD-3-Clause */
/* A rule becomes entries: one for each combination of the values of its lists.
 *
 * A list of many prefixes becomes an address class when the combinations would be many: the class
 * costs each packet one more look-up, and the entries one value instead of many. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define ENTRIES_MAX 100000u     /* of one family: what a trie is built from in a few seconds */
#define CLASS_ABOVE 64u         /* combinations of a rule from which prefixes become a class */

enum { SRC, DST, SIDES };
enum { IP4, IP6, FAMILIES };

struct dimension {
	enum entry_field field;
	struct runs runs;
};
#define DIMENSIONS 6u

/* One rule while it is spread out. */
struct spread {
	const struct rule_match *match;
	struct expansion *x;
	struct err *err;
	struct dimension dim[DIMENSIONS];
	struct choices choices[SIDES][FAMILIES];
	bool by_class[SIDES];
	struct entries *out;
	unsigned family;                /* IP4 or IP6: of out */
	struct entry entry;             /* the combination at hand */
};

static const struct rule_addresses *
side_list(const struct spread *s, unsigned side)
{
	return side == SRC ? &s->match->src : &s->match->dst;
}

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
		s->dim[i].field = rows[i].field;
		if (runs_build(&s->dim[i].runs, rows[i].list, rows[i].most) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int
build_choices(struct spread *s)
{
	for (unsigned side = 0; side < SIDES; side++) {
		for (unsigned family = 0; family < FAMILIES; family++) {
			int rc = choices_build(&s->choices[side][family], side_list(s, side),
				family == IP4 ? 4 : 6, &s->x->plan);

			if (rc == -ENOMEM)
				return rc;
		}
	}
	return 0;
}

/* The combinations of the rule, of the family that has more. */
static uint64_t
count_combinations(const struct spread *s)
{
	uint64_t ranges = 1;
	unsigned src4 = s->choices[SRC][IP4].n, src6 = s->choices[SRC][IP6].n;
	unsigned dst4 = s->choices[DST][IP4].n, dst6 = s->choices[DST][IP6].n;

	for (unsigned i = 0; i < DIMENSIONS && ranges <= UINT32_MAX; i++)
		ranges *= s->dim[i].runs.n;
	return RTE_MIN(ranges, UINT32_MAX) * RTE_MAX(src4 * dst4, src6 * dst6);
}

/* Puts classes in the place of one side's prefixes. */
static int
use_classes(struct spread *s, unsigned side)
{
	const struct rule_addresses *list = side_list(s, side);
	struct list_classes made;
	int rc = list_classes_make(&made, list, &s->x->plan);

	s->by_class[side] = true;
	for (unsigned family = 0; family < FAMILIES && rc == 0; family++) {
		choices_fini(&s->choices[side][family]);
		rc = choices_by_class(&s->choices[side][family], list, &made, &s->x->plan);
	}
	return rc;
}

/* Where the combinations are too many, the side with more prefixes changes to classes, then the
 * other, as long as there are bits. */
static int
limit_combinations(struct spread *s)
{
	unsigned n[SIDES];
	int rc = 0;

	for (unsigned round = 0; round < SIDES && count_combinations(s) > CLASS_ABOVE; round++) {
		unsigned side;

		for (side = 0; side < SIDES; side++)
			n[side] = s->by_class[side] ? 0 :
				RTE_MAX(s->choices[side][IP4].n, s->choices[side][IP6].n);
		side = n[DST] > n[SRC] ? DST : SRC;
		if (n[side] > 1 && rc == 0)
			rc = use_classes(s, side);
	}
	return rc == -ENOMEM ? rc : 0;
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
put_choice(struct spread *s, unsigned side, const struct choice *c)
{
	enum entry_field first = side == SRC ? FIELD_SRC : FIELD_DST;
	unsigned words = s->family == IP4 ? 1 : 4;

	for (unsigned i = 0; i < words; i++) {
		struct rte_acl_field *f = &s->entry.field[first + i];
		rte_be32_t word;

		memcpy(&word, &c->prefix.address.bytes[4 * i], sizeof(word));
		f->value.u32 = rte_be_to_cpu_32(word);
		f->mask_range.u32 = c->prefix.length <= 32 * i ? 0 :
			RTE_MIN(c->prefix.length - 32 * i, 32u);
	}
	put_bits(&s->entry.field[side == SRC ? FIELD_SRC_CLASS : FIELD_DST_CLASS], c->value, c->mask);
}

static int
put_sides(struct spread *s)
{
	const struct choices *src = &s->choices[SRC][s->family], *dst = &s->choices[DST][s->family];
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

/* Goes through the runs of the dimension-th list and what follows. */
static int
put_dimensions(struct spread *s, unsigned dimension)
{
	const struct dimension *d = &s->dim[dimension];
	int rc = 0;

	if (dimension == DIMENSIONS)
		return put_sides(s);
	for (unsigned i = 0; i < d->runs.n && rc == 0; i++) {
		put_range(&s->entry.field[d->field], &d->runs.range[i]);
		rc = put_dimensions(s, dimension + 1);
	}
	return rc;
}

static void
put_fixed(struct spread *s, uint32_t rule)
{
	const struct rule_match *m = s->match;
	uint8_t parts = match_parts(m), fragment = 0, states = RULE_STATE_ALL;

	memset(&s->entry, 0, sizeof(s->entry));
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
expand(struct spread *s, uint32_t rule)
{
	uint64_t combinations;
	int rc = build_dimensions(s);

	if (rc == 0)
		rc = build_choices(s);
	if (rc == 0)
		rc = limit_combinations(s);
	if (rc < 0)
		return err_add(s->err, ENOMEM, s->match->loc, "out of memory");
	combinations = count_combinations(s);
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned family = 0; family < FAMILIES; family++)
			if (s->choices[side][family].n == CHOICES_MAX)
				combinations = UINT32_MAX;
	if (combinations > ENTRIES_MAX)
		return err_add(s->err, E2BIG, s->match->loc,
			"the rule's lists multiply to more than %u combinations", ENTRIES_MAX);
	put_fixed(s, rule);
	for (s->family = 0; s->family < FAMILIES && rc == 0; s->family++) {
		s->out = s->family == IP4 ? &s->x->ip4 : &s->x->ip6;
		rc = put_dimensions(s, 0);
	}
	if (rc == -E2BIG)
		return err_add(s->err, E2BIG, s->match->loc,
			"up to this rule, the list of rules multiplies to more than %u entries; "
			"put long lists of addresses into sets", ENTRIES_MAX);
	return rc == 0 ? 0 : err_add(s->err, -rc, s->match->loc, "out of memory");
}

int
expansion_add(struct expansion *x, const struct rule_match *match, uint32_t rule, struct err *err)
{
	struct spread s = { .match = match, .x = x, .err = err };
	int rc;

	/* Ports and ICMP at once: no packet has both, and they share a field. */
	if ((match_parts(match) & PART_ICMP) != 0 && match_parts(match) != PART_ICMP)
		return 0;
	rc = expand(&s, rule);
	for (unsigned i = 0; i < DIMENSIONS; i++)
		runs_fini(&s.dim[i].runs);
	for (unsigned side = 0; side < SIDES; side++) {
		choices_fini(&s.choices[side][IP4]);
		choices_fini(&s.choices[side][IP6]);
	}
	return rc;
}

void
expansion_fini(struct expansion *x)
{
	free(x->ip4.entry);
	free(x->ip6.entry);
	memset(&x->ip4, 0, sizeof(x->ip4));
	memset(&x->ip6, 0, sizeof(x->ip6));
	class_plan_fini(&x->plan);
}
