/* SPDX-License-Identifier: BSD-3-Clause */
#include "analysis/classes.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/plan.h"

#define SCRATCH_BYTES ((size_t)1 << 30) /* address space */

/* The routes of a table, of one family, in the order of their first address. */
struct sorted_table {
	const struct route_table *table;
	struct sorted {
		struct span span;
		uint32_t route;
		struct spans own; /* without what longer prefixes have; n 0: not worked out */
		bool known;
	} * route;
	uint32_t n;
	struct spans none;
	bool has_none;
};

#define TABLES_MAX 256

struct classes {
	unsigned family;
	struct scratch scratch;
	struct spans nowhere; /* of no station, each a class of its own */
	struct spans own;  /* our addresses and those of all stations of our subnets, single ones */
	struct spans rest; /* without both: plain sources */
	struct spans rest_destinations; /* without nowhere */
	struct spans changed;
	struct sorted_table table[TABLES_MAX];
	unsigned n_tables;
};

static const struct special {
	uint8_t family, length;
	union address address;
} specials[] = {
	{ 4, 8, { { 0 } } },
	{ 4, 8, { { 127 } } },
	{ 4, 4, { { 224 } } },
	{ 4, 32, { { 255, 255, 255, 255 } } },
	{ 4, 4, { { 240 } } },
	{ 6, 128, { { 0 } } },
	{ 6, 128, { { [15] = 1 } } },
	{ 6, 96, { { [10] = 0xff, [11] = 0xff } } },
	{ 6, 8, { { 0xff } } },
	{ 6, 10, { { 0xfe, 0x80 } } },
};

static struct spans
fill_nowhere(struct classes *c)
{
	struct span *out = scratch_take(
		&c->scratch, sizeof(specials) / sizeof(specials[0]) * sizeof(*out));
	uint32_t n = 0;

	for (unsigned i = 0; i < sizeof(specials) / sizeof(specials[0]) && out != NULL; i++) {
		struct prefix p = { .family = specials[i].family,
			.length = specials[i].length,
			.address = specials[i].address };

		if (p.family == c->family)
			out[n++] = span_of_prefix(&p);
	}
	/* The broadcast address is not as the others of 240/4. */
	if (c->family == 4 && n > 0)
		out[n - 1].last--;
	return (struct spans){ out, n };
}

/* Our addresses in a domain of a generation, with the first and last of each subnet. */
static struct spans
own_of(struct classes *c, const struct generation *gen, unsigned domain)
{
	struct span *out;
	uint32_t n = 0, room = 0;

	for (unsigned i = 0; i < gen->n_ifaces; i++)
		room += gen->iface[i] != NULL ? 3 * gen->iface[i]->n_addresses : 0;
	out = scratch_take(&c->scratch, (room + 1) * sizeof(*out));
	for (unsigned i = 0; i < gen->n_ifaces && out != NULL; i++) {
		if (gen->iface[i] == NULL || gen->iface[i]->domain != domain)
			continue;
		for (unsigned k = 0; k < gen->iface[i]->n_addresses; k++) {
			const struct interface_address *a = &gen->iface[i]->addresses[k];
			struct prefix net = {
				.family = a->family, .length = a->bits, .address = a->address
			};
			wide_t value = value_of_address(&a->address, a->family);
			struct span subnet = span_of_prefix(&net);

			if (a->family != c->family)
				continue;
			out[n++] = (struct span){ value, value };
			if (a->family == 4) {
				out[n++] = (struct span){ subnet.first, subnet.first };
				out[n++] = (struct span){ subnet.last, subnet.last };
			}
		}
	}
	return out == NULL ? (struct spans){ NULL, 0 } : spans_of(out, n);
}

static struct spans
both_of(struct classes *c, const struct spans *a, const struct spans *b)
{
	struct span *out = scratch_take(&c->scratch, ((size_t)a->n + b->n + 1) * sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	for (unsigned i = 0; i < a->n; i++)
		out[i] = a->span[i];
	for (unsigned i = 0; i < b->n; i++)
		out[a->n + i] = b->span[i];
	return spans_of(out, a->n + b->n);
}

struct classes *
classes_create(
	const struct generation *const gen[2], const struct interface *const in[2], unsigned family)
{
	struct classes *c = calloc(1, sizeof(*c));
	const struct spans *all = &cell_all(family)->dim[DIM_SRC];
	struct spans own[2], a, b, special;

	if (c == NULL || !scratch_init(&c->scratch, SCRATCH_BYTES)) {
		free(c);
		return NULL;
	}
	c->family = family;
	c->nowhere = fill_nowhere(c);
	own[0] = own_of(c, gen[0], in[0]->domain);
	own[1] = own_of(c, gen[1], in[1]->domain);
	c->own = both_of(c, &own[0], &own[1]);
	a = spans_without(&c->scratch, &own[0], &own[1]);
	b = spans_without(&c->scratch, &own[1], &own[0]);
	c->changed = both_of(c, &a, &b);
	special = both_of(c, &c->nowhere, &(struct spans){ NULL, 0 });
	c->rest_destinations = spans_without(&c->scratch, all, &special);
	c->rest = spans_without(&c->scratch, &c->rest_destinations, &c->own);
	return c;
}

void
classes_destroy(struct classes *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->n_tables; i++)
		free(c->table[i].route);
	scratch_fini(&c->scratch);
	free(c);
}

static struct spans
one(const struct classes *c, wide_t address)
{
	struct span *out = scratch_take(&((struct classes *)(uintptr_t)c)->scratch, sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	*out = (struct span){ address, address };
	return (struct spans){ out, 1 };
}

/* The class of an address of no station, or our own. */
static struct spans
special(const struct classes *c, wide_t address)
{
	if (spans_hold(&c->own, address))
		return one(c, address);
	for (uint32_t i = 0; i < c->nowhere.n; i++) {
		struct spans whole = { &c->nowhere.span[i], 1 };

		if (spans_hold(&whole, address))
			return spans_without(
				&((struct classes *)(uintptr_t)c)->scratch, &whole, &c->own);
	}
	return one(c, address);
}

struct spans
classes_source(const struct classes *c, wide_t address)
{
	return spans_hold(&c->rest, address) ? c->rest : special(c, address);
}

struct spans
classes_destination(const struct classes *c, wide_t address)
{
	return spans_hold(&c->rest_destinations, address) ? c->rest_destinations
							  : special(c, address);
}

struct spans
classes_changed(const struct classes *c)
{
	return c->changed;
}

/* --- tables --- */

static int
compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->span.first != y->span.first)
		return x->span.first < y->span.first ? -1 : 1;
	return x->span.last > y->span.last ? -1 : x->span.last < y->span.last;
}

static struct sorted_table *
find_table(struct classes *c, const struct route_table *table)
{
	struct sorted_table *t;

	for (unsigned i = 0; i < c->n_tables; i++)
		if (c->table[i].table == table)
			return &c->table[i];
	if (c->n_tables == TABLES_MAX)
		return NULL;
	t = &c->table[c->n_tables];
	t->route = calloc(table->n + 1, sizeof(*t->route));
	if (t->route == NULL)
		return NULL;
	t->table = table;
	c->n_tables++;
	for (uint32_t i = 0; i < table->n; i++)
		if (table->route[i].prefix.family == c->family)
			t->route[t->n++] = (struct sorted){ span_of_prefix(&table->route[i].prefix),
				i, { NULL, 0 }, false };
	qsort(t->route, t->n, sizeof(*t->route), compare);
	return t;
}

/* What longer prefixes have of a route's, which stand behind it. */
static struct spans
work_out(struct classes *c, const struct sorted_table *t, uint32_t at)
{
	struct spans whole = { &t->route[at].span, 1 }, longer;
	struct span *out;
	uint32_t n = 0, end = at + 1;

	while (end < t->n && t->route[end].span.first <= t->route[at].span.last)
		end++;
	out = scratch_take(&c->scratch, (end - at) * sizeof(*out));
	for (uint32_t i = at + 1; i < end && out != NULL; i++)
		if (t->route[i].span.first != t->route[at].span.first
			|| t->route[i].span.last != t->route[at].span.last)
			out[n++] = t->route[i].span;
	longer = out == NULL ? (struct spans){ NULL, 0 } : spans_of(out, n);
	return spans_without(&c->scratch, &whole, &longer);
}

static struct spans
outside(struct classes *c, struct sorted_table *t)
{
	struct span *out;
	struct spans all;

	if (t->has_none)
		return t->none;
	out = scratch_take(&c->scratch, (t->n + 1) * sizeof(*out));
	for (uint32_t i = 0; i < t->n && out != NULL; i++)
		out[i] = t->route[i].span;
	all = out == NULL ? (struct spans){ NULL, 0 } : spans_of(out, t->n);
	t->none = spans_without(&c->scratch, &cell_all(c->family)->dim[DIM_DST], &all);
	t->has_none = true;
	return t->none;
}

struct spans
classes_route(struct classes *c, const struct route_table *table, uint32_t route)
{
	struct sorted_table *t = find_table(c, table);

	if (t == NULL)
		return (struct spans){ NULL, 0 };
	if (route == PREFIXES_NONE)
		return outside(c, t);
	for (uint32_t i = 0; i < t->n; i++) {
		struct sorted *r = &t->route[i];

		if (r->route != route)
			continue;
		if (!r->known)
			r->own = work_out(c, t, i);
		r->known = true;
		return r->own;
	}
	return (struct spans){ NULL, 0 };
}

/* Sources that stage rpf does not look up: of no host so far, and of a link. */
static struct spans
exempt(const struct classes *c)
{
	static const struct prefix unspecified4 = { .family = 4, .length = 32 };
	static const struct prefix unspecified6 = { .family = 6, .length = 128 };
	static const struct prefix link_local = {
		.family = 6, .length = 10, .address = { .bytes = { 0xfe, 0x80 } }
	};
	struct span *out = scratch_take(
		&((struct classes *)(uintptr_t)c)->scratch, 2 * sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	out[0] = span_of_prefix(c->family == 4 ? &unspecified4 : &unspecified6);
	out[1] = c->family == 4 ? out[0] : span_of_prefix(&link_local);
	return spans_of(out, 2);
}

struct spans
classes_sourced(struct classes *c, const struct route_table *table, uint32_t route)
{
	struct spans all = classes_route(c, table, route), less = exempt(c);

	return spans_without(&c->scratch, &all, &less);
}

struct spans
classes_unsourced(const struct classes *c, wide_t address)
{
	struct spans all = exempt(c);

	for (uint32_t i = 0; i < all.n; i++)
		if (address >= all.span[i].first && address <= all.span[i].last)
			return (struct spans){ &all.span[i], 1 };
	return one(c, address);
}

/* A hash of where a route leads to, and in which domain. */
static uint64_t
way_id(const struct route *r)
{
	const uint8_t domain = r->kind == ROUTE_DOMAIN ? r->domain
		: r->n_hops > 0                        ? r->hop[0].egress->domain
						       : DOMAIN_NONE;

	return plan_hash(classes_route_id(r), &domain, sizeof(domain));
}

bool
classes_same_route(struct classes *c, const struct route_table *table, uint32_t route,
	const struct route_table *other)
{
	struct sorted_table *t = other != NULL ? find_table(c, other) : NULL;
	struct sorted wanted;
	uint32_t low = 0, high;
	bool same = false;

	if (route == PREFIXES_NONE)
		return true;
	if (t == NULL)
		return false;
	wanted = (struct sorted){ .span = span_of_prefix(&table->route[route].prefix) };
	high = t->n;
	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (compare(&t->route[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	/* Of several with the same prefix the last one counts. */
	for (uint32_t last = 0; low < t->n && compare(&t->route[low], &wanted) == 0; low++) {
		if (t->route[low].route < last)
			continue;
		last = t->route[low].route;
		same = way_id(&other->route[last]) == way_id(&table->route[route]);
	}
	return same;
}

uint64_t
classes_route_id(const struct route *r)
{
	uint64_t hash = plan_hash(0, &r->kind, sizeof(r->kind));

	for (unsigned i = 0; i < r->n_hops; i++) {
		const struct route_hop *h = &r->hop[i];

		hash = plan_hash(hash, h->egress->name, strlen(h->egress->name) + 1);
		hash = plan_hash(hash, &h->gateway, h->on_link ? 0 : sizeof(h->gateway));
		hash = plan_hash(hash, &h->on_link, sizeof(h->on_link));
		hash = plan_hash(hash, &h->weight, sizeof(h->weight));
	}
	return hash;
}
