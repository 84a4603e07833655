/* SPDX-License-Identifier: BSD-3-Clause */
/* The slow path: evaluates, compiles, installs and executes first packets, and all others that the
 * hot loop leaves.
 *
 * The misses of a burst are evaluated together, stage by stage.  Changes of state that others see
 * (flow table, neighbours, meters, packets that Weir makes) happen afterwards, slot by slot in
 * order of arrival, so that the outcome does not depend on how packets are cut into bursts.
 *
 * Threads: the owning worker. */
#ifndef SLOWPATH_SLOWPATH_H
#define SLOWPATH_SLOWPATH_H

#include "program/nexthop.h"
#include "program/rewrite.h"
#include "session/tcp.h"
#include "packet/burst.h"
#include "packet/ledger.h"
#include "packet/view.h"
#include "slowpath/fragments/fragments.h"
#include "host/host.h"
#include "policy/eval.h"
#include "slowpath/datapath.h"

struct flow;
struct fragment_pass;
struct fragments;
struct identifier;
struct recorder;
struct recorder_entry;
struct rte_mempool;
struct session;

/* The observation of each packet, in order of arrival: replay and explain print it.  Pointers are
 * valid during the call. */
enum observed_verdict {
	OBSERVED_OUTPUT, /* egress: name of the interface or port it leaves by */
	OBSERVED_DROP,   /* reason, and counter if a line of the configuration decided it */
	OBSERVED_CONSUMED,
	OBSERVED_HELD,
};

/* The observation of a packet's session. */
struct observed_session {
	unsigned worker;
	uint32_t index; /* index of the worker's session, or 0 */
	uint8_t conn;   /* enum conn_state, as rules saw it; CONN_UNTRACKED: it
			 * was not used */
	uint8_t state;  /* after the packet: enum tcp_state, sctp_state, or plain_state */
	bool tcp, sctp;
	bool reply;
};

struct observation {
	const struct rte_mbuf *m; /* the pointer only: the packet may be rewritten, sent or freed */
	enum observed_verdict verdict;
	enum reason reason;
	uint32_t counter;   /* into the generation's counters, 0: none */
	uint16_t slot;      /* of the burst */
	uint16_t port;      /* index of the port it came in by */
	uint16_t out_port;  /* of OBSERVED_OUTPUT */
	uint16_t out_iface; /* of OBSERVED_OUTPUT; 0 for a wire */
	bool fast;          /* a program was found, nothing was evaluated */
	bool by_host;       /* OBSERVED_CONSUMED: given to the kernel's interface */
	bool has_program;   /* program and view are filled */
	struct observed_session session;
	const struct view *view; /* as it arrived */
	const struct program *program;
	const struct generation *gen;
};

struct observer {
	void (*packet)(void *arg, const struct observation *o);
	/* A worker's session has begun; called before its first packet is observed; may be NULL. */
	void (*session)(void *arg, unsigned worker, uint32_t index);
	void *arg;
	const struct trace *trace; /* for evaluations, or NULL */
	/* Instead of trace, if it is not NULL: returns that of a slot's evaluation, or NULL. */
	const struct trace *(*trace_of)(void *arg, unsigned slot);
};

/* A packet that this worker made while it worked on a slot; it leaves directly before the slot's
 * own. */
struct born {
	struct rte_mbuf *m;
	uint16_t slot;
	uint16_t port;
	uint16_t iface;
};

#define BORN_MAX 4096 /* per burst; more are not made */

/* Hashes by which the worker of a packet is found, the same at every worker. */
struct sought {
	uint64_t session;  /* of its tuple */
	uint64_t endpoint; /* of its source alone, where that may have, or has, a public endpoint
			    * for all destinations; else 0 */
};

/* A session as its packets arrive: forward, then reply. */
struct session_ends {
	struct tuple tuple[2];
	struct sought hash[2]; /* of the tuples */
	uint16_t iface[2];
};

/* Where a session may be that is not with the owner of its packets, since its owner has changed
 * since it began (worker/search.h), or the public endpoint of a new one's source. */
struct search {
	/* Returns the worker that is asked next by this one, or home, the owner, when nobody is
	 * left. */
	unsigned (*next)(void *arg, const struct sought *what, unsigned home);
	/* Returns the worker that is known to have such a session, or else endpoint, or home. */
	unsigned (*holder)(void *arg, const struct sought *what, unsigned home);
	/* Tells that a session begins. */
	void (*begins)(void *arg, const struct session_ends *ends);
	void *arg;
};

/* What the slow path keeps beside the worker's tables (slowpath/datapath.h). */
/* A list of the edition before, by the numbers of this one (keep.c). */
struct kept_list {
	uint32_t edition;
	uint16_t was; /* 0: none */
	uint16_t n;
	uint32_t word[PROGRAM_ACTIONS_MAX];
};

struct slowpath {
	struct hop_health health; /* asks the host */
	struct fragments *fragments;
	struct identifier *identifier;
	struct recorder *recorder; /* of packets that were dropped, or took the slow path */
	struct rte_mempool *pool;  /* for copies of packets */
	/* A stage sample has chosen the packet of a slot, to which nothing is done yet; NULL: no
	 * capture asks. */
	void (*sampled)(void *arg, const struct burst *b, unsigned slot);
	void *sampled_arg;
	/* What the flight recorder knows of samples: the line of the last one, the entry of a hit,
	 * and whether the slow path makes an entry anyway. */
	uint32_t sample_line;
	struct recorder_entry *sample_entry;
	bool records;
	struct kept_list kept_list; /* the last one */
	uint32_t lists_hand;        /* the record whose action list is taken next */
	bool foresees;              /* nothing is learned */
	struct fragment_pass *pass; /* the ports for the fragment in progress; NULL: not a
				     * fragment, or judged alone */
	/* Returns the worker that owns the packet of a slot (for a fragment: where its datagram's
	 * fragments meet); NULL: this one owns all. */
	unsigned (*owner)(void *arg, const struct burst *b, unsigned slot);
	void *owner_arg;
	const struct search *search; /* NULL: every session is with its owner */
	/* owner_of returns the worker that owns the flow of a fragment whose ports are known, hand
	 * takes the packet there. */
	unsigned (*owner_of)(void *arg, const struct tuple *t, uint16_t iface);
	void (*hand)(void *arg, unsigned to, struct rte_mbuf *m);
	void *others_arg;
	uint64_t burst; /* number of the burst in progress: views of other bursts are void */
	uint16_t slot;  /* in progress, for packets that Weir makes */
	unsigned n_born;
	struct born born[BORN_MAX];
	struct slowpath_scratch *scratch; /* slowpath_priv.h */
};

/* Allocates the scratch of dp->slow. The caller sets the other members. Returns 0 or -ENOMEM. */
int slowpath_init(struct datapath *dp);
void slowpath_fini(struct datapath *dp);

/* Returns memory for the view of a slot that the hot loop does not take; the caller fills it. */
struct view *slowpath_view(struct datapath *dp, unsigned slot);

/* Returns what the packet's interface needs a datagram's first fragment for; FRAGMENTS_ALONE: the
 * packet is not a fragment, or nothing. */
enum fragments_use slowpath_fragments_use(const struct datapath *dp, const struct view *v);

/* Learns the sender of a frame that is for the bridge itself, as it came in by a member.  Returns
 * REASON_NONE, or why the frame is dropped. */
enum reason slowpath_bridge_hears(
	struct datapath *dp, const struct bridge *bridge, const uint8_t *frame, uint16_t member);

/* Sends a frame that leaves by a bridge's own interface: gives it, and copies of it, to send. Takes
 * m. */
void slowpath_bridge_leaves(struct datapath *dp, const struct bridge *bridge, struct rte_mbuf *m,
	void (*send)(void *arg, struct rte_mbuf *m, uint16_t port, uint16_t iface), void *arg);

/* Removes stations that are silent for too long; called often. */
void slowpath_bridge_age(struct datapath *dp);

/* Judges released fragments outside of bursts, after fragments_decide or fragments_age. */
void slowpath_release(struct datapath *dp, struct burst *b);

/* A new generation is in use: held fragments that it changes something for are dropped, or judged;
 * a part of them at once, the others by slowpath_follow_fragments, which is called often. */
void slowpath_adopt_fragments(struct datapath *dp, struct burst *b);
void slowpath_follow_fragments(struct datapath *dp, struct burst *b);

/* Settles the slots from `from` on except SLOT_DONE: what the hot loop has left. */
void slowpath_settle(struct datapath *dp, struct burst *b, unsigned from);

/* Returns the worker that would judge the packet of a slot, as far as this one knows. */
unsigned slowpath_holder(struct datapath *dp, struct burst *b, unsigned slot);

/* Where a packet is handed to. */
struct handing {
	unsigned to;     /* a worker; this one: it is judged here */
	unsigned home;   /* its owner */
	uint16_t sought; /* SOUGHT_... */
};

/* Returns where a fragment goes whose ports are known, by its tuple as sessions have it, and the
 * owner of its flow. */
struct handing slowpath_hand_fragment(
	const struct datapath *dp, const struct tuple *t, unsigned home);

/* Fills the ends of a session of the table that is linked. */
void slowpath_session_ends(
	const struct datapath *dp, const struct session *session, struct session_ends *out);

/* Returns the index of the flow record of a slot that has a key, or 0.  Keeps its program, if it is
 * one that may stay. */
uint32_t slot_find(struct datapath *dp, const struct burst *b, unsigned slot);

/* Returns true if anything in the configuration translates. */
bool slowpath_translates(const struct datapath *dp);

/* Returns the times that hold, of those that matches ask for, one bit each. */
uint64_t slowpath_times(const struct datapath *dp);

/* Begins to observe a burst, before anything is rewritten.  With an observer. */
void slowpath_observe_burst(struct datapath *dp, const struct burst *b);

/* Reports the first n slots, which the hot loop has settled.  With an observer. */
void slowpath_observe_hits(struct datapath *dp, const struct burst *b, unsigned n);

/* A packet for copies: what it asks for, and whose it is; nothing is done to it yet. */
struct copied {
	const uint32_t *actions;
	const struct rte_mbuf *m;
	const struct burst *b;
	unsigned slot;
	unsigned ip_bytes;
};

/* Which copies of an action list: those that stand in front of the first meter, those behind it,
 * of a packet that all meters let pass, or all of a packet that no meter is asked about. */
enum copy_when { COPY_UNMETERED, COPY_METERED, COPY_ALL };

/* Makes the copies that stages mirror and sample ask for.  Only where the generation has any. */
void slowpath_copy(struct datapath *dp, const struct copied *c, enum copy_when when);

/* A packet for meters: what it takes, and whose it is. */
struct metered {
	const uint32_t *actions;
	const union address *src, *dst; /* the source as it came, the destination as it leaves */
	uint16_t iface;                 /* ingress */
	uint8_t family;
	uint8_t domain, to_domain; /* of ingress and egress */
	bool begins;               /* a session begins with it */
	unsigned ip_bytes;
};

/* Takes from the meters of an action list.  Returns REASON_NONE, or why the packet is dropped: then
 * nothing is taken from those that have a rate for each address. */
enum reason slowpath_meters(struct datapath *dp, const struct metered *m);

/* Gives back to those what a packet took that does not leave after all. */
void slowpath_refund(struct datapath *dp, const struct metered *m);

/* Judges the segment at tcp, of a packet that leaves, by the flow's session, which moves on
 * (tcp_track). */
struct tcp_verdict slowpath_tcp(
	struct datapath *dp, const struct flow *f, const uint8_t *tcp, uint32_t l4_bytes);

/* Handles a packet of a known flow that would leave and whose flow has listed actions: segment,
 * meters, marks.  Returns REASON_NONE, with its session moved on and the packet counted, or the
 * reason to drop it. */
struct hit_packet {
	struct flow *flow;
	uint8_t *ip, *l4;
	unsigned family, proto, ip_bytes, l4_bytes;
	const struct copied *copied; /* NULL: no stage copies */
};
enum reason slowpath_hit_actions(struct datapath *dp, const struct hit_packet *hit, uint32_t tick);

/* The host's callbacks: a packet that waited for a neighbour leaves (v as it came in, with current
 * offsets), and the first returns REASON_NONE, or why it may not; a packet that waited does not
 * leave. */
enum reason slowpath_waited(void *datapath, const struct view *v, const struct rte_mbuf *m);
void slowpath_waited_in_vain(void *datapath, const struct view *v);

/* No link may have a smaller MTU (RFC 791 3.2): such a packet is never fragmented. */
#define IP4_NEVER_FRAGMENTED_BYTES 68

/* Gives a packet that may be fragmented a new IP identification: ip is its header as it came in, to
 * is what it becomes. */
void slowpath_identify(struct datapath *dp, uint8_t *ip, const struct to4 *to);

/* The host's send callback: queues a packet before the slot in progress. */
void slowpath_send(void *datapath, struct rte_mbuf *m, uint16_t port, uint16_t iface);

/* Housekeeping visits each record once in FLOW_SWEEP_NS, in large tables in FLOW_SWEEP_MAX_NS, and
 * removes those without a session that are idle for longer than FLOW_IDLE_NS. */
#define FLOW_SWEEP_NS     NS_PER_SECOND
#define FLOW_SWEEP_MAX_NS (2 * NS_PER_SECOND)
#define FLOW_SWEEP_MANY   (1u << 20) /* records; above, a table is large */
#define FLOW_IDLE_NS      (60 * NS_PER_SECOND)

/* Returns the longest time between two visits of a record of a table. */
static inline uint64_t
flow_sweep_ns(const struct flow_table *t)
{
	return t->high <= FLOW_SWEEP_MANY ? FLOW_SWEEP_NS : FLOW_SWEEP_MAX_NS;
}

/* Adds what a flow has counted since the last time to its rule counters. */
void slowpath_collect(struct datapath *dp, struct flow *f);

/* Makes the program of a record, which is of dp->kept_epoch, one of this epoch, unless the changes
 * that the generation has may touch its flow (policy/changes.h). */
void slowpath_keep(struct datapath *dp, struct flow_table *t, uint32_t index);

/* Tells the end of a session, if a rule with log: asks for it.  With dp->rules. */
void slowpath_rule_session_ends(struct datapath *dp, const struct session *session, uint8_t why);

/* Return a number that changes when the routes of all flows may have changed, and one that changes
 * with each change of a route. */
uint64_t slowpath_route_changes(const struct datapath *dp);
uint64_t slowpath_route_views(const struct datapath *dp);

/* Returns true if the best route of a flow may have changed a moment ago. */
bool slowpath_route_changed(const struct datapath *dp, const struct flow_table *t, uint32_t index);

/* Tells a flow without a session, if it has been active for longer than the active timeout.  With
 * reports, after slowpath_collect. */
void slowpath_report_active(struct datapath *dp, struct flow_table *t, uint32_t index);

/* Follows a change of the active timeout, or of whether flows are exported: from now on sessions
 * that are active for longer than it are told, or none. */
void slowpath_report_sessions(struct datapath *dp);

/* Prefetches what the ends of sessions will need.  With reports. */
void slowpath_report_expect_ends(
	const struct datapath *dp, struct session *const sessions[], unsigned n);

/* Tells the flow of a session that ends: its records have been removed, and still have their
 * keys.  With reports. */
void slowpath_report_session_ends(
	struct datapath *dp, const struct session *session, enum session_end why);

/* Handles the removal of a record from its table (flow_table's let_go). */
void slowpath_let_go(void *datapath, struct flow_table *t, uint32_t index);

#endif
