/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds what the owner of a packet is chosen by. */
#include "policy/owners.h"

#include <netinet/in.h>

#include "nat/nat.h"
#include "policy/owners_priv.h"

/* A packet, and what chooses its owner. */
struct question {
	const struct owners *o;
	const struct tuple *t;
	uint16_t iface;
	bool ports; /* NAT can change its ports, or identifier */
	struct owner_choice *choice;
};

static enum owner_by
by_address(const struct question *q, const union address *a)
{
	q->choice->address = a;
	return OWNER_ADDRESS;
}

static enum owner_by
by_port(const struct question *q, rte_be16_t port)
{
	q->choice->port = rte_be_to_cpu_16(port);
	return OWNER_PORT;
}

static const struct pool_range *
find_range(const struct owners *o, rte_be32_t address)
{
	uint32_t wanted = rte_be_to_cpu_32(address);
	unsigned low = 0, high = o->n_ranges;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (o->range[mid].address == wanted)
			return &o->range[mid];
		if (o->range[mid].address < wanted)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool
within(rte_be16_t port, uint16_t low, uint16_t high)
{
	return rte_be_to_cpu_16(port) >= low && rte_be_to_cpu_16(port) <= high;
}

/* Returns true if the source of the packet will be translated, on its way out. */
static bool
goes_there(const struct question *q, const struct fixed *f)
{
	const struct rule_key key = { .tuple = *q->t, .iface = q->iface };
	unsigned i = q->iface % LEDGER_IFACES;

	if ((f->iface[i / 64] >> i % 64 & 1) == 0)
		return false;
	return rule_matches(&f->there, &key);
}

/* Returns the port forward that the packet is on its way to. */
static const struct fixed *
forward_there(const struct question *q, enum owners_index_kind kind)
{
	const struct rule_key key = { .tuple = *q->t, .iface = q->iface };
	uint32_t i = owners_index_find(q->o, kind, &key);

	return i != OWNERS_NONE ? &q->o->fixed[i] : NULL;
}

/* Returns true if a port forward leads into another domain than the packet's. */
static bool
is_elsewhere(const struct fixed *f, const struct tuple *t)
{
	return f->what.domain != DOMAIN_NONE && f->what.domain != t->domain;
}

/* Returns the port forward that led to the packet's source, for an answer.  An index, or
 * OWNERS_NONE. */
static uint32_t
forward_back(const struct question *q)
{
	struct rule_key key = { .tuple = *q->t };
	uint32_t found;

	key.tuple.src = q->t->dst;
	key.tuple.dst = q->t->src;
	key.tuple.sport = q->t->dport;
	key.tuple.dport = q->t->sport;
	found = owners_index_find(q->o, OWNERS_BACK, &key);
	return found != OWNERS_NONE && is_elsewhere(&q->o->fixed[found], q->t) ? OWNERS_NONE
									       : found;
}

static bool
is_fixed_source(const struct owners *o, const union address *a)
{
	for (unsigned i = 0; i < o->n_sources; i++)
		if (address_equal(a, &o->fixed[o->source[i]].what.to))
			return true;
	return false;
}

/* Decides for a packet to a public address. */
static enum owner_by
arriving(const struct question *q)
{
	const struct owners *o = q->o;
	const struct pool_range *range;

	if (forward_there(q, OWNERS_THERE_PORTS) != NULL)
		return by_address(q, &q->t->src);
	range = find_range(o, q->t->dst.v4);
	if (range != NULL && !q->ports)
		return by_address(q, &q->t->src);
	if (range != NULL && within(q->t->dport, range->low, range->high))
		return by_port(q, q->t->dport);
	if (is_fixed_source(o, &q->t->dst) || forward_there(q, OWNERS_THERE_ALL) != NULL)
		return by_address(q, &q->t->src);
	return OWNER_BOTH_ENDS;
}

/* Decides for a packet from an end that a line of the configuration translates: the first one in
 * the file. */
static enum owner_by
leaving(const struct question *q)
{
	const struct owners *o = q->o;
	uint32_t first = forward_back(q);
	const struct fixed *f;

	for (unsigned i = 0; i < o->n_sources && o->source[i] < first; i++)
		if (goes_there(q, &o->fixed[o->source[i]]))
			first = o->source[i];
	if (first == OWNERS_NONE)
		return OWNER_BOTH_ENDS;
	f = &o->fixed[first];
	if (q->ports && f->slice_high != 0 && within(q->t->sport, f->slice_low, f->slice_high))
		return by_port(q, q->t->sport);
	return by_address(q, &q->t->dst);
}

static bool
is_inside(const struct owners *o, const union address *a)
{
	return prefixes_find(o->inside, 4, a) != 0;
}

static bool
leads_out(const struct owners *o, const struct zones *z, uint16_t iface)
{
	const struct zone *zone = z->of[iface] != ZONE_OWN && z->of[iface] != ZONE_NONE
		? &z->zone[z->of[iface] - 1]
		: NULL;
	bool out = o->leads_out[iface / 64] >> iface % 64 & 1;

	for (unsigned i = 0; zone != NULL && i < zone->n; i++)
		out |= o->leads_out[zone->iface[i] / 64] >> zone->iface[i] % 64 & 1;
	return out;
}

bool
owners_is_inside(
	const struct owners *o, const struct zones *z, const union address *a, uint16_t iface)
{
	uint32_t behind = prefixes_find(o->inside, 4, a);

	return behind != 0 && !(behind & OWNERS_WIDE) && zones_same(z, (uint16_t)behind, iface)
		&& !leads_out(o, z, iface);
}

static enum owner_by
between(const struct question *q)
{
	bool src, dst;

	if (q->ports && !q->o->by_host)
		return OWNER_BOTH_ENDS;
	src = is_inside(q->o, &q->t->src);
	dst = is_inside(q->o, &q->t->dst);
	if (src == dst)
		return OWNER_BOTH_ENDS;
	by_address(q, src == q->ports ? &q->t->src : &q->t->dst);
	return q->ports ? OWNER_INSIDE : OWNER_ADDRESS;
}

static const union address nowhere;

/* Returns true if an end of the packet is in a prefix that a map has on either side. */
static bool
is_mapped(const struct owners *o, const struct tuple *t, const union address *a)
{
	for (unsigned i = 0; i < o->n_mapped; i++)
		if (o->mapped[i].family == t->family && prefix_covers(&o->mapped[i], a))
			return true;
	return false;
}

struct owners_outline
owners_outline(const struct owners *o)
{
	struct owners_outline out = { .first = 1, .low = UINT16_MAX };

	if (o == NULL)
		return out;
	out.by_host = o->by_host;
	if (o->n_ranges == 0
		|| o->range[o->n_ranges - 1].address - o->range[0].address != o->n_ranges - 1)
		return out;
	out.first = o->range[0].address;
	out.last = o->range[o->n_ranges - 1].address;
	for (unsigned i = 0; i < o->n_ranges; i++) {
		out.low = RTE_MIN(out.low, o->range[i].low);
		out.high = RTE_MAX(out.high, o->range[i].high);
	}
	return out;
}

enum owner_by
owners_find(
	const struct owners *o, const struct tuple *t, uint16_t iface, struct owner_choice *choice)
{
	const struct question q = {
		.o = o,
		.t = t,
		.iface = iface,
		.ports = nat_has_ports(t->proto),
		.choice = choice,
	};
	enum owner_by by;

	if (o->n_mapped > 0 && is_mapped(o, t, &t->src) != is_mapped(o, t, &t->dst)) {
		choice->address = is_mapped(o, t, &t->src) ? &t->dst : &t->src;
		return OWNER_ADDRESS;
	}
	if (t->family == 6 && o->translates6 && t->kind != KEY_FRAGMENT) {
		choice->address = &nowhere;
		return OWNER_ADDRESS;
	}
	if (t->family != 4 || t->kind == KEY_FRAGMENT)
		return OWNER_BOTH_ENDS;
	by = arriving(&q);
	if (by == OWNER_BOTH_ENDS)
		by = leaving(&q);
	return by != OWNER_BOTH_ENDS ? by : between(&q);
}
