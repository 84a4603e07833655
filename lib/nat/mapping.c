/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings, and the inside addresses that hold them. */

#include "base/counter.h"
#include "nat/nat_priv.h"

#define CONTESTED_MAX 16u /* addresses examined for one that no other station has */

/* What makes room when there is none: the mapping that rests longest.  Who ends sessions faster
 * than quarantine does could else keep all others from beginning any. */
static void
make_room(struct nat *n, const struct nat_table *t)
{
	if (!nat_table_has_room(t) && n->rest_first != 0)
		nat_mapping_free(n, n->rest_first);
}

uint32_t
nat_host_get(struct nat *n, const struct nat_request *r)
{
	struct nat_table *t = &n->hosts;
	struct nat_search search = nat_search_begin(&t->index, r->host);
	rte_be32_t inside = r->inside->src.v4;
	struct nat_host *h;
	uint32_t index;

	while ((index = nat_search_next(&t->index, &search, r->host)) != 0) {
		if (n->host[index].inside == inside && n->host[index].pool == r->slot
			&& n->host[index].domain == r->inside->domain)
			return index;
	}
	make_room(n, t); /* a full table of hosts has one mapping for each */
	index = t->vacant != 0 ? t->vacant : t->high < t->capacity ? t->high + 1 : 0;
	if (index == 0 || nat_pool_of(n, r->slot)->n_addresses == 0)
		return 0;
	h = &n->host[index];
	if (index == t->vacant) {
		t->vacant = h->next;
		rte_prefetch0(&n->host[t->vacant]);
	} else {
		t->high = index;
	}
	*h = (struct nat_host){
		.inside = inside,
		.pool = r->slot,
		.domain = r->inside->domain & 63,
	};
	h->address = nat_address_for(nat_pool_of(n, r->slot), inside);
	nat_index_add(&t->index, r->host, index);
	return index;
}

void
nat_host_drop(struct nat *n, uint32_t index)
{
	struct nat_host *h = &n->host[index];

	if (h->mappings > 0)
		return;
	nat_index_remove(&n->hosts.index, nat_host_hash(n, h->pool, h->inside, h->domain), index);
	h->next = n->hosts.vacant;
	n->hosts.vacant = index;
}

uint32_t
nat_mapping_find(const struct nat *n, uint32_t host, const struct nat_request *r)
{
	const struct nat_index *t = &n->mappings.index;
	struct nat_search search = nat_search_begin(t, r->endpoint);
	rte_be16_t port = nat_port_of(r->inside);
	uint32_t index;

	while ((index = nat_search_next(t, &search, r->endpoint)) != 0) {
		const struct mapping *m = &n->mapping[index];

		if (m->host == host && m->inside_port == port && m->proto == r->inside->proto
			&& !nat_layout_of(n)->place[m->address].ended
			&& !nat_is_contested(n, m->address))
			return index;
	}
	return 0;
}

void
nat_request_draw(const struct nat *n, struct nat_request *r)
{
	/* Not less: what is explained holds for a packet that comes a little later, and for two
	 * minutes after its session an endpoint has its port anyway. */
	uint16_t minute = (uint16_t)(n->now_ns / NS_PER_SECOND / 60);
	const uint64_t of[] = {
		r->endpoint,
		(uint64_t)r->inside->dst.v4 << 32 | (uint32_t)r->inside->dport << 16 | minute,
	};

	r->random = (uint32_t)hash_bytes(&n->port_key, of, sizeof(of));
}

uint16_t
nat_draw_port(struct nat_ports *p, const struct nat_request *r, const struct nat_wish *wish)
{
	uint16_t like = rte_be_to_cpu_16(nat_port_of(r->inside)), port = 0;

	if (nat_wish_has(wish, like) && port_pool_take_one(&p->ports, like))
		return like;
	if (wish->bits != NULL)
		port = port_pool_take_wanted(&p->ports, like & 1, r->random, wish);
	return port != 0 ? port : port_pool_take(&p->ports, like, r->random);
}

struct nat_wish
nat_wish_of(const struct nat *n, uint32_t place, const struct tuple *inside)
{
	const struct nat_layout *l = nat_layout_of(n);
	const struct nat_layout_pool *pool = &l->pool[l->place[place].slot];

	if (n->reply == NULL || (pool->high - pool->low + 1u) / n->workers < NAT_WANTED_MIN)
		return (struct nat_wish){ .bits = NULL };
	return nat_reply_wish(n->reply, inside, l->place[place].address);
}

/* Returns the address that a host has, or the next one of the pool that no other station has. */
static bool
find_uncontested(struct nat *n, struct nat_host *h, const struct nat_layout_pool *pool)
{
	uint32_t first = nat_address_number(pool, h->inside);

	for (uint32_t i = 0; i < pool->n_addresses && i < CONTESTED_MAX; i++) {
		h->address = pool->address[(first + i) % pool->n_addresses]
			& (NAT_ADDRESSES_MAX - 1);
		if (!nat_is_contested(n, h->address))
			return true;
	}
	return false;
}

bool
nat_host_settle(struct nat *n, struct nat_host *h)
{
	const struct nat_layout_pool *pool = nat_pool_of(n, h->pool);

	if (nat_layout_of(n)->place[h->address].slot == h->pool && !nat_is_contested(n, h->address))
		return true;
	return pool->n_addresses > 0 && find_uncontested(n, h, pool);
}

static uint32_t
take_record(struct nat *n)
{
	struct nat_table *t = &n->mappings;
	uint32_t index;

	make_room(n, t);
	index = t->vacant;
	if (index == 0)
		return t->high < t->capacity ? ++t->high : 0;
	t->vacant = n->mapping[index].next;
	rte_prefetch0(&n->mapping[t->vacant]);
	return index;
}

static void
give_record(struct nat *n, uint32_t index)
{
	n->mapping[index].next = n->mappings.vacant;
	n->mappings.vacant = index;
}

/* Frees a port in quarantine that a mapping may have, as no port is free. */
static bool
displace(struct nat *n, const struct mapping *m)
{
	const struct nat_need need = {
		.host = m->host,
		.ports = nat_host_of(n, m)->mappings,
		.place = m->address,
		.proto = nat_proto(m->proto),
	};
	uint32_t index = nat_rest_find(n, &need);

	if (index != 0)
		nat_mapping_free(n, index);
	else
		nat_rest_tidy(n, &need);
	return index != 0;
}

/* Takes a public port for a mapping of a protocol that has ports. */
static bool
take_port(struct nat *n, struct mapping *m, uint32_t index, const struct nat_request *r)
{
	enum nat_proto proto = nat_proto(m->proto);
	struct nat_wish wish;
	struct nat_ports *p;
	uint16_t port;

	if (proto == NAT_PORTLESS)
		return true;
	p = nat_ports(n, m->address, proto);
	if (p == NULL || (p->ports.n_free == 0 && !displace(n, m)))
		return false;
	wish = nat_wish_of(n, m->address, r->inside);
	port = nat_draw_port(p, r, &wish);
	if (port == 0)
		return false;
	m->public_port = rte_cpu_to_be_16(port);
	p->by_port[port] = index;
	counter_add(&nat_address_at(n, m->address)->used, 1);
	counter_add(&nat_address_at(n, m->address)->used_of[proto], 1);
	return true;
}

uint32_t
nat_mapping_make(struct nat *n, uint32_t host, const struct nat_request *r)
{
	const struct tuple *inside = r->inside;
	struct nat_host *h = &n->host[host];
	bool shared = nat_pool_of(n, h->pool)->mapping == NAT_ENDPOINT_INDEPENDENT
		|| nat_proto(inside->proto) == NAT_PORTLESS;
	struct mapping *m;
	uint32_t index;

	h->mappings++; /* so that it stays when its last one makes room */
	index = nat_host_settle(n, h) ? take_record(n) : 0;
	if (index == 0) {
		h->mappings--;
		return 0;
	}
	m = &n->mapping[index];
	*m = (struct mapping){
		.host = host,
		.inside_port = nat_port_of(inside),
		.proto = inside->proto,
		.flags = shared ? MAPPING_SHARED : 0,
		.address = h->address & (NAT_ADDRESSES_MAX - 1),
	};
	if (!take_port(n, m, index, r)) {
		give_record(n, index);
		h->mappings--;
		return 0;
	}
	if (shared)
		nat_index_add(&n->mappings.index, r->endpoint, index);
	nat_mapping_count(n, m, true);
	counter_add(&n->pool[h->pool].allocated, 1);
	counter_add(&nat_address_at(n, h->address)->allocated, 1);
	return index;
}

void
nat_mapping_free(struct nat *n, uint32_t index)
{
	struct mapping *m = &n->mapping[index];
	uint16_t port = rte_be_to_cpu_16(m->public_port);
	enum nat_proto proto = nat_proto(m->proto);

	if (m->flags & MAPPING_SHARED)
		nat_index_remove(&n->mappings.index, nat_mapping_hash(n, m), index);
	if (port != 0)
		nat_port_give(n, m->address, proto, port);
	if (m->flags & MAPPING_RESTS) {
		nat_rest_leave(n, index);
	} else {
		nat_peers_free(n, m);
		nat_mapping_count(n, m, false);
	}
	n->host[m->host].mappings--;
	nat_host_drop(n, m->host);
	give_record(n, index);
}
