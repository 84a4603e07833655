/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds matches that no packet meets: empty lists and sets, lists whose exceptions leave nothing, a
 * source and a destination of different families. */

#include <string.h>

#include <sys/socket.h>

#include "policy/build.h"
#include "policy/condition.h"
#include "policy/match.h"
#include "policy/zone.h"

enum { IP4 = 1, IP6 = 2 }; /* families of addresses, one bit each */

/* The lists of a match, of any type. */
struct written_list {
	const void *field;
	unsigned count;
};

#define MATCH_LISTS 15

static void
lists_of(const struct match_cfg *m, struct written_list out[static MATCH_LISTS])
{
	const struct written_list all[MATCH_LISTS] = {
		{ &m->in, m->in.count },
		{ &m->out, m->out.count },
		{ &m->mac, m->mac.count },
		{ &m->length, m->length.count },
		{ &m->src, m->src.count },
		{ &m->dst, m->dst.count },
		{ &m->pair, m->pair.count },
		{ &m->proto, m->proto.count },
		{ &m->sport, m->sport.count },
		{ &m->dport, m->dport.count },
		{ &m->icmp, m->icmp.count },
		{ &m->flags, m->flags.count },
		{ &m->dscp, m->dscp.count },
		{ &m->vlan, m->vlan.count },
		{ &m->time, m->time.count },
	};

	memcpy(out, all, sizeof(all));
}

bool
match_is_any(const struct cfg_head *head, const struct match_cfg *m)
{
	struct written_list list[MATCH_LISTS];

	lists_of(m, list);
	for (unsigned i = 0; i < MATCH_LISTS; i++)
		if (list[i].count > 0 || cfg_is_written(head, list[i].field))
			return false;
	return m->state == 0 && !cfg_is_written(head, &m->state) && m->nat == 0
		&& !cfg_is_written(head, &m->nat) && m->fragment == RULE_FRAGMENT_ANY
		&& !condition_is_written(head, m);
}

/* --- addresses --- */

/* Returns true if an address or set is excepted as a whole by one of the negated ones. */
static bool
is_excepted(
	const struct cfg_match_address *items, unsigned count, const struct cfg_match_address *a)
{
	for (unsigned i = 0; i < count; i++) {
		const struct cfg_match_address *no = &items[i];

		if (!no->negate || no->local != a->local || (no->set == NULL) != (a->set == NULL))
			continue;
		if (a->local                     ? true
				: a->set != NULL ? strcmp(no->set, a->set) == 0
						 : no->prefix.length <= a->prefix.length
					&& ip_prefix_contains(&no->prefix, &a->prefix.address))
			return true;
	}
	return false;
}

/* Returns the families of a set; both for one that is not known, which has been reported. */
static unsigned
families_of_set(struct build *b, const struct cfg_match_address *item)
{
	const struct set *set = match_set(b, item);
	const struct prefix *prefix;
	size_t n;

	if (set == NULL || (item->set != NULL && build_find_dynamic(b, item->set) != 0))
		return IP4 | IP6;
	prefix = set_prefixes(set, &n); /* those of IPv4 first */
	if (n == 0)
		return 0;
	return (prefix[0].family == 4 ? IP4 : 0) | (prefix[n - 1].family == 6 ? IP6 : 0);
}

/* Returns the families that a list leaves. */
static unsigned
families_of(struct build *b, const struct cfg_match_address *items, unsigned count)
{
	struct cfg_match_address all = { .prefix = { .address.family = AF_INET } };
	unsigned found = 0;
	bool plain = false;

	for (unsigned i = 0; i < count; i++) {
		plain |= !items[i].negate;
		if (items[i].negate || is_excepted(items, count, &items[i]))
			continue;
		if (items[i].set != NULL || items[i].local)
			found |= families_of_set(b, &items[i]);
		else
			found |= items[i].prefix.address.family == AF_INET ? IP4 : IP6;
	}
	if (plain)
		return found;
	found = is_excepted(items, count, &all) ? 0 : IP4;
	all.prefix.address.family = AF_INET6;
	return found | (is_excepted(items, count, &all) ? 0 : IP6);
}

/* Returns true if there are addresses and all of them are sets without a prefix. */
static bool
only_empty_sets(struct build *b, const struct cfg_match_address *items, unsigned count)
{
	bool plain = false;

	for (unsigned i = 0; i < count; i++) {
		if (items[i].negate)
			continue;
		if ((items[i].set == NULL && !items[i].local) || families_of_set(b, &items[i]) != 0)
			return false;
		plain = true;
	}
	return plain;
}

static const char *
why_addresses(struct build *b, const struct match_cfg *m, const void **field)
{
	unsigned src = families_of(b, m->src.items, m->src.count),
		 dst = families_of(b, m->dst.items, m->dst.count);

	*field = src == 0 ? (const void *)&m->src : &m->dst;
	if (only_empty_sets(b, m->src.items, m->src.count)
		|| only_empty_sets(b, m->dst.items, m->dst.count)) {
		*field = only_empty_sets(b, m->src.items, m->src.count) ? (const void *)&m->src
									: &m->dst;
		return "the set is empty";
	}
	if (src == 0 || dst == 0)
		return "no address is left";
	return (src & dst) == 0 ? "source and destination are of different families" : NULL;
}

/* --- numbers and names --- */

bool
match_range_admits(const struct cfg_range *items, unsigned count, uint32_t value)
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < count; i++) {
		bool inside = items[i].first <= value && value <= items[i].last;

		if (items[i].negate && inside)
			return false;
		plain |= !items[i].negate;
		found |= !items[i].negate && inside;
	}
	return found || !plain;
}

/* Returns true if the exceptions of a list leave no value from 0 to last.  The smallest value that
 * is left is 0, or begins a range, or stands behind an exception. */
static bool
nothing_left(const struct cfg_range *items, unsigned count, uint32_t last)
{
	bool negated = false;

	for (unsigned i = 0; i < count; i++)
		negated |= items[i].negate;
	if (!negated || match_range_admits(items, count, 0))
		return false;
	for (unsigned i = 0; i < count; i++) {
		uint32_t value = items[i].negate ? items[i].last + 1u : items[i].first;

		if (value <= last && match_range_admits(items, count, value))
			return false;
	}
	return true;
}

static const struct cfg_range *
range_without_value(const struct match_cfg *m, const void **field)
{
	const struct {
		const void *field;
		const struct cfg_range *items;
		unsigned count;
		uint32_t last;
	} lists[] = {
		{ &m->proto, m->proto.items, m->proto.count, UINT8_MAX },
		{ &m->sport, m->sport.items, m->sport.count, UINT16_MAX },
		{ &m->dport, m->dport.items, m->dport.count, UINT16_MAX },
		{ &m->dscp, m->dscp.items, m->dscp.count, 63 },
		{ &m->length, m->length.items, m->length.count, UINT16_MAX },
		{ &m->vlan, m->vlan.items, m->vlan.count, 4094 },
	};

	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		*field = lists[i].field;
		if (nothing_left(lists[i].items, lists[i].count, lists[i].last))
			return lists[i].items;
	}
	return NULL;
}

/* A list of interfaces and zones. */
struct names {
	const struct cfg_match_name *items;
	unsigned count;
};

/* Returns true if a name of a list is the interface, or a zone that it is in. */
static bool
names_it(struct build *b, const char *name, const struct interface *iface)
{
	const struct zone *zone;

	if (build_find_interface(b, name) != NULL)
		return strcmp(name, iface->name) == 0;
	zone = build_find_zone(b, name);
	for (unsigned i = 0; zone != NULL && i < zone->n; i++)
		if (zone->iface[i] == iface->id)
			return true;
	return zone == NULL; /* not known, which has been reported */
}

static bool
is_admitted(struct build *b, const struct names *names, const struct interface *iface)
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < names->count; i++) {
		const struct cfg_match_name *name = &names->items[i];
		bool named = names_it(b, name->name, iface);

		if (name->negate && named)
			return false;
		plain |= !name->negate;
		found |= !name->negate && named;
	}
	return found || !plain;
}

static bool
no_interface_left(struct build *b, const struct names *names)
{
	const struct interface *const *iface;
	bool negated = false;
	unsigned n;

	for (unsigned i = 0; i < names->count; i++)
		negated |= names->items[i].negate;
	if (!negated)
		return false;
	iface = build_interfaces(b, &n);
	for (unsigned i = 0; i < n; i++)
		if (iface[i] != NULL && is_admitted(b, names, iface[i]))
			return false;
	return true;
}

const char *
match_never(
	struct build *b, const struct cfg_head *head, const struct match_cfg *m, const void **field)
{
	const struct names in = { m->in.items, m->in.count }, out = { m->out.items, m->out.count };
	struct written_list list[MATCH_LISTS];

	lists_of(m, list);
	for (unsigned i = 0; i < MATCH_LISTS; i++) {
		*field = list[i].field;
		if (list[i].count == 0 && cfg_is_written(head, *field))
			return "the list is empty";
	}
	*field = &m->state;
	if (m->state == 0 && cfg_is_written(head, *field))
		return "no state is left";
	*field = &m->nat;
	if (m->nat == 0 && cfg_is_written(head, *field))
		return "no translation is left";
	if (range_without_value(m, field) != NULL)
		return "no value is left";
	*field = &m->in;
	if (no_interface_left(b, &in))
		return "no interface is left";
	*field = &m->out;
	if (no_interface_left(b, &out))
		return "no interface is left";
	return why_addresses(b, m, field);
}
