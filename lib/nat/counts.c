/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's figures for reports. */

#include "nat/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "nat/nat_priv.h"
#include "nat/slice.h"

const char *
nat_proto_name(enum nat_proto proto)
{
	static const char *const names[] = { "tcp", "udp", "icmp", "dccp", "udplite", "sctp",
		"other" };

	return names[proto];
}

/* Returns the number of ports of a range that are this worker's. */
static uint32_t
slice_size(const struct nat *n, const struct nat_layout_pool *pool)
{
	uint32_t size = 0;

	for (uint32_t port = pool->low; port <= pool->high; port++)
		size += port != 0 && slice_worker((uint16_t)port, n->workers) == n->worker;
	return size;
}

void
nat_counts(const struct nat *n, unsigned pool, struct nat_counts *out)
{
	const struct nat_layout *l = nat_layout_of(n);
	const struct nat_layout_pool *of;
	const struct nat_pool *p;

	*out = (struct nat_counts){ 0 };
	if (pool >= l->n_slots)
		return;
	of = &l->pool[l->slot[pool]];
	p = &n->pool[l->slot[pool]];
	if (p->serial != of->serial)
		return; /* the worker has not adopted it yet */
	*out = (struct nat_counts){
		.mappings = counter_get(&p->mappings),
		.resting = counter_get(&p->resting),
		.taken = counter_get(&p->taken),
		.allocated = counter_get(&p->allocated),
		.refused_port = counter_get(&p->refused_port),
		.refused_quota = counter_get(&p->refused_quota),
		.ports_total = (uint64_t)slice_size(n, of) * of->n_addresses,
	};
	for (uint32_t i = 0; i < of->n_addresses; i++)
		out->ports_used += counter_get(&nat_address_at(n, of->address[i])->used);
}

unsigned
nat_full(const struct nat *n)
{
	const struct nat_layout *l = nat_layout_of(n);
	uint64_t most = 0;

	for (unsigned i = 0; l != NULL && i < l->n_slots; i++) {
		const struct nat_layout_pool *of = &l->pool[l->slot[i]];
		const struct nat_pool *p = &n->pool[l->slot[i]];
		uint64_t ports = (uint64_t)(of->high - of->low + 1) * of->n_addresses / n->workers,
			 held = counter_get(&p->mappings) + counter_get(&p->resting);

		if (p->serial == of->serial && ports != 0)
			most = RTE_MAX(most, held * 100 / ports);
	}
	return (unsigned)most;
}

static void
count_address(const struct nat *n, uint32_t place, uint64_t ports, struct nat_address_counts *out)
{
	const struct nat_address *a = nat_address_at(n, place);
	rte_be32_t address = nat_layout_of(n)->place[place].address;

	*out = (struct nat_address_counts){ .address = address, .all.ports_total = ports };
	if (counter_get(&a->address) != address)
		return; /* nothing has been mapped to it yet */
	*out = (struct nat_address_counts){ .address = address,
		.all = {
			.mappings = counter_get(&a->mappings),
			.resting = counter_get(&a->resting),
			.taken = counter_get(&a->taken),
			.allocated = counter_get(&a->allocated),
			.refused_port = counter_get(&a->refused_port),
			.refused_quota = counter_get(&a->refused_quota),
			.ports_used = counter_get(&a->used),
			.ports_total = ports,
		} };
	for (unsigned i = 0; i < NAT_PROTOS; i++)
		out->used[i] = counter_get(&a->used_of[i]);
}

static bool
count_pool(const struct nat *n, unsigned number, struct nat_pool_counts *out)
{
	const struct nat_layout_pool *p = nat_pool_of(n, nat_layout_of(n)->slot[number]);

	out->address = calloc(p->n_addresses + 1, sizeof(*out->address));
	if (out->address == NULL)
		return false;
	snprintf(out->name, sizeof(out->name), "%s", p->name);
	nat_counts(n, number, &out->all);
	out->n_addresses = p->n_addresses;
	for (unsigned i = 0; i < p->n_addresses; i++)
		count_address(
			n, p->address[i], out->all.ports_total / p->n_addresses, &out->address[i]);
	return true;
}

struct nat_summary *
nat_summary_take(const struct nat *n)
{
	const struct nat_layout *l = nat_layout_of(n);
	struct nat_summary *s = l->n_slots == 0 ? NULL : calloc(1, sizeof(*s));

	for (; s != NULL && s->n_pools < l->n_slots; s->n_pools++) {
		if (!count_pool(n, s->n_pools, &s->pool[s->n_pools])) {
			nat_summary_free(s);
			return NULL;
		}
	}
	return s;
}

static bool
copy_pool(const struct nat_pool_counts *p, struct nat_pool_counts *out)
{
	*out = *p;
	out->address = calloc(p->n_addresses + 1, sizeof(*out->address));
	if (out->address == NULL)
		return false;
	memcpy(out->address, p->address, p->n_addresses * sizeof(*out->address));
	return true;
}

struct nat_summary *
nat_summary_copy(const struct nat_summary *from)
{
	struct nat_summary *s = from == NULL ? NULL : calloc(1, sizeof(*s));

	for (; s != NULL && s->n_pools < from->n_pools; s->n_pools++) {
		if (!copy_pool(&from->pool[s->n_pools], &s->pool[s->n_pools])) {
			nat_summary_free(s);
			return NULL;
		}
	}
	return s;
}

void
nat_summary_free(struct nat_summary *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->n_pools; i++)
		free(s->pool[i].address);
	free(s);
}

static void
add_counts(struct nat_counts *sum, const struct nat_counts *more)
{
	sum->mappings += more->mappings;
	sum->resting += more->resting;
	sum->taken += more->taken;
	sum->allocated += more->allocated;
	sum->refused_port += more->refused_port;
	sum->refused_quota += more->refused_quota;
	sum->ports_used += more->ports_used;
	sum->ports_total += more->ports_total;
}

static void
add_pool(struct nat_pool_counts *sum, const struct nat_pool_counts *more)
{
	add_counts(&sum->all, &more->all);
	for (unsigned i = 0; i < sum->n_addresses && i < more->n_addresses; i++) {
		struct nat_address_counts *to = &sum->address[i];
		const struct nat_address_counts *from = &more->address[i];

		if (to->address != from->address)
			continue;
		add_counts(&to->all, &from->all);
		for (unsigned k = 0; k < NAT_PROTOS; k++)
			to->used[k] += from->used[k];
	}
}

void
nat_summary_add(struct nat_summary *sum, const struct nat_summary *more)
{
	for (unsigned i = 0; i < sum->n_pools && i < more->n_pools; i++) {
		if (strcmp(sum->pool[i].name, more->pool[i].name) == 0)
			add_pool(&sum->pool[i], &more->pool[i]);
	}
}
