/* SPDX-License-Identifier: BSD-3-Clause */
/* Computes the pools of a generation for the workers. */

#include "nat/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nat/nat_priv.h"

static uint64_t serials; /* numbers of slots' owners and of sets of ports, for the
			  * life of the process */
static uint32_t nowhere;

const struct nat_layout nat_layout_empty = { .found = &nowhere };

static uint32_t
spread(rte_be32_t address)
{
	return rte_be_to_cpu_32(address) * 0x9e3779b1u >> 4;
}

int
nat_layout_find(const struct nat_layout *l, rte_be32_t address)
{
	for (uint32_t i = spread(address);; i++) {
		uint32_t at = l->found[i & l->found_mask];

		if (at == 0)
			return -1;
		if (l->place[at - 1].address == address)
			return (int)at - 1;
	}
}

static void
remember(struct nat_layout *l, uint32_t place)
{
	uint32_t i = spread(l->place[place].address);

	while (l->found[i & l->found_mask] != 0)
		i++;
	l->found[i & l->found_mask] = place + 1;
}

void
nat_layout_discard(struct nat_layout *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < NAT_SLOTS; i++) {
		free(l->pool[i].name);
		free(l->pool[i].address);
		free(l->pool[i].masks);
	}
	free(l->place);
	free(l->found);
	free(l);
}

/* Returns the name for log entries, which may be read after the pool is gone; NULL without
 * memory. */
static const char *
log_name(const char *name)
{
	static char **names;
	static unsigned n;
	char **more;

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return names[i];
	}
	more = realloc(names, (n + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	names = more;
	names[n] = strdup(name);
	return names[n] != NULL ? names[n++] : NULL;
}

static const struct nat_pool_spec *
find_spec(const struct nat_layout_setup *setup, const char *name)
{
	for (unsigned i = 0; i < setup->n_specs; i++) {
		if (strcmp(setup->specs[i].name, name) == 0)
			return &setup->specs[i];
	}
	return NULL;
}

/* Returns true for a removed pool that must stay because mappings may hold it. */
static bool
pool_stays(const struct nat_layout_setup *setup, unsigned slot)
{
	const struct nat_layout_pool *was = &setup->before->pool[slot];

	if (was->configured || !setup->settled)
		return true;
	for (unsigned i = 0; i < setup->n_users; i++) {
		if (nat_holds_pool(setup->user[i], slot))
			return true;
	}
	return false;
}

static bool
place_is_held(const struct nat_layout_setup *setup, uint32_t place)
{
	if (!setup->settled)
		return true;
	for (unsigned i = 0; i < setup->n_users; i++) {
		if (nat_holds_place(setup->user[i], place))
			return true;
	}
	return false;
}

static bool
place_stays(const struct nat_layout_setup *setup, uint32_t place)
{
	return setup->before->place[place].slot != NAT_NO_POOL || place_is_held(setup, place);
}

/* Notes the ports that mappings of a place may have: those of its present pool and of earlier ones.
 */
static void
keep_old_ports(const struct nat_layout_setup *setup, uint32_t place, struct nat_place *p)
{
	const struct nat_place *was = &setup->before->place[place];
	const struct nat_layout_pool *pool;

	if (!place_is_held(setup, place))
		return;
	p->old_low = was->old_low;
	p->old_high = was->old_high;
	if (was->slot == NAT_NO_POOL)
		return;
	pool = &setup->before->pool[was->slot];
	p->old_low = p->old_high == 0 ? pool->low : RTE_MIN(p->old_low, pool->low);
	p->old_high = RTE_MAX(p->old_high, pool->high);
}

/* Returns true if the place's pool has the port. */
static bool
has_port(const struct nat_layout *l, const struct nat_place *p, uint16_t port)
{
	return p->slot != NAT_NO_POOL && port >= l->pool[p->slot].low
		&& port <= l->pool[p->slot].high;
}

static bool
has_old_ports(const struct nat_layout *l)
{
	for (uint32_t i = 0; i < l->n_places; i++) {
		const struct nat_place *p = &l->place[i];

		if (p->used && p->old_high != 0
			&& !(has_port(l, p, p->old_low) && has_port(l, p, p->old_high)))
			return true;
	}
	return false;
}

bool
nat_layout_is_old(const struct nat_layout *l, const struct tuple *t)
{
	uint16_t port = rte_be_to_cpu_16(t->dport);
	const struct nat_place *p;
	int place;

	if (!l->has_old || t->family != 4 || t->kind == KEY_FRAGMENT
		|| nat_proto(t->proto) == NAT_PORTLESS)
		return false;
	place = nat_layout_find(l, t->dst.v4);
	p = place >= 0 ? &l->place[place] : NULL;
	return p != NULL && p->domain == t->domain && port >= p->old_low && port <= p->old_high
		&& !has_port(l, p, port);
}

/* Takes over the pools of the previous layout: those of the specs keep their slot, others keep
 * their settings as long as mappings hold them. */
static int
take_over_pools(struct nat_layout *l, const struct nat_layout_setup *setup)
{
	for (unsigned i = 0; setup->before != NULL && i < NAT_SLOTS; i++) {
		const struct nat_layout_pool *was = &setup->before->pool[i];
		struct nat_layout_pool *p = &l->pool[i];

		if (was->name == NULL
			|| (find_spec(setup, was->name) == NULL && !pool_stays(setup, i)))
			continue;
		*p = *was;
		p->configured = false;
		p->address = NULL;
		p->n_addresses = 0;
		p->masks = NULL;
		p->n_masks = 0;
		p->name = strdup(was->name);
		if (p->name == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* Takes over its addresses, those of no pool as long as mappings hold them. */
static int
take_over_places(struct nat_layout *l, const struct nat_layout_setup *setup)
{
	uint32_t n = setup->before != NULL ? setup->before->n_places : 0, most = n, slots = 64;

	for (unsigned i = 0; i < setup->n_specs; i++)
		most += setup->specs[i].n_addresses;
	while (slots < 2 * most)
		slots *= 2;
	l->place = calloc(most + 1, sizeof(*l->place));
	l->found = calloc(slots, sizeof(*l->found));
	if (l->place == NULL || l->found == NULL)
		return -ENOMEM;
	l->found_mask = slots - 1;
	l->n_places = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct nat_place *was = &setup->before->place[i];

		l->place[i].slot = NAT_NO_POOL;
		if (!was->used || !place_stays(setup, i))
			continue;
		l->place[i] = (struct nat_place){
			.address = was->address,
			.domain = was->domain,
			.slot = NAT_NO_POOL,
			.used = true,
			.followed = was->followed,
		};
		keep_old_ports(setup, i, &l->place[i]);
		remember(l, i);
	}
	return 0;
}

/* Returns the slot of a name: its own, or a vacant one; -ENOSPC if there is none. */
static int
slot_for(const struct nat_layout *l, const char *name)
{
	int vacant = -ENOSPC;

	for (int i = NAT_SLOTS - 1; i >= 0; i--) {
		if (l->pool[i].name == NULL)
			vacant = i;
		else if (strcmp(l->pool[i].name, name) == 0)
			return i;
	}
	return vacant;
}

/* Returns the place of an address: its own, or the first vacant one from *from on; -ENOSPC if there
 * is none. */
static int
place_for(struct nat_layout *l, rte_be32_t address, uint32_t *from)
{
	int at = nat_layout_find(l, address);

	if (at >= 0)
		return at;
	while (*from < l->n_places && l->place[*from].used)
		++*from;
	if (*from == NAT_PLACES)
		return -ENOSPC;
	if (*from == l->n_places)
		l->n_places++;
	l->place[*from] = (struct nat_place){
		.address = address, .slot = NAT_NO_POOL, .used = true
	};
	remember(l, *from);
	return (int)*from;
}

static int
fill_addresses(
	struct nat_layout *l, unsigned slot, const struct nat_pool_spec *spec, uint32_t *vacant)
{
	struct nat_layout_pool *p = &l->pool[slot];

	p->address = calloc(spec->n_addresses + 1, sizeof(*p->address));
	if (p->address == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < spec->n_addresses; i++) {
		int place = place_for(l, spec->addresses[i], vacant);

		if (place < 0)
			return place;
		l->place[place].slot = (uint8_t)slot;
		l->place[place].domain = spec->domain;
		l->place[place].followed = spec->follows;
		p->address[i] = (uint32_t)place;
	}
	p->n_addresses = spec->n_addresses;
	return 0;
}

void
nat_layout_end(struct nat_layout *l, bool (*owns)(const void *arg, const struct nat_place *p),
	const void *arg)
{
	for (uint32_t i = 0; i < l->n_places; i++) {
		struct nat_place *p = &l->place[i];

		p->ended = p->used && p->slot == NAT_NO_POOL && p->followed && !owns(arg, p);
		l->has_ended |= p->ended;
	}
}

static bool
has_reserved(const struct nat_pool_spec *spec, unsigned proto)
{
	for (unsigned i = 0; i < spec->n_reserved; i++) {
		if (nat_proto(spec->reserved[i].proto) == proto)
			return true;
	}
	return false;
}

/* Fills a mask for all protocols, and one for each protocol with forwarded ports. */
static int
fill_masks(struct nat_layout_pool *p, const struct nat_pool_spec *spec)
{
	p->masks = calloc(1 + NAT_PROTOS, sizeof(*p->masks));
	if (p->masks == NULL)
		return -ENOMEM;
	port_mask_range(&p->masks[0], spec->low, spec->high);
	p->n_masks = 1;
	for (unsigned k = 0; k < NAT_PROTOS; k++) {
		p->mask[k] = 0;
		if (!has_reserved(spec, k))
			continue;
		p->mask[k] = (uint8_t)p->n_masks;
		p->masks[p->n_masks++] = p->masks[0];
		for (unsigned i = 0; i < spec->n_reserved; i++) {
			const struct nat_reserved *r = &spec->reserved[i];

			if (nat_proto(r->proto) == k)
				port_mask_except(&p->masks[p->mask[k]], r->low, r->high);
		}
	}
	return 0;
}

/* Returns true if the same ports may be given out as before. */
static bool
same_ports(const struct nat_layout_pool *was, const struct nat_layout_pool *is)
{
	return was->masks != NULL && was->n_masks == is->n_masks
		&& memcmp(was->mask, is->mask, sizeof(is->mask)) == 0
		&& memcmp(was->masks, is->masks, is->n_masks * sizeof(*is->masks)) == 0;
}

static int
configure(struct nat_layout *l, const struct nat_layout_setup *setup,
	const struct nat_pool_spec *spec, uint32_t *vacant)
{
	int slot = slot_for(l, spec->name), rc;
	struct nat_layout_pool *p;

	if (slot < 0)
		return slot;
	p = &l->pool[slot];
	if (p->name == NULL) {
		p->name = strdup(spec->name);
		p->serial = ++serials;
	}
	p->configured = true;
	p->reject = spec->reject;
	p->low = spec->low;
	p->high = spec->high;
	p->mapping = spec->mapping;
	p->filtering = spec->filtering;
	p->domain = spec->domain;
	p->per_source = spec->per_source;
	p->known_as = log_name(spec->name);
	p->logged_as = spec->log ? p->known_as : NULL;
	if (p->name == NULL || p->known_as == NULL)
		return -ENOMEM;
	l->has_peers |= spec->filtering == NAT_ADDRESS_DEPENDENT;
	l->has_log |= spec->log;
	l->slot[l->n_slots++] = (uint8_t)slot;
	rc = fill_addresses(l, (unsigned)slot, spec, vacant);
	if (rc == 0)
		rc = fill_masks(p, spec);
	if (rc == 0 && (setup->before == NULL || !same_ports(&setup->before->pool[slot], p)))
		p->ports = ++serials;
	return rc;
}

int
nat_layout_create(const struct nat_layout_setup *setup, struct nat_layout **layout)
{
	struct nat_layout *l = calloc(1, sizeof(*l));
	uint32_t vacant = 0;
	int rc = -ENOMEM;

	*layout = NULL;
	if (l != NULL)
		rc = take_over_pools(l, setup);
	if (rc == 0)
		rc = take_over_places(l, setup);
	for (unsigned i = 0; rc == 0 && i < setup->n_specs && i < NAT_POOLS; i++)
		rc = configure(l, setup, &setup->specs[i], &vacant);
	if (rc < 0) {
		nat_layout_discard(l);
		return rc;
	}
	l->has_old = has_old_ports(l);
	*layout = l;
	return 0;
}
