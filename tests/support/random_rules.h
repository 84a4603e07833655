/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules and keys that meet: keys are made from a rule's own values and their neighbours. */
#ifndef SUPPORT_RANDOM_RULES_H
#define SUPPORT_RANDOM_RULES_H

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/random_prefixes.h"
#include "table/rules.h"

#define RANDOM_SETS 5u

struct random_rules {
	struct random_prefixes r;
	struct set *set[RANDOM_SETS];
	unsigned n_sets;
	struct rule_match *match;
	unsigned n;
	void **memory; /* lists that matches point to */
	unsigned n_memory;
	unsigned negate; /* one value in so many is negated */
};

static inline bool
one_in(struct random_rules *x, uint32_t n)
{
	return random_below(&x->r, n) == 0;
}

static inline void *
random_rules_keep(struct random_rules *x, size_t bytes)
{
	x->memory = realloc(x->memory, (x->n_memory + 1) * sizeof(*x->memory));
	return x->memory[x->n_memory++] = calloc(1, bytes);
}

/* A list of at most max ranges in 0..most, about values that also keys prefer. */
static inline struct rule_ranges
random_ranges(struct random_rules *x, unsigned max, uint16_t most)
{
	unsigned n = 1 + random_below(&x->r, max);
	struct rule_range *range = random_rules_keep(x, n * sizeof(*range));

	for (unsigned i = 0; i < n; i++) {
		uint32_t first = random_below(&x->r, 2) ? random_below(&x->r, 8)
							: random_below(&x->r, most + 1u);
		uint32_t last = first
			+ (random_below(&x->r, 3) ? 0 : random_below(&x->r, most - first + 1u));

		range[i] = (struct rule_range){ (uint16_t)first, (uint16_t)last,
			one_in(x, x->negate) };
	}
	return (struct rule_ranges){ range, n };
}

static inline struct rule_ranges
random_protos(struct random_rules *x)
{
	static const uint8_t usual[] = { 6, 6, 6, 17, 17, 1, 58, 47, 132, 33 };
	unsigned n = 1 + random_below(&x->r, 2);
	struct rule_range *range = random_rules_keep(x, n * sizeof(*range));

	for (unsigned i = 0; i < n; i++) {
		range[i].first = range[i].last = usual[random_below(&x->r, 10)];
		range[i].negated = one_in(x, x->negate);
	}
	return (struct rule_ranges){ range, n };
}

static inline struct rule_addresses
random_addresses(struct random_rules *x, unsigned max)
{
	unsigned n = 1 + random_below(&x->r, max);
	struct rule_address *a = random_rules_keep(x, n * sizeof(*a));

	for (unsigned i = 0; i < n; i++) {
		random_prefix(&x->r, random_below(&x->r, 2) ? 4 : 6, &a[i].prefix);
		a[i].negated = one_in(x, x->negate);
		if (x->n_sets > 0 && random_below(&x->r, 4) == 0)
			a[i].set = x->set[random_below(&x->r, x->n_sets)];
	}
	return (struct rule_addresses){ a, n };
}

/* Of few MACs, which keys have, too. */
static inline void
random_mac(struct random_rules *x, uint8_t mac[6])
{
	memset(mac, 2, 6);
	mac[random_below(&x->r, 6)] = (uint8_t)random_below(&x->r, 4);
}

static inline struct rule_macs
random_macs(struct random_rules *x, unsigned max)
{
	unsigned n = 1 + random_below(&x->r, max);
	struct rule_mac *mac = random_rules_keep(x, n * sizeof(*mac));

	for (unsigned i = 0; i < n; i++) {
		random_mac(x, mac[i].bytes);
		mac[i].negated = one_in(x, x->negate);
	}
	return (struct rule_macs){ mac, n };
}

static inline void
random_match(struct random_rules *x, struct rule_match *m)
{
	if (!one_in(x, 4))
		m->src = random_addresses(x, one_in(x, 50) ? 100 : 2);
	if (!one_in(x, 4))
		m->dst = random_addresses(x, 2);
	if (!one_in(x, 3))
		m->proto = random_protos(x);
	if (one_in(x, 4))
		m->sport = random_ranges(x, 2, UINT16_MAX);
	if (!one_in(x, 3))
		m->dport = random_ranges(x, 3, UINT16_MAX);
	if (one_in(x, 10)) {
		m->icmp = random_ranges(x, 2, UINT16_MAX);
		if (!one_in(x, 10))
			m->sport.n = m->dport.n = 0;
	}
	if (one_in(x, 10))
		m->iface = random_ranges(x, 3, 20);
	if (one_in(x, 20))
		m->vlan = random_ranges(x, 3, 4094);
	if (one_in(x, 20))
		m->dscp = random_ranges(x, 3, 63);
	if (one_in(x, 10))
		m->state = (uint8_t)(1 + random_below(&x->r, RULE_STATE_ALL));
	if (one_in(x, 20)) {
		m->tcp_mask = (uint8_t)random_below(&x->r, 256);
		m->tcp_flags = (uint8_t)random_below(&x->r, 256);
	}
	if (one_in(x, 10))
		m->out = random_ranges(x, 3, 20);
	if (one_in(x, 20))
		m->length = random_ranges(x, 3, 1500);
	if (one_in(x, 10))
		m->nat = (uint8_t)(1 + random_below(&x->r, RULE_NAT_ALL));
	if (one_in(x, 6)) {
		m->tests_mask = (uint16_t)(1 + random_below(&x->r, 31));
		m->tests = (uint16_t)random_below(&x->r, 32);
	}
	if (one_in(x, 10))
		m->mac = random_macs(x, 3);
	if (one_in(x, 20))
		m->fragment = (uint8_t)random_below(&x->r, 3);
}

static inline void
random_rules_build(struct random_rules *x, unsigned n, unsigned n_sets)
{
	struct prefix p;

	x->n_sets = n_sets;
	for (unsigned i = 0; i < n_sets; i++) {
		x->set[i] = set_create("random");
		for (unsigned k = 0; k < 40; k++) {
			random_prefix(&x->r, random_below(&x->r, 2) ? 4 : 6, &p);
			set_add(x->set[i], &p);
		}
		set_seal(x->set[i]);
	}
	x->n = n;
	x->match = calloc(n, sizeof(*x->match));
	for (unsigned i = 0; i < n; i++)
		random_match(x, &x->match[i]);
}

static inline void
random_rules_discard(struct random_rules *x)
{
	for (unsigned i = 0; i < x->n_memory; i++)
		free(x->memory[i]);
	for (unsigned i = 0; i < x->n_sets; i++)
		set_destroy(x->set[i]);
	free(x->memory);
	free(x->match);
}

/* A value at an end of one of the list's ranges, or next to it; without a list any small one. */
static inline uint16_t
corner_value(struct random_rules *x, const struct rule_ranges *list)
{
	const struct rule_range *r;
	static const int step[] = { 0, 0, 1, -1 };

	if (list->n == 0 || one_in(x, 8))
		return (uint16_t)random_below(&x->r, 10);
	r = &list->range[random_below(&x->r, list->n)];
	return (uint16_t)((one_in(x, 2) ? r->first : r->last) + step[random_below(&x->r, 4)]);
}

static inline void
corner_of_list(struct random_rules *x, const struct rule_addresses *list, unsigned family,
	union address *a)
{
	const struct rule_address *at;
	const struct prefix *p;
	size_t n;

	random_address(&x->r, family, a);
	if (list->n == 0 || one_in(x, 10))
		return;
	at = &list->address[random_below(&x->r, list->n)];
	p = &at->prefix;
	if (at->set != NULL) {
		p = set_prefixes(at->set, &n);
		p += random_below(&x->r, (uint32_t)n);
	}
	if (p->family == family)
		corner_address(&x->r, p, a);
}

/* A key near one of the rules. */
static inline void
random_key(struct random_rules *x, unsigned family, struct rule_key *key)
{
	static const uint8_t usual[] = { 6, 6, 17, 17, 1, 58, 47, 132 };
	const struct rule_match *m = &x->match[random_below(&x->r, x->n)];
	uint16_t icmp = corner_value(x, &m->icmp);
	uint16_t proto = corner_value(x, &m->proto);

	memset(key, 0, sizeof(*key));
	key->tuple.family = (uint8_t)family;
	key->tuple.proto = m->proto.n > 0 && !one_in(x, 4) ? (uint8_t)proto
							   : usual[random_below(&x->r, 8)];
	if (m->icmp.n > 0 && !one_in(x, 4))
		key->tuple.proto = family == 4 ? 1 : 58;
	key->tuple.kind = one_in(x, 10) ? KEY_FRAGMENT : one_in(x, 10) ? KEY_BLIND : KEY_PLAIN;
	if (key->tuple.kind == KEY_PLAIN) {
		key->tuple.sport = rte_cpu_to_be_16(corner_value(x, &m->sport));
		key->tuple.dport = rte_cpu_to_be_16(corner_value(x, &m->dport));
	}
	corner_of_list(x, &m->src, family, &key->tuple.src);
	corner_of_list(x, &m->dst, family, &key->tuple.dst);
	key->iface = corner_value(x, &m->iface);
	key->vlan = corner_value(x, &m->vlan) & 0xfff;
	key->dscp = corner_value(x, &m->dscp) & 0x3f;
	key->icmp_type = (uint8_t)(icmp >> 8);
	key->icmp_code = (uint8_t)icmp;
	key->tcp_flags = (uint8_t)(one_in(x, 2) ? m->tcp_flags : random_below(&x->r, 256));
	key->state = (uint8_t)(one_in(x, 6) ? 0 : 1u << random_below(&x->r, 5));
	key->out = one_in(x, 4) ? RULE_OUT_NONE : corner_value(x, &m->out);
	key->length = corner_value(x, &m->length);
	key->nat = (uint8_t)(one_in(x, 3) ? 0 : 1u << random_below(&x->r, 4));
	key->tests = (uint16_t)(one_in(x, 2) ? m->tests : random_below(&x->r, 32));
	random_mac(x, key->mac);
	key->fragment = key->tuple.kind == KEY_FRAGMENT || one_in(x, 10);
}

#endif
