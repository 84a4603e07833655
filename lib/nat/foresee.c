/* SPDX-License-Identifier: BSD-3-Clause */
/* Which public endpoint a session would get now. */

#include "nat/nat_priv.h"

/* Returns the record of an inside address; 0: there is none. */
static uint32_t
find_host(const struct nat *n, const struct nat_request *r)
{
	const struct nat_index *t = &n->hosts.index;
	struct nat_search search = nat_search_begin(t, r->host);
	uint32_t index;

	while ((index = nat_search_next(t, &search, r->host)) != 0) {
		const struct nat_host *h = &n->host[index];

		if (h->inside == r->inside->src.v4 && h->pool == r->slot
			&& h->domain == r->inside->domain)
			return index;
	}
	return 0;
}

/* Is there room, or does a mapping rest that makes room (nat/mapping.c)? */
static bool
has_room(const struct nat *n, const struct nat_table *t)
{
	return nat_table_has_room(t) || n->rest_first != 0;
}

/* Returns the port that a mapping would give back to make room for another one; 0: none. */
static uint16_t
port_of_room(const struct nat *n, uint32_t address, enum nat_proto proto)
{
	const struct mapping *m = &n->mapping[n->rest_first];

	if (nat_table_has_room(&n->mappings) || n->rest_first == 0 || m->address != address
		|| nat_proto(m->proto) != proto)
		return 0;
	return rte_be_to_cpu_16(m->public_port);
}

/* Returns the port in quarantine that the host would get while none is free; 0: none. */
static uint16_t
port_of_rest(const struct nat *n, const struct nat_host *h, uint32_t host, enum nat_proto proto)
{
	const struct nat_need need = {
		.host = host,
		.ports = h->mappings + 1,
		.place = h->address & (NAT_ADDRESSES_MAX - 1),
		.proto = proto,
	};
	uint32_t found = nat_rest_find(n, &need);

	return found != 0 ? rte_be_to_cpu_16(n->mapping[found].public_port) : 0;
}

/* Draws a port and gives it back; the same one is drawn next. */
static bool
foresee_port(struct nat *n, const struct nat_host *h, uint32_t host, const struct nat_request *r,
	struct nat_endpoint *public)
{
	enum nat_proto proto = nat_proto(r->inside->proto);
	uint32_t address = h->address & (NAT_ADDRESSES_MAX - 1);
	struct nat_ports *p = nat_ports(n, address, proto);
	struct nat_wish wish = nat_wish_of(n, address, r->inside);
	uint16_t port, room = port_of_room(n, address, proto);

	if (p == NULL)
		return false;
	if (room != 0)
		port_pool_give(&p->ports, room);
	else if (p->ports.n_free == 0 && (room = port_of_rest(n, h, host, proto)) != 0)
		port_pool_give(&p->ports, room);
	port = nat_draw_port(p, r, &wish);
	if (port != 0)
		port_pool_give(&p->ports, port);
	if (room != 0)
		port_pool_take_one(&p->ports, room);
	if (port == 0)
		return false;
	public->port = rte_cpu_to_be_16(port);
	public->why = public->port == r->inside->sport ? NAT_PRESERVED : NAT_DRAWN;
	return true;
}

/* Foresees a mapping that is not there. */
static enum reason
foresee_new(struct nat *n, struct nat_host *h, uint32_t host, const struct nat_request *r,
	struct nat_endpoint *public)
{
	if (!has_room(n, &n->mappings) || !nat_host_settle(n, h))
		return REASON_nat_no_port;
	public->address = nat_layout_of(n)->place[h->address].address;
	if (nat_proto(r->inside->proto) == NAT_PORTLESS)
		return REASON_NONE;
	return foresee_port(n, h, host, r, public) ? REASON_NONE : REASON_nat_no_port;
}

static bool
is_over_quota(const struct nat *n, const struct nat_request *r, uint32_t host)
{
	uint32_t most = nat_pool_of(n, r->slot)->per_source;
	bool replaces = r->replaced != 0 && n->mapping[r->replaced].host == host;

	return most != 0 && n->host[host].sessions - replaces >= most;
}

enum reason
nat_foresee(struct nat *n, const struct nat_request *r, struct nat_endpoint *public)
{
	bool portless = nat_proto(r->inside->proto) == NAT_PORTLESS;
	const struct nat_layout_pool *pool;
	uint32_t index, found = 0;
	struct nat_host host;

	if (r->slot == NAT_NO_POOL)
		return REASON_nat_no_port;
	pool = nat_pool_of(n, r->slot);
	*public = (struct nat_endpoint){ .port = r->inside->sport, .why = NAT_PORTLESS_SHARED };
	index = find_host(n, r);
	if (index == 0 && (!has_room(n, &n->hosts) || pool->n_addresses == 0))
		return REASON_nat_no_port;
	if (index != 0 && is_over_quota(n, r, index))
		return REASON_nat_quota;
	if (index != 0 && (pool->mapping == NAT_ENDPOINT_INDEPENDENT || portless))
		found = nat_mapping_find(n, index, r);
	if (found != 0) {
		const struct mapping *m = &n->mapping[found];

		public->address = nat_address_at(n, m->address)->address;
		public->port = portless ? r->inside->sport : m->public_port;
		public->why = portless ? NAT_PORTLESS_SHARED : NAT_MAPPED;
		return REASON_NONE;
	}
	host = index != 0 ? n->host[index]
			  : (struct nat_host){
				    .inside = r->inside->src.v4,
				    .pool = r->slot,
				    .domain = r->inside->domain & 63,
				    .address = nat_address_for(pool, r->inside->src.v4) & 0xffffff,
			    };
	return foresee_new(n, &host, index, r, public);
}

bool
nat_has_endpoint(const struct nat *n, const struct tuple *inside)
{
	const struct nat_layout *l = nat_layout_of(n);

	if (inside->family != 4 || nat_proto(inside->proto) == NAT_PORTLESS)
		return false;
	for (unsigned pool = 0; pool < l->n_slots; pool++) {
		struct nat_request r;
		uint32_t host;

		if (l->pool[l->slot[pool]].mapping != NAT_ENDPOINT_INDEPENDENT)
			continue;
		nat_prepare(n, pool, inside, &r);
		host = find_host(n, &r);
		if (host != 0 && nat_mapping_find(n, host, &r) != 0)
			return true;
	}
	return false;
}

bool
nat_shares_endpoint(const struct nat *n, const struct session *s)
{
	const struct mapping *m = &n->mapping[s->mapping[0]];

	return s->mapping[0] != 0 && nat_proto((uint8_t)m->proto) != NAT_PORTLESS
		&& nat_pool_of(n, nat_host_of(n, m)->pool)->mapping == NAT_ENDPOINT_INDEPENDENT;
}
