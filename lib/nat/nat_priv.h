/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of NAT share. */
#ifndef NAT_NAT_PRIV_H
#define NAT_NAT_PRIV_H

#include <assert.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "flow/hash.h"
#include "nat/nat.h"
#include "nat/counts.h"
#include "nat/index.h"
#include "nat/layout.h"
#include "nat/log.h"
#include "nat/port_pool.h"
#include "packet/ledger.h"

/* The ports of a public address in one protocol, made on first use. */
struct nat_ports {
	struct port_pool ports;         /* free ones, of the layout's number */
	uint64_t number;                /* another one than the pool's: they are worked out at the next use */
	struct port_mask taken;         /* something is mapped to them */
	uint32_t by_port[65536];        /* mapping, 0: none */
};

#define NAT_CHUNK 256u          /* addresses whose figures are allocated together */

/* What a worker has of a public address, by its place in the layout. */
struct nat_address {
	rte_be32_t address;             /* that the figures are of; another one than the layout's: of nobody */
	uint32_t used;                  /* ports, of all protocols */
	uint32_t used_of[NAT_PROTOS];
	uint64_t mappings, resting, taken, allocated, refused_port, refused_quota;
	struct nat_ports *proto[NAT_PROTOS];
};

enum mapping_flag {
	MAPPING_SHARED = 1,             /* found by its inside endpoint */
	MAPPING_USED = 2,               /* packets have left by it */
	MAPPING_RESTS = 4,
	MAPPING_LOGGED = 8,             /* as begun, and not as ended */
};

struct mapping {
	uint32_t host;                  /* whose: the inside address and the pool */
	uint32_t address:20;
	uint32_t flags:4;               /* enum mapping_flag */
	uint32_t proto:8;
	rte_be16_t inside_port;
	rte_be16_t public_port;         /* 0: of a protocol without ports */
	union {
		uint32_t next;          /* of vacant ones */
		struct {                /* in use */
			uint32_t refs;          /* sessions */
			uint32_t peer;          /* the newest of its peers */
			uint32_t n_peers;
		};
		struct {                /* MAPPING_RESTS */
			uint32_t rest_prev, rest_next;
			uint32_t rest_tick;
		};
	};
};
static_assert(sizeof(struct mapping) == 24, "no holes");
#define NAT_ADDRESSES_MAX (1u << 20)    /* that mapping.address can tell apart */

/* An inside address and what it has of one pool. */
struct nat_host {
	rte_be32_t inside;
	uint32_t pool:8;                /* slot */
	uint32_t address:24;
	union {
		uint32_t sessions;
		uint32_t next;          /* of vacant ones */
	};
	uint32_t mappings;
};
static_assert(sizeof(struct nat_host) == 16, "no holes");

/* Somebody whom an inside endpoint has sent to, under address-dependent filtering. */
struct nat_peer {
	rte_be32_t address;
	uint32_t next;
};

/* What a worker has of a pool, by its slot in the layout. */
struct nat_pool {
	uint64_t serial;                /* of the owner that the figures are of */
	uint64_t mappings, resting, taken, allocated, refused_port, refused_quota;
};

/* Records by number, 1 and up, and what finds them. */
struct nat_table {
	uint32_t capacity, high, vacant;
	struct nat_index index;         /* none of peers */
};

struct nat {
	struct flow_secret secret;      /* of the tables */
	struct hash_key port_key;       /* of what is random about ports */
	uint64_t drawn;
	uint64_t random;                /* for two ports */
	uint16_t worker, workers;
	int numa_node;

	/* Made with the first pool; peers with the first whose filter asks for them. */
	struct nat_table mappings, hosts, peers;
	struct mapping *mapping;
	struct nat_host *host;
	struct nat_peer *peer;
	uint32_t rest_first, rest_last;
	uint32_t rest_ahead;            /* one of those that rest, whose lines have been asked for; 0: none */
	uint32_t rest_lead;             /* how many stand before it, as far as is known */

	_Atomic(const struct nat_layout *) layout;      /* of the generation in use; control: read */
	struct nat_layout *own_layout;  /* of nat_configure */
	bool (*is_contested)(void *arg, rte_be32_t address);    /* NULL: none is */
	void *contested_arg;
	struct nat_pool pool[NAT_SLOTS];
	struct nat_address *addresses[NAT_PLACES / NAT_CHUNK];  /* NULL until a layout needs it; control: write */

	_Atomic(struct nat_log *) log;  /* made with the first pool that has one; control: write */
};

static inline const struct nat_layout *
nat_layout_of(const struct nat *n)
{
	/* The owning worker stores it.  Control reads it while it keeps the generation. */
	return atomic_load_explicit(&n->layout, memory_order_acquire);
}

static inline const struct nat_layout_pool *
nat_pool_of(const struct nat *n, uint32_t slot)
{
	return &nat_layout_of(n)->pool[slot];
}

static inline struct nat_address *
nat_address_at(const struct nat *n, uint32_t place)
{
	return &n->addresses[place / NAT_CHUNK][place % NAT_CHUNK];
}

/* The log, or NULL while no pool has one. */
static inline struct nat_log *
nat_log_current(const struct nat *n)
{
	/* Pairs with the release in log_make. */
	return atomic_load_explicit(&n->log, memory_order_acquire);
}

/* A mapping of the address is about to be made: its figures are its own from now on. */
struct nat_address *nat_address_use(struct nat *n, uint32_t place);

/* Its ports of a protocol, the free ones as the layout says; NULL without memory. */
struct nat_ports *nat_ports(struct nat *n, uint32_t place, enum nat_proto proto);

/* Nothing is mapped to the port any more. */
void nat_port_give(struct nat *n, uint32_t place, enum nat_proto proto, uint16_t port);

/* The record of an inside address, found or made; 0 without room.  drop: it goes if nothing is mapped for it. */
uint32_t nat_host_get(struct nat *n, const struct nat_request *r);
void nat_host_drop(struct nat *n, uint32_t host);

/* The inside address and the pool of a mapping. */
static inline const struct nat_host *
nat_host_of(const struct nat *n, const struct mapping *m)
{
	return &n->host[m->host];
}

static inline uint64_t
nat_host_hash(const struct nat *n, uint32_t slot, rte_be32_t inside)
{
	return flow_hash_words(inside, slot, &n->secret);
}

/* Of a mapping that is shared: what it is found by. */
static inline uint64_t
nat_endpoint_hash(const struct nat *n, const struct nat_host *h, rte_be16_t port, uint8_t proto)
{
	return flow_hash_words(h->inside | (uint64_t)port << 32 | (uint64_t)proto << 48,
		h->pool | 1u << 8, &n->secret);
}

/* The port that a mapping is for; 0 where the protocol has none. */
static inline rte_be16_t
nat_port_of(const struct tuple *inside)
{
	return nat_proto(inside->proto) != NAT_PORTLESS ? inside->sport : 0;
}

/* Which address of a pool an inside one is paired with, on every worker: nothing secret is in it. */
static inline uint32_t
nat_address_number(const struct nat_layout_pool *pool, rte_be32_t inside)
{
	return (rte_be_to_cpu_32(inside) * 0x9e3779b1u >> 8) % pool->n_addresses;
}

static inline uint32_t
nat_address_for(const struct nat_layout_pool *pool, rte_be32_t inside)
{
	return pool->address[nat_address_number(pool, inside)] & (NAT_ADDRESSES_MAX - 1);
}

/* Has another station the address of a place? */
static inline bool
nat_is_contested(const struct nat *n, uint32_t place)
{
	return n->is_contested != NULL && n->is_contested(n->contested_arg, nat_layout_of(n)->place[place].address);
}

static inline uint64_t
nat_mapping_hash(const struct nat *n, const struct mapping *m)
{
	return nat_endpoint_hash(n, nat_host_of(n, m), m->inside_port, (uint8_t)m->proto);
}

/* The mapping of a host's endpoint; 0 without one, or without room or port for a new one. */
uint32_t nat_mapping_find(const struct nat *n, uint32_t host, const struct nat_request *r);
uint32_t nat_mapping_make(struct nat *n, uint32_t host, const struct nat_request *r);
void nat_mapping_free(struct nat *n, uint32_t index);
void nat_mapping_rest(struct nat *n, uint32_t index, uint32_t now_tick);
void nat_mapping_wake(struct nat *n, uint32_t index);

/* The first of those that rest is about to be freed: asks for what the later ones will need. */
void nat_rest_prefetch(struct nat *n);

void nat_peer_add(struct nat *n, struct mapping *m, rte_be32_t address);
bool nat_peer_has(const struct nat *n, const struct mapping *m, rte_be32_t address);
void nat_peers_free(struct nat *n, struct mapping *m);

#endif
