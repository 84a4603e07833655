/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules never reached, because one earlier rule of their access list matches all that they do.
 *
 * A rule that several earlier ones cover together is not found.  What is found is proven: the
 * packet that is shown matches the rule, and an earlier one decides it. */

#include <stdio.h>
#include <string.h>

#include "config/check.h"
#include "packet/notation.h"
#include "policy/match.h"

enum {
	RULES_COMPARED = 4000,          /* of one list: work grows with the square */
	SET_COMPARED = 256,             /* prefixes of a set that are looked through */
};

/* --- does field a match all that field b does?  Yes is always right, no may be wrong --- */

static bool
prefix_holds(const struct prefix *a, const struct prefix *b)
{
	return a->family == b->family && a->length <= b->length && prefix_covers(a, &b->address);
}

static bool
address_covers(const struct rule_address *a, const struct rule_address *b)
{
	const struct prefix *p;
	size_t n;

	if (a->set != NULL && a->set == b->set)
		return true;
	if (b->set != NULL)
		return false;
	if (a->set == NULL)
		return prefix_holds(&a->prefix, &b->prefix);
	p = set_prefixes(a->set, &n);
	for (size_t i = 0; i < n && i < SET_COMPARED; i++)
		if (prefix_holds(&p[i], &b->prefix))
			return true;
	return false;
}

static bool
any_address_covers(const struct rule_addresses *a, const struct rule_address *one)
{
	for (unsigned i = 0; i < a->n; i++)
		if (!a->address[i].negated && address_covers(&a->address[i], one))
			return true;
	return false;
}

static bool
addresses_cover(const struct rule_addresses *a, const struct rule_addresses *b)
{
	bool b_any = true;

	if (a->n == 0)
		return true;
	for (unsigned i = 0; i < a->n; i++)
		if (a->address[i].negated)
			return false;
	for (unsigned i = 0; i < b->n; i++) {
		if (b->address[i].negated)
			continue;
		b_any = false;
		if (!any_address_covers(a, &b->address[i]))
			return false;
	}
	return !b_any;
}

static bool
any_range_covers(const struct rule_ranges *a, const struct rule_range *one)
{
	for (unsigned i = 0; i < a->n; i++)
		if (a->range[i].first <= one->first && a->range[i].last >= one->last)
			return true;
	return false;
}

static bool
ranges_cover(const struct rule_ranges *a, const struct rule_ranges *b)
{
	if (a->n == 0)
		return true;
	for (unsigned i = 0; i < a->n; i++)
		if (a->range[i].negated)
			return false;
	for (unsigned i = 0; i < b->n; i++)
		if (b->range[i].negated || !any_range_covers(a, &b->range[i]))
			return false;
	return b->n != 0;
}

static bool
match_covers(const struct rule_match *a, const struct rule_match *b)
{
	if (a->state != 0 && (b->state == 0 || (b->state & ~a->state) != 0))
		return false;
	if ((a->tcp_mask & ~b->tcp_mask) != 0 || ((a->tcp_flags ^ b->tcp_flags) & a->tcp_mask) != 0)
		return false;
	if (a->fragment != RULE_FRAGMENT_ANY && a->fragment != b->fragment)
		return false;
	return addresses_cover(&a->dst, &b->dst) && addresses_cover(&a->src, &b->src)
		&& ranges_cover(&a->proto, &b->proto) && ranges_cover(&a->dport, &b->dport)
		&& ranges_cover(&a->sport, &b->sport) && ranges_cover(&a->icmp, &b->icmp)
		&& ranges_cover(&a->iface, &b->iface) && ranges_cover(&a->vlan, &b->vlan)
		&& ranges_cover(&a->dscp, &b->dscp);
}

/* --- a packet that a match takes --- */

static uint16_t
pick(const struct rule_ranges *r, uint16_t otherwise)
{
	for (unsigned i = 0; i < r->n; i++)
		if (!r->range[i].negated)
			return r->range[i].first;
	return otherwise;
}

static uint8_t
pick_family(const struct rule_addresses *a)
{
	size_t n;

	for (unsigned i = 0; i < a->n; i++) {
		if (a->address[i].negated)
			continue;
		if (a->address[i].set == NULL)
			return a->address[i].prefix.family;
		if (set_prefixes(a->address[i].set, &n) != NULL && n != 0)
			return set_prefixes(a->address[i].set, &n)->family;
	}
	return 0;
}

/* An address of the family that the list takes: in a subnet the first host, else one for
 * documentation. */
static union address
pick_address(const struct rule_addresses *a, uint8_t family, uint8_t last_byte)
{
	union address out = { .bytes = { 192, 0, 2, last_byte } };
	struct prefix p = { .family = 0 };
	size_t n;

	if (family == 6)
		out = (union address) { .bytes = { 0x20, 0x01, 0x0d, 0xb8, [15] = last_byte } };
	for (unsigned i = 0; i < a->n && p.family != family; i++) {
		if (a->address[i].negated)
			continue;
		p = a->address[i].prefix;
		if (a->address[i].set != NULL && set_prefixes(a->address[i].set, &n) != NULL
			&& n != 0)
			p = set_prefixes(a->address[i].set, &n)[0];
	}
	if (p.family != family)
		return out;
	out = p.address;
	if (p.length < (family == 4 ? 31 : 127))
		out.bytes[family == 4 ? 3 : 15] |= 1;
	return out;
}

static uint8_t
pick_proto(const struct rule_match *m, uint8_t family)
{
	if (m->proto.n != 0)
		return (uint8_t)pick(&m->proto, 6);
	if (m->icmp.n != 0)
		return family == 4 ? 1 : 58;
	return 6;
}

static struct rule_key
witness(const struct rule_match *m)
{
	uint8_t family = pick_family(&m->src) != 0 ? pick_family(&m->src) : pick_family(&m->dst);
	struct rule_key key = {
		.tcp_flags = m->tcp_flags, .fragment = m->fragment == RULE_FRAGMENT_YES,
	};
	uint16_t icmp = pick(&m->icmp, 0x0800);

	if (family == 0)
		family = 4;
	key.tuple.family = family;
	key.tuple.proto = pick_proto(m, family);
	key.tuple.src = pick_address(&m->src, family, 1);
	key.tuple.dst = pick_address(&m->dst, family, 2);
	key.icmp_type = (uint8_t)(icmp >> 8);
	key.icmp_code = (uint8_t)icmp;
	if (key.tuple.proto == 6 || key.tuple.proto == 17) {
		key.tuple.sport = rte_cpu_to_be_16(pick(&m->sport, 40000));
		key.tuple.dport = rte_cpu_to_be_16(pick(&m->dport, 80));
	}
	key.iface = pick(&m->iface, 0);
	key.vlan = pick(&m->vlan, 0);
	key.dscp = (uint8_t)pick(&m->dscp, 0);
	key.state = m->state & -m->state;
	return key;
}

/* --- the list --- */

static const char *
action_name(const struct rule_cfg *rule)
{
	switch (rule->action) {
	case ACL_ACCEPT:
		return "accept";
	case ACL_DROP:
		return "drop";
	case ACL_REJECT:
		return "reject";
	default:
		return "goto";
	}
}

static void
tell(const struct acl_cfg *acl, unsigned hidden, unsigned decides, const struct rule_key *key,
	struct err *err)
{
	const struct rule_cfg *rule = &acl->rules.items[hidden];
	const struct rule_cfg *first = &acl->rules.items[decides];
	char packet[128], name[80] = "the rule";

	notation_tuple(packet, sizeof(packet), &key->tuple);
	if (first->name != NULL)
		snprintf(name, sizeof(name), "'%s'", first->name);
	if (rule->action == first->action)
		cfg_warn(err, &rule->head, NULL,
			"is never reached: %s in line %u does the same before, as for %s",
			name, first->head.loc.line, packet);
	else
		cfg_warn(err, &rule->head, NULL,
			"is never reached, and in conflict: it says %s, and %s in "
			"line %u says %s before, as for %s",
			action_name(rule), name, first->head.loc.line, action_name(first), packet);
}

/* Is match j covered by one that stands before it for another rule? */
static bool
is_hidden(const struct match_list *list, unsigned j)
{
	for (unsigned i = 0; i < j && list->written[i] != list->written[j]; i++)
		if (match_covers(&list->match[i], &list->match[j]))
			return true;
	return false;
}

static void
check_rule(const struct acl_cfg *acl, const struct match_list *list, unsigned first, unsigned end,
	struct err *err)
{
	struct rule_key key = witness(&list->match[first]);
	uint32_t decides;

	for (unsigned j = first; j < end; j++)
		if (!is_hidden(list, j))
			return;
	decides = rules_match_plain(list->match, first, &key);
	if (decides == RULES_NONE || !rule_matches(&list->match[first], &key))
		return;
	tell(acl, list->written[first], list->written[decides], &key, err);
}

static void
check_acl(const struct acl_cfg *acl, struct build *b, struct err *err)
{
	struct match_list list = { .quiet = true };
	unsigned end;

	for (unsigned i = 0; i < acl->rules.count; i++)
		if (match_add(b, &list, &acl->rules.items[i].head, &acl->rules.items[i].match,
				i) < 0)
			return;
	for (unsigned first = 0; first < list.n && first < RULES_COMPARED; first = end) {
		for (end = first + 1; end < list.n && list.written[end] == list.written[first];
			end++)
			;
		check_rule(acl, &list, first, end, err);
	}
	if (list.n > RULES_COMPARED)
		cfg_warn(err, &acl->head, &acl->rules, "rules never reached are looked for among the first %u",
			(unsigned)RULES_COMPARED);
}

void
shadows_check(const struct config *cfg, struct build *b, struct err *err)
{
	cfg_each(acl, &cfg->policy.acls)
		check_acl(acl, b, err);
}
