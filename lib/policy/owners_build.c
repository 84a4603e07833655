/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the choice of owners from pipelines, pools and routes. */
#include "policy/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "nat/nat.h"
#include "policy/build_priv.h"
#include "policy/matcher.h"
#include "policy/owners_priv.h"
#include "policy/routes.h"

static const struct rule_range only_tcp = { IPPROTO_TCP, IPPROTO_TCP, false };
static const struct rule_range only_icmp = { IPPROTO_ICMP, IPPROTO_ICMP, false };

struct draft_owners {
	struct build *b;
	struct owners *o;
	unsigned fixed_room;
};

static int
compare_ranges(const void *a, const void *b)
{
	const struct pool_range *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int
add_ranges(struct build *b, struct owners *o)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n_pools; i++)
		n += b->pool[i].n_addresses;
	o->range = build_alloc(b, n, sizeof(*o->range));
	if (o->range == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < b->n_pools; i++) {
		const struct nat_pool_spec *p = &b->pool[i];

		for (unsigned k = 0; k < p->n_addresses; k++)
			o->range[o->n_ranges++] = (struct pool_range){
				rte_be_to_cpu_32(p->addresses[k]),
				p->low,
				p->high,
			};
		o->by_host |= p->per_source != 0 || p->mapping == NAT_ENDPOINT_INDEPENDENT;
	}
	if (n > 0)
		qsort(o->range, n, sizeof(*o->range), compare_ranges);
	return 0;
}

/* Returns the parts of a match that are the same for every packet of a conversation. */
static struct rule_match
lasting(const struct rule_match *m)
{
	struct rule_match kept = {
		.src = m->src,
		.dst = m->dst,
		.proto = m->proto,
		.sport = m->sport,
		.dport = m->dport,
		.iface = m->iface,
	};

	if (m->tcp_mask != 0 && m->proto.n == 0)
		kept.proto = (struct rule_ranges){ &only_tcp, 1 };
	if (m->icmp.n > 0 && m->proto.n == 0)
		kept.proto = (struct rule_ranges){ &only_icmp, 1 };
	return kept;
}

static bool
lists_some(const struct rule_ranges *list)
{
	for (unsigned i = 0; i < list->n; i++)
		if (!list->range[i].negated)
			return true;
	return false;
}

/* Returns true if the match may be for a packet to the address. */
static bool
may_be_to(const struct rule_match *m, uint32_t address)
{
	const struct rule_match dst = { .dst = m->dst };
	struct rule_key key = { .tuple = { .family = 4 } };

	key.tuple.dst.v4 = rte_cpu_to_be_32(address);
	return rule_matches(&dst, &key);
}

static void
complete(const struct owners *o, struct fixed *f)
{
	const struct fixed_translation *w = &f->what;

	f->restricted = w->high != 0 || lists_some(&f->there.dport);
	f->back = (struct rule_match){
		.src = f->there.src,
		.proto = f->there.proto,
		.sport = f->there.sport,
	};
	if (w->port == 0) {
		f->back.dport = f->there.dport;
		f->back_low = w->low;
		f->back_high = w->high;
	} else {
		f->back_low = w->port;
		f->back_high = (uint16_t)(w->port + (w->high - w->low));
	}
	if (w->source || f->restricted || w->port != 0)
		return;
	for (unsigned i = 0; i < o->n_ranges && f->slice_high == 0; i++) {
		if (may_be_to(&f->there, o->range[i].address)) {
			f->slice_low = o->range[i].low;
			f->slice_high = o->range[i].high;
		}
	}
}

static int
add_map(struct draft_owners *d, const struct step *step, const struct fixed_translation *what)
{
	struct owners *o = d->o;

	if (o->n_mapped == 2 * OWNERS_MAPS)
		return err_add(
			build_err(d->b), ENOSPC, step->loc, "more than %u maps", OWNERS_MAPS);
	for (unsigned to = 0; to < 2; to++)
		o->mapped[o->n_mapped++] = (struct prefix){
			.family = what->family,
			.length = what->length,
			.address = to ? what->to : what->from,
		};
	return 0;
}

static int
add_fixed(struct draft_owners *d, const struct step *step, const struct fixed_translation *what)
{
	static const struct rule_match any;
	const struct match_list *list = step->condition != NULL ? matcher_list(step->condition)
								: NULL;
	const struct rule_match *match = what->has_match ? what->match
		: list != NULL                           ? list->match
							 : &any;
	unsigned n = what->has_match ? what->n_matches : list != NULL ? list->n : 1;

	if (what->length != 0)
		return add_map(d, step, what);
	d->o->translates6 |= what->family == 6;
	if (what->family == 6)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		struct owners *o = d->o;

		if (o->n_fixed == d->fixed_room) {
			struct fixed *more = build_grow(
				d->b, o->fixed, o->n_fixed, &d->fixed_room, sizeof(*more));

			if (more == NULL)
				return -ENOMEM;
			o->fixed = more;
		}
		o->fixed[o->n_fixed] = (struct fixed){
			.what = *what,
			.there = lasting(&match[i]),
		};
		complete(o, &o->fixed[o->n_fixed++]);
	}
	return 0;
}

/* Returns true if a packet that begins in one pipeline comes to the other. */
static bool
leads_to(const struct pipeline *from, const struct pipeline *to, unsigned jumps)
{
	if (from == to)
		return true;
	for (unsigned i = 0; i < from->n && jumps > 0; i++) {
		for (unsigned k = 0; k < from->step[i].n_jumps; k++)
			if (leads_to(from->step[i].jumps[k].to, to, jumps - 1))
				return true;
	}
	return false;
}

static void
mark_ifaces(struct draft_owners *d, const struct pipeline *p, unsigned first)
{
	unsigned n;
	const struct interface *const *iface = build_interfaces(d->b, &n);

	for (unsigned i = 0; i < n && first < d->o->n_fixed; i++) {
		if (iface[i] == NULL || iface[i]->pipeline == NULL
			|| !leads_to(iface[i]->pipeline, p, PIPELINE_JUMPS_MAX))
			continue;
		for (unsigned k = first; k < d->o->n_fixed; k++)
			d->o->fixed[k].iface[i / 64] |= 1ull << i % 64;
	}
}

static int
add_pipelines(struct draft_owners *d)
{
	for (unsigned i = 0; i < d->b->pipelines.n; i++) {
		const struct pipeline *p = d->b->pipeline[i];
		unsigned first = d->o->n_fixed;

		for (unsigned k = 0; k < p->n; k++) {
			const struct step *step = &p->step[k];
			struct fixed_translation what = { .port = 0 };

			if (step->stage == NULL || step->stage->fixed == NULL)
				continue;
			for (unsigned f = 0; step->stage->fixed(step->instance, f, &what); f++)
				if (add_fixed(d, step, &what) < 0)
					return -ENOMEM;
		}
		mark_ifaces(d, p, first);
	}
	return 0;
}

static int
add_sources(struct draft_owners *d)
{
	struct owners *o = d->o;

	o->source = build_alloc(d->b, o->n_fixed + 1, sizeof(*o->source));
	for (unsigned i = 0; o->source != NULL && i < o->n_fixed; i++)
		if (o->fixed[i].what.source)
			o->source[o->n_sources++] = i;
	return o->source != NULL ? 0 : -ENOMEM;
}

/* Returns the first interface of a route whose packets are translated, or 0. */
static uint32_t
leads_inside(const struct route *r)
{
	for (unsigned i = 0; r->kind == ROUTE_VIA && i < r->n_hops; i++) {
		const struct pipeline *p = r->hop[i].egress != NULL ? r->hop[i].egress->pipeline
								    : NULL;

		if (p != NULL && (p->traits & TRAIT_TRANSLATES))
			return r->hop[i].egress->id;
	}
	return 0;
}

static void
note_ways_out(struct owners *o, const struct route *r)
{
	for (unsigned i = 0; r->kind == ROUTE_VIA && i < r->n_hops; i++) {
		unsigned id = r->hop[i].egress != NULL ? r->hop[i].egress->id : 0;

		o->leads_out[id / 64] |= 1ull << id % 64;
	}
}

static int
add_inside(struct build *b, struct owners *o)
{
	struct prefix *prefix;
	unsigned n = 0, all = 0;

	for (unsigned i = 0; i < b->routes.n; i++) {
		const struct route_table *t = b->routes.item[i].what;

		all += t != NULL ? t->n : 0;
	}
	prefix = calloc(all + 1, sizeof(*prefix));
	if (prefix == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < b->routes.n; i++) {
		const struct route_table *t = b->routes.item[i].what;

		if (t != NULL && t->follows)
			memset(o->leads_out, 0xff, sizeof(o->leads_out));
		for (unsigned k = 0; t != NULL && k < t->n; k++) {
			if (t->route[k].prefix.family != 4)
				continue;
			prefix[n] = t->route[k].prefix;
			prefix[n].value = leads_inside(&t->route[k]);
			if (prefix[n].length < OWNERS_WIDE_BITS) {
				note_ways_out(o, &t->route[k]);
				prefix[n].value |= prefix[n].value != 0 ? OWNERS_WIDE : 0;
			}
			n++;
		}
	}
	o->inside_digest = owners_digest_prefixes(prefix, n);
	o->inside = prefixes_build(prefix, n);
	free(prefix);
	return o->inside != NULL ? 0 : -ENOMEM;
}

/* Returns true if any pipeline uses a pool.  A pool that no pipeline names has no sessions. */
static bool
translates(const struct build *b)
{
	for (unsigned i = 0; i < b->pipelines.n; i++)
		if (b->pipeline[i]->traits & TRAIT_TRANSLATES)
			return true;
	return false;
}

int
owners_build(struct build *b, struct owners **out)
{
	struct draft_owners d = { .b = b, .o = build_alloc(b, 1, sizeof(*d.o)) };

	*out = NULL;
	if (d.o == NULL || add_ranges(b, d.o) < 0 || add_pipelines(&d) < 0)
		return -ENOMEM;
	if (d.o->n_fixed == 0 && d.o->n_mapped == 0 && !d.o->translates6 && !translates(b))
		return 0;
	if (add_sources(&d) < 0 || owners_index_build(b, d.o) < 0 || add_inside(b, d.o) < 0) {
		owners_index_discard(d.o);
		return -ENOMEM;
	}
	*out = d.o;
	return 0;
}

void
owners_discard(struct owners *o)
{
	if (o == NULL)
		return;
	owners_index_discard(o);
	prefixes_discard(o->inside);
}

/* Adds the forwarded ports of one match in one protocol, as far as they are in the range r. */
static int
reserve_ports(struct build *b, const struct fixed *f, uint8_t proto, struct nat_pool_spec *spec,
	unsigned *room)
{
	static const struct rule_range all = { 0, UINT16_MAX, false };
	const struct rule_ranges *dport = &f->there.dport;
	unsigned n = lists_some(dport) ? dport->n : 1;

	for (unsigned i = 0; i < n; i++) {
		const struct rule_range *r = lists_some(dport) ? &dport->range[i] : &all;
		uint16_t low = RTE_MAX(r->first, f->what.low);
		uint16_t high = f->what.high != 0 ? RTE_MIN(r->last, f->what.high) : r->last;

		if (r->negated || low > high || high < spec->low || low > spec->high)
			continue;
		if (spec->n_reserved == *room) {
			struct nat_reserved *more = build_grow(
				b, spec->reserved, spec->n_reserved, room, sizeof(*more));

			if (more == NULL)
				return -ENOMEM;
			spec->reserved = more;
		}
		spec->reserved[spec->n_reserved++] = (struct nat_reserved){ low, high, proto };
	}
	return 0;
}

static bool
shares_address(const struct fixed *f, const struct nat_pool_spec *spec)
{
	for (unsigned i = 0; i < spec->n_addresses; i++)
		if (may_be_to(&f->there, rte_be_to_cpu_32(spec->addresses[i])))
			return true;
	return false;
}

static int
compare_reserved(const void *a, const void *b)
{
	const struct nat_reserved *x = a, *y = b;

	return x->proto != y->proto ? x->proto - y->proto
		: x->low != y->low  ? x->low - y->low
				    : x->high - y->high;
}

/* Sorts the ranges, and joins adjacent ones of a protocol: there may be many forwards of one port
 * each. */
static void
merge_reserved(struct nat_pool_spec *spec)
{
	unsigned kept = 0;

	if (spec->n_reserved == 0)
		return;
	qsort(spec->reserved, spec->n_reserved, sizeof(*spec->reserved), compare_reserved);
	for (unsigned i = 1; i < spec->n_reserved; i++) {
		const struct nat_reserved *r = &spec->reserved[i];
		struct nat_reserved *last = &spec->reserved[kept];

		if (r->proto == last->proto && r->low <= last->high + 1u)
			last->high = RTE_MAX(last->high, r->high);
		else
			spec->reserved[++kept] = *r;
	}
	spec->n_reserved = kept + 1;
}

int
owners_reserve(struct build *b, const struct owners *o, struct nat_pool_spec *spec)
{
	static const uint8_t protos[] = {
		IPPROTO_TCP,
		IPPROTO_UDP,
		IPPROTO_UDPLITE,
		IPPROTO_DCCP,
		IPPROTO_SCTP,
	};
	unsigned room = 0;

	for (unsigned i = 0; i < o->n_fixed; i++) {
		const struct fixed *f = &o->fixed[i];
		const struct rule_match proto = { .proto = f->there.proto };

		if (f->what.source || !f->restricted || !shares_address(f, spec))
			continue;
		for (unsigned k = 0; k < RTE_DIM(protos); k++) {
			const struct rule_key key = {
				.tuple = { .family = 4, .proto = protos[k] },
			};

			if (rule_matches(&proto, &key)
				&& reserve_ports(b, f, protos[k], spec, &room) < 0)
				return -ENOMEM;
		}
	}
	merge_reserved(spec);
	return 0;
}
