/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools: their public addresses and ports, over generations. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/memory.h"
#include "flow/nat_priv.h"
#include "flow/slice.h"

#define LOG_SPARE 4096u

static uint32_t
spread(rte_be32_t address)
{
	return rte_be_to_cpu_32(address) * 0x9e3779b1u >> 4;
}

int
nat_find_address(const struct nat *n, rte_be32_t address)
{
	if (n->found == NULL)
		return -1;
	for (uint32_t i = spread(address);; i++) {
		uint32_t at = n->found[i & n->found_mask];

		if (at == 0)
			return -1;
		if (n->address[at - 1].address == address)
			return (int)at - 1;
	}
}

static bool
is_reserved(const struct nat_pool *pool, enum nat_proto proto, uint16_t port)
{
	for (unsigned i = 0; i < pool->n_reserved; i++) {
		const struct nat_reserved *r = &pool->reserved[i];

		if (nat_proto(r->proto) == proto && port >= r->low && port <= r->high)
			return true;
	}
	return false;
}

bool
nat_port_is_ours(const struct nat *n, const struct nat_address *a, enum nat_proto proto,
	uint16_t port)
{
	const struct nat_pool *pool = a->pool != NAT_NO_POOL ? &n->pool[a->pool] : NULL;

	return pool != NULL && port >= pool->low && port <= pool->high
		&& slice_worker(port, n->workers) == n->worker && !is_reserved(pool, proto, port);
}

/* The free ports anew: those of the pool's range that nothing is mapped or forwarded to. */
static void
fill(const struct nat *n, const struct nat_address *a, enum nat_proto proto)
{
	const struct nat_pool *pool = &n->pool[a->pool];
	struct nat_ports *p = a->proto[proto];
	struct port_pool_slice slice = { pool->low, pool->high, n->worker, n->workers };

	port_pool_init(&p->ports, &slice);
	for (uint32_t port = pool->low; a->used_of[proto] > 0 && port <= pool->high; port++) {
		if (p->by_port[port] != 0)
			port_pool_take_one(&p->ports, (uint16_t)port);
	}
	for (unsigned i = 0; i < pool->n_reserved; i++) {
		const struct nat_reserved *r = &pool->reserved[i];

		for (uint32_t port = r->low; nat_proto(r->proto) == proto && port <= r->high; port++)
			port_pool_take_one(&p->ports, (uint16_t)port);
	}
}

struct nat_ports *
nat_ports(struct nat *n, uint32_t address, enum nat_proto proto)
{
	struct nat_address *a = &n->address[address];

	if (a->proto[proto] == NULL) {
		counter_set(&a->proto[proto], memory_take(sizeof(struct nat_ports), -1));
		if (a->proto[proto] != NULL)
			fill(n, a, proto);
	}
	return a->proto[proto];
}

/* Room for as many addresses as there may be after specs. */
static int
make_room(struct nat *n, const struct nat_pool_spec *specs, unsigned n_specs)
{
	uint32_t most = n->n_addresses, slots = 64, *found;
	struct nat_address *address;
	bool peers = false;

	for (unsigned i = 0; i < n_specs; i++) {
		most += specs[i].n_addresses;
		peers |= specs[i].filtering == NAT_ADDRESS_DEPENDENT;
	}
	if (most >= NAT_ADDRESSES_MAX || (n_specs > 0 && nat_tables_make(n, peers) < 0))
		return -ENOMEM;
	while (slots < 2 * most)
		slots *= 2;
	address = realloc(n->address, (most + 1) * sizeof(*address));
	if (address == NULL)
		return -ENOMEM;
	n->address = address;
	found = calloc(slots, sizeof(*found));
	if (found == NULL)
		return -ENOMEM;
	free(n->found);
	n->found = found;
	n->found_mask = slots - 1;
	return 0;
}

static void
remember(struct nat *n, uint32_t index)
{
	uint32_t i = spread(n->address[index].address);

	while (n->found[i & n->found_mask] != 0)
		i++;
	n->found[i & n->found_mask] = index + 1;
}

static uint32_t
address_get(struct nat *n, rte_be32_t address, uint8_t slot)
{
	int at = nat_find_address(n, address);

	if (at < 0) {
		at = (int)n->n_addresses++;
		n->address[at] = (struct nat_address){ .address = address };
		remember(n, (uint32_t)at);
	}
	n->address[at].pool = slot;
	return (uint32_t)at;
}

static void
pool_forget(struct nat_pool *pool)
{
	free(pool->address);
	free(pool->reserved);
	pool->address = NULL;
	pool->reserved = NULL;
	pool->n_reserved = 0;
}

/* The slot of a name: its own, or one that nothing is left of. */
static uint8_t
slot_for(struct nat *n, const char *name)
{
	int vacant = -1;

	for (int i = NAT_POOLS - 1; i >= 0; i--) {
		struct nat_pool *p = &n->pool[i];

		if (strncmp(p->name, name, sizeof(p->name) - 1) == 0)
			return (uint8_t)i;
		if (!p->configured && p->mappings + p->resting == 0)
			vacant = i;
	}
	if (vacant < 0)
		return NAT_NO_POOL;
	pool_forget(&n->pool[vacant]);
	memset(&n->pool[vacant], 0, sizeof(n->pool[vacant]));
	memcpy(n->pool[vacant].name, name, strnlen(name, NAT_NAME_MAX - 1));
	return (uint8_t)vacant;
}

/* The name as entries of the log have it: it stays when the pool does not. */
static const char *
log_name(struct nat *n, const char *name)
{
	char **more;

	for (unsigned i = 0; i < n->n_log_names; i++) {
		if (strcmp(n->log_names[i], name) == 0)
			return n->log_names[i];
	}
	more = realloc(n->log_names, (n->n_log_names + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	n->log_names = more;
	more[n->n_log_names] = strdup(name);
	return more[n->n_log_names] != NULL ? more[n->n_log_names++] : NULL;
}

/* Every mapping may end at once, and as many packets as come meanwhile begin one each. */
static int
log_begin(struct nat *n, struct nat_pool *pool)
{
	struct nat_log *log = nat_log_of(n);

	if (log == NULL)
		log = nat_log_create(n->mappings.capacity + LOG_SPARE, n->numa_node);
	if (log == NULL)
		return -ENOMEM;
	/* Pairs with the acquire in nat_log_of. */
	atomic_store_explicit(&n->log, log, memory_order_release);
	pool->logged_as = log_name(n, pool->name);
	return pool->logged_as != NULL ? 0 : -ENOMEM;
}

static int
pool_configure(struct nat *n, unsigned number, const struct nat_pool_spec *spec)
{
	uint8_t slot = slot_for(n, spec->name);
	struct nat_pool *pool;
	struct nat_reserved *reserved;
	uint32_t *address;

	n->slot[number] = NAT_NO_POOL;
	address = calloc(spec->n_addresses + 1, sizeof(*address));
	reserved = calloc(spec->n_reserved + 1, sizeof(*reserved));
	if (slot == NAT_NO_POOL || address == NULL || reserved == NULL) {
		free(address);
		free(reserved);
		return -ENOMEM;
	}
	pool = &n->pool[slot];
	pool_forget(pool);
	for (unsigned i = 0; i < spec->n_reserved; i++)
		reserved[i] = spec->reserved[i];
	pool->reserved = reserved;
	pool->n_reserved = spec->n_reserved;
	pool->address = address;
	pool->n_addresses = spec->n_addresses;
	for (unsigned i = 0; i < spec->n_addresses; i++)
		address[i] = address_get(n, spec->addresses[i], slot);
	pool->low = spec->low;
	pool->high = spec->high;
	pool->mapping = spec->mapping;
	pool->filtering = spec->filtering;
	pool->per_source = spec->per_source;
	pool->reject = spec->reject;
	pool->logged_as = NULL;
	pool->configured = true;
	n->slot[number] = slot;
	return spec->log ? log_begin(n, pool) : 0;
}

/* Ranges may have changed. */
static void
refill(struct nat *n)
{
	for (uint32_t i = 0; i < n->n_addresses; i++) {
		struct nat_address *a = &n->address[i];

		for (unsigned k = 0; k < NAT_PROTOS && a->pool != NAT_NO_POOL; k++) {
			if (a->proto[k] != NULL)
				fill(n, a, k);
		}
	}
}

int
nat_configure(struct nat *n, const struct nat_pool_spec *specs, unsigned n_specs)
{
	int rc;

	n->n_slots = 0;
	for (unsigned i = 0; i < NAT_POOLS; i++) {
		n->pool[i].configured = false;
		n->pool[i].n_addresses = 0;
	}
	for (uint32_t i = 0; i < n->n_addresses; i++)
		n->address[i].pool = NAT_NO_POOL;
	rc = make_room(n, specs, n_specs);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < n->n_addresses; i++)
		remember(n, i);
	for (unsigned i = 0; i < n_specs && i < NAT_POOLS; i++) {
		rc = pool_configure(n, i, &specs[i]);
		if (rc < 0)
			return rc;
		n->n_slots = i + 1;
	}
	refill(n);
	return 0;
}

const char *
nat_pool_name(const struct nat *n, unsigned pool)
{
	return pool < n->n_slots && n->slot[pool] != NAT_NO_POOL ? n->pool[n->slot[pool]].name : NULL;
}
