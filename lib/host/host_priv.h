/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of a host, and declarations shared by its files. */
#ifndef HOST_HOST_PRIV_H
#define HOST_HOST_PRIV_H

#include <stdatomic.h>

#include <rte_mbuf.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/meter.h"
#include "host/host.h"

#define NONE 0xffffu /* no slot, no packet */

#define WIRE_FIRST     (NEXTHOP_COUNT - LEDGER_PORTS) /* next hops that send unchanged, by port */
#define NEIGHBOURS_MAX (WIRE_FIRST - NEXTHOP_FIRST)

/* Times of RFC 4861 10; ARP uses the same. */
#define ASKS         3
#define ASK_NS       NS_PER_S
#define REACHABLE_NS (30 * NS_PER_S)
#define FAILED_NS    (3 * NS_PER_S)
#define UNUSED_NS    (20 * 60 * NS_PER_S)
/* Of a watched neighbour: */
#define WATCH_ASK_NS       (500 * NS_PER_MS) /* between questions */
#define WATCH_REACHABLE_NS NS_PER_S
#define WATCH_KEPT_NS      (10 * 60 * NS_PER_S) /* asked for so long after its last use */
#define QUARANTINE_NS      (5 * 60 * NS_PER_S)

#define IP4_BYTES 20u
#define IP6_BYTES 40u
#define HOP_LIMIT 64u

enum neighbour_state {
	NEIGHBOUR_FREE,
	NEIGHBOUR_LOST, /* an address with a next hop, not asked */
	NEIGHBOUR_ASKING,
	NEIGHBOUR_FAILED, /* did not answer a moment ago */
	NEIGHBOUR_KNOWN,
	NEIGHBOUR_PROBING, /* known for long: probed while it is used */
};

/* Slot n is next hop NEXTHOP_FIRST + n. */
struct neighbour {
	union address address;
	uint64_t used_ns;     /* last packet to it */
	uint64_t fresh_ns;    /* known to answer until then */
	uint64_t deadline_ns; /* of ASKING, FAILED, PROBING */
	uint64_t passed_ns;   /* watched: last packet that would have used it, or has */
	uint16_t iface;
	uint8_t family;
	uint8_t state;
	uint8_t asks;
	bool is_static;
	bool handed;   /* programs may hold its next hop */
	bool answered; /* was known once */
	bool watched;  /* packets have other ways than this one */
	bool dead;     /* watched, and does not answer */
	uint8_t timer; /* enum timer: whose list it is in */
	uint8_t mac[6];
	uint8_t line; /* enum line */
	uint8_t n_held;
	uint16_t tpid;           /* of the outer tag that it sent last; 0: unknown, or no tag */
	uint16_t turn;           /* the host's, when it last followed the generation */
	uint16_t chain;          /* next in its bucket, or free one */
	uint16_t prev, next;     /* in its timers */
	uint16_t before, after;  /* in its line */
	uint16_t oldest, newest; /* of the waiting packets, or NONE */
};

/* Neighbours of a share that may make room, in the order in which they do. */
enum line {
	LINE_NONE,     /* static, or programs hold its next hop */
	LINE_STRANGER, /* never answered: first those not asked, then in order of asking */
	LINE_IDLE,     /* was known, in the order of being heard */
	LINE_COUNT,
};

/* The slots of one interface and family. */
struct share {
	struct {
		uint16_t head, tail, n;
	} line[LINE_COUNT];
	uint16_t n;   /* slots, without those of static neighbours */
	bool pressed; /* had no room since the last reclaim */
};

/* Which timers a neighbour waits in: those of one list have the same span. */
enum timer {
	TIMER_ASKED,
	TIMER_FAILED,
	TIMER_WATCHED, /* of watched neighbours, in any state */
	TIMER_COUNT,
};

/* Neighbours that wait for the same time, and so in the order of their deadlines. */
struct timers {
	uint16_t head, tail;
};

struct held {
	struct rte_mbuf *m;
	uint16_t l3;
	uint16_t chain;        /* the next of its neighbour, or free one */
	uint16_t slot;         /* of its neighbour */
	uint16_t older, newer; /* of its egress interface */
	bool tells;            /* view is valid */
	uint8_t from[6];       /* MAC it came from */
	struct view view;      /* as it came in; offsets are current */
};

struct held_queue {
	uint16_t oldest, newest;
	uint16_t n;
};

#define LATER_BYTES 120u /* the longest headers of IPv4 and TCP */

/* A sender that is told later, about a packet that is gone. */
struct later {
	uint64_t due_ns;
	uint8_t from[6];  /* MAC */
	uint16_t sender;  /* its class */
	struct view view; /* of l3_bytes, at most LATER_BYTES are stored */
	uint8_t ip[LATER_BYTES];
};

/* One of our addresses that is to be announced to the link. */
struct announcement {
	union address address;
	uint64_t due_ns;
	uint16_t iface;
	uint8_t family;
	uint8_t left;
};

#define ANNOUNCEMENTS 1024u

/* An address of NAT: whether it may be ours on its link (claim.c). */
enum claim_state {
	CLAIM_PROBING,
	CLAIM_OURS,
	CLAIM_TAKEN, /* another station has it */
};

struct claim {
	rte_be32_t address; /* 0: vacant */
	uint32_t link;      /* number of the link that it was begun on */
	uint8_t state;
	uint8_t left;   /* messages to send in its state */
	bool contested; /* another station has it: from CLAIM_TAKEN until CLAIM_OURS */
	uint64_t due_ns;
};

/* By what stations on an interface's link know us. */
struct link {
	uint32_t number; /* another one after each change */
	uint16_t port, vlan, inner_vlan;
	uint8_t mac[6];
};

/* Kinds of limited messages (limit.c). */
enum limit {
	LIMIT_TTL_EXPIRED,
	LIMIT_TOO_BIG,
	LIMIT_UNREACHABLE,
	LIMIT_RESET,
	LIMIT_ECHO,
	LIMIT_ASK4,         /* the first question for a neighbour: ARP */
	LIMIT_ASK6,         /* ND */
	LIMIT_HOST_ROUTING, /* packets to the kernel's interface, by class (deliver.c) */
	LIMIT_HOST_NEIGHBOUR,
	LIMIT_HOST_DHCP,
	LIMIT_HOST_REST,
	LIMIT_COUNT,
};

#define LIMIT_SENDERS 256u /* buckets that senders share, of each kind */

struct limit_sender {
	struct meter share;  /* of its kind's rate */
	uint64_t reserve_ns; /* when one more is granted whatever others have used */
};

struct host {
	struct host_setup setup;
	const struct generation *gen;
	uint64_t now_ns;
	uint16_t tpid; /* of the outer tag of the frame that is being answered; else 0 */

	/* table.c */
	struct hash_key key;
	struct neighbour *neighbours;
	uint16_t *buckets;
	unsigned n_neighbours, bucket_mask;
	unsigned n_free;
	uint16_t free;
	struct timers timers[TIMER_COUNT];
	uint16_t sweep; /* cursor */
	uint64_t sweep_ns, reclaim_ns;

	/* watch.c */
	bool link_down[LEDGER_PORTS];
	uint64_t returned_ns;

	/* follow.c: the part of the table that still has to follow the generation */
	uint16_t turn;                        /* counts generations */
	uint16_t follow_iface, follow_static; /* the next static neighbour */
	uint16_t follow_slot;                 /* the next slot */
	bool trims;                           /* shares may exceed their bounds */

	/* share.c */
	struct share shares[LEDGER_IFACES][2]; /* by interface; IPv4, IPv6 */
	unsigned guaranteed;                   /* slots of each share */
	unsigned common, n_common;             /* slots that all may use, and those taken */
	bool pressed;

	/* hold.c */
	struct held held[HOST_HELD];
	uint16_t held_free;
	struct held_queue held_by[LEDGER_IFACES]; /* by egress interface */

	/* later.c: a queue in the order of its times */
	struct later later[HOST_LATER];
	unsigned later_first, n_later;
	uint16_t later_by_iface[LEDGER_IFACES];
	uint16_t later_by_sender[LIMIT_SENDERS];

	/* announce.c */
	struct announcement announcements[ANNOUNCEMENTS];
	unsigned n_announcements;

	/* claim.c */
	struct claim claims[PUBLIC_PLACES]; /* by place; vacant or void until an address is
					     * examined */
	struct link links[LEDGER_IFACES];
	uint32_t link_number;
	unsigned claim_next; /* index of the next address to be examined */
	unsigned claim_kept; /* place of the next claim that may have lost its address */
	unsigned claim_left; /* such claims */
	unsigned n_contested;
	struct host_conflict conflicts[HOST_CONFLICTS];
	_Atomic uint32_t n_conflicts; /* worker: write, control: read */

	/* limit.c */
	uint64_t random;
	uint64_t reserve_ns[LIMIT_COUNT]; /* between two grants of a sender's reserve */
	struct meter limits[LIMIT_COUNT][LEDGER_IFACES];
	uint32_t host_rate[LEDGER_IFACES], host_rate_most; /* as configured */
	struct limit_sender senders[LIMIT_COUNT][LIMIT_SENDERS];
	struct meter pairs[LIMIT_SENDERS]; /* of questions, by ingress and egress interface */
};

static inline struct nexthop *
neighbour_nexthop(const struct host *h, uint16_t slot)
{
	return &h->setup.nexthops[NEXTHOP_FIRST + slot];
}

static inline bool
neighbour_resolved(const struct neighbour *n)
{
	return n->state == NEIGHBOUR_KNOWN || n->state == NEIGHBOUR_PROBING;
}

static inline const struct interface *
host_interface(const struct host *h, uint16_t id)
{
	return h->gen != NULL && id < h->gen->n_ifaces ? h->gen->iface[id] : NULL;
}

/* table.c: the table */
bool neighbours_init(struct host *h, unsigned n, int numa_node);
void neighbours_fini(struct host *h);
uint16_t neighbour_find(
	const struct host *h, uint16_t iface, unsigned family, const union address *a);
/* neighbour_enter takes a free slot, which must exist, for an address; neighbour_leave frees it. */
uint16_t neighbour_enter(struct host *h, uint16_t iface, unsigned family, const union address *a);
void neighbour_leave(struct host *h, uint16_t slot);
void nexthop_follow(struct host *h, uint16_t slot, const struct interface *i);

/* share.c: the shares of slots */
void shares_init(struct host *h);
void share_enter(struct host *h, uint16_t slot); /* a slot of a new neighbour */
void share_leave(struct host *h, uint16_t slot);
void share_sort(struct host *h, uint16_t slot);  /* after a change of what decides its
						  * line */
void share_renew(struct host *h, uint16_t slot); /* the same; it becomes the newest of its
						  * line */
void shares_configure(struct host *h);           /* interfaces have come or gone */

/* state.c */
bool neighbour_has_timer(const struct neighbour *n);
/* Changes the state; span_ns: until its timer expires, if it has one in that state. */
void neighbour_become(struct host *h, uint16_t slot, enum neighbour_state state, uint64_t span_ns);
void neighbour_ask_once(struct host *h, struct neighbour *n);
void neighbour_free(struct host *h, uint16_t slot);
void neighbour_ask(struct host *h, uint16_t slot); /* begins asking */
void neighbour_use(struct host *h, uint16_t slot);
void neighbour_know(struct host *h, uint16_t slot, const uint8_t mac[6], bool fresh);
void neighbour_lose(struct host *h, uint16_t slot);
void neighbour_doubt(struct host *h, uint16_t slot); /* asked again at its next use */
void neighbour_show(struct host *h, uint16_t slot);  /* sets the state of its next hop */

/* watch.c */
/* Returns true if a watched neighbour that has failed is asked again at once. */
bool watch_goes_on(struct host *h, uint16_t slot);

/* room.c */
/* Makes room for one more of a share; returns false if there is none. */
bool share_room(struct host *h, uint16_t iface, unsigned family, bool heard);
bool shares_trim(struct host *h, unsigned most); /* removes at most that many neighbours;
						  * returns true if there may be more */
void neighbours_reclaim(struct host *h); /* frees slots of little value when slots run out */

/* neighbour.c */
/* Returns a new neighbour that has not been asked; NONE: no room.  heard: it sent to us; otherwise
 * a packet is to be sent to it. */
uint16_t neighbour_make(
	struct host *h, uint16_t iface, unsigned family, const union address *a, bool heard);
/* Returns what the generation has on a neighbour; NULL: it is not static. */
const struct interface_neighbour *neighbour_static_of(
	const struct interface *i, unsigned family, const union address *a);
bool neighbours_static_over(const struct host *h); /* all static ones of the generation are there */
void neighbour_become_static(struct host *h, uint16_t slot, const struct interface_neighbour *s);

/* reach.c: what moves a neighbour from state to state */
void neighbour_hear(struct host *h, const struct host_fact *fact);
void neighbours_expire(struct host *h);
void neighbours_sweep(struct host *h);

/* follow.c: the table follows a generation */
void neighbours_configure(struct host *h);
void neighbours_follow(struct host *h);               /* one bounded part; when all are done it does
						       * nothing */
bool neighbour_follow(struct host *h, uint16_t slot); /* that slot, at once; false: its
						       * interface is gone, and so is the
						       * neighbour */
/* Finds a neighbour that is about to be used: it follows the current generation first. */
uint16_t neighbour_current(struct host *h, uint16_t iface, unsigned family, const union address *a);

/* address.c */
bool mac_is_unicast(const uint8_t mac[6]);
bool address_is_unicast(const union address *a, unsigned family);
bool address_is_link_local(const union address *a);
bool interface_owns(const struct interface *i, const union address *a, unsigned family);
bool interface_on_link(const struct interface *i, const union address *a, unsigned family);
/* Returns true if stations elsewhere have the address, for which Weir answers on this interface. */
bool interface_proxies(const struct interface *i, const union address *a, unsigned family);
/* Likewise, unless a station of the link has answered for it. */
bool host_proxies(
	const struct host *h, const struct interface *i, const union address *a, unsigned family);
bool interface_broadcast(const struct interface *i, const union address *a);
/* Returns our address on the interface from which to talk to peer; NULL when it has none of the
 * family. */
const union address *interface_source(
	const struct interface *i, const union address *peer, unsigned family);
/* Returns the same, else an address of any interface. */
const union address *host_source(const struct host *h, const struct interface *i,
	const union address *peer, unsigned family);

/* frame.c: packets that Weir makes */
/* tpid: of the outer tag that the station sends, 0: unknown. Returns the length. */
unsigned ether_write(uint8_t *frame, const struct interface *i, const uint8_t to[6],
	uint16_t ethertype, uint16_t tpid);
void ip4_write(uint8_t *ip, const union address *src, const union address *dst, uint8_t proto,
	uint16_t bytes);
void ip6_write(uint8_t *ip, const union address *src, const union address *dst, uint8_t proto,
	uint16_t payload_bytes);
/* Writes the checksum of an ICMPv6 message of n bytes behind the IPv6 header at ip. */
void icmp6_checksum_set(uint8_t *ip, uint16_t n);
/* Returns a frame with its Ethernet header (outer tag as in host.tpid), and room for that many
 * bytes behind it at body; or NULL. */
struct rte_mbuf *frame_take(struct host *h, const struct interface *i, const uint8_t to[6],
	uint16_t ethertype, unsigned bytes, uint8_t **body);
void frame_send(struct host *h, struct rte_mbuf *m, enum birth birth, const struct interface *i);

/* deliver.c: to the kernel's interface of in, which has one.  They take m, or return the reason to
 * drop it; deliver_group tests whether the group is one of the link, and its sender. */
enum reason deliver(
	struct host *h, const struct interface *in, const struct view *v, struct rte_mbuf *m);
enum reason deliver_group(
	struct host *h, const struct interface *in, const struct view *v, struct rte_mbuf *m);

/* arp_send.c, nd_send.c: to is NULL for all stations */
enum {
	ARP_BYTES = 28,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};
/* Sends a message from our MAC; addresses: the sender's and the target's, of IPv4. */
void arp_send(struct host *h, const struct interface *i, uint8_t operation,
	const union address *addresses[2], const uint8_t *to);
void arp_ask(
	struct host *h, const struct interface *i, const union address *target, const uint8_t *to);
void arp_announce(struct host *h, const struct interface *i, const union address *own);
void arp_probe(struct host *h, const struct interface *i, const union address *target);
void nd_ask(
	struct host *h, const struct interface *i, const union address *target, const uint8_t *to);
void nd_announce(struct host *h, const struct interface *i, const union address *own);

bool nd_is(const struct view *v);

/* nd.c */
enum reason nd_receive(struct host *h, const struct view *v, struct rte_mbuf *m);

/* held.c */
void held_init(struct host *h);
void held_put(struct host *h, uint16_t slot, uint16_t at); /* a filled place waits for the
							    * neighbour */
void held_drop_oldest(struct host *h, uint16_t slot, enum reason r);
/* Adapts the offsets of a view to an IP header at l3. */
void held_move_view(struct view *v, uint16_t l3);
/* Sends a packet that waited, or would have waited; its session moves on. */
enum reason held_send(
	struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3, const struct view *v);
void held_release(struct host *h, uint16_t slot);             /* sends the packets that wait for the
							       * neighbour */
void held_drop(struct host *h, uint16_t slot, enum reason r); /* drops them */

/* send.c */
/* Sends an IP packet at offset l3 to a resolved neighbour. Returns 0 or the reason to drop m. */
enum reason ip_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3);

/* announce.c */
void announce_new(struct host *h, const struct generation *old);
void announce_port(struct host *h, uint16_t port); /* all addresses of its interfaces */
void announce_due(struct host *h);

/* claim.c */
void claims_configure(struct host *h);
void claims_due(struct host *h);
/* Returns true if an address of NAT is ours on its link. */
bool claim_is_ours(const struct host *h, rte_be32_t address);
/* Returns true for the interface's own address, or one of NAT's that is ours on its link. */
bool host_answers_for(
	const struct host *h, const struct interface *i, const union address *a, unsigned family);
/* Handles a station that uses or probes an address of NAT; returns true if we give it up. */
bool claim_contradict(struct host *h, uint16_t iface, rte_be32_t address, const uint8_t mac[6]);

/* local.c: returns true if the transport checksum is correct */
bool checksum_ok(const struct view *v, const struct rte_mbuf *m);

/* later.c */
void later_due(struct host *h);
void later_stop(struct host *h); /* forgets them all */

/* limit.c */
/* Returns the class of senders on an interface to which a packet's sender belongs; below
 * LIMIT_SENDERS. */
unsigned limit_sender(const struct host *h, uint64_t who, const struct view *v);
void limits_init(struct host *h);
void limits_configure(struct host *h); /* rates of the generation */
/* Returns true if one more message of a kind may be sent by an interface, because of a packet v. */
bool limit_take(struct host *h, enum limit kind, uint16_t iface, const struct view *v);
/* Returns true if a neighbour that never answered may be asked, for a packet (NULL: Weir's own). */
bool limit_ask(struct host *h, const struct neighbour *n, const struct view *v);

/* The subject of an answer: the packet, and where it came from. */
struct subject {
	const struct view *v;
	const struct rte_mbuf *m;
	const struct interface *in;
	const uint8_t *from; /* MAC */
	const uint8_t *ip;   /* all that is left of a packet that is gone; else NULL */
	bool rewritten;      /* m is not as it came in: use v */
};

/* error.c, error4.c, error6.c, reset.c, quote.c */
/* Returns true if the sender may be answered at all: one station that sent to one station. */
bool may_answer(const struct interface *in, const struct view *v);
void tell_sender(
	struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu);
void error4_send(
	struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu);
void error6_send(
	struct host *h, const struct subject *s, enum host_error what, uint16_t code_or_mtu);
void reset_send(struct host *h, const struct subject *s);
/* Returns the address to answer from: the packet's destination if it is ours, else the one that
 * fits best. */
const union address *answer_source(const struct host *h, const struct subject *s);
/* Copies the first n bytes of the subject's IP packet as it came in; returns false if they are not
 * there. */
bool quote_copy(uint8_t *out, const struct subject *s, unsigned n);

/* fragment.c */
enum reason fragments_send(struct host *h, uint16_t slot, struct rte_mbuf *m, uint16_t l3);

#endif
