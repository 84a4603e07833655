/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of addresses, some negated, as prefixes and address classes.
 *
 * Negated prefixes are cut out of the others (of everything, without others): 10.0.0.0/8 without
 * 10.1.0.0/16 is eight prefixes.  Sets stand for a bit of the address's class, so a negated one is a
 * bit that must be 0. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table/rules_priv.h"

uint32_t
class_plan_bit(struct class_plan *plan, const struct set *set)
{
	unsigned i;

	for (i = 0; i < plan->n; i++)
		if (plan->set[i] == set)
			return 1u << i;
	if (i == CLASSES_MAX)
		return 0;
	plan->set[plan->n++] = set;
	return 1u << i;
}

void
class_plan_fini(struct class_plan *plan)
{
	for (unsigned i = 0; i < plan->n_own; i++)
		set_destroy(plan->own[i]);
	plan->n_own = 0;
	plan->n = 0;
}

void
choices_fini(struct choices *choices)
{
	free(choices->choice);
	memset(choices, 0, sizeof(*choices));
}

static int
choices_add(struct choices *out, const struct choice *c)
{
	if (out->n == CHOICES_MAX)
		return -E2BIG;
	if (out->n == out->max) {
		unsigned max = out->max * 2 + 8;
		struct choice *grown = realloc(out->choice, max * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		out->choice = grown;
		out->max = max;
	}
	out->choice[out->n++] = *c;
	return 0;
}

/* How the list's negated prefixes lie to p. */
enum overlap { APART, INSIDE, COVERED };

static enum overlap
overlap(const struct prefix *p, const struct rule_addresses *list)
{
	enum overlap most = APART;

	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_address *a = &list->address[i];

		if (!a->negated || a->set != NULL || a->prefix.family != p->family)
			continue;
		if (a->prefix.length <= p->length && prefix_covers(&a->prefix, &p->address))
			return COVERED;
		if (prefix_covers(p, &a->prefix.address))
			most = INSIDE;
	}
	return most;
}

/* Adds c without what the list's negated prefixes cover: by halves, at most 128 deep. */
static int
add_without_negated(struct choices *out, const struct choice *c, const struct rule_addresses *list)
{
	struct choice half = *c;
	int rc;

	switch (overlap(&c->prefix, list)) {
	case APART:
		return choices_add(out, c);
	case COVERED:
		return 0;
	default:
		half.prefix.length++;
		rc = add_without_negated(out, &half, list);
		if (rc < 0)
			return rc;
		half.prefix.address.bytes[c->prefix.length / 8] |=
			(uint8_t)(0x80 >> c->prefix.length % 8);
		return add_without_negated(out, &half, list);
	}
}

/* The bits of the list's negated or of its other sets. */
static uint32_t
set_bits(const struct rule_addresses *list, bool negated, struct class_plan *plan)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < list->n; i++)
		if (list->address[i].set != NULL && list->address[i].negated == negated)
			bits |= class_plan_bit(plan, list->address[i].set);
	return bits;
}

int
choices_build(struct choices *out, const struct rule_addresses *list, unsigned family,
	struct class_plan *plan)
{
	uint32_t negated = set_bits(list, true, plan);
	struct choice c = { .mask = negated };
	bool plain = false;
	int rc = 0;

	for (unsigned i = 0; i < list->n && rc == 0; i++) {
		const struct rule_address *a = &list->address[i];
		uint32_t bit = a->set != NULL ? class_plan_bit(plan, a->set) : 0;

		if (a->negated)
			continue;
		plain = true;
		/* Of the other family, or in a set and outside it at once: holds for nothing. */
		if ((a->set == NULL && a->prefix.family != family) || (negated & bit) != 0)
			continue;
		c = (struct choice){ a->prefix, negated | bit, bit };
		if (a->set != NULL)
			c.prefix = (struct prefix){ .family = (uint8_t)family };
		prefix_trim(&c.prefix);
		rc = add_without_negated(out, &c, list);
	}
	if (plain)
		return rc;
	c.prefix.family = (uint8_t)family;
	return add_without_negated(out, &c, list);
}

/* Makes a set of the list's negated or other prefixes and gives its bit, 0 when there are none. */
static int
make_class(uint32_t *bit, const struct rule_addresses *list, bool negated, struct class_plan *plan)
{
	struct set *set = NULL;
	int rc = 0;

	*bit = 0;
	for (unsigned i = 0; i < list->n && rc == 0; i++) {
		const struct rule_address *a = &list->address[i];

		if (a->set != NULL || a->negated != negated)
			continue;
		if (set == NULL)
			set = set_create("");
		rc = set == NULL ? -ENOMEM : set_add(set, &a->prefix);
	}
	if (set == NULL)
		return rc;
	set_seal(set);
	if (rc == 0) {
		*bit = class_plan_bit(plan, set);
		rc = *bit == 0 ? -ENOSPC : 0;
	}
	if (rc == 0)
		plan->own[plan->n_own++] = set;
	else
		set_destroy(set);
	return rc;
}

int
list_classes_make(struct list_classes *made, const struct rule_addresses *list,
	struct class_plan *plan)
{
	int rc = make_class(&made->plain, list, false, plan);

	return rc < 0 ? rc : make_class(&made->negated, list, true, plan);
}

int
choices_by_class(struct choices *out, const struct rule_addresses *list,
	const struct list_classes *made, struct class_plan *plan)
{
	uint32_t negated = set_bits(list, true, plan) | made->negated;
	uint32_t plain = set_bits(list, false, plan) | made->plain;
	struct choice c = { .mask = negated };
	int rc = 0;

	if (plain == 0)
		return choices_add(out, &c);
	for (uint32_t left = plain; left != 0 && rc == 0; left &= left - 1) {
		c.value = left & -left;
		c.mask = negated | c.value;
		if ((negated & c.value) == 0)
			rc = choices_add(out, &c);
	}
	return rc;
}
