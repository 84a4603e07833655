/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a worker's NAT: allocated with the first pool, grown with the layouts that it
 * adopts. */

#include <errno.h>
#include <stdlib.h>

#include "base/counter.h"
#include "base/memory.h"
#include "base/random.h"
#include "nat/nat_priv.h"

#define LOG_SPARE 4096u

struct nat *
nat_create(uint32_t mappings, unsigned worker, unsigned workers, int numa_node)
{
	struct nat *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	flow_secret_draw(&n->secret);
	random_secret(&n->port_key, sizeof(n->port_key));
	n->worker = (uint16_t)worker;
	n->workers = (uint16_t)workers;
	n->numa_node = numa_node;
	n->readers = 1u << NAT_LOG_FILE;
	atomic_init(&n->layout, &nat_layout_empty);
	mappings = RTE_MIN(mappings, NAT_INDEX_MAX);
	n->mappings.capacity = n->hosts.capacity = n->peers.capacity = mappings;
	n->mappings.index.lines = n->hosts.index.lines = nat_index_lines(mappings);
	return n;
}

int
nat_expect_replies(struct nat *n, const struct nat_reply_setup *setup)
{
	struct nat_reply_setup own = *setup;

	own.worker = n->worker;
	own.workers = n->workers;
	nat_reply_destroy(n->reply);
	n->reply = nat_reply_create(&own);
	return n->reply != NULL ? 0 : -ENOMEM;
}

static size_t
records_bytes(const struct nat *n, size_t record)
{
	return ((size_t)n->mappings.capacity + 1) * record;
}

static size_t
lines_bytes(const struct nat *n)
{
	return (size_t)n->mappings.index.lines * sizeof(struct nat_line);
}

static void
tables_free(struct nat *n)
{
	memory_give(n->mapping, records_bytes(n, sizeof(*n->mapping)));
	memory_give(n->host, records_bytes(n, sizeof(*n->host)));
	memory_give(n->mappings.index.line, lines_bytes(n));
	memory_give(n->hosts.index.line, lines_bytes(n));
	n->mapping = NULL;
	n->host = NULL;
	n->mappings.index.line = n->hosts.index.line = NULL;
}

static int
tables_make(struct nat *n, bool peers)
{
	if (n->mapping == NULL) {
		n->mapping = memory_take(records_bytes(n, sizeof(*n->mapping)), n->numa_node);
		n->host = memory_take(records_bytes(n, sizeof(*n->host)), n->numa_node);
		n->mappings.index.line = memory_take(lines_bytes(n), n->numa_node);
		n->hosts.index.line = memory_take(lines_bytes(n), n->numa_node);
		if (n->mapping == NULL || n->host == NULL || n->mappings.index.line == NULL
			|| n->hosts.index.line == NULL) {
			tables_free(n);
			return -ENOMEM;
		}
	}
	if (peers && n->peer == NULL)
		n->peer = memory_take(records_bytes(n, sizeof(*n->peer)), n->numa_node);
	return peers && n->peer == NULL ? -ENOMEM : 0;
}

void
nat_destroy(struct nat *n)
{
	if (n == NULL)
		return;
	nat_ports_destroy(n);
	for (unsigned i = 0; i < NAT_PLACES / NAT_CHUNK; i++)
		free(n->addresses[i]);
	nat_layout_discard(n->own_layout);
	nat_reply_destroy(n->reply);
	for (unsigned i = 0; i < NAT_LOG_READERS; i++)
		nat_log_destroy(nat_log_current(n, i));
	memory_give(n->peer, records_bytes(n, sizeof(*n->peer)));
	tables_free(n);
	free(n);
}

size_t
nat_bytes(const struct nat *n)
{
	size_t bytes = sizeof(*n) + nat_ports_bytes(n);

	for (unsigned i = 0; i < NAT_LOG_READERS; i++)
		bytes += nat_log_bytes(nat_log_current(n, i));
	if (n->mapping != NULL)
		bytes += records_bytes(n, sizeof(*n->mapping) + sizeof(*n->host))
			+ 2 * lines_bytes(n);
	if (n->peer != NULL)
		bytes += records_bytes(n, sizeof(*n->peer));
	for (unsigned i = 0; i < NAT_PLACES / NAT_CHUNK; i++)
		bytes += n->addresses[i] != NULL ? NAT_CHUNK * sizeof(struct nat_address) : 0;
	return bytes;
}

/* The log has room for the end of every mapping, and for the mappings that packets begin
 * meanwhile. */
int
nat_log_make(struct nat *n, enum nat_log_reader reader)
{
	struct nat_log *log;

	if (nat_log_current(n, reader) != NULL)
		return 0;
	log = nat_log_create(n->mappings.capacity + LOG_SPARE, n->numa_node);
	/* Pairs with the acquire in nat_log_current. */
	atomic_store_explicit(&n->log[reader], log, memory_order_release);
	return log != NULL ? 0 : -ENOMEM;
}

int
nat_make_room(struct nat *n, const struct nat_layout *l)
{
	if (l->n_slots > 0 && tables_make(n, l->has_peers) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i * NAT_CHUNK < l->n_places; i++) {
		if (n->addresses[i] == NULL)
			n->addresses[i] = calloc(NAT_CHUNK, sizeof(*n->addresses[i]));
		if (n->addresses[i] == NULL)
			return -ENOMEM;
	}
	if (nat_ports_reserve(n, l->n_places) < 0)
		return -ENOMEM;
	return l->has_log ? nat_log_make(n, NAT_LOG_FILE) : 0;
}

void
nat_adopt(struct nat *n, const struct nat_layout *l)
{
	atomic_store_explicit(&n->layout, l, memory_order_release);
	for (unsigned i = 0; i < l->n_slots; i++) {
		struct nat_pool *p = &n->pool[l->slot[i]];

		if (p->serial != l->pool[l->slot[i]].serial)
			*p = (struct nat_pool){ .serial = l->pool[l->slot[i]].serial };
	}
}

int
nat_configure(struct nat *n, const struct nat_pool_spec *specs, unsigned n_specs)
{
	const struct nat *user = n;
	struct nat_layout_setup setup = {
		.specs = specs,
		.n_specs = n_specs,
		.before = n->own_layout,
		.user = &user,
		.n_users = 1,
		.settled = true,
	};
	struct nat_layout *l;
	int rc = nat_layout_create(&setup, &l);

	if (rc == 0)
		rc = nat_make_room(n, l);
	if (rc < 0) {
		nat_layout_discard(l);
		return rc;
	}
	nat_adopt(n, l);
	nat_layout_discard(n->own_layout);
	n->own_layout = l;
	return 0;
}

const char *
nat_pool_name(const struct nat *n, unsigned pool)
{
	const struct nat_layout *l = nat_layout_of(n);

	return pool < l->n_slots ? l->pool[l->slot[pool]].name : NULL;
}

uint32_t
nat_hosts(const struct nat *n)
{
	return n->host != NULL ? n->hosts.high : 0;
}

bool
nat_host_at(const struct nat *n, uint32_t place, struct nat_listed_host *out)
{
	const struct nat_host *h = &n->host[place];

	if (h->mappings == 0)
		return false; /* vacant */
	*out = (struct nat_listed_host){
		.inside = h->inside,
		.domain = (uint8_t)h->domain,
		.public = nat_address_at(n, h->address)->address,
		.slot = (uint8_t)h->pool,
		.sessions = h->sessions,
		.mappings = h->mappings,
	};
	return true;
}

struct nat_log *
nat_log_for(const struct nat *n, enum nat_log_reader reader)
{
	return nat_log_current(n, reader);
}

struct nat_log *
nat_log_of(const struct nat *n)
{
	return nat_log_for(n, NAT_LOG_FILE);
}

void
nat_log_to(struct nat *n, unsigned readers)
{
	n->readers = readers;
}

void
nat_set_time(struct nat *n, uint64_t now_ns)
{
	n->now_ns = now_ns;
}
