/* SPDX-License-Identifier: BSD-3-Clause */
/* The router under its own addresses: ARP and ND, packets that wait for a neighbour, echo, ICMP
 * errors, TCP resets, fragmentation.
 *
 * Each worker has its own host; facts about neighbours are passed to the other workers (struct
 * host_fact, by the worker's mailbox). Every packet that it makes is counted as born in the ledger
 * and leaves by send; every packet that it takes is counted as consumed or held.
 *
 * Threads: the owning worker. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "program/nexthop.h"
#include "base/clock.h"
#include "packet/ledger.h"
#include "hostif/exchange.h"
#include "packet/view.h"
#include "policy/generation.h"

struct host;
struct rte_mbuf;
struct rte_mempool;

/* How we heard of a neighbour. */
enum host_heard {
	HEARD_ANSWER,   /* it answered: proves that it is there, if we had asked */
	HEARD_REQUEST,  /* it asked for us: worth a new entry */
	HEARD_ANNOUNCE, /* it told all stations: changes entries, makes none */
	HEARD_CONFLICT, /* it has an address that we are probing for */
};

/* A neighbour's MAC as received; sent from worker to worker. */
struct host_fact {
	uint16_t iface;
	uint8_t family;
	uint8_t heard; /* enum host_heard */
	uint8_t mac[6];
	uint16_t tpid; /* of the outer tag of its message; 0 without */
	union address address;
};

struct host_setup {
	struct nexthop *nexthops; /* NEXTHOP_COUNT; the host fills NEXTHOP_FIRST and up */
	struct ledger *ledger;
	struct rte_mempool *pool; /* for born packets */
	unsigned worker, workers; /* rates are shared out; worker 0 announces our addresses */
	unsigned neighbours;      /* maximum; 0: HOST_NEIGHBOURS */
	bool quiet;               /* no announcements, no probes: replay */
	bool trusting;            /* known neighbours are not probed: replay, where nobody
				   * answers */
	/* Queues a frame for a port, in order; takes m in any case. */
	void (*send)(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface);
	/* Tells the other workers; may be NULL. */
	void (*tell)(void *arg, const struct host_fact *fact);
	/* Next hops are reused: programs that hold any must be judged again.  Called from
	 * host_tick, at most every few seconds; NULL: next hops are never reused. */
	void (*forget)(void *arg);
	/* leaves: a packet that waited for a neighbour leaves (v: as it came in, with current
	 * offsets); returns REASON_NONE, or why it may not.  stays: it does not leave.  NULL: not
	 * called. */
	enum reason (*leaves)(void *arg, const struct view *v, const struct rte_mbuf *m);
	void (*stays)(void *arg, const struct view *v);
	/* Returns true if a session that a packet of these ends belongs to has begun by now.  For
	 * host_tell_later. */
	bool (*expected)(void *arg, const struct tuple *t);
	/* Gives a packet to the kernel (hostif/exchange.h); false: there is no room, and m is still
	 * the host's.  NULL: there is no kernel (replay), and packets for it are freed. */
	bool (*deliver)(void *arg, enum hostif_class class, struct rte_mbuf *m);
	void *arg;
};

#define HOST_NEIGHBOURS 8192u /* half of them in even shares of interfaces and families */
#define HOST_STRANGERS  1024u /* of them those that never answered, by interface and family */
#define HOST_HELD       2048u /* packets that wait for neighbours, per worker */
#define HOST_HELD_IFACE 512u  /* of them by one egress interface */
#define HOST_HELD_EACH  16u   /* of them for one neighbour */
/* Messages sent unasked, a second and at once, by one interface over all workers: */
#define HOST_ERROR_RATE  1000u /* ICMP errors of one kind, or TCP resets */
#define HOST_ERROR_BURST 100u
#define HOST_ECHO_RATE   10000u /* echo answers */
#define HOST_ECHO_BURST  1000u
#define HOST_ASK_RATE    4096u /* first questions for neighbours that never answered, by family */
#define HOST_ASK_BURST   1024u
/* Packets to the kernel, by class: */
#define HOST_ROUTING_RATE    10000u
#define HOST_ROUTING_BURST   400u
#define HOST_NEIGHBOUR_RATE  2000u
#define HOST_NEIGHBOUR_BURST 200u
#define HOST_DHCP_RATE       1000u
#define HOST_DHCP_BURST      200u
#define HOST_REST_RATE       20000u /* unless the interface's host.rate says otherwise */
#define HOST_REST_BURST      1000u
#define HOST_LATER           512u /* senders that are told later, per worker */
#define HOST_LATER_SENDER    16u  /* of one class of senders */
#define HOST_LATER_NS        (6 * NS_PER_SECOND)

/* Creates a host; NULL without memory. */
struct host *host_create(const struct host_setup *setup, int numa_node);

/* Frees the host and its packets, which are not counted: call host_stop before. */
void host_destroy(struct host *h);

/* Adopts a generation: interfaces, addresses, static neighbours.  Keeps what is still valid.
 * Programs of the previous generation must not run any more; gen must stay valid until the next
 * call. */
void host_configure(struct host *h, const struct generation *gen);

/* Returns true if another station has a public address that we have probed for (RFC 5227), as
 * far as is known. */
bool host_is_contested(const struct host *h, rte_be32_t address);

/* Returns the index of the next hop to a neighbour: a known one, or a new unresolved one; 0 when
 * its interface has no room for one more.  A gateway that is not a unicast address, or is a
 * subnet's broadcast address, gives the drop of reason multicast. */
uint16_t host_nexthop(struct host *h, const struct interface *egress, const union address *gateway,
	unsigned family);

/* Returns what host_nexthop would, without making, using or keeping a neighbour; 0: it is not
 * known, and would be asked. */
uint16_t host_foresee_nexthop(const struct host *h, const struct interface *egress,
	const union address *gateway, unsigned family);

/* Returns the next hop that sends out of a port unchanged; the drop of reason port_down if the port
 * is not used. */
uint16_t host_wire(struct host *h, uint16_t port);

/* Returns true if programs may keep the next hop.  That of a neighbour that never answered may be
 * reused at the next packet: use it before host_nexthop is called again. */
bool host_lasts(const struct host *h, uint16_t nexthop);

/* Holds m, an IP packet at offset l3 that is complete except for its Ethernet header (bytes before
 * l3 are lost), until the neighbour answers; asks the neighbour if that has not been done.  v is
 * the packet as it came in: its sender is told when nobody answers; NULL: nobody is told.
 * HOST_HELD_EACH packets wait for a neighbour; a newer one replaces the oldest.  Packets dropped
 * later count at the egress interface.  Returns 0 (held or sent) or the reason to drop m, which the
 * caller then still owns. */
enum reason host_hold(
	struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v);

/* Returns true if host_hold would refuse every packet, as it does for a while after a neighbour has
 * not answered. */
bool host_refuses(const struct host *h, uint16_t nexthop);

/* Keeps a neighbour alive; called by ageing, now and then, for flows that send to it. */
void host_used(struct host *h, uint16_t nexthop);

/* Take frames for Weir itself: ARP; ND, packets to our addresses, and multicast and broadcast
 * packets; host_frame those of other EtherTypes. They take m: it is consumed, given to the kernel's
 * interface of an interface that has one, or dropped for the returned reason (then the caller still
 * owns it).
 *
 * An answer goes by the interface and to the MAC that the question came from, without a look-up: it
 * cannot fail, cost a neighbour, or be aimed at a third party.  A packet to an address of another
 * of our interfaces is for us, too (weak host model, RFC 1122 3.3.4.2). */
enum reason host_arp(struct host *h, const struct view *v, struct rte_mbuf *m);
enum reason host_local(struct host *h, const struct view *v, struct rte_mbuf *m);
enum reason host_frame(struct host *h, const struct view *v, struct rte_mbuf *m);

/* Sends a frame of the kernel by the interface whose id is in m->port; queued by send. */
void host_from_kernel(struct host *h, struct rte_mbuf *m);

/* Returns what host_local would, and does nothing; REASON_NONE for all of ARP and ND. */
enum reason host_foresee_local(
	const struct host *h, const struct view *v, const struct rte_mbuf *m);

/* Tell a packet's sender, quoting m, which stays the caller's and is unchanged.  Nothing is sent
 * where RFC 1122 3.2.2 and RFC 4443 2.4 (e) forbid it, and beyond the rate limit. */
enum host_error {
	HOST_TTL_EXPIRED,
	HOST_TOO_BIG,     /* mtu */
	HOST_UNREACHABLE, /* IPv4's code: 0 net, 1 host, 2 protocol, 3 port, 13 filtered */
	HOST_RESET,       /* TCP RST where it is TCP, else HOST_UNREACHABLE 3 */
};
void host_tell_sender(struct host *h, const struct view *v, const struct rte_mbuf *m,
	enum host_error what, uint16_t code_or_mtu);

/* Tells the sender of an unsolicited SYN that its port is unreachable, quoting its header, but only
 * HOST_LATER_NS after now_ns, and not if it is expected by then (RFC 5382 REQ-4). m stays the
 * caller's.  A segment with a wrong checksum, and one that comes while HOST_LATER others wait, is
 * not answered. */
void host_tell_later(
	struct host *h, const struct view *v, const struct rte_mbuf *m, uint64_t now_ns);

/* Sends an IPv4 packet (complete except for the Ethernet header, DF not set) as fragments that fit
 * the next hop (RFC 791); consumes m.  Holds it whole when the neighbour is not known.  Returns 0
 * or the reason to drop m. */
enum reason host_fragment(
	struct host *h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v);

/* Watches the neighbour of a next hop, whose packets have other ways: it is asked every second
 * while it is used, and dead when it does not answer three times; then its next hop is
 * NEXTHOP_DEAD, and it is asked until it answers, as long as host_is_dead is asked about it. */
void host_watch(struct host *h, uint16_t nexthop);

/* Returns true if a next hop is dead: the link of its interface is down, or its gateway is watched
 * and does not answer.  gateway: NULL for destinations that are neighbours. */
bool host_is_dead(struct host *h, const struct interface *egress, unsigned family,
	const union address *gateway);

/* Returns when a dead next hop last lived again; 0: never. */
uint64_t host_returned_ns(const struct host *h);

/* Tells the state of a port's link, which is up at first.  The time depends on the size of the
 * neighbour table alone. */
void host_link(struct host *h, uint16_t port, bool up);

/* Tells that a port's frames take another way: neighbours behind it are asked again, and used
 * meanwhile, and our addresses are announced, so that switches learn the way to our MAC. */
void host_port_moved(struct host *h, uint16_t port);

/* Tells that a port has a new device: learned neighbours behind it are asked again at their next
 * packet. */
void host_port_returned(struct host *h, uint16_t port);

/* Takes a fact from another worker. */
void host_learn(struct host *h, const struct host_fact *fact);

/* Runs the timers: retransmissions, ageing, gratuitous announcements.  Bounded work; to be called
 * about every 10 ms of the clock. */
void host_tick(struct host *h, uint64_t now_ns);

/* Does one bounded part of following a new generation, which host_configure has not done at once;
 * to be called often.  Packets that it makes are queued by send. */
void host_follow(struct host *h);

/* Drops every held packet, each counted as stopped. */
void host_stop(struct host *h);

/* A neighbour, for show and tests. */
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

#define HOST_CONFLICTS 32u /* noted for control */

/* Returns the next conflict that control has not seen, or false.  seen: the number seen so far, 0
 * at first.  Thread: control. */
bool host_conflict_next(struct host *h, uint32_t *seen, struct host_conflict *out);
uint32_t host_conflicts(const struct host *h); /* total number; any thread */

void host_each(
	const struct host *h, void (*one)(void *arg, const struct host_neighbour *n), void *arg);

/* A neighbour as it is listed. */
struct host_listed {
	union address address;
	uint16_t iface;
	uint8_t family;
	bool is_static, has_mac;
	uint8_t mac[6];
	const char *state; /* "reachable", "probing", "asking", "failed", "unknown", "static" */
	unsigned waiting;  /* packets that wait for it */
	uint64_t idle_ns;  /* since the last packet to it */
};

/* Return the places of the table, and the neighbour in one of them (false: none). */
unsigned host_neighbours(const struct host *h);
bool host_neighbour(const struct host *h, unsigned i, struct host_listed *out);

#endif
