/* SPDX-License-Identifier: BSD-3-Clause */
/* Public endpoints of one worker: which inside endpoint has which, and who may send to it.
 *
 * A pool is addresses and a range of ports, of which each worker has a slice.  A mapping binds an
 * inside endpoint (address, port, protocol) to a public one.  Endpoint-independent pools have one
 * mapping for an inside endpoint, whatever the destination (RFC 4787 REQ-1, RFC 5382 REQ-1);
 * address-and-port-dependent ones have one for each session.  An inside address always has the same
 * public one (paired pooling, REQ-2), no two mappings have the same public endpoint (REQ-3), a port
 * is preserved where it is free and else unpredictable, of the same parity (REQ-4).
 *
 * A mapping whose last session has ended is in quarantine for 120 s: only its own inside endpoint
 * may use it again (RFC 6888 REQ-8).  While no other port is free, hosts with few ports get those
 * in quarantine of the hosts with most (nat/rest.c). Running out of ports costs no mapping in use
 * (REQ-11).
 *
 * An inside address is known in its domain (packet/key.h): the same address in another domain is
 * another host.  A public address is in one domain, its pool's.
 *
 * Protocols without ports share their inside address's public one; ICMP queries have their
 * identifier for a port.
 *
 * Pools outlive generations by their names, and live mappings of a changed pool stay until their
 * sessions end.
 *
 * Threads: the owning worker; control takes the entries of nat_log_of. */
#ifndef NAT_NAT_H
#define NAT_NAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nat/log.h"
#include "session/session.h"
#include "packet/reason.h"

#define NAT_POOLS      64
#define NAT_ADDRESSES  256 /* of a pool */
#define NAT_NO_POOL    0xff
#define NAT_REST_TICKS (uint32_t)((120ull * 1000000000u + (1u << 20) - 1) >> 20)

enum nat_behaviour {
	NAT_ENDPOINT_INDEPENDENT,
	NAT_ADDRESS_DEPENDENT, /* of filtering only */
	NAT_ADDRESS_AND_PORT_DEPENDENT,
};

/* Public ports that are forwarded: mappings do not get them. */
struct nat_reserved {
	uint16_t low, high;
	uint8_t proto;
};

/* A pool as configured; in the generation. */
struct nat_pool_spec {
	const char *name;
	const rte_be32_t *addresses;
	unsigned n_addresses;
	uint8_t domain;            /* of its addresses */
	union address *addresses6; /* without ports of their own: stage snat */
	unsigned n_addresses6;
	uint16_t low, high;
	uint8_t mapping; /* enum nat_behaviour */
	uint8_t filtering;
	uint32_t per_source; /* sessions of an inside address, which has one worker; 0: no limit */
	bool log;            /* tell when mappings begin and end */
	bool follows;        /* has the addresses of an interface: sessions end with them */
	bool reject;         /* senders of unsolicited SYNs are told, after a delay */
	struct nat_reserved *reserved;
	unsigned n_reserved;
};

struct nat;
struct nat_layout;

/* Returns true if NAT changes the ports of the protocol (or the identifier of ICMP). Protocols
 * without ports share a public address. */
bool nat_has_ports(uint8_t proto);

/* Creates a worker's NAT. Tables for that many mappings are allocated when a layout first has a
 * pool.  NULL without memory. */
struct nat *nat_create(uint32_t mappings, unsigned worker, unsigned workers, int numa_node);
void nat_destroy(struct nat *n); /* NULL is fine */

/* Allocates what a layout (nat/layout.h) needs; by control, before its generation is published.
 * Returns 0 or -ENOMEM. */
int nat_make_room(struct nat *n, const struct nat_layout *l);

/* Adopts the pools of a layout, which must stay until the next one is adopted.  Takes constant
 * time. */
void nat_adopt(struct nat *n, const struct nat_layout *l);

/* Configures a NAT without generations, which keeps the layout: spec i is pool number i from now
 * on.  An address belongs to one pool.  Returns 0, or negative if nothing has changed. */
int nat_configure(struct nat *n, const struct nat_pool_spec *specs, unsigned n_specs);

/* For control: return true if the worker has mappings, also in quarantine, of the pool with the
 * slot, or of the address at the place. */
bool nat_holds_pool(const struct nat *n, unsigned slot);
bool nat_holds_place(const struct nat *n, uint32_t place);

/* Returns true if a translated session has no public address any more: it was an interface's, which
 * has it no more. */
bool nat_is_homeless(const struct nat *n, const struct session *s);

/* Tells how devices spread what comes from outside (nat/reply.h): from then on ports are preferred
 * by which replies come to this worker, in pools where NAT_WANTED_MIN or more remain to draw from:
 * fewer could be guessed (RFC 6056).  Returns 0, or -ENOMEM: ports are drawn as before. */
#define NAT_WANTED_MIN 4096u
struct nat_reply_setup;
int nat_expect_replies(struct nat *n, const struct nat_reply_setup *setup);

/* Sets the callback that tells whether another station has a public address: no new mapping uses
 * such an address. */
void nat_ask_contested(
	struct nat *n, bool (*is_contested)(void *arg, rte_be32_t address), void *arg);

/* A request for a public endpoint of a pool for the source of inside, which the caller keeps, with
 * its hashes.  The requests of a burst are prepared together, so that their cache lines arrive
 * while others are worked on: first nat_prepare for each of them, then nat_prefetch. */
struct nat_request {
	const struct tuple *inside;
	uint64_t host, endpoint;
	uint32_t random;   /* where a port is looked for that the inside endpoint does not have */
	uint32_t replaced; /* the mapping of a session that the new one replaces; 0: none */
	uint8_t slot;      /* of the pool; NAT_NO_POOL */
};
void nat_prepare(
	const struct nat *n, unsigned pool, const struct tuple *inside, struct nat_request *r);
void nat_prefetch(const struct nat *n, const struct nat_request *r);

/* Finds or makes the public endpoint, which the session holds until nat_release.  Returns
 * REASON_NONE, nat_no_port or nat_quota. */
struct nat_endpoint {
	rte_be32_t address;
	rte_be16_t port; /* or identifier */
	uint8_t why;     /* enum nat_why, set by nat_take */
	uint8_t domain;  /* of an inside one, set by nat_enter */
};

/* How a session got its public endpoint. */
enum nat_why {
	NAT_MAPPED,          /* the inside endpoint had it already */
	NAT_PRESERVED,       /* the port of the inside endpoint was free */
	NAT_DRAWN,           /* it was not: a random one */
	NAT_PORTLESS_SHARED, /* the protocol has no ports to change */
};
enum reason nat_take(
	struct nat *n, const struct nat_request *r, struct session *s, struct nat_endpoint *public);

/* Takes a public endpoint of the pool that a session has its public source of, for another inside
 * endpoint; hold keeps it.  REASON_nat_no_mapping: the session has none. */
enum reason nat_take_like(struct nat *n, const struct session *session, const struct tuple *inside,
	struct session *hold, struct nat_endpoint *public);

/* Return true if the source of inside, or a session's, has one public endpoint for all
 * destinations. */
bool nat_has_endpoint(const struct nat *n, const struct tuple *inside);
bool nat_shares_endpoint(const struct nat *n, const struct session *s);

/* Returns what nat_take would return, and the endpoint, without taking anything. */
enum reason nat_foresee(struct nat *n, const struct nat_request *r, struct nat_endpoint *public);

/* Finds the inside endpoint of a packet to a public one; the session holds the mapping from then
 * on.  any: every sender may begin there (hairpin), else the pool's filtering decides.  Returns
 * false if nothing is mapped, or the sender may not.  An address-dependent filter remembers the
 * last NAT_PEERS addresses to which packets left by a mapping. */
#define NAT_PEERS 16
bool nat_enter(struct nat *n, struct session *s, const struct tuple *outside,
	struct nat_endpoint *inside, bool any);

/* Returns true if the address is one of a pool of the domain, or may have been. */
bool nat_is_public(const struct nat *n, rte_be32_t address, unsigned domain);

/* Returns true if the endpoint could be given out: an address of a pool and a port of its range,
 * free or not. */
bool nat_may_give(const struct nat *n, rte_be32_t address, rte_be16_t port, unsigned domain);

/* Returns true if the address is one of a pool that tells senders of unsolicited SYNs. */
bool nat_rejects(const struct nat *n, rte_be32_t address, unsigned domain);

/* Tells that the session's first packet leaves, to peer: its mappings come into use, if they were
 * not before. */
void nat_begin(struct nat *n, const struct session *s, rte_be32_t peer, uint64_t now_ns);
/* Prefetches what nat_release will touch, for sessions that are about to end. */
void nat_expect(const struct nat *n, struct session *const s[], unsigned count);

/* Releases the mappings of a session that has ended. Sessions without mappings are fine. */
void nat_release(struct nat *n, struct session *s, enum session_end why, uint64_t now_ns);

/* Frees mappings whose quarantine is over; at most NAT_AGE_MAX. */
#define NAT_AGE_MAX 256u
void nat_age(struct nat *n, uint32_t now_tick);

/* Returns the log of pools that have one; NULL as long as none has had one.  nat_log_for: that of
 * any reader. */
struct nat_log *nat_log_of(const struct nat *n);
struct nat_log *nat_log_for(const struct nat *n, enum nat_log_reader reader);

/* Makes the log of a reader, by control.  Returns 0 or -ENOMEM. */
int nat_log_make(struct nat *n, enum nat_log_reader reader);

/* Sets who takes entries: a bit for each reader; at first the file alone.  The worker's. */
void nat_log_to(struct nat *n, unsigned readers);

/* Sets the time of entries that tell of refused sessions. */
void nat_set_time(struct nat *n, uint64_t now_ns);

/* An inside address in a pool, as it is listed. */
struct nat_listed_host {
	rte_be32_t inside, public;
	uint8_t domain;              /* of inside */
	uint8_t slot;                /* of the pool in the layout */
	uint32_t sessions, mappings; /* mappings in quarantine, too */
};

/* Return the places of the table of inside addresses, and what stands at one of them, 1 and up
 * (false: nothing). */
uint32_t nat_hosts(const struct nat *n);
bool nat_host_at(const struct nat *n, uint32_t place, struct nat_listed_host *out);

size_t nat_bytes(const struct nat *n);
const char *nat_pool_name(const struct nat *n, unsigned pool); /* NULL: there is none */

#endif
