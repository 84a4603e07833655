/* SPDX-License-Identifier: BSD-3-Clause */
/* What a generation decides otherwise than the one before it. */

#include "policy/changes.h"

#include <string.h>

#include <rte_byteorder.h>

static struct changed_prefix
by_mask(const struct prefix *p)
{
	struct prefix mask = { .family = p->family, .length = p->length }, trimmed = *p;

	memset(mask.address.bytes, 0xff, sizeof(mask.address.bytes));
	prefix_trim(&mask);
	prefix_trim(&trimmed);
	return (struct changed_prefix){ trimmed.address, mask.address, p->family };
}

/* Copies plain prefixes.  Returns their number; 0 for a list that is taken as any: with sets, with
 * exceptions, or too long. */
static uint8_t
take_addresses(
	const struct rule_addresses *list, struct changed_prefix out[static CHANGES_LIST_MAX])
{
	if (list->n > CHANGES_LIST_MAX)
		return 0;
	for (unsigned i = 0; i < list->n; i++) {
		if (list->address[i].set != NULL || list->address[i].negated)
			return 0;
		out[i] = by_mask(&list->address[i].prefix);
	}
	return (uint8_t)list->n;
}

static uint8_t
take_ranges(const struct rule_ranges *list, struct rule_range out[static CHANGES_LIST_MAX])
{
	if (list->n > CHANGES_LIST_MAX)
		return 0;
	for (unsigned i = 0; i < list->n; i++) {
		if (list->range[i].negated)
			return 0;
		out[i] = list->range[i];
	}
	return (uint8_t)list->n;
}

bool
changes_add(struct changes *c, const struct rule_match *m)
{
	struct changed_match one = { .n_src = 0 };

	one.n_src = take_addresses(&m->src, one.src);
	one.n_dst = take_addresses(&m->dst, one.dst);
	one.n_proto = take_ranges(&m->proto, one.proto);
	one.n_sport = take_ranges(&m->sport, one.sport);
	one.n_dport = take_ranges(&m->dport, one.dport);
	if (one.n_src + one.n_dst + one.n_proto + one.n_sport + one.n_dport == 0
		|| c->n == CHANGES_MAX)
		return false;
	c->match[c->n++] = one;
	return true;
}

static inline bool
covers4(const struct changed_prefix *p, const rte_be32_t a[static 4])
{
	rte_be32_t bits = p->bits.v4, mask = p->mask.v4;

	return ((a[0] ^ bits) & mask) == 0 || ((a[1] ^ bits) & mask) == 0
		|| ((a[2] ^ bits) & mask) == 0 || ((a[3] ^ bits) & mask) == 0;
}

static inline bool
covers6(const struct changed_prefix *p, const union address a[static 4])
{
	const uint64_t *bits = p->bits.words, *mask = p->mask.words;

	for (unsigned i = 0; i < 4; i++)
		if ((((a[i].words[0] ^ bits[0]) & mask[0]) | ((a[i].words[1] ^ bits[1]) & mask[1]))
			== 0)
			return true;
	return false;
}

static inline bool
has_address(const struct changed_prefix *list, unsigned n, const struct flow_ends *e)
{
	for (unsigned i = 0; i < n; i++) {
		const struct changed_prefix *p = &list[i];

		if (p->family == e->family
			&& (p->family == 4 ? covers4(p, e->address.ip4)
					   : covers6(p, e->address.ip6)))
			return true;
	}
	return n == 0;
}

static inline bool
has_number(const struct rule_range *list, unsigned n, uint16_t number)
{
	for (unsigned i = 0; i < n; i++)
		if (number >= list[i].first && number <= list[i].last)
			return true;
	return n == 0;
}

static inline bool
has_port(const struct rule_range *list, unsigned n, const struct flow_ends *e)
{
	for (unsigned k = 0; k < 4 && n > 0; k++)
		if (has_number(list, n, rte_be_to_cpu_16(e->port[k])))
			return true;
	return n == 0;
}

bool
changes_touch(const struct changes *c, const struct flow_ends *flow)
{
	/* What rules make of a transport header with a fault is not told here. */
	if (flow->kind != KEY_PLAIN && c->n > 0)
		return true;
	for (unsigned i = 0; i < c->n; i++) {
		const struct changed_match *m = &c->match[i];

		if (has_address(m->src, m->n_src, flow) && has_address(m->dst, m->n_dst, flow)
			&& has_number(m->proto, m->n_proto, flow->proto)
			&& has_port(m->sport, m->n_sport, flow)
			&& has_port(m->dport, m->n_dport, flow))
			return true;
	}
	return false;
}
