/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of NAT. */
#ifndef NAT_NAT_PRIV_H
#define NAT_NAT_PRIV_H

#include <assert.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/hash.h"
#include "flow/hash.h"
#include "nat/nat.h"
#include "nat/counts.h"
#include "nat/index.h"
#include "nat/layout.h"
#include "nat/log.h"
#include "nat/port_pool.h"
#include "nat/reply.h"
#include "packet/ledger.h"

#define NAT_REST_CLASSES 17u /* powers of two up to 65,536 ports */

/* The ports of a public address in one protocol, allocated on first use (nat/port_tables.c). */
struct nat_ports {
	struct port_pool ports; /* those with a mapping are taken; free ones, for the number
				 * below */
	uint64_t number;        /* if it differs from the pool's, free ports are computed
				 * at the next use */
	uint32_t rest_classes;  /* a bit for each list below that is not empty */
	struct {
		uint32_t first, last;
	} rests[NAT_REST_CLASSES]; /* mappings in quarantine, by the ports that their host
				    * had: 1, 2 or 3, 4 to 7, … */
	uint32_t by_port[65536];   /* mapping, 0: none */
};

#define NAT_CHUNK 256u /* addresses whose figures are allocated together */

/* A worker's figures of a public address, by its place in the layout. */
struct nat_address {
	rte_be32_t address; /* the address of the figures; if it differs from the
			     * layout's, they are void */
	uint32_t used;      /* ports, of all protocols */
	uint32_t used_of[NAT_PROTOS];
	uint64_t mappings, resting, taken, allocated, refused_port, refused_quota;
	struct nat_ports *proto[NAT_PROTOS];
};

enum mapping_flag {
	MAPPING_SHARED = 1, /* found by its inside endpoint */
	MAPPING_USED = 2,   /* packets have left by it */
	MAPPING_RESTS = 4,
	MAPPING_LOGGED = 8, /* its begin is logged, and not its end */
};

struct mapping {
	uint32_t host; /* its inside address and pool */
	uint32_t address : 15;
	uint32_t class : 5; /* MAPPING_RESTS: the list of its port (nat/rest.c) */
	uint32_t flags : 4; /* enum mapping_flag */
	uint32_t proto : 8;
	rte_be16_t inside_port;
	rte_be16_t public_port; /* 0: of a protocol without ports */
	union {
		uint32_t next;         /* of vacant ones */
		struct {               /* in use */
			uint32_t refs; /* sessions */
			uint32_t peer; /* the newest of its peers */
			uint32_t n_peers;
		};
		struct {                                 /* MAPPING_RESTS: in quarantine */
			uint32_t rest_prev, rest_next;   /* by age */
			uint32_t class_prev, class_next; /* of its class */
			uint32_t rest_tick;
		};
	};
};
static_assert(sizeof(struct mapping) == 32, "two to a cache line");
#define NAT_ADDRESSES_MAX (1u << 15) /* maximum of mapping.address */
static_assert(NAT_PLACES <= NAT_ADDRESSES_MAX, "a mapping names any place");

/* An inside address and its state in one pool. */
struct nat_host {
	rte_be32_t inside;
	uint32_t pool : 8; /* slot */
	uint32_t address : 24;
	union {
		uint32_t sessions;
		uint32_t next; /* of vacant ones */
	};
	uint32_t mappings : 26;
	uint32_t domain : 6; /* of inside */
};
static_assert(sizeof(struct nat_host) == 16, "no holes");

/* A peer to which an inside endpoint has sent, under address-dependent filtering. */
struct nat_peer {
	rte_be32_t address;
	uint32_t next;
};

/* A worker's figures of a pool, by its slot in the layout. */
struct nat_pool {
	uint64_t serial; /* of the owner that the figures are of */
	uint64_t mappings, resting, taken, allocated, refused_port, refused_quota;
	uint64_t told_ns[2]; /* when a refusal was told last: for a port, for a quota */
};

/* Records by number, 1 and up, and their index. */
struct nat_table {
	uint32_t capacity, high, vacant;
	struct nat_index index; /* none of peers */
};

static inline bool
nat_table_has_room(const struct nat_table *t)
{
	return t->vacant != 0 || t->high < t->capacity;
}

struct nat {
	struct flow_secret secret; /* of the tables */
	struct hash_key port_key;  /* of random choices of ports */
	uint16_t worker, workers;
	int numa_node;
	struct nat_reply *reply; /* by which ports replies come here; NULL: not known */

	/* Allocated with the first pool; peers with the first whose filter needs them. */
	struct nat_table mappings, hosts, peers;
	struct mapping *mapping;
	struct nat_host *host;
	struct nat_peer *peer;
	uint32_t rest_first, rest_last;
	uint32_t rest_ahead; /* a mapping in quarantine whose lines have been
			      * prefetched; 0: none */
	uint32_t rest_lead;  /* mappings before it, as far as is known */

	_Atomic(const struct nat_layout *) layout; /* of the generation in use; control: read */
	struct nat_layout *own_layout;             /* of nat_configure */
	bool (*is_contested)(void *arg, rte_be32_t address); /* NULL: none is */
	void *contested_arg;
	struct nat_pool pool[NAT_SLOTS];
	struct nat_address *addresses[NAT_PLACES
		/ NAT_CHUNK]; /* NULL until a layout needs it; control: write */

	/* Blocks of port tables (nat/port_tables.c).  The worker's: those that it uses, and those
	 * that it may use; control's, for the worker; the number of all. */
	struct nat_port_block *used_blocks, *own_blocks;
	_Atomic(struct nat_port_block *) spare_blocks;
	atomic_uint n_blocks;
	unsigned tables_left; /* in the first of used_blocks */

	/* Allocated with the first pool, or the first export, that needs it; control: write. */
	_Atomic(struct nat_log *) log[NAT_LOG_READERS];
	unsigned readers; /* a bit for each that takes entries */
	uint64_t now_ns;  /* nat_set_time */
};

static inline const struct nat_layout *
nat_layout_of(const struct nat *n)
{
	/* The owning worker stores it. Control reads it while it keeps the generation. */
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

/* Returns the log of a reader, or NULL while nothing is written for it. */
static inline struct nat_log *
nat_log_current(const struct nat *n, enum nat_log_reader reader)
{
	/* Pairs with the release in nat_log_make. */
	return atomic_load_explicit(&n->log[reader], memory_order_acquire);
}

/* Prepares an address for a new mapping: its figures are valid from now on. */
struct nat_address *nat_address_use(struct nat *n, uint32_t place);

/* Returns its ports of a protocol, the free ones according to the layout; NULL without memory. */
struct nat_ports *nat_ports(struct nat *n, uint32_t place, enum nat_proto proto);

/* Makes port tables for the addresses of a layout, as far as they are few;
 * control.  Returns -ENOMEM without memory. */
int nat_ports_reserve(struct nat *n, uint32_t places);

/* Returns an empty port table, NULL without memory; the worker.  It stays until nat_ports_destroy.
 */
struct nat_ports *nat_ports_take(struct nat *n);

void nat_ports_destroy(struct nat *n);
size_t nat_ports_bytes(const struct nat *n); /* any thread */

/* Counts a mapping that comes into use, or goes out of use. */
void nat_mapping_count(struct nat *n, const struct mapping *m, bool in_use);

/* Marks a port as free: nothing is mapped to it any more. */
void nat_port_give(struct nat *n, uint32_t place, enum nat_proto proto, uint16_t port);

/* nat_host_get finds or makes the record of an inside address, 0 without room.  nat_host_drop
 * removes it if nothing is mapped for it. */
uint32_t nat_host_get(struct nat *n, const struct nat_request *r);
void nat_host_drop(struct nat *n, uint32_t host);

/* Returns the inside address and the pool of a mapping. */
static inline const struct nat_host *
nat_host_of(const struct nat *n, const struct mapping *m)
{
	return &n->host[m->host];
}

static inline uint64_t
nat_host_hash(const struct nat *n, uint32_t slot, rte_be32_t inside, unsigned domain)
{
	return flow_hash_words(inside, slot | (uint64_t)domain << 32, &n->secret);
}

/* Returns the hash by which a shared mapping is found. */
static inline uint64_t
nat_endpoint_hash(const struct nat *n, const struct nat_host *h, rte_be16_t port, uint8_t proto)
{
	return flow_hash_words(h->inside | (uint64_t)port << 32 | (uint64_t)proto << 48,
		h->pool | 1u << 8 | (uint64_t)h->domain << 32, &n->secret);
}

/* Returns the port that a mapping is for; 0 if the protocol has none. */
static inline rte_be16_t
nat_port_of(const struct tuple *inside)
{
	return nat_proto(inside->proto) != NAT_PORTLESS ? inside->sport : 0;
}

/* Which address of a pool an inside one is paired with, on every worker: nothing secret is in it.
 */
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

/* Returns true if another station has the address of a place. */
static inline bool
nat_is_contested(const struct nat *n, uint32_t place)
{
	return n->is_contested != NULL
		&& n->is_contested(n->contested_arg, nat_layout_of(n)->place[place].address);
}

static inline uint64_t
nat_mapping_hash(const struct nat *n, const struct mapping *m)
{
	return nat_endpoint_hash(n, nat_host_of(n, m), m->inside_port, (uint8_t)m->proto);
}

/* Fills where a port is looked for, from the inside endpoint, its peer and the minute: a keyed
 * hash, so outsiders cannot tell (RFC 6056, 3.3.3, with the time instead of a counter); known
 * before the port is taken, so its lines are prefetched. */
void nat_request_draw(const struct nat *n, struct nat_request *r);

/* Takes the port of an inside endpoint, if it is wanted, or an unpredictable one; 0 when all are
 * taken. */
uint16_t nat_draw_port(
	struct nat_ports *p, const struct nat_request *r, const struct nat_wish *wish);

/* Returns the ports that are wanted for a session on a public address. */
struct nat_wish nat_wish_of(const struct nat *n, uint32_t place, const struct tuple *inside);

/* Gives a host another address if its own has left the pool, or if another station has it: such an
 * address is not used for more.  Returns false if there is none. */
bool nat_host_settle(struct nat *n, struct nat_host *h);

/* Find or make the mapping of a host's endpoint; 0 if there is none, or without room or port for a
 * new one. */
uint32_t nat_mapping_find(const struct nat *n, uint32_t host, const struct nat_request *r);
uint32_t nat_mapping_make(struct nat *n, uint32_t host, const struct nat_request *r);
void nat_mapping_free(struct nat *n, uint32_t index);

/* Quarantine (nat/rest.c): begins, ends because the mapping is used again, or is freed. */
void nat_rest_begin(struct nat *n, uint32_t index, uint32_t now_tick);
void nat_rest_wake(struct nat *n, uint32_t index);
void nat_rest_leave(struct nat *n, uint32_t index);

/* A host that needs a public port while none is free: its number, 0 for one without a record, and
 * the ports that it has with this one. */
struct nat_need {
	uint32_t host, ports;
	uint32_t place;
	enum nat_proto proto;
};

/* Returns a mapping in quarantine whose port the host may have, 0 if there is none: its own, or
 * that of a host with more ports, of those with most. */
uint32_t nat_rest_find(const struct nat *n, const struct nat_need *need);

/* After a search that found none: moves some mappings of the highest class to the one that their
 * host is in by now, so that the next search finds others. */
void nat_rest_tidy(struct nat *n, const struct nat_need *need);

/* Returns true if the worker may give out a port of the address under the present layout. */
bool nat_port_is_ours(const struct nat *n, uint32_t place, enum nat_proto proto, uint16_t port);

/* Prefetches what the mappings behind the first one in quarantine will need, which is about to be
 * freed. */
void nat_rest_prefetch(struct nat *n);

void nat_peer_add(struct nat *n, struct mapping *m, rte_be32_t address);
bool nat_peer_has(const struct nat *n, const struct mapping *m, rte_be32_t address);
void nat_peers_free(struct nat *n, struct mapping *m);

#endif
