/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses of a match, and the sets among them.
 *
 * A list with dynamic sets or sets of endpoints becomes several matches, any of which holds: one of
 * its prefixes and other sets, one for each dynamic set, and one for each group of a set of
 * endpoints.  A set of pairs becomes one for each of its groups. */

#include <errno.h>
#include <limits.h>

#include "policy/address.h"
#include "policy/build.h"
#include "policy/match_priv.h"
#include "policy/tuple_sets.h"

/* One side of a match. */
struct side_list {
	const struct cfg_match_address *items;
	unsigned count;
	enum match_test_kind kind; /* TEST_SRC or TEST_DST */
	const void *ports;         /* the words for the ports of that side */
	unsigned n_ports;
};

static unsigned
dynamic_of(const struct reading *r, const struct cfg_match_address *item)
{
	return item->set != NULL ? build_find_dynamic(r->b, item->set) : 0;
}

static const struct tuple_set *
tuples_of(const struct reading *r, const struct cfg_match_address *item)
{
	return build_find_tuples(r->b, item->set);
}

/* --- what may stand where --- */

static int
check_side(const struct reading *r, const struct side_list *side)
{
	struct err *err = build_err(r->b);
	int rc = 0;

	for (unsigned i = 0; i < side->count; i++) {
		const struct cfg_match_address *item = &side->items[i];
		const struct tuple_set *set = tuples_of(r, item);

		if (set == NULL)
			continue;
		if (set->pairs)
			rc = cfg_error(err, r->head, item, "set '%s' is of pairs: write pair: $%s",
				item->set, item->set);
		else if (item->negate)
			rc = cfg_error(err, r->head, item,
				"a set of endpoints cannot be negated: put a rule for it before");
		else if (side->n_ports > 0)
			rc = cfg_error(err, r->head, side->ports,
				"the endpoints of set '%s' have ports of their own", item->set);
	}
	return rc;
}

static int
check_pairs(const struct reading *r)
{
	const struct match_cfg *m = r->cfg;
	struct err *err = build_err(r->b);
	int rc = 0;

	if (m->pair.count > 0
		&& (m->src.count > 0 || m->dst.count > 0 || m->sport.count > 0
			|| m->dport.count > 0))
		rc = cfg_error(err, r->head, &m->pair,
			"a pair has the addresses of both sides, and no src, dst, sport or dport beside it");
	for (unsigned i = 0; i < m->pair.count; i++) {
		const struct cfg_match_address *item = &m->pair.items[i];
		const struct tuple_set *set = tuples_of(r, item);

		if (set == NULL && item->set != NULL && err_count(err) > 0)
			rc = -EINVAL; /* the set has been reported */
		else if (set == NULL || item->negate || !set->pairs)
			rc = cfg_error(
				err, r->head, item, "write the name of a set of pairs: $NAME");
	}
	return rc;
}

static struct side_list
side_of(const struct match_cfg *m, enum match_test_kind kind)
{
	if (kind == TEST_SRC)
		return (struct side_list){ m->src.items, m->src.count, kind, &m->sport,
			m->sport.count };
	return (struct side_list){ m->dst.items, m->dst.count, kind, &m->dport, m->dport.count };
}

int
match_check_sides(const struct reading *r)
{
	const struct side_list src = side_of(r->cfg, TEST_SRC), dst = side_of(r->cfg, TEST_DST);

	return check_side(r, &src) | check_side(r, &dst) | check_pairs(r);
}

/* --- choices --- */

/* The choices of a side, in this order: dynamic sets, groups of endpoints, all others together. */
struct choices {
	unsigned dynamic, groups, other; /* how many of each; other: 0 or 1 */
};

static struct choices
choices_of(const struct reading *r, const struct side_list *side)
{
	struct choices c = { 0 };
	bool plain = false;

	for (unsigned i = 0; i < side->count; i++) {
		const struct tuple_set *set = tuples_of(r, &side->items[i]);

		if (side->items[i].negate)
			continue;
		plain = true;
		if (dynamic_of(r, &side->items[i]) != 0)
			c.dynamic++;
		else if (set != NULL)
			c.groups += set->n;
		else
			c.other = 1;
	}
	c.other |= !plain;
	return c;
}

static unsigned
count_of(struct choices c)
{
	return c.dynamic + c.groups + c.other;
}

/* Asks for a dynamic set in the match. */
static int
ask_dynamic(struct reading *r, const struct side_list *side, const struct cfg_match_address *item)
{
	struct match_test test = { .kind = (uint8_t)side->kind, .number = dynamic_of(r, item) };

	test.hash = 0xcbf29ce484222325ull ^ (unsigned)side->kind;
	for (const char *c = item->set; *c != '\0'; c++)
		test.hash = (test.hash ^ (uint8_t)*c) * 0x100000001b3ull;
	return match_ask(r, &test, !item->negate, item);
}

/* Adds an item that is no dynamic set.  Unknown sets have been reported by the decoder. */
static int
read_address(struct reading *r, const struct cfg_match_address *item, struct rule_address *out)
{
	out->negated = item->negate;
	if (item->set == NULL && !item->local) {
		out->prefix = prefix_from_ip(&item->prefix);
		return 0;
	}
	out->set = item->local ? build_local_set(r->b, r->domain) : match_set(r->b, item);
	return out->set != NULL ? 0 : -EINVAL;
}

/* Returns the group of that number among those of a side. */
static const struct tuple_group *
group_of(const struct reading *r, const struct cfg_match_address *items, unsigned count,
	unsigned number)
{
	for (unsigned i = 0; i < count; i++) {
		const struct tuple_set *set = tuples_of(r, &items[i]);

		if (set == NULL || items[i].negate)
			continue;
		if (number < set->n)
			return &set->group[number];
		number -= set->n;
	}
	return NULL;
}

static int
one_range(struct reading *r, struct rule_range range, struct rule_ranges *out)
{
	struct rule_range *copy = build_alloc(r->b, 1, sizeof(*copy));

	if (copy == NULL)
		return build_no_memory(r->b);
	*copy = range;
	*out = (struct rule_ranges){ copy, 1 };
	return 0;
}

/* Restricts the match to the protocol of a group. */
static int
restrict_proto(struct reading *r, const struct tuple_group *g)
{
	struct rule_range proto = { g->proto, g->proto, false };

	if (g->proto == 0)
		return 0;
	r->never |= !match_admits_proto(r, g->proto)
		|| (r->group_proto != 0 && r->group_proto != g->proto);
	r->group_proto = g->proto;
	return one_range(r, proto, &r->match.proto);
}

/* Adds an address of a group to a list that has room. */
static void
put_address(struct rule_address *list, unsigned *n, const struct prefix *p, const struct set *set)
{
	list[*n].negated = false;
	if (set != NULL)
		list[*n].set = set;
	else
		list[*n].prefix = *p;
	++*n;
}

static int
restrict_endpoint(struct reading *r, const struct tuple_group *g, enum match_test_kind kind,
	struct rule_address *list, unsigned *n)
{
	struct rule_ranges *ports = kind == TEST_SRC ? &r->match.sport : &r->match.dport;

	put_address(list, n, NULL, g->addresses);
	r->list->ports = true;
	return restrict_proto(r, g) | one_range(r, g->dport, ports);
}

/* Reads the choice of that number of a side. */
static int
read_side(struct reading *r, const struct side_list *side, unsigned number,
	struct rule_addresses *out)
{
	struct rule_address *address = build_alloc(r->b, side->count + 1, sizeof(*address));
	struct choices c = choices_of(r, side);
	unsigned n = 0, at = 0, chosen = UINT_MAX;
	bool other = number >= c.dynamic + c.groups;
	int rc = 0;

	if (address == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < side->count; i++)
		if (!side->items[i].negate && dynamic_of(r, &side->items[i]) != 0 && at++ == number)
			chosen = i;
	for (unsigned i = 0; i < side->count; i++) {
		const struct cfg_match_address *item = &side->items[i];

		if (dynamic_of(r, item) != 0)
			rc |= item->negate || i == chosen ? ask_dynamic(r, side, item) : 0;
		else if (tuples_of(r, item) == NULL && (item->negate || other))
			rc |= read_address(r, item, &address[n++]);
	}
	if (!other && number >= c.dynamic)
		rc |= restrict_endpoint(r,
			group_of(r, side->items, side->count, number - c.dynamic), side->kind,
			address, &n);
	*out = (struct rule_addresses){ address, n };
	return rc;
}

/* Reads the choice of that number of the sets of pairs. */
static int
read_pair(struct reading *r, unsigned number)
{
	const struct match_cfg *m = r->cfg;
	const struct tuple_group *g = group_of(r, m->pair.items, m->pair.count, number);
	struct rule_address *address = build_alloc(r->b, 2, sizeof(*address));
	bool src = g->src.family != 0;
	unsigned n = 0;
	int rc;

	if (address == NULL)
		return build_no_memory(r->b);
	put_address(address, &n, src ? &g->src : &g->dst, NULL);
	put_address(address, &n, NULL, g->addresses);
	r->match.src = (struct rule_addresses){ &address[src ? 0 : 1], 1 };
	r->match.dst = (struct rule_addresses){ &address[src ? 1 : 0], 1 };
	r->list->ports |= g->has_sport || g->has_dport;
	rc = restrict_proto(r, g);
	if (g->has_sport)
		rc |= one_range(r, g->sport, &r->match.sport);
	if (g->has_dport)
		rc |= one_range(r, g->dport, &r->match.dport);
	return rc;
}

static int
add_pairs(struct reading *r, uint32_t written)
{
	const struct rule_match shared = r->match;
	unsigned n = 0;
	int rc = 0;

	for (unsigned i = 0; i < r->cfg->pair.count; i++)
		n += tuples_of(r, &r->cfg->pair.items[i])->n;
	for (unsigned i = 0; i < n && rc == 0; i++) {
		r->match = shared;
		r->never = false;
		r->group_proto = 0;
		rc = read_pair(r, i);
		if (rc == 0)
			rc = match_add_one(r, written);
	}
	return rc < 0 ? -EINVAL : 0;
}

int
match_add_sides(struct reading *r, uint32_t written)
{
	const struct side_list src = side_of(r->cfg, TEST_SRC), dst = side_of(r->cfg, TEST_DST);
	const struct rule_match shared = r->match;
	unsigned n_src = count_of(choices_of(r, &src));
	uint64_t n = (uint64_t)n_src * count_of(choices_of(r, &dst));
	int rc = 0;

	if (r->cfg->pair.count > 0)
		return add_pairs(r, written);
	if (n > TUPLE_GROUPS_MAX)
		return cfg_error(build_err(r->b), r->head, &r->cfg->src,
			"src and dst together have more than %u choices", TUPLE_GROUPS_MAX);
	for (unsigned i = 0; i < n && rc == 0; i++) {
		r->match = shared;
		r->never = false;
		r->group_proto = 0;
		rc = read_side(r, &src, i % n_src, &r->match.src)
			| read_side(r, &dst, i / n_src, &r->match.dst);
		if (rc == 0)
			rc = match_add_one(r, written);
	}
	return rc < 0 ? -EINVAL : 0;
}
