/* SPDX-License-Identifier: BSD-3-Clause */
/* The sessions of one worker: tracked conversations, two flows and the state they share.
 *
 * Stage track takes a session while a packet is judged; it is linked when the packet may leave:
 * both keys enter the flow table at once, the reply's derived from the forward program.  It ends
 * once, with a named cause: its flows leave the table, release gives back what stages took.
 *
 * Only packets that leave move a session.  Until its first one has left (SESSION_WAITING: it waits
 * for a neighbour) a session has no state and no answers, and is withdrawn with the last of its
 * waiting packets.
 *
 * Each class except the established ones has a share of the table.  When room is needed, closed
 * sessions above their share go first, then the class that is furthest above its own gives its
 * longest-idle one; established ones never.  Half-open sessions never have more than their share.
 *
 * Threads: the owning worker; control reads the counts (base/counter.h).  Memory:
 * sessions_create. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <netinet/in.h>

#include "base/counter.h"
#include "session/syn_gate.h"
#include "session/source.h"
#include "flow/table.h"

enum session_class {
	SESSION_CLOSED,
	SESSION_HALF_OPEN,
	SESSION_UNREPLIED_UDP,
	SESSION_UNREPLIED_ICMP,
	SESSION_UNREPLIED_OTHER,
	SESSION_REPLIED,
	SESSION_ESTABLISHED,
	SESSION_CLASSES,
};

/* Returns the class of an unreplied session of a protocol other than TCP. */
static inline enum session_class
session_unreplied(uint8_t proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE    ? SESSION_UNREPLIED_UDP
		: proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6 ? SESSION_UNREPLIED_ICMP
								   : SESSION_UNREPLIED_OTHER;
}

/* Why a session ended.  X(name, sentence) */
#define SESSION_ENDS(X) \
	X(closed, "closed by its ends") \
	X(reset, "reset by one of its ends") \
	X(timeout, "idle for its timeout") \
	X(evicted, "gave room to a newer session") \
	X(refused, "its first packet was not let through") \
	X(full, "no room for its flows") \
	X(conflict, "its replies are another session's") \
	X(reused, "its endpoints began anew") \
	X(flushed, "ended by an operator") \
	X(address_removed, "its public address is no longer the interface's") \
	X(interface_removed, "its interface or its port is no longer configured") \
	X(uplink_lost, "its public address cannot be reached over the uplinks that are left") \
	X(stopped, "the worker stopped")

#define X(name, sentence) SESSION_END_##name,
enum session_end { SESSION_ENDS(X) SESSION_END_COUNT };
#undef X

const char *session_end_name(enum session_end e);
const char *session_class_name(enum session_class class);

/* SPIs, keys or call ids of a direction that have a record. */
#define SESSION_IDENTS 3

/* One end of a TCP connection, as van Rooij tracks it. */
struct tcp_side {
	uint32_t end;     /* highest sequence number sent, plus length */
	uint32_t max_end; /* highest number the other end allows: its ACK plus its window */
	uint16_t window;  /* largest window announced, not scaled */
	uint8_t scale;    /* RFC 7323; TCP_SCALE_NONE until a SYN said so */
	uint8_t flags;    /* of session/tcp.h */
};

/* An SCTP handshake that is not complete: session/sctp.h. */
struct sctp_offer {
	uint32_t init;   /* initiate tag of its INIT; 0: none */
	uint32_t ack[2]; /* those of the INIT ACKs that answered it: the first and the latest; of
			  * an echoed one [0] alone */
	bool by_reply;   /* the INIT came from the reply side */
	bool echoed;     /* the cookie has gone back */
	uint8_t unused[2];
};

struct session {
	uint32_t flow[2];    /* record indexes of forward and reply; 0 until linked */
	uint32_t prev, next; /* in the list of its class, or of vacant sessions */
	union {
		uint32_t queued;   /* clock_tick of its newest packet when it came to the
				    * end of its list; of TCP until it is linked */
		uint32_t acked[2]; /* TCP: the last acknowledged number of a side; before
				    * that, the number behind its SYN */
	};
	uint32_t mapping[2];  /* NAT's, of source and destination: index + 1, 0: none */
	uint32_t source : 24; /* stage track's: index of the source + 1, 0: none */
	uint32_t family : 3;
	uint32_t class : 3;   /* enum session_class */
	uint32_t kept : 1;    /* generations that keep sessions do not judge it again */
	uint32_t counted : 1; /* lines count it (session/tally.h) */
	uint8_t proto;
	uint8_t flags;        /* enum session_flag */
	uint16_t state : 4;   /* enum tcp_state for TCP, else enum plain_state */
	uint16_t policy : 12; /* of the timeouts: the number of a stage track */
	union {
		struct tcp_side side[2];
		struct {
			uint32_t tag[2]; /* that packets of a direction carry; 0: unknown */
			struct sctp_offer first;
		} sctp;
		uint32_t ident[2][SESSION_IDENTS]; /* records of a direction's keys with a number
						    * (session/ident.c); 0: none */
		struct {                           /* SESSION_WAITING */
			uint32_t waiting;          /* number of its packets that wait for a
						    * neighbour */
			uint32_t cost_ns;          /* charge for its source's rate */
		};
	};
};
static_assert(sizeof(struct session) == 64, "one line; with its flows 320 bytes at most");

/* A SYN, or a second SYN/ACK, that passed although the connection has other numbers: session/tcp.h.
 * SIDE_OFFER of a side says that there is one. */
struct tcp_offer {
	union {
		struct {
			uint32_t isn; /* initial number of the existing connection, of its forward
				       * side */
			uint32_t seq;
			uint32_t challenge; /* what the other end has acknowledged instead */
			uint16_t window;
			uint16_t scale : 4; /* 15: none */
			uint16_t data : 12; /* behind the SYN, in units of 16 bytes */
		};
		struct sctp_offer sctp; /* of an SCTP session: the latest */
	};
};
static_assert(sizeof(struct tcp_offer) == 16, "beside the session: few connections ever need it");

enum session_flag {
	SESSION_USED = 1,
	SESSION_LINKED = 2,
	SESSION_SNAT = 4, /* the source is translated */
	SESSION_DNAT = 8,
	SESSION_LOOSE = 32,             /* TCP: may begin in mid-stream; later: has begun so */
	SESSION_WAITING = 128,          /* no packet of it has left yet */
	SESSION_ALIASED = 64,           /* has had flows by a second interface of a zone */
	SESSION_FORWARD_REFRESHES = 16, /* reply packets do not keep it alive (RFC 4787 REQ-6) */
};

enum plain_state {    /* of sessions that are not TCP */
	PLAIN_SINGLE, /* packets in one direction so far */
	PLAIN_BOTH,
};

/* Timeouts in seconds, by kind of session. */
enum session_timeout {
	TIMEOUT_TCP_OPENING,
	TIMEOUT_TCP_ESTABLISHED,
	TIMEOUT_TCP_CLOSING,
	TIMEOUT_UDP, /* and UDP-Lite */
	TIMEOUT_ICMP,
	TIMEOUT_SCTP_OPENING,
	TIMEOUT_SCTP_ESTABLISHED,
	TIMEOUT_SCTP_CLOSING,
	TIMEOUT_GRE,
	TIMEOUT_IPSEC, /* ESP and AH */
	TIMEOUT_OTHER,
	TIMEOUT_COUNT,
};

struct session_policy {
	uint32_t timeout_s[TIMEOUT_COUNT];
	uint32_t ticks[TIMEOUT_COUNT]; /* the same in ticks, rounded up: session_policy_init */
};

/* UDP 300 s (RFC 4787), TCP 7440 s established and 240 s otherwise (RFC 5382), ICMP 60 s (RFC
 * 5508), SCTP 210 s established (seven heartbeats of RFC 9260 16) and 60 s otherwise. */
extern const struct session_policy session_policy_default;

#define SESSION_NOWHERE 0xffffu

#define SESSION_POLICIES 4096 /* stages track by name; [0] is the default */

/* Computes the ticks. */
void session_policy_init(struct session_policy *policy);

enum session_kind { /* by protocol */
	SESSION_TCP,
	SESSION_UDP,
	SESSION_ICMP, /* of IPv4 and IPv6 */
	SESSION_OTHER,
	SESSION_KINDS,
};

const char *session_kind_name(enum session_kind kind);

#define SESSION_TCP_STATES 16 /* what session.state can hold */

/* Figures for reports. */
struct session_counts {
	uint64_t created;
	uint64_t refused;  /* there was no room */
	uint64_t limited;  /* their source had reached its limit */
	uint64_t unproven; /* a first SYN, under a flood */
	uint64_t capacity, half_open_max;
	uint64_t now[SESSION_CLASSES];
	uint64_t proto[SESSION_KINDS];
	uint64_t tcp[SESSION_TCP_STATES];  /* by enum tcp_state */
	uint64_t evicted[SESSION_CLASSES]; /* by their class */
	uint64_t ended[SESSION_END_COUNT];
};

struct sessions {
	struct session *session; /* [1..capacity] */
	struct tcp_offer *offer; /* the same places */
	uint32_t capacity;
	uint32_t used;
	uint32_t linked6; /* of IPv6, with records */
	uint32_t high;    /* no index above was ever used */
	uint32_t vacant;  /* head of the vacant list */
	uint32_t half_open_max;
	uint32_t count[SESSION_CLASSES];
	struct session_list {
		uint32_t first, last, count; /* the first is the oldest */
	} list[2][SESSION_CLASSES];          /* of IPv4, of IPv6 */
	uint32_t hand;                       /* position of the sweep */
	/* By index: the clock_tick before which the sweep passes over the session, as it was when
	 * it began or the sweep looked at it last; 0: the sweep looks at it. */
	uint32_t *due;
	uint32_t recheck; /* sessions that the sweep looks at next, whatever is due */
	uint32_t level;   /* how full the table may be until all dues change (due.c) */
	uint64_t swept_ns;
	uint64_t created, refused;
	uint64_t limited; /* stage track: write */
	uint64_t unproven;
	uint64_t evicted[SESSION_CLASSES];
	uint64_t ended[SESSION_END_COUNT];
	uint64_t ends; /* the sum of ended */
	struct flow_table *flow4, *flow6;
	const struct session_policy *policy; /* the generation's, by struct session's policy */
	struct sources *sources;
	struct tally *tally; /* NULL: no line has ever counted sessions */
	struct syn_gate gate;
	/* By interface: SESSION_NOWHERE where no packet can arrive any more.  NULL: packets can
	 * arrive by all. */
	const uint16_t *zone_of;
	/* By interface: its domain, while interfaces may have moved into another one; else NULL. */
	const uint8_t *domain_of;
	/* Returns true if a session cannot go on, because its public address is gone; NULL: none.
	 */
	bool (*is_homeless)(void *arg, const struct session *s);
	/* Gives back what stages took for a session; called exactly once for each. */
	void (*release)(void *arg, struct session *s, enum session_end why);
	/* Prefetches what release will touch, for n sessions that are about to end. */
	void (*expect)(void *arg, struct session *const s[], unsigned n);
	/* Set by sessions_watch; watch_ticks of 0: nobody watches. */
	uint32_t watch_ticks;
	uint32_t (*watch)(void *arg, struct session *s);
	void *arg;
};

/* Creates the table. gate_bytes: for session/syn_gate.h, 0: its default. */
struct sessions *sessions_create(uint32_t capacity, uint64_t gate_bytes, struct flow_table *flow4,
	struct flow_table *flow6, int numa_node);
void sessions_destroy(struct sessions *t); /* NULL is fine; sessions_flush first */

/* Makes room for the counts of lines.  By control, before the first generation that has such a line
 * is published.  Returns 0 or -ENOMEM. */
int sessions_make_tally(struct sessions *t);
size_t sessions_bytes(const struct sessions *t);

/* Sets the timeouts of a generation, by struct session's policy: at least as many as any generation
 * before had.  NULL: the default alone. */
void sessions_set_policies(struct sessions *t, const struct session_policy *policy);

/* Has the sweep call watch for each session that goes on: the first time so many ticks after the
 * session began at the latest, then after as many ticks as watch has returned, at the latest. Those
 * that are there now are looked at in the next sweep.  Ticks of 0: no more.  By the owner. */
void sessions_watch(
	struct sessions *t, uint32_t ticks, uint32_t (*watch)(void *arg, struct session *s));

static inline uint32_t
session_index(const struct sessions *t, const struct session *s)
{
	return (uint32_t)(s - t->session);
}

static inline struct tcp_offer *
session_offer(const struct sessions *t, const struct session *s)
{
	return &t->offer[s - t->session];
}

/* Returns the session of a flow record, or NULL. */
static inline struct session *
session_of(const struct sessions *t, const struct flow *f)
{
	return (f->flags & FLOW_SESSION) ? &t->session[f->session] : NULL;
}

/* Returns true if half-open sessions have used up their share, or will when n more begin.  Then
 * session_may_open decides. */
static inline bool
sessions_flooded(const struct sessions *t, uint32_t n)
{
	return t->count[SESSION_HALF_OPEN] + n >= t->half_open_max;
}

/* The source that a session counts for, and its limits. */
struct session_charge {
	const union address *source;
	unsigned space; /* of the source */
	struct source_limit limit;
	uint64_t now_ns;
};

/* Decides about a SYN of an unknown connection while sessions_flooded; hash is the keyed one of its
 * flow.  Returns true if it may begin a session: it is not the first one, and not too many have
 * begun this second.  Otherwise counts and remembers it. */
static inline bool
session_may_open(struct sessions *t, uint64_t hash, uint64_t now_ns)
{
	bool may = syn_gate_remember(&t->gate, hash) && syn_gate_may_admit(&t->gate, now_ns);

	counter_add(&t->unproven, !may);
	return may;
}

/* Returns what session_may_open would, without counting or remembering. */
static inline bool
session_would_open(const struct sessions *t, uint64_t hash, uint64_t now_ns)
{
	return syn_gate_knows(&t->gate, hash) && syn_gate_may_admit(&t->gate, now_ns);
}

/* Counts that it begins one. */
static inline void
session_opens(struct sessions *t, uint64_t now_ns)
{
	syn_gate_admit(&t->gate, t->half_open_max / SYN_GATE_SECONDS + 1, now_ns);
}

/* Initialises *fresh as a session that is in no table yet, with which a packet is judged.  It ends
 * by session_enter or session_refuse. */
void session_init(struct session *fresh, enum session_class class, uint32_t now_tick);

/* Returns a session of the table, as fresh, not linked.  Evicts at most four sessions of the weaker
 * classes if the table or the half-open share is full.  NULL when all existing ones must stay. */
struct session *session_take(struct sessions *t, const struct session *fresh, uint32_t now_tick);

/* Returns true if session_take would find room, by evicting weaker sessions if need be. */
bool session_has_room(const struct sessions *t, const struct session *fresh);

/* Returns the number of sessions of a class that no other class can displace. */
uint32_t session_share(const struct sessions *t, enum session_class class);

/* Takes a session like session_take, as SESSION_WAITING; without room, gives back what stages took
 * for it. */
struct session *session_enter(struct sessions *t, struct session *fresh, uint32_t now_tick);

/* Charges the session's source, which must be within its limit by sources_may; returns false if it
 * is not. */
bool session_charge(struct sessions *t, struct session *s, const struct session_charge *c);

/* Tells that the first packet of a SESSION_WAITING leaves: from now on it has state. */
void session_begin(struct session *s);

/* Tells that the first packet of a SESSION_WAITING does not leave: the session ends as one that was
 * refused, and its source is charged for nothing. */
void session_withdraw(struct sessions *t, struct session *s);

/* Tells that one of its packets no longer waits, and has not left: with the last one the session is
 * withdrawn. */
void session_waits_no_more(struct sessions *t, struct session *s);

/* Ends a session whose first packet is dropped: counts as a session that began and ended. */
void session_refuse(struct sessions *t, struct session *fresh);

/* Ends a session whose first packet is judged again: counts as none. */
void session_discard(struct sessions *t, struct session *fresh);

/* Makes a session of the table count for a line (session/tally.h), whose key has fewer than max. */
struct tally_key;
void session_tally(
	struct sessions *t, struct session *s, const struct tally_key *key, uint32_t max);

/* Enters both keys into the flow table: forward under key and hash (struct key4 or key6), reply
 * likewise.  The records get FLOW_SESSION and session; *forward is the forward one.  Returns 0,
 * -ENOSPC, or -EEXIST (a key belongs to a live session); then the session is as before. */
struct session_keys {
	const void *forward, *reply;
	uint64_t forward_hash, reply_hash;
};
int session_link(
	struct sessions *t, struct session *s, const struct session_keys *keys, uint32_t now_tick);

/* Changes the class: the session becomes the youngest of it. */
void session_become(struct sessions *t, struct session *s, enum session_class class);

/* Tells that the first reply of a session that is not TCP has passed. */
void session_replied(struct sessions *t, struct session *s);

/* Ends a session, for any cause. */
void session_end(struct sessions *t, struct session *s, enum session_end why);

/* Writes the tuple by which one of its directions arrives. */
void session_tuple(
	const struct sessions *t, const struct session *s, bool reply, struct tuple *out);

/* Returns the interface, by id, by which a direction is expected: where the first packet came in,
 * or where it left. */
uint16_t session_iface(const struct sessions *t, const struct session *s, bool reply);

/* Makes a record without session one of a session's direction, for packets by another interface of
 * the zone. */
void session_alias(struct sessions *t, struct session *s, uint32_t flow, bool reply);

/* Makes a record without session, whose key has a number (proto_has_ident), one of a session's
 * direction; the oldest such record makes room.  With a forward number that is new the session also
 * gets the answers whose numbers no session knows, if another one can do without them.  Not for a
 * SESSION_WAITING. */
void session_ident(struct sessions *t, struct session *s, uint32_t flow, bool reply);

/* Makes the record of a reply's key, which has no number, free for a new session, if the session
 * that has it can do without it, or has waited long enough for an answer; before session_link. */
void session_free_answers(struct sessions *t, const struct session *fresh, const void *key,
	uint64_t hash, uint32_t now_tick);

/* Returns true if the record of a key without a number belongs to a session that gives it to a new
 * one: it can tell its answers by their numbers, or has waited long enough for one. */
bool session_yields_answers(const struct sessions *t, const struct flow *f, uint32_t now_tick);

/* Takes the programs from the forward direction's records. */
void session_outdate(struct sessions *t, const struct session *s);

/* Has the sweep look at a session of the table: its timeout is another one now. */
static inline void
session_look_again(struct sessions *t, const struct session *s)
{
	t->due[s - t->session] = 0;
}

/* Returns the clock_tick of the packet that counts for its timeout. */
uint32_t session_seen(const struct sessions *t, const struct session *s);

/* Returns the kind of its current timeout. */
enum session_timeout session_timeout_kind(const struct session *s);

/* Returns true if it is idle for longer than its timeout.  Timeouts of classes below established
 * shrink, to a second at least, from 60 % to 100 % fill. */
bool session_expired(const struct sessions *t, const struct session *s, uint32_t now_tick);

/* Figures that any thread may ask for: all but proto and tcp, which are 0. */
void sessions_figures(const struct sessions *t, struct session_counts *out);

/* The same with proto and tcp: walks over all of them.  By the owner, or when it has stopped. */
void sessions_count(const struct sessions *t, struct session_counts *out);
void session_counts_add(struct session_counts *sum, const struct session_counts *more);

/* Goes on through the sessions, for at most budget of them: expired ones end. */
void sessions_sweep(struct sessions *t, uint32_t budget, uint32_t now_tick);

/* Ends all. */
void sessions_flush(struct sessions *t, enum session_end why);

/* The linked session that has a flow with this tuple in its domain, whatever the interface. *reply:
 * it is the reply's.  NULL without one. */
struct session *session_find(const struct sessions *t, const struct tuple *tuple, bool *reply);

/* The same, for who has the hash of the tuple's key. */
struct session *session_find_hash(
	const struct sessions *t, const struct tuple *tuple, uint64_t hash, bool *reply);

#endif
