/* SPDX-License-Identifier: BSD-3-Clause */
/* Being a host: what a router must do under its own name.  ARP and ND, holding packets until a
 * neighbour is known, echo, ICMP errors, TCP resets, fragments.
 *
 * Each worker has its own host; facts about neighbours that one learns are told to the others
 * (struct host_fact, by the worker's mailbox).  Every packet it makes is born in the ledger and
 * leaves through send; every one it takes is consumed or held there.
 *
 * Threads: the owning worker. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "program/nexthop.h"
#include "base/clock.h"
#include "packet/ledger.h"
#include "packet/view.h"
#include "policy/generation.h"

struct host;
struct rte_mbuf;
struct rte_mempool;

/* How a neighbour was heard of. */
enum host_heard {
	HEARD_ANSWER,           /* it answered us: proof that it is there, if we had asked */
	HEARD_REQUEST,          /* it asked us: worth a new entry */
	HEARD_ANNOUNCE,         /* it told everybody: changes entries, makes none */
	HEARD_CONFLICT,         /* it has an address that we are probing for */
};

/* A neighbour's MAC as heard; sent from worker to worker. */
struct host_fact {
	uint16_t iface;
	uint8_t family;
	uint8_t heard;          /* enum host_heard */
	uint8_t mac[6];
	uint16_t tpid;          /* of the outer tag of its message; 0 without */
	union address address;
};

struct host_setup {
	struct nexthop *nexthops;       /* NEXTHOP_COUNT; the host fills NEXTHOP_FIRST and up */
	struct ledger *ledger;
	struct rte_mempool *pool;       /* for born packets */
	unsigned worker, workers;       /* rates are shared out; worker 0 announces our addresses */
	unsigned neighbours;            /* at most; 0: HOST_NEIGHBOURS */
	bool quiet;                     /* announces nothing, and probes for nothing: replay */
	bool trusting;                  /* doubts no known neighbour: replay, where nobody answers */
	/* Queues a frame for a port, in order; takes m whatever happens. */
	void (*send)(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface);
	/* Tells the other workers; may be NULL. */
	void (*tell)(void *arg, const struct host_fact *fact);
	/* Next hops go to other neighbours: programs that hold any must be judged again.  Called
	 * from host_tick, at most every few seconds; NULL: next hops are never used again. */
	void (*forget)(void *arg);
	/* A packet that waited for a neighbour leaves; v: as it came in, with offsets as they are now.  REASON_NONE, or why it
	 * may not.  And: it does not leave.  NULL: nobody asks. */
	enum reason (*leaves)(void *arg, const struct view *v, const struct rte_mbuf *m);
	void (*stays)(void *arg, const struct view *v);
	/* Has somebody begun by now what a packet of these ends belongs to?  For
	 * host_tell_later. */
	bool (*expected)(void *arg, const struct tuple *t);
	void *arg;
};

#define HOST_NEIGHBOURS 8192u   /* half of them in even shares for interfaces and families */
#define HOST_STRANGERS 1024u    /* of them, by interface and family, those that never answered */
#define HOST_HELD 2048u         /* packets that wait for neighbours, per worker */
#define HOST_HELD_IFACE 512u    /* of them by one egress interface */
#define HOST_HELD_EACH 16u      /* of them for one neighbour */
/* What is said unasked in a second, and at once, by one interface over all workers: */
#define HOST_ERROR_RATE 1000u   /* ICMP errors of one kind, or TCP resets */
#define HOST_ERROR_BURST 100u
#define HOST_ECHO_RATE 10000u   /* echo answers */
#define HOST_ECHO_BURST 1000u
#define HOST_ASK_RATE 4096u     /* first questions for neighbours that never answered, by family */
#define HOST_ASK_BURST 1024u
#define HOST_LATER 512u         /* senders that are told later, per worker */
#define HOST_LATER_SENDER 16u    /* of one class of senders */
#define HOST_LATER_NS (6 * NS_PER_SECOND)

/* NULL: no memory. */
struct host *host_create(const struct host_setup *setup, int numa_node);

/* Frees what it holds, not counted: call host_stop before. */
void host_destroy(struct host *h);

/* A new generation: interfaces, addresses, static neighbours.  Keeps what is still true.
 * Programs of the generation before must not run any more; gen stays valid until the next call. */
void host_configure(struct host *h, const struct generation *gen);

/* Has another station a public address that we have probed for (RFC 5227), as far as is known? */
bool host_is_contested(const struct host *h, rte_be32_t address);

/* Index of the next hop to a neighbour: known, or made and left unresolved.  0 when its
 * interface has no room for one more.  A gateway that is no unicast address, or a subnet's
 * broadcast address, gives the drop of reason multicast. */
uint16_t host_nexthop(struct host *h, const struct interface *egress, const union address *gateway,
	unsigned family);

/* The next hop that sends out of a port as it is; the drop of reason port_down when it is not
 * used. */
uint16_t host_wire(struct host *h, uint16_t port);

/* May programs keep the next hop?  That of a neighbour that never answered may lead elsewhere at
 * the next packet: use it before host_nexthop is called again. */
bool host_lasts(const struct host *h, uint16_t nexthop);

/* Holds m, an IP packet at offset l3 that is ready but for its Ethernet header (what stands
 * before l3 is given up), until the neighbour answers; asks it when nobody has.  v is the packet
 * as it came in: its sender is told when nobody answers; NULL: nobody is told.  HOST_HELD_EACH
 * packets wait for a neighbour; a newer one takes the place of the oldest.  What is dropped
 * later counts at the egress interface.  Returns 0 (held or sent) or the reason to drop m, which
 * is then still the caller's. */
enum reason host_hold(struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3,
	const struct view *v);

/* Would host_hold refuse every packet, as it does for a while after a neighbour has not answered? */
bool host_refuses(const struct host *h, uint16_t nexthop);

/* Is this neighbour used?  Called for packets to it now and then (from ageing), keeps it alive. */
void host_used(struct host *h, uint16_t nexthop);

/* Frames that are ours: ARP; ND, packets to our addresses, and multicast and broadcast packets
 * (which nothing here takes but ND).  Take m: consumed, or dropped by the returned reason (then m
 * is still the caller's).
 *
 * An answer goes by the interface and to the MAC that the question came from, without a look-up:
 * it cannot fail, cost a neighbour, or be turned on somebody else.  A packet to an address of
 * another of our interfaces is ours as well (weak host model, RFC 1122 3.3.4.2). */
enum reason host_arp(struct host *h, const struct view *v, struct rte_mbuf *m);
enum reason host_local(struct host *h, const struct view *v, struct rte_mbuf *m);

/* What a packet's sender is told, quoting m, which stays the caller's and is unchanged.  Silent
 * where RFC 1122 3.2.2 and RFC 4443 2.4 (e) say so, and beyond the rate limit. */
enum host_error {
	HOST_TTL_EXPIRED,
	HOST_TOO_BIG,           /* mtu */
	HOST_UNREACHABLE,       /* IPv4's code: 0 net, 1 host, 2 protocol, 3 port, 13 filtered */
	HOST_RESET,             /* TCP RST where it is TCP, else HOST_UNREACHABLE 3 */
};
void host_tell_sender(struct host *h, const struct view *v, const struct rte_mbuf *m,
	enum host_error what, uint16_t code_or_mtu);

/* Tells the sender of an unsolicited SYN that its port is unreachable, quoting its header, but
 * only HOST_LATER_NS after now_ns, and not if it is expected by then (RFC 5382 REQ-4).  m stays
 * the caller's.  A segment with a wrong checksum, and one that comes while HOST_LATER others
 * wait, is not answered. */
void host_tell_later(struct host *h, const struct view *v, const struct rte_mbuf *m, uint64_t now_ns);

/* Sends an IPv4 packet as fragments that fit the next hop (RFC 791; ready but for the Ethernet
 * header, DF not set); consumes m.  Holds it whole when the neighbour is not known.  Returns 0 or
 * the reason to drop m. */
enum reason host_fragment(struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3,
	const struct view *v);

/* Neighbours behind a port may be others now: those that were learned are asked again at their next packet. */
void host_port_returned(struct host *h, uint16_t port);

/* A fact from another worker. */
void host_learn(struct host *h, const struct host_fact *fact);

/* Timers: retransmits, ageing, gratuitous announcements.  Bounded work; call it about every 10 ms
 * of the clock. */
void host_tick(struct host *h, uint64_t now_ns);

/* Often: one bounded part of what follows a new generation, which host_configure has not done at once.  What it makes is
 * queued by send. */
void host_follow(struct host *h);

/* Lets go of every held packet, each counted as stopped. */
void host_stop(struct host *h);

/* The neighbours, for show and tests. */
struct host_neighbour {
	uint16_t iface, nexthop;
	uint8_t family;
	uint8_t mac[6];
	bool resolved, is_static;
	union address address;
	uint64_t age_ns;
};
/* An address of NAT that another station of its link has: not announced, not answered for. */
struct host_conflict {
	rte_be32_t address;
	uint16_t iface;
	uint8_t mac[6];
};

#define HOST_CONFLICTS 32u      /* noted for control */

/* The next conflict that control has not seen; false: there is none.  seen: how many it has, 0 at
 * first.  Thread: control. */
bool host_conflict_next(struct host *h, uint32_t *seen, struct host_conflict *out);
uint32_t host_conflicts(const struct host *h);  /* how many there were; any thread */

void host_each(const struct host *h, void (*one)(void *arg, const struct host_neighbour *n),
	void *arg);

/* A neighbour as it is listed. */
struct host_listed {
	union address address;
	uint16_t iface;
	uint8_t family;
	bool is_static, has_mac;
	uint8_t mac[6];
	const char *state;              /* "reachable", "probing", "asking", "failed", "unknown", "static" */
	unsigned waiting;               /* packets that wait for it */
	uint64_t idle_ns;               /* since the last packet to it */
};

/* Places of the table, and the neighbour in one of them; false: none. */
unsigned host_neighbours(const struct host *h);
bool host_neighbour(const struct host *h, unsigned i, struct host_listed *out);

#endif
