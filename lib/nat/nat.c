/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions for sessions: take a public endpoint, find the inside endpoint behind a public one,
 * release. */

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"
#include "base/random.h"
#include "nat/nat_priv.h"

bool
nat_has_ports(uint8_t proto)
{
	return nat_proto(proto) != NAT_PORTLESS;
}

void
nat_ask_contested(struct nat *n, bool (*is_contested)(void *arg, rte_be32_t address), void *arg)
{
	n->is_contested = is_contested;
	n->contested_arg = arg;
}

/* Makes the session hold the mapping. */
static void
hold(struct nat *n, struct session *s, unsigned side, uint32_t index)
{
	struct mapping *m = &n->mapping[index];

	if (m->flags & MAPPING_RESTS)
		nat_rest_wake(n, index);
	m->refs++;
	n->host[m->host].sessions++;
	s->mapping[side] = index;
}

/* Returns true if the inside host holds as many sessions as it may.  A session that is replaced
 * does not count. */
static bool
has_quota(const struct nat *n, const struct nat_request *r, uint32_t host, uint32_t per_source)
{
	uint32_t replaced = r->replaced != 0 && n->mapping[r->replaced].host == host;

	return per_source == 0 || n->host[host].sessions - replaced < per_source;
}

/* Tells the exporter that a session was refused, once a second for a pool. */
static void
tell_refused(struct nat *n, const struct nat_request *r, rte_be32_t public, enum nat_event event)
{
	struct nat_pool *figures = &n->pool[r->slot];
	uint64_t *told_ns = &figures->told_ns[event == NAT_QUOTA];
	struct nat_log *log = nat_log_current(n, NAT_LOG_EXPORT);
	struct nat_log_entry e = {
		.time_ns = n->now_ns,
		.pool = nat_pool_of(n, r->slot)->known_as,
		.inside = r->inside->src.v4,
		.public = public,
		.proto = r->inside->proto,
		.domain = r->inside->domain & 63,
		.event = event & 3,
		.slot = r->slot,
	};

	if (!(n->readers & 1u << NAT_LOG_EXPORT) || log == NULL
		|| (*told_ns != 0 && n->now_ns - *told_ns < NS_PER_SECOND))
		return;
	if (event == NAT_QUOTA)
		e.limit = nat_pool_of(n, r->slot)->per_source;
	*told_ns = n->now_ns;
	nat_log_add(log, &e);
}

static enum reason
find_or_make(struct nat *n, const struct nat_request *r, uint32_t *index, bool *made)
{
	const struct nat_layout_pool *pool = nat_pool_of(n, r->slot);
	struct nat_pool *figures = &n->pool[r->slot];
	uint32_t host = nat_host_get(n, r);
	struct nat_address *a;

	*made = false;
	if (host == 0) {
		counter_add(&figures->refused_port, 1);
		tell_refused(n, r, 0, NAT_NO_PORT);
		return REASON_nat_no_port;
	}
	a = nat_address_use(n, n->host[host].address);
	if (!has_quota(n, r, host, pool->per_source)) {
		counter_add(&figures->refused_quota, 1);
		counter_add(&a->refused_quota, 1);
		tell_refused(n, r, a->address, NAT_QUOTA);
		nat_host_drop(n, host);
		return REASON_nat_quota;
	}
	*index = 0;
	if (pool->mapping == NAT_ENDPOINT_INDEPENDENT
		|| nat_proto(r->inside->proto) == NAT_PORTLESS)
		*index = nat_mapping_find(n, host, r);
	if (*index == 0) {
		*index = nat_mapping_make(n, host, r);
		*made = *index != 0;
	}
	nat_host_drop(n, host); /* if no mapping is left */
	if (*index != 0)
		return REASON_NONE;
	counter_add(&figures->refused_port, 1);
	counter_add(&a->refused_port, 1);
	tell_refused(n, r, a->address, NAT_NO_PORT);
	return REASON_nat_no_port;
}

static enum nat_why
why_this(const struct mapping *m, const struct tuple *inside, bool made)
{
	if (nat_proto(inside->proto) == NAT_PORTLESS)
		return NAT_PORTLESS_SHARED;
	if (!made)
		return NAT_MAPPED;
	return m->public_port == inside->sport ? NAT_PRESERVED : NAT_DRAWN;
}

enum reason
nat_take(struct nat *n, const struct nat_request *r, struct session *s, struct nat_endpoint *public)
{
	const struct tuple *inside = r->inside;
	struct mapping *m;
	enum reason why;
	uint32_t index;
	bool made;

	if (r->slot == NAT_NO_POOL)
		return REASON_nat_no_port;
	why = find_or_make(n, r, &index, &made);
	if (why != REASON_NONE)
		return why;
	hold(n, s, 0, index);
	m = &n->mapping[index];
	counter_add(&n->pool[r->slot].taken, 1);
	counter_add(&nat_address_at(n, m->address)->taken, 1);
	public->address = nat_address_at(n, m->address)->address;
	public->port = m->public_port;
	public->why = (uint8_t)why_this(m, inside, made);
	if (nat_proto(inside->proto) == NAT_PORTLESS)
	public->port = inside->sport;
	return REASON_NONE;
}

enum reason
nat_take_like(struct nat *n, const struct session *session, const struct tuple *inside,
	struct session *hold, struct nat_endpoint *public)
{
	struct nat_host h = { .inside = inside->src.v4, .domain = inside->domain & 63 };
	struct nat_request r = { .inside = inside };

	if (session->mapping[0] == 0)
		return REASON_nat_no_mapping;
	h.pool = nat_host_of(n, &n->mapping[session->mapping[0]])->pool;
	r.slot = (uint8_t)h.pool;
	r.host = nat_host_hash(n, r.slot, inside->src.v4, inside->domain);
	r.endpoint = nat_endpoint_hash(n, &h, nat_port_of(inside), inside->proto);
	nat_request_draw(n, &r);
	return nat_take(n, &r, hold, public);
}

static bool
may_enter(const struct nat *n, const struct mapping *m, rte_be32_t from)
{
	switch (nat_pool_of(n, nat_host_of(n, m)->pool)->filtering) {
	case NAT_ENDPOINT_INDEPENDENT:
		return true;
	case NAT_ADDRESS_DEPENDENT:
		return nat_peer_has(n, m, from);
	default:
		return false; /* a peer that the inside has sent to has a
			       * session */
	}
}

bool
nat_enter(struct nat *n, struct session *s, const struct tuple *outside,
	struct nat_endpoint *inside, bool any)
{
	enum nat_proto proto = nat_proto(outside->proto);
	int address = nat_layout_find(nat_layout_of(n), outside->dst.v4);
	rte_be16_t port = proto == NAT_ICMP ? outside->sport : outside->dport;
	const struct nat_layout_pool *pool;
	const struct nat_host *host;
	struct mapping *m;
	uint32_t index;

	if (address < 0 || proto == NAT_PORTLESS
		|| nat_address_at(n, (uint32_t)address)->proto[proto] == NULL)
		return false;
	index = nat_address_at(n, (uint32_t)address)->proto[proto]->by_port[rte_be_to_cpu_16(port)];
	m = &n->mapping[index];
	if (index == 0 || (m->flags & MAPPING_RESTS) || (!any && !may_enter(n, m, outside->src.v4)))
		return false;
	host = nat_host_of(n, m);
	pool = nat_pool_of(n, host->pool);
	if (pool->domain != outside->domain)
		return false;
	if (pool->per_source != 0 && host->sessions >= pool->per_source)
		return false;
	hold(n, s, 1, index);
	inside->address = host->inside;
	inside->domain = (uint8_t)host->domain;
	inside->port = m->inside_port;
	return true;
}

bool
nat_is_homeless(const struct nat *n, const struct session *s)
{
	const struct nat_layout *l = nat_layout_of(n);

	for (unsigned side = 0; side < 2; side++)
		if (s->mapping[side] != 0 && l->place[n->mapping[s->mapping[side]].address].ended)
			return true;
	return false;
}

bool
nat_is_public(const struct nat *n, rte_be32_t address, unsigned domain)
{
	const struct nat_layout *l = nat_layout_of(n);
	int at = nat_layout_find(l, address);

	if (at < 0)
		return false;
	if (l->place[at].slot == NAT_NO_POOL)
		return nat_address_at(n, (uint32_t)at)->used > 0;
	return l->pool[l->place[at].slot].domain == domain;
}

bool
nat_may_give(const struct nat *n, rte_be32_t address, rte_be16_t port, unsigned domain)
{
	const struct nat_layout *l = nat_layout_of(n);
	int at = nat_layout_find(l, address);
	uint16_t number = rte_be_to_cpu_16(port);
	const struct nat_layout_pool *pool;

	if (at < 0 || l->place[at].slot == NAT_NO_POOL)
		return false;
	pool = &l->pool[l->place[at].slot];
	return pool->domain == domain && number >= pool->low && number <= pool->high;
}

bool
nat_rejects(const struct nat *n, rte_be32_t address, unsigned domain)
{
	const struct nat_layout *l = nat_layout_of(n);
	int at = nat_layout_find(l, address);

	return at >= 0 && l->place[at].slot != NAT_NO_POOL && l->pool[l->place[at].slot].reject
		&& l->pool[l->place[at].slot].domain == domain;
}

/* Adds an entry to the log of a pool that has one. */
static void
tell(struct nat *n, const struct mapping *m, const struct nat_log_entry *what)
{
	const struct nat_host *host = nat_host_of(n, m);
	struct nat_log_entry e = *what;

	e.pool = nat_pool_of(n, host->pool)->logged_as;
	e.inside = host->inside;
	e.public = nat_address_at(n, m->address)->address;
	e.inside_port = m->inside_port;
	e.public_port = m->public_port;
	e.proto = (uint8_t)m->proto;
	e.slot = host->pool & 0xff;
	e.domain = host->domain & 63;
	for (unsigned i = 0; i < NAT_LOG_READERS; i++) {
		struct nat_log *log = nat_log_current(n, i);

		if ((n->readers & 1u << i) && log != NULL)
			nat_log_add(log, &e);
	}
}

void
nat_begin(struct nat *n, const struct session *s, rte_be32_t peer, uint64_t now_ns)
{
	struct mapping *own = &n->mapping[s->mapping[0]];

	if (s->mapping[0] != 0
		&& nat_pool_of(n, nat_host_of(n, own)->pool)->filtering == NAT_ADDRESS_DEPENDENT)
		nat_peer_add(n, own, peer);
	for (unsigned side = 0; side < 2; side++) {
		struct mapping *m;

		if (s->mapping[side] == 0)
			continue;
		m = &n->mapping[s->mapping[side]];
		m->flags |= MAPPING_USED;
		if ((m->flags & MAPPING_LOGGED)
			|| nat_pool_of(n, nat_host_of(n, m)->pool)->logged_as == NULL)
			continue;
		m->flags |= MAPPING_LOGGED;
		tell(n, m, &(struct nat_log_entry){ .time_ns = now_ns, .event = NAT_BEGINS });
	}
}

static void
end(struct nat *n, struct mapping *m, enum session_end why, uint64_t now_ns)
{
	if (!(m->flags & MAPPING_LOGGED))
		return;
	m->flags &= ~(unsigned)MAPPING_LOGGED & 15;
	if (nat_pool_of(n, nat_host_of(n, m)->pool)->logged_as != NULL)
		tell(n, m,
			&(struct nat_log_entry){
				.time_ns = now_ns, .event = NAT_ENDS, .why = (uint8_t)why });
}

void
nat_release(struct nat *n, struct session *s, enum session_end why, uint64_t now_ns)
{
	for (unsigned side = 0; side < 2; side++) {
		uint32_t index = s->mapping[side];
		struct mapping *m;

		if (index == 0)
			continue;
		m = &n->mapping[index];
		s->mapping[side] = 0;
		n->host[m->host].sessions--;
		if (--m->refs > 0)
			continue;
		end(n, m, why, now_ns);
		if (m->flags & MAPPING_USED)
			nat_rest_begin(n, index, clock_tick(now_ns));
		else
			nat_mapping_free(n, index); /* no packet has left by it */
	}
}

void
nat_age(struct nat *n, uint32_t now_tick)
{
	for (unsigned i = 0; i < NAT_AGE_MAX && n->rest_first != 0; i++) {
		uint32_t index = n->rest_first;

		if (now_tick - n->mapping[index].rest_tick < NAT_REST_TICKS)
			return;
		nat_rest_prefetch(n);
		nat_mapping_free(n, index);
	}
}
