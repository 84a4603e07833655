/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker's public addresses and ports, over the layouts that it adopts. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "nat/nat_priv.h"
#include "nat/slice.h"

bool
nat_holds_pool(const struct nat *n, unsigned slot)
{
	return (counter_get(&n->pool[slot].mappings) | counter_get(&n->pool[slot].resting)) != 0;
}

bool
nat_holds_place(const struct nat *n, uint32_t place)
{
	const struct nat_address *chunk = n->addresses[place / NAT_CHUNK];
	const struct nat_address *a = chunk != NULL ? &chunk[place % NAT_CHUNK] : NULL;

	return a != NULL
		&& ((counter_get(&a->mappings) | counter_get(&a->resting)) != 0
			|| counter_get(&a->used) != 0);
}

struct nat_address *
nat_address_use(struct nat *n, uint32_t place)
{
	struct nat_address *a = nat_address_at(n, place);
	rte_be32_t address = nat_layout_of(n)->place[place].address;

	if (likely(a->address == address))
		return a;
	/* The place belonged to another address, of which no mapping is left: its figures of
	 * mappings and ports are 0.  Reports may read it meanwhile. */
	counter_set(&a->taken, 0);
	counter_set(&a->allocated, 0);
	counter_set(&a->refused_port, 0);
	counter_set(&a->refused_quota, 0);
	counter_set(&a->address, address);
	return a;
}

/* Counts a mapping that comes into use, or goes out of use. */
void
nat_mapping_count(struct nat *n, const struct mapping *m, bool in_use)
{
	int one = in_use ? 1 : -1;

	counter_add(&n->pool[nat_host_of(n, m)->pool].mappings, one);
	counter_add(&nat_address_use(n, m->address)->mappings, one);
}

struct nat_ports *
nat_ports(struct nat *n, uint32_t place, enum nat_proto proto)
{
	const struct nat_layout_pool *pool = nat_pool_of(n, nat_layout_of(n)->place[place].slot);
	struct nat_address *a = nat_address_use(n, place);
	struct nat_ports *p = a->proto[proto];

	if (p == NULL)
		counter_set(&a->proto[proto], p = nat_ports_take(n));
	if (p != NULL && p->number != pool->ports) {
		const struct port_pool_slice slice = { pool->low, pool->high, n->worker,
			n->workers };

		port_pool_fill(&p->ports, &slice, &pool->masks[pool->mask[proto]]);
		p->number = pool->ports;
	}
	return p;
}

bool
nat_port_is_ours(const struct nat *n, uint32_t place, enum nat_proto proto, uint16_t port)
{
	const struct nat_place *at = &nat_layout_of(n)->place[place];
	const struct nat_layout_pool *pool = at->slot != NAT_NO_POOL ? nat_pool_of(n, at->slot)
								     : NULL;

	return pool != NULL && port_mask_has(&pool->masks[pool->mask[proto]], port)
		&& slice_worker(port, n->workers) == n->worker;
}

void
nat_port_give(struct nat *n, uint32_t place, enum nat_proto proto, uint16_t port)
{
	const struct nat_place *at = &nat_layout_of(n)->place[place];
	struct nat_address *a = nat_address_at(n, place);
	struct nat_ports *p = a->proto[proto];
	const struct nat_layout_pool *pool = at->slot != NAT_NO_POOL ? nat_pool_of(n, at->slot)
								     : NULL;

	p->by_port[port] = 0;
	port_pool_forget(&p->ports, port);
	counter_add(&a->used, -1);
	counter_add(&a->used_of[proto], -1);
	if (pool == NULL || p->number != pool->ports)
		p->number = 0; /* computed with the port at its next use */
	else if (port_mask_has(&pool->masks[pool->mask[proto]], port)
		&& slice_worker(port, n->workers) == n->worker)
		port_pool_give(&p->ports, port);
}
