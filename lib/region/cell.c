/* SPDX-License-Identifier: BSD-3-Clause */
#include "region/cell.h"

#include <string.h>

#include <netinet/in.h>

#include <rte_common.h>

#include "packet/parse.h"

#define ALL_OF(name, last) static const struct span name[] = { { 0, last } }

ALL_OF(all4, UINT32_MAX);
ALL_OF(all6, ~(wide_t)0);
ALL_OF(all16, UINT16_MAX);
ALL_OF(all_dscp, 63);
ALL_OF(all_bits, 1);
ALL_OF(all8, UINT8_MAX);

/* Without extension headers, and the numbers of experiments that are parsed as such. */
static const struct span proto6[] = {
	{ 1, 42 },
	{ 45, 49 },
	{ 52, 58 },
	{ 61, 134 },
	{ 136, 138 },
	{ 141, 252 },
	{ 255, 255 },
};

static const struct span with_ports[] = {
	{ IPPROTO_TCP, IPPROTO_TCP },
	{ IPPROTO_UDP, IPPROTO_UDP },
	{ IPPROTO_DCCP, IPPROTO_DCCP },
	{ IPPROTO_SCTP, IPPROTO_SCTP },
	{ IPPROTO_UDPLITE, IPPROTO_UDPLITE },
};

static const struct span tcp[] = { { IPPROTO_TCP, IPPROTO_TCP } };
static const struct span icmp4[] = { { IPPROTO_ICMP, IPPROTO_ICMP } };
static const struct span icmp6[] = { { IPPROTO_ICMPV6, IPPROTO_ICMPV6 } };

enum {
	FLAGS = 256,
};

#define SPANS(array) ((struct spans){ array, RTE_DIM(array) })

/* The flags that have those of mask as in flags; sound: that an endpoint sends. */
static uint32_t
fill_flags(struct span out[], uint8_t flags, uint8_t mask, bool sound)
{
	uint32_t n = 0;

	for (unsigned f = 0; f < FLAGS; f++) {
		if ((sound && tcp_flags_bad((uint8_t)f)) || (f & mask) != (flags & mask))
			continue;
		if (n > 0 && out[n - 1].last + 1 == f)
			out[n - 1].last = f;
		else
			out[n++] = (struct span){ f, f };
	}
	return n;
}

static bool
ranges_admit(const struct rule_ranges *list, uint16_t value)
{
	bool plain = false, found = false;

	for (unsigned i = 0; i < list->n; i++) {
		bool inside = list->range[i].first <= value && value <= list->range[i].last;

		if (list->range[i].negated && inside)
			return false;
		plain |= !list->range[i].negated;
		found |= !list->range[i].negated && inside;
	}
	return found || !plain;
}

const struct cell *
cell_all(unsigned family)
{
	static struct cell all[2];
	struct cell *c = &all[family == 6];

	if (c->dim[DIM_SRC].n != 0)
		return c;
	c->dim[DIM_DST] = family == 4 ? SPANS(all4) : SPANS(all6);
	c->dim[DIM_PROTO] = c->dim[DIM_FLAGS] = SPANS(all8);
	c->dim[DIM_SPORT] = c->dim[DIM_DPORT] = c->dim[DIM_ICMP] = SPANS(all16);
	c->dim[DIM_DSCP] = SPANS(all_dscp);
	c->dim[DIM_FRAGMENT] = SPANS(all_bits);
	c->dim[DIM_SRC] = c->dim[DIM_DST];
	return c;
}

const struct cell *
cell_sound(unsigned family)
{
	static struct span flags[FLAGS];
	static struct cell sound[2];
	struct cell *c = &sound[family == 6];

	if (c->dim[DIM_SRC].n != 0)
		return c;
	*c = *cell_all(family);
	c->dim[DIM_FLAGS] = (struct spans){ flags, fill_flags(flags, 0, 0, true) };
	if (family == 6)
		c->dim[DIM_PROTO] = SPANS(proto6);
	return c;
}

bool
match_enters(const struct rule_match *m, uint16_t iface, uint16_t vlan)
{
	return ranges_admit(&m->iface, iface) && ranges_admit(&m->vlan, vlan);
}

bool
match_asks_more(const struct rule_match *m)
{
	return m->out.n > 0 || m->nat != 0 || m->mac.n > 0 || m->length.n > 0 || m->tests_mask != 0
		|| m->n_conditions > 0;
}

bool
match_admits_rest(const struct rule_match *m, const struct rule_key *key)
{
	const struct rule_match rest = { .out = m->out,
		.nat = m->nat,
		.mac = m->mac,
		.length = m->length,
		.tests = m->tests,
		.tests_mask = m->tests_mask };

	return !match_asks_more(m) || (!m->seldom && rule_matches(&rest, key));
}

wide_t
value_of_address(const union address *a, unsigned family)
{
	wide_t value = 0;

	for (unsigned i = 0; i < (family == 4 ? 4 : 16); i++)
		value = value << 8 | a->bytes[i];
	return value;
}

union address
address_of_value(wide_t value, unsigned family)
{
	union address a = { .bytes = { 0 } };

	for (unsigned i = family == 4 ? 4 : 16; i-- > 0; value >>= 8)
		a.bytes[i] = (uint8_t)value;
	return a;
}

struct span
span_of_prefix(const struct prefix *p)
{
	unsigned free_bits = (p->family == 4 ? 32 : 128) - p->length;
	wide_t rest = free_bits >= 128 ? ~(wide_t)0 : ((wide_t)1 << free_bits) - 1;
	wide_t value = value_of_address(&p->address, p->family) & ~rest;

	return (struct span){ value, value | rest };
}

/* How many prefixes of a list, its sets included. */
static size_t
count_prefixes(const struct rule_addresses *list, bool negated)
{
	size_t n = 0, of;

	for (unsigned i = 0; i < list->n; i++) {
		if (list->address[i].negated != negated)
			continue;
		of = 1;
		if (list->address[i].set != NULL)
			set_prefixes(list->address[i].set, &of);
		n += of;
	}
	return n;
}

static struct spans
address_spans(struct scratch *s, const struct rule_addresses *list, bool negated, unsigned family)
{
	struct span *out = scratch_take(s, count_prefixes(list, negated) * sizeof(*out));
	uint32_t n = 0;

	for (unsigned i = 0; i < list->n && out != NULL; i++) {
		const struct rule_address *a = &list->address[i];
		const struct prefix *p = &a->prefix;
		size_t of = 1;

		if (a->negated != negated)
			continue;
		if (a->set != NULL)
			p = set_prefixes(a->set, &of);
		for (size_t k = 0; k < of; k++)
			if (p[k].family == family)
				out[n++] = span_of_prefix(&p[k]);
	}
	return out == NULL ? (struct spans){ NULL, 0 } : spans_of(out, n);
}

static bool
has_plain(const struct rule_addresses *list)
{
	for (unsigned i = 0; i < list->n; i++)
		if (!list->address[i].negated)
			return true;
	return false;
}

static struct spans
addresses(struct scratch *s, const struct rule_addresses *list, unsigned family)
{
	struct spans all = cell_all(family)->dim[DIM_SRC], without;

	if (list->n == 0)
		return all;
	if (has_plain(list))
		all = address_spans(s, list, false, family);
	if (count_prefixes(list, true) == 0)
		return all;
	without = address_spans(s, list, true, family);
	return spans_without(s, &all, &without);
}

static struct spans
range_spans(struct scratch *s, const struct rule_ranges *list, bool negated)
{
	struct span *out = scratch_take(s, list->n * sizeof(*out));
	uint32_t n = 0;

	for (unsigned i = 0; i < list->n && out != NULL; i++)
		if (list->range[i].negated == negated
			&& list->range[i].first <= list->range[i].last)
			out[n++] = (struct span){ list->range[i].first, list->range[i].last };
	return out == NULL ? (struct spans){ NULL, 0 } : spans_of(out, n);
}

/* Restricts a dimension to a list of ranges. */
static void
restrict_ranges(struct scratch *s, const struct rule_ranges *list, struct spans *dim)
{
	struct spans plain, without;
	bool any_plain = false;

	if (list->n == 0)
		return;
	for (unsigned i = 0; i < list->n; i++)
		any_plain |= !list->range[i].negated;
	if (any_plain) {
		plain = range_spans(s, list, false);
		*dim = spans_and(s, dim, &plain);
	}
	without = range_spans(s, list, true);
	*dim = spans_without(s, dim, &without);
}

/* The protocols that have what the match asks for. */
static void
restrict_protocols(
	struct scratch *s, const struct rule_match *m, unsigned family, struct spans *dim)
{
	const struct spans ports = SPANS(with_ports), only_tcp = SPANS(tcp);
	const struct spans icmp = family == 4 ? SPANS(icmp4) : SPANS(icmp6);

	if (m->sport.n > 0 || m->dport.n > 0)
		*dim = spans_and(s, dim, &ports);
	if (m->tcp_mask != 0)
		*dim = spans_and(s, dim, &only_tcp);
	if (m->icmp.n > 0)
		*dim = spans_and(s, dim, &icmp);
}

static void
restrict_rest(struct scratch *s, const struct rule_match *m, struct cell *out)
{
	struct spans *fragment = &out->dim[DIM_FRAGMENT];
	struct span *flags, *only;

	if (m->tcp_mask != 0) {
		flags = scratch_take(s, FLAGS * sizeof(*flags));
		out->dim[DIM_FLAGS] = flags == NULL
			? (struct spans){ NULL, 0 }
			: (struct spans){ flags,
				  fill_flags(flags, m->tcp_flags, m->tcp_mask, false) };
	}
	if (m->fragment != RULE_FRAGMENT_ANY) {
		only = scratch_take(s, sizeof(*only));
		*fragment = (struct spans){ only, only != NULL };
		if (only != NULL)
			only->first = only->last = m->fragment == RULE_FRAGMENT_YES;
	}
}

bool
cell_from_match(struct scratch *s, const struct rule_match *m, unsigned family, struct cell *out)
{
	*out = *cell_all(family);
	out->dim[DIM_SRC] = addresses(s, &m->src, family);
	out->dim[DIM_DST] = addresses(s, &m->dst, family);
	restrict_ranges(s, &m->proto, &out->dim[DIM_PROTO]);
	restrict_protocols(s, m, family, &out->dim[DIM_PROTO]);
	restrict_ranges(s, &m->sport, &out->dim[DIM_SPORT]);
	restrict_ranges(s, &m->dport, &out->dim[DIM_DPORT]);
	restrict_ranges(s, &m->icmp, &out->dim[DIM_ICMP]);
	restrict_ranges(s, &m->dscp, &out->dim[DIM_DSCP]);
	restrict_rest(s, m, out);
	return !cell_is_empty(out) && !s->exhausted;
}

bool
cell_is_empty(const struct cell *c)
{
	for (unsigned d = 0; d < DIMS; d++)
		if (c->dim[d].n == 0)
			return true;
	return false;
}

bool
cell_intersects(const struct cell *a, const struct cell *b)
{
	for (unsigned d = 0; d < DIMS; d++)
		if (!spans_intersect(&a->dim[d], &b->dim[d]))
			return false;
	return true;
}

bool
cell_covers(const struct cell *a, const struct cell *b)
{
	for (unsigned d = 0; d < DIMS; d++)
		if (!spans_cover(&a->dim[d], &b->dim[d]))
			return false;
	return true;
}

unsigned
cell_difference(const struct cell *a, const struct cell *b)
{
	unsigned found = DIMS;

	for (unsigned d = 0; d < DIMS; d++) {
		if (spans_cover(&a->dim[d], &b->dim[d]))
			continue;
		if (found != DIMS)
			return DIMS + 1;
		found = d;
	}
	return found;
}

bool
cell_holds(const struct cell *c, const struct point *p)
{
	for (unsigned d = 0; d < DIMS; d++)
		if (!spans_hold(&c->dim[d], p->at[d]))
			return false;
	return true;
}

bool
cell_and(struct scratch *s, const struct cell *a, const struct cell *b, struct cell *out)
{
	struct cell both;

	for (unsigned d = 0; d < DIMS; d++) {
		both.dim[d] = spans_and(s, &a->dim[d], &b->dim[d]);
		if (both.dim[d].n == 0)
			return false;
	}
	*out = both;
	return true;
}

/* The first of the wanted values that the spans have, else their first one. */
static wide_t
pick(const struct spans *s, const wide_t wanted[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (spans_hold(s, wanted[i]))
			return wanted[i];
	return s->span[0].first;
}

/* The first host behind the beginning of the spans, where it is in them. */
static wide_t
pick_address(const struct spans *s, unsigned family, unsigned host)
{
	static const union address v6 = { .bytes = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff } };
	const wide_t wanted = family == 4 ? 0xcb007100u + host
					  : value_of_address(&v6, 6) + host; /* 203.0.113.host */
	wide_t first = s->span[0].first;

	if (spans_hold(s, wanted))
		return wanted;
	return s->span[0].last > first && spans_hold(s, first | 1) && (first & 1) == 0 ? first | 1
										       : first;
}

void
cell_pick(const struct cell *c, unsigned family, struct point *p)
{
	static const wide_t protos[] = { IPPROTO_TCP, IPPROTO_UDP }, sports[] = { 40000 },
			    dports[] = { 80, 53 };
	static const wide_t flags[] = { RTE_TCP_SYN_FLAG, RTE_TCP_ACK_FLAG };
	const wide_t types[] = { family == 4 ? 0x0800 : 0x8000 };
	const wide_t icmp = family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	p->at[DIM_SRC] = pick_address(&c->dim[DIM_SRC], family, 9);
	p->at[DIM_DST] = pick_address(&c->dim[DIM_DST], family, 7);
	p->at[DIM_PROTO] = pick(&c->dim[DIM_PROTO], protos, RTE_DIM(protos));
	if (p->at[DIM_PROTO] != IPPROTO_TCP && p->at[DIM_PROTO] != IPPROTO_UDP
		&& spans_hold(&c->dim[DIM_PROTO], icmp))
		p->at[DIM_PROTO] = icmp;
	p->at[DIM_SPORT] = pick(&c->dim[DIM_SPORT], sports, RTE_DIM(sports));
	p->at[DIM_DPORT] = pick(&c->dim[DIM_DPORT], dports, RTE_DIM(dports));
	p->at[DIM_ICMP] = pick(&c->dim[DIM_ICMP], types, RTE_DIM(types));
	p->at[DIM_FLAGS] = pick(&c->dim[DIM_FLAGS], flags, RTE_DIM(flags));
	p->at[DIM_DSCP] = c->dim[DIM_DSCP].span[0].first;
	p->at[DIM_FRAGMENT] = c->dim[DIM_FRAGMENT].span[0].first;
}

uint64_t
cell_hash(const struct cell *c)
{
	uint64_t hash = 0;

	for (unsigned d = 0; d < DIMS; d++)
		hash = (hash ^ spans_hash(&c->dim[d])) * 0x9e3779b97f4a7c15ull;
	return hash;
}
