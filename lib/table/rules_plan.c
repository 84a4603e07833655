/* SPDX-License-Identifier: BSD-3-Clause */
/* Decides what becomes an address class.
 *
 * A prefix of a rule is a range of labels, and a rule with a list of them is as many entries of the
 * trie.  A large set, or a list that would multiply with the rule's other lists to many entries, is
 * better a bit of the address's class: one more look-up for each packet, and one entry. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "table/rules_priv.h"

#define MANY_ENTRIES 64u        /* of one rule: from here its longer list becomes a class */

static bool
is_class(const struct rule_address *a)
{
	size_t n = 0;

	if (a->set != NULL)
		set_prefixes(a->set, &n);
	return n > SMALL_SET;
}

/* The bit of a set, taken when it is new; 0 when none is left. */
static uint32_t
bit_of(struct plan *plan, const struct set *set)
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

/* Gives the large sets of one side their bits. */
static int
plan_sets(struct plan *plan, struct side_plan *side, const struct rule_match *m,
	const struct rule_addresses *list, struct err *err)
{
	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_address *a = &list->address[i];
		uint32_t bit;

		if (!is_class(a))
			continue;
		bit = bit_of(plan, a->set);
		if (bit == 0)
			return err_add(err, E2BIG, m->loc, "set '%s' is one too many: a list of "
				"rules can refer to %u sets of more than %u prefixes",
				set_name(a->set), CLASSES_MAX, SMALL_SET);
		if (a->negated)
			side->negated |= bit;
		else
			side->plain |= bit;
	}
	return 0;
}

int
plan_each_prefix(const struct side_plan *plan, const struct rule_addresses *list,
	int (*one)(void *arg, const struct prefix *p, bool negated), void *arg)
{
	int rc = 0;

	for (unsigned i = 0; i < list->n && rc == 0 && !plan->all_in_classes; i++) {
		const struct rule_address *a = &list->address[i];
		const struct prefix *p = &a->prefix;
		size_t n = 1;

		if (is_class(a))
			continue;
		if (a->set != NULL)
			p = set_prefixes(a->set, &n);
		for (size_t k = 0; k < n && rc == 0; k++)
			rc = one(arg, &p[k], a->negated);
	}
	return rc;
}

static int
count_one(void *arg, const struct prefix *p, bool negated)
{
	(void)p;
	(void)negated;
	++*(uint64_t *)arg;
	return 0;
}

static uint64_t
count_prefixes(const struct side_plan *plan, const struct rule_addresses *list)
{
	uint64_t n = 0;

	plan_each_prefix(plan, list, count_one, &n);
	return n;
}

/* Sets made of a list's prefixes, one of those negated and one of the others. */
struct gathering {
	struct set *set[2];
};

static int
gather_one(void *arg, const struct prefix *p, bool negated)
{
	struct gathering *g = arg;

	if (g->set[negated] == NULL)
		g->set[negated] = set_create("");
	return g->set[negated] == NULL ? -ENOMEM : set_add(g->set[negated], p);
}

/* Moves the prefixes of a list into classes.  0, -ENOMEM, or -ENOSPC without enough bits left. */
static int
classify_list(struct plan *plan, struct side_plan *side, const struct rule_addresses *list)
{
	struct gathering g = { { NULL, NULL } };
	int rc = plan_each_prefix(side, list, gather_one, &g);

	if (rc == 0 && plan->n + (g.set[0] != NULL) + (g.set[1] != NULL) > CLASSES_MAX)
		rc = -ENOSPC;
	for (unsigned negated = 0; negated < 2; negated++) {
		if (rc < 0 || g.set[negated] == NULL) {
			set_destroy(g.set[negated]);
			continue;
		}
		set_seal(g.set[negated]);
		plan->own[plan->n_own++] = g.set[negated];
		*(negated ? &side->negated : &side->plain) |= bit_of(plan, g.set[negated]);
	}
	side->all_in_classes = rc == 0;
	return rc;
}

/* Moves the longer side of a rule to classes, then the other, while its lists multiply to many. */
static int
plan_lists(struct plan *plan, struct side_plan side[SIDES], const struct rule_match *m)
{
	uint64_t others = 1, n[SIDES];
	const unsigned lengths[] = { m->proto.n, m->sport.n, m->dport.n, m->icmp.n, m->iface.n,
		m->vlan.n, m->dscp.n };

	for (unsigned i = 0; i < RTE_DIM(lengths); i++)
		others = RTE_MIN(others * RTE_MAX(lengths[i], 1u), UINT32_MAX);
	for (;;) {
		enum side longer;
		int rc;

		for (unsigned i = 0; i < SIDES; i++)
			n[i] = count_prefixes(&side[i], match_side(m, i));
		longer = n[DST] > n[SRC] ? DST : SRC;
		if (n[longer] <= 1 || RTE_MAX(n[SRC], 1u) * RTE_MAX(n[DST], 1u) * others <=
				MANY_ENTRIES)
			return 0;
		rc = classify_list(plan, &side[longer], match_side(m, longer));
		if (rc < 0)
			return rc == -ENOSPC ? 0 : rc;
	}
}

int
plan_build(struct plan *plan, const struct rule_match match[], unsigned n, struct err *err)
{
	int rc = 0;

	memset(plan, 0, sizeof(*plan));
	plan->side = calloc(n + 1, sizeof(*plan->side));
	if (plan->side == NULL)
		return err_set(err, ENOMEM, "out of memory for rules");
	/* All sets before any list: a list can do without a bit. */
	for (unsigned i = 0; i < n; i++)
		for (unsigned side = 0; side < SIDES && rc == 0; side++)
			rc = plan_sets(plan, &plan->side[i][side], &match[i],
				match_side(&match[i], side), err);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = plan_lists(plan, plan->side[i], &match[i]);
	return rc == 0 ? 0 : err_set(err, -rc, "out of memory for rules");
}

void
plan_fini(struct plan *plan)
{
	for (unsigned i = 0; i < plan->n_own; i++)
		set_destroy(plan->own[i]);
	free(plan->side);
	memset(plan, 0, sizeof(*plan));
}
