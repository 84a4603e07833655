/* SPDX-License-Identifier: BSD-3-Clause */
/* One whole compiled configuration: immutable once published.
 *
 * Built by control, published by one pointer, adopted by each worker at the top of its loop, freed
 * after every worker has adopted a newer one.  Interfaces keep their id (by name) and ports their
 * index over generations.
 *
 * The per-worker part (rule counters, meters) is memory that belongs to a generation and is written
 * by one worker each. */
#ifndef POLICY_GENERATION_H
#define POLICY_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/ingress.h"
#include "packet/key.h"
#include "packet/ledger.h"
#include "policy/rule_counter.h"
#include "policy/bridge.h"
#include "policy/zone.h"
#include "table/members.h"

struct changes;
struct own_addresses;
struct live;
struct pipeline;
struct route_table;
struct limiter;
struct meter;
struct nat_layout;
struct nat_pool_spec;
struct owners;
struct session_policy;
struct times;

struct interface_address {
	uint8_t family;
	uint8_t bits; /* prefix length */
	union address address;
};

/* An address that NAT answers for. */
struct public_address {
	rte_be32_t address;
	uint8_t domain; /* in which it is NAT's */
	uint16_t link;  /* the interface whose subnet has it, unless it is the interface's own;
			 * 0: none */
	uint16_t place; /* below PUBLIC_PLACES; stays while generations have the address */
};

#define PUBLIC_PLACES 32768u

struct interface_neighbour { /* a static one */
	uint8_t family;
	uint8_t mac[6];
	union address address;
};

struct interface {
	const char *name;
	uint16_t id;               /* 1 and up: 0 is "no interface" in keys and ledgers */
	uint16_t port;             /* index of the port */
	uint8_t domain;            /* number of its domain; DOMAIN_MAIN */
	uint16_t vlan, inner_vlan; /* 0: untagged */
	uint16_t tpid;             /* of the outer tag of sent frames; 0: as the station
				    * sends it */
	uint16_t mtu;
	uint8_t mac[6];
	const struct interface_address *addresses; /* link-local IPv6 included */
	unsigned n_addresses;
	const struct interface_neighbour *neighbours;
	unsigned n_neighbours;
	const struct interface_address *proxied; /* prefixes elsewhere that Weir answers for */
	unsigned n_proxied;
	const struct pipeline *pipeline; /* NULL: packets are dropped as interface_unused */
	const char *host; /* name of the kernel's interface for it (hostif/hostif.h); NULL: none */
	uint32_t host_rate; /* packets a second to the kernel, without those of a class of their own
			     */
	struct loc loc;
};

/* The rate of a meter.  Each worker has a meter of its own with its share of the rate, and the
 * whole burst: a share of the burst might be smaller than a packet. */
struct meter_spec {
	uint64_t rate;  /* bits or packets a second */
	uint64_t burst; /* bytes or packets */
	bool packets;
	uint32_t counter; /* counts what it drops */
	uint8_t reason;   /* enum reason of that: police_exceeded, limit_exceeded */
	uint8_t per;      /* enum meter_per */
	uint8_t add;      /* the dynamic set that gets the source of what it drops; 0: none */
	bool sessions;    /* only packets that begin a session take from it */
	uint32_t keys;    /* addresses that it remembers; 0: it is a struct meter */
	uint32_t seconds; /* that the rate is for; 0: one */

	/* Of the limits of matches (policy/limits.h). */
	bool asked;             /* it is asked by a match, not by an action */
	uint16_t tally;         /* session/tally.h: number of the line */
	uint32_t most_sessions; /* 0: it is none of sessions */
	uint64_t quota;         /* bytes; 0: it is none of bytes */
	const char *owner, *name;
	struct loc loc;
	uint64_t of; /* hash of what it is called over generations */
};

/* What a limit of a match has answered.  worker: write, control: read. */
struct asked_counts {
	uint64_t within, over;
};

/* What a stage mirror or sample copies. */
struct copy_spec {
	uint32_t one_in;  /* one packet in so many; 1: every one */
	uint32_t bytes;   /* of a frame, at most */
	int32_t meter;    /* of the copies; below 0: they have no rate */
	uint32_t counter; /* counts the copies */
};

#define GENERATION_WORKERS_MAX 64

/* What has a rate of its own. */
enum meter_per {
	METER_ALL, /* all packets that reach the line share one */
	METER_SOURCE,
	METER_DESTINATION,
};

/* What a worker counts of a stage's place in a pipeline.  worker: write, control: read. */
struct step_counts {
	uint64_t packets; /* that were evaluated: first packets, and those of no known flow */
	uint64_t ended;   /* of them, those whose evaluation ended there */
	uint64_t sampled; /* of packets, those whose time was measured */
	uint64_t cycles;  /* for sampled */
};

struct generation_worker {
	struct rule_hits *hits;      /* by rule counter */
	struct meter **meters;       /* by meter number; in struct shared_meter */
	struct limiter **limiters;   /* likewise; NULL: it is a struct meter */
	struct asked_counts **asked; /* likewise */
	uint64_t **used;             /* likewise: bytes of a quota, of all workers */
	struct step_counts *steps;   /* by struct step's number; [0] counts evaluations */
	uint32_t *skips; /* by number of struct copy_spec: packets until the next copy */
};

/* A meter of all workers, which generations share as long as its line says the same. */
struct shared_meter;

/* A table of the kernel whose routes a route table has. */
struct generation_live {
	uint32_t number;
	struct live *live;
};

/* The rule counters of an earlier edition in this one. */
struct carried {
	uint32_t *counter; /* by its numbers; 0: none */
	uint32_t n;
};

/* A dynamic set, whose members outlive generations: its number belongs to its name. */
struct dynamic_set {
	const char *name; /* NULL: none has this number */
	uint64_t of;      /* its hash: numbers are used again, for other names */
	uint32_t size;
	uint64_t timeout_ns; /* 0: members stay */
};

/* What workers tell of flows, for their export. */
struct flow_export {
	uint64_t active_ns; /* the active timeout; 0: flows are not exported */
	bool nat_events;    /* begin and end of translated sessions, too */
	uint8_t nat_logs;   /* who takes NAT's entries: a bit for each enum nat_log_reader */
};

struct generation {
	uint64_t number; /* 1, 2, ... */
	/* How often what decides has changed, and a digest of it (config/edition.h): generations of
	 * one edition decide every packet alike, by lines of the same numbers, so programs stay. 0:
	 * it is of no other's edition. */
	uint64_t edition, digest;
	uint64_t digest_but_rules;     /* the same but for the rules of access lists */
	const struct changes *changes; /* since the edition before; NULL: whatever has changed */
	const struct interface *iface[LEDGER_IFACES]; /* by id, or NULL */
	unsigned n_ifaces;                            /* highest id + 1 */
	struct zones zones;
	/* Names of domains by number, NULL: none has it; [DOMAIN_MAIN] is main always.  n_domains:
	 * the highest number + 1. */
	const char *domain_name[DOMAINS_MAX];
	unsigned n_domains;
	bool domains_moved; /* an interface may have sessions of another domain than its own */
	/* Where destinations in a domain are looked up when something else than a stage route says
	 * so: a session that began there, a route that leads there. */
	const struct route_table *domain_table[DOMAINS_MAX];
	struct ingress ingress[LEDGER_PORTS]; /* by port index */
	const char *port_name[LEDGER_PORTS];
	bool port_used[LEDGER_PORTS];
	unsigned n_ports;
	struct bridge *bridge[BRIDGES_MAX + 1]; /* by number, 1 and up; NULL: none has it */
	unsigned n_bridges;
	uint8_t bridge_of[LEDGER_IFACES]; /* by interface id: number of the bridge that it is a
					   * member of; 0: none */
	const struct pipeline *const *pipelines;
	unsigned n_pipelines;
	unsigned n_steps;                    /* of all pipelines */
	const struct rule_counter *counters; /* [0] is not used */
	unsigned n_counters;
	const struct rule_log *rule_logs;         /* [0] is not used */
	unsigned n_rule_logs;                     /* 0: no rule is logged */
	struct dynamic_set dynamic[MEMBERS_SETS]; /* by number, 1 and up */
	struct times *times; /* that matches ask for; NULL: none (policy/times.h) */
	const struct meter_spec *meters;
	unsigned n_meters;
	const struct copy_spec *copies; /* of stages mirror and sample */
	unsigned n_copies;
	const struct session_policy *session_policies; /* by struct session's policy */
	unsigned n_session_policies;
	const struct nat_pool_spec *pools; /* by number */
	unsigned n_pools;
	struct nat_layout *nat; /* the pools in the workers' form; NULL: none */
	struct flow_export flow_export;
	struct public_address *public; /* sorted by address as a number in memory */
	unsigned n_public;
	const struct generation_live *live; /* live routes of its tables */
	unsigned n_live;
	struct generation_worker *worker; /* by worker */
	unsigned n_workers;
	/* Workers at which flows begin whose owner a hash chooses, a bit each (worker/gather.h); 0:
	 * at all.  share_owner: by share of the hash, of n_workers, its worker.  n_sharing: the
	 * number of these workers, which rates and limits are divided by.  polled_by: those that
	 * poll ports of fewer queues than workers; 0: all. */
	uint64_t gathered, polled_by;
	uint8_t share_owner[GENERATION_WORKERS_MAX];
	unsigned n_sharing;
	bool keeps; /* access lists let sessions through that are marked as kept */
	struct shared_meter **shared_meters; /* by meter number; control's */
	/* What earlier generations have counted: the counters up to the change, and the numbers of
	 * earlier editions' in this one, for all that a flow may still have counts for when it is
	 * swept. */
	uint64_t carried_first;          /* the oldest of these editions */
	uint32_t n_carried;              /* up to the previous one; 0: there is none */
	struct carried *carried;         /* by edition */
	struct rule_hits *carried_hits;  /* by rule counter; control's */
	const struct own_addresses *own; /* of all interfaces; NULL: none */
	const struct owners *owners;     /* NULL: nothing translates */
	uint64_t owners_digest;          /* of what chooses owners, but for .gathered */
	bool has_helpers;                /* a stage track has: two hosts have one worker */
	void *owner;                     /* control's: the object that frees it */
};

/* Has flows begin at these workers, a bit each, or at all: 0.  Before generation_finish. */
void generation_gather(struct generation *gen, uint64_t workers);

/* Builds the table behind generation_owns from the addresses of interfaces by id (or NULL).  NULL
 * when memory is short. */
struct own_addresses *own_addresses_build(const struct interface *const iface[], unsigned n);
void own_addresses_discard(struct own_addresses *own); /* NULL is fine */

/* Returns the table of a worker for spec, with that many workers; NULL without memory. */
struct limiter *meter_spec_limiter(const struct meter_spec *spec, unsigned workers);

/* Returns the burst that a rate gets where none is configured: what passes in 250 ms, at least ten
 * frames. */
uint64_t meter_spec_burst(const struct meter_spec *spec);

/* Initialises a worker's meter for spec, with that many workers. */
void meter_spec_init(
	const struct meter_spec *spec, unsigned workers, uint64_t now_ns, struct meter *meter);

/* Returns true if the address is one of our own in its space (packet/key.h), on any interface of
 * the domain.  O(1).  A link-local address may be ours on one interface and a neighbour's on
 * another: test it for the interface. */
bool generation_owns(const struct generation *g, const union address *a, unsigned space);

/* Returns true if the IPv4 address is the network or broadcast address of a subnet of an interface
 * of the domain.  O(1). */
bool generation_broadcast(const struct generation *g, rte_be32_t address, unsigned domain);

/* Returns what the generation has on an address that NAT answers for, in whatever domain; NULL: it
 * does not. */
const struct public_address *generation_public(const struct generation *g, rte_be32_t address);

/* Returns a digest of what chooses owners: generations that have the same choose alike. */
static inline uint64_t
generation_owners_digest(const struct generation *g)
{
	return g->owners_digest ^ g->gathered * (0x9e3779b97f4a7c15ull & ~7ull);
}

/* Returns true if both decide every packet alike. */
static inline bool
generation_same_edition(const struct generation *a, const struct generation *b)
{
	return a->edition != 0 && a->edition == b->edition;
}

/* Returns the domain of an interface; that of an id that none has is the main one. */
static inline uint8_t
generation_domain(const struct generation *g, unsigned iface)
{
	const struct interface *i = iface < LEDGER_IFACES ? g->iface[iface] : NULL;

	return i != NULL ? i->domain : DOMAIN_MAIN;
}

/* Returns the bridge whose place among ports this is; NULL: it is none of a bridge. */
static inline struct bridge *
generation_bridge(const struct generation *g, unsigned port)
{
	return port < LEDGER_PORTS && LEDGER_PORTS - port <= BRIDGES_MAX
		? g->bridge[LEDGER_PORTS - port]
		: NULL;
}

/* How a made frame comes in by an interface: of a bridge's own one by its first member, and by a
 * member as one for another station. */
struct generation_entry {
	const struct interface *iface; /* whose port and tags it has */
	const uint8_t *mac;            /* that it is for */
};
struct generation_entry generation_entry(const struct generation *g, const struct interface *iface);

/* Returns the interface by which answers come to what leaves by a port unchanged. */
static inline uint16_t
generation_wire_iface(const struct generation *g, unsigned port)
{
	const struct bridge *bridge = generation_bridge(g, port);

	return bridge != NULL ? bridge->member[0] : g->ingress[port].untagged;
}

/* Returns the name of a domain, or "gone"; and the number of a name, or DOMAIN_NONE. */
const char *generation_domain_name(const struct generation *g, unsigned domain);
uint8_t generation_find_domain(const struct generation *g, const char *name);

#endif
