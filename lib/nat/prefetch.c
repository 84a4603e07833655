/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefetches what NAT will touch: nothing of an endpoint that is new, or in quarantine, is in the
 * cache. */

#include "nat/nat_priv.h"

#define REST_LEAD 8u /* mappings in quarantine that are prefetched ahead */

static void
prefetch_port(const struct nat_ports *p, uint16_t port)
{
	port_pool_prefetch(&p->ports, port);
	rte_prefetch0(&p->by_port[port]);
}

/* Prefetches the ports that an endpoint may get: its own, and the one that is drawn. */
static void
prefetch_ports(const struct nat *n, const struct nat_layout_pool *pool, const struct nat_request *r)
{
	const struct tuple *inside = r->inside;
	enum nat_proto proto = nat_proto(inside->proto);
	const struct nat_ports *p;

	if (proto == NAT_PORTLESS || pool->n_addresses == 0)
		return;
	p = nat_address_at(n, nat_address_for(pool, inside->src.v4))->proto[proto];
	if (p == NULL)
		return;
	prefetch_port(p, rte_be_to_cpu_16(inside->sport));
	if (p->ports.words != 0)
		prefetch_port(
			p, port_pool_at(&p->ports, rte_be_to_cpu_16(inside->sport) & 1, r->random));
}

void
nat_prepare(const struct nat *n, unsigned pool, const struct tuple *inside, struct nat_request *r)
{
	const struct nat_layout *l = nat_layout_of(n);
	struct nat_host h = { .inside = inside->src.v4, .domain = inside->domain & 63 };

	r->inside = inside;
	r->replaced = 0;
	r->slot = pool < l->n_slots ? l->slot[pool] : NAT_NO_POOL;
	if (r->slot == NAT_NO_POOL)
		return;
	h.pool = r->slot;
	r->host = nat_host_hash(n, r->slot, inside->src.v4, inside->domain);
	r->endpoint = nat_endpoint_hash(n, &h, nat_port_of(inside), inside->proto);
	nat_index_prefetch(&n->hosts.index, r->host);
	nat_index_prefetch(&n->mappings.index, r->endpoint);
	nat_request_draw(n, r);
	prefetch_ports(n, &l->pool[r->slot], r);
}

void
nat_prefetch(const struct nat *n, const struct nat_request *r)
{
	if (r->slot == NAT_NO_POOL)
		return;
	rte_prefetch0(&n->host[nat_index_guess(&n->hosts.index, r->host)]);
	rte_prefetch0(&n->mapping[nat_index_guess(&n->mappings.index, r->endpoint)]);
}

void
nat_expect(const struct nat *n, struct session *const s[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (s[i]->mapping[0] != 0)
			rte_prefetch0(&n->mapping[s[i]->mapping[0]]);
	}
	for (unsigned i = 0; i < count; i++) {
		if (s[i]->mapping[0] != 0)
			rte_prefetch0(nat_host_of(n, &n->mapping[s[i]->mapping[0]]));
	}
}

/* Prefetches what freeing a mapping needs; the mapping's own line is there. */
static void
prefetch_free(const struct nat *n, const struct mapping *m)
{
	uint16_t port = rte_be_to_cpu_16(m->public_port);
	const struct nat_ports *p;

	if (m->flags & MAPPING_SHARED)
		nat_index_prefetch(&n->mappings.index, nat_mapping_hash(n, m));
	if (port == 0)
		return;
	p = nat_address_at(n, m->address)->proto[nat_proto(m->proto)];
	prefetch_port(p, port);
}

void
nat_rest_prefetch(struct nat *n)
{
	if (n->rest_ahead == 0) {
		n->rest_ahead = n->rest_first;
		n->rest_lead = 0;
	} else if (n->rest_lead > 0) {
		n->rest_lead--; /* for the one that is freed */
	}
	for (unsigned i = 0; i < 2 && n->rest_lead < REST_LEAD && n->rest_ahead != 0; i++) {
		const struct mapping *m = &n->mapping[n->rest_ahead];

		prefetch_free(n, m);
		n->rest_ahead = m->rest_next;
		n->rest_lead++;
		rte_prefetch0(&n->mapping[n->rest_ahead]);
	}
}
