/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules as they are written, evaluated one after the other: the reference for the compiled
 * rules. */

#include <string.h>

#include <netinet/in.h>

#include "table/rules.h"
#include "table/rules_priv.h"

static bool
proto_has_ports(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

uint8_t
key_parts(const struct rule_key *key)
{
	const struct tuple *t = &key->tuple;
	uint8_t parts = 0;

	if (t->kind == KEY_FRAGMENT)
		return 0;
	if (proto_has_ports(t->proto))
		parts |= PART_PORTS;
	if (t->proto == IPPROTO_TCP)
		parts |= PART_TCP;
	if (t->proto == (t->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		parts |= PART_ICMP;
	return parts;
}

/* Returns true if a list of ranges matches the value.  An empty list does. */
static bool
ranges_hold(const struct rule_ranges *list, uint16_t value)
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_range *r = &list->range[i];
		bool inside = r->first <= value && value <= r->last;

		if (r->negated && inside)
			return false;
		if (!r->negated) {
			plain = true;
			found = found || inside;
		}
	}
	return found || !plain;
}

static bool
address_inside(const struct rule_address *r, unsigned family, const union address *a)
{
	if (r->set != NULL)
		return set_contains(r->set, family, a);
	return r->prefix.family == family && prefix_covers(&r->prefix, a);
}

static bool
addresses_hold(const struct rule_addresses *list, unsigned family, const union address *a)
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_address *r = &list->address[i];
		bool inside = address_inside(r, family, a);

		if (r->negated && inside)
			return false;
		if (!r->negated) {
			plain = true;
			found = found || inside;
		}
	}
	return found || !plain;
}

bool
macs_hold(const struct rule_macs *list, const uint8_t mac[6])
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < list->n; i++) {
		const struct rule_mac *m = &list->mac[i];
		bool same = mac != NULL && memcmp(m->bytes, mac, sizeof(m->bytes)) == 0;

		if (m->negated && same)
			return false;
		plain |= !m->negated;
		found |= !m->negated && same;
	}
	return found || !plain;
}

/* Returns true if the parts of the rule that depend on the transport header match. */
static bool
transport_holds(const struct rule_match *m, const struct rule_key *key)
{
	uint8_t parts = key_parts(key);

	if ((match_parts(m) & ~parts) != 0)
		return false;
	if (key->tuple.kind == KEY_BLIND)
		return true;
	if (m->icmp.n > 0
		&& !ranges_hold(&m->icmp, (uint16_t)(key->icmp_type << 8 | key->icmp_code)))
		return false;
	if ((key->tcp_flags & m->tcp_mask) != (m->tcp_flags & m->tcp_mask))
		return false;
	return ranges_hold(&m->sport, rte_be_to_cpu_16(key->tuple.sport))
		&& ranges_hold(&m->dport, rte_be_to_cpu_16(key->tuple.dport));
}

uint8_t
match_parts(const struct rule_match *m)
{
	uint8_t parts = 0;

	if (m->sport.n > 0 || m->dport.n > 0)
		parts |= PART_PORTS;
	if (m->icmp.n > 0)
		parts |= PART_ICMP;
	if (m->tcp_mask != 0)
		parts |= PART_TCP;
	return parts;
}

bool
rule_asks_transport(const struct rule_match *m)
{
	return match_parts(m) != 0;
}

bool
rule_matches(const struct rule_match *m, const struct rule_key *key)
{
	uint8_t state = key->state != 0 ? key->state : RULE_STATE_UNTRACKED;
	uint8_t nat = key->nat != 0 ? key->nat : RULE_NAT_NONE;

	if ((m->nat != 0 && (m->nat & nat) == 0) || !macs_hold(&m->mac, key->mac))
		return false;
	if (((m->tests ^ key->tests) & m->tests_mask) != 0)
		return false;
	if (m->state != 0 && (m->state & state) == 0)
		return false;
	if (m->fragment != RULE_FRAGMENT_ANY && (m->fragment == RULE_FRAGMENT_YES) != key->fragment)
		return false;
	return ranges_hold(&m->proto, key->tuple.proto) && ranges_hold(&m->iface, key->iface)
		&& ranges_hold(&m->out, key->out) && ranges_hold(&m->length, key->length)
		&& ranges_hold(&m->vlan, key->vlan) && ranges_hold(&m->dscp, key->dscp)
		&& transport_holds(m, key)
		&& addresses_hold(&m->src, key->tuple.family, &key->tuple.src)
		&& addresses_hold(&m->dst, key->tuple.family, &key->tuple.dst);
}

uint32_t
rules_match_plain(const struct rule_match match[], unsigned n, const struct rule_key *key)
{
	for (unsigned i = 0; i < n; i++)
		if (rule_matches(&match[i], key))
			return i;
	return RULES_NONE;
}
