/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of the slow path. */
#ifndef SLOWPATH_SLOWPATH_PRIV_H
#define SLOWPATH_SLOWPATH_PRIV_H

#include "helper/control.h"
#include "program/rewrite.h"
#include "session/session.h"
#include "slowpath/conflict.h"
#include "slowpath/slowpath.h"
#include "tap/flow_report.h"

struct action_list;

/* The next hop of a gateway, as long as programs of the epoch may hold it. */
#define KNOWN_HOPS 64u

struct known_hop {
	rte_be32_t gateway;
	uint16_t iface;
	uint16_t epoch; /* 0: none */
	uint16_t nexthop;
};

/* The key of a session's answers, and its hash. */
struct answer {
	union {
		struct key4 key4;
		struct key6 key6;
	};
	uint64_t hash;
};

static inline bool
reason_of_meter(enum reason r)
{
	return r == REASON_police_exceeded || r == REASON_limit_exceeded;
}

struct slowpath_scratch {
	uint64_t viewed[BURST_SLOTS];           /* the burst in which a slot's view was read */
	uint64_t flooded[BURST_SLOTS / 64 + 1]; /* a bit for each slot: it left by several
						 * interfaces */
	uint32_t counter[BURST_SLOTS]; /* of a told slot: the line that decided a drop, or 0 */
	uint32_t refused_by;           /* the line of the meter that refused a packet last */
	uint32_t metered[BURST_SLOTS]; /* of a slot that a meter refused: its line */
	struct view view[BURST_SLOTS];
	struct eval eval[BURST_MAX];         /* of misses, in order */
	struct eval late;                    /* of a slot that was a hit when the burst began */
	struct session fresh[BURST_MAX + 1]; /* for the evals */
	struct answer reply[BURST_MAX + 1];
	uint64_t ends;  /* of sessions, when the misses were judged */
	bool changed;   /* a session has left state NEW */
	uint64_t added; /* to dynamic sets, when the misses were judged */
	struct known_hop hop[KNOWN_HOPS];
	bool translated; /* a session that has begun since then is translated */
	struct eval *vector[BURST_MAX];
	uint16_t miss[BURST_MAX]; /* their slots */
	struct conflict conflict;
	/* For an observer: the states after the segments of hits, in order, and how many have been
	 * reported. */
	uint8_t tcp_state[BURST_MAX];
	uint16_t n_tcp_states, n_tcp_told;
};

/* What is executed on one packet: from a flow record, or new from an evaluation. */
struct decision {
	struct tuple to;
	bool ttl;
	bool fast;     /* from a record */
	bool recorded; /* the flow's record has the same decision */
	uint16_t nexthop;
	uint8_t tell, tell_code; /* enum reply: what the sender is told */
	uint32_t counter;
	const uint32_t *actions;
	const struct program *program; /* new; NULL from a record */
	struct session *session;       /* or NULL */
	uint8_t conn;                  /* new: enum conn_state */
	bool reply;
	bool begins;      /* the session begins with it */
	bool metered;     /* the meters have decided: */
	uint8_t exceeded; /* enum reason, or 0 */
};

/* --- view.c, find.c, collect.c: which slots are judged together --- */

/* Returns the view of a slot, which is read now if it was not; its class must be known. */
const struct view *slot_view(struct datapath *dp, const struct burst *b, unsigned slot);

/* Reads the packet that an ICMP error is about.  Returns false if there is none, else *why is
 * REASON_NONE, or what is wrong with it. */
bool slot_quoted(const struct burst *b, unsigned slot, const struct view *v, struct view *quoted,
	enum reason *why);

/* Returns true if the session of a slot's packet is here: by its record, its addresses and ports,
 * or those that it quotes, or as one that a control session has announced; or if the public
 * endpoint of its source is.  Fills the hashes by which other workers know it.  For a slot with a
 * key. */
bool slot_belongs_here(
	struct datapath *dp, const struct burst *b, unsigned slot, struct sought *what);

/* The same for the tuple of a fragment, as it arrives. */
bool tuple_belongs_here(const struct datapath *dp, const struct tuple *t, struct sought *what);

/* Returns the record of a slot's flow, b->flow. */
const struct flow *slot_record(const struct datapath *dp, const struct burst *b, unsigned slot);

/* Returns true if a slot's packet asks for a connection where its flow has one: it is evaluated
 * like a first packet. */
bool slot_asks_anew(struct datapath *dp, const struct burst *b, unsigned slot);

/* Returns true if the flow of a slot has a program that may run. */
bool slot_has_program(const struct datapath *dp, const struct burst *b, unsigned slot);

/* Looks flows up and lists those without a program in scratch->miss, from one slot up to another or
 * to where the burst must be cut, which is returned. */
unsigned collect_misses(
	struct datapath *dp, struct burst *b, unsigned from, unsigned to, unsigned *n_miss);

/* --- handoff.c: packets of other workers --- */

/* Returns the rule counter of a word of a list in the generation's edition, or 0. */
uint32_t slowpath_counter_now(
	const struct generation *gen, const struct action_list *l, uint32_t word);

/* Looks up the owner of the slots from `from` on that have no program of this epoch, and where
 * their sessions are.  Those of other workers are settled (SLOT_DONE, OUT_WORKER), and their flows
 * remembered. */
void hand_off(struct datapath *dp, struct burst *b, unsigned from);

/* --- evaluate.c: what the stages decide --- */

/* Evaluates the n misses of scratch->miss. */
void evaluate_misses(struct datapath *dp, const struct burst *b, unsigned n);
void evaluate_one(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev);

/* Evaluates without any change, with a trace. */
void evaluate_dry(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev,
	const struct trace *trace);

/* Evaluates a SYN that begins a new connection on a finished one again, as one of the old
 * connection: the packet must wait before it leaves, and until then two sessions cannot have the
 * same keys. */
void evaluate_beside(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev);

/* uplink.c: ends the session of a packet that would have to leave by an interface over which its
 * public address cannot be reached, and evaluates the packet as the first one of another session.
 * Returns the evaluation that counts. */
struct eval *evaluate_stranded(
	struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev);

/* --- compile.c: from a program to a decision --- */

/* Finds the next hop of the decision.  Nothing else of d is known yet. */
void compile(struct datapath *dp, const struct burst *b, unsigned slot, struct eval *ev,
	struct decision *d);

/* Fills the rest, after enter_session, which may change the program. */
void decision_from_program(const struct eval *ev, struct decision *d);

/* --- enter.c: sessions that begin --- */

/* Prepares the installation of the n evals: computes the keys of the sessions among them, and
 * prefetches the lines to be written. */
void enter_prepare(struct datapath *dp, unsigned n);

/* Keeps the translation of a known session, whatever has changed in the configuration since it
 * began. */
void keep_translation(const struct datapath *dp, struct eval *ev);

/* Returns true if the answers to a program belong to a session other than the one that is
 * replaced. */
bool answers_are_taken(struct datapath *dp, const struct eval *ev);

/* Enters a session whose first packet may leave into the table; otherwise withdraws it.  A known
 * session keeps its translation.  d->nexthop is known. */
void enter_session(
	struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev, struct decision *d);

/* --- install.c, record.c: records of flows --- */

/* Writes a decision to the record of its flow, if the flow may have one. */
void install(
	struct datapath *dp, struct burst *b, unsigned slot, struct eval *ev, struct decision *d);

/* Returns a record for a slot's flow that has none and no session, if the doorkeeper admits it: its
 * index, or 0. */
uint32_t slot_cache(struct datapath *dp, const struct burst *b, unsigned slot);

/* Makes room for action lists. */
void slowpath_free_lists(struct datapath *dp);

/* Returns the line that decided a recorded drop: the last one that it counts for. */
uint32_t deciding_counter(const uint32_t *actions);

/* Returns true if the policy drops the packet: no meter does. */
bool decision_drops(const struct datapath *dp, const struct decision *d);

/* Reads a record as a decision. */
void decision_from_record(
	struct datapath *dp, const struct burst *b, unsigned slot, struct decision *d);

/* --- rules.c: rules that are logged --- */

/* Tells what rules with log: have decided of the packet of a slot. */
void tell_rules(
	struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d);

/* Returns true if each packet that the program drops is to be told. */
bool drops_are_told(const struct datapath *dp, const struct program *p);

/* --- flows.c: flows that are exported; with reports --- */

/* Adds what a record has counted to the account of its flow. */
void flows_collect(struct datapath *dp, const struct flow *f);

/* Adds a packet that no record has counted, and that is not the first of its session. */
void flows_count(
	struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d);

/* Tells a packet that belongs to no session and to no record. */
void flows_tell_packet(
	struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d);

/* Tells the flow of a record without a session that is removed, or becomes a session's. */
void flows_tell_record(struct datapath *dp, struct flow_table *t, uint32_t index);

/* Tells a session whose account has packets. */
void flows_tell_session(
	struct datapath *dp, const struct session *session, enum flow_report_why why);

/* Tells that a translated session begins. */
void flows_session_begins(struct datapath *dp, const struct session *session);

/* --- execute.c, actions.c --- */

/* Executes a decision on the packet of a slot.  d->session becomes NULL if the session has ended
 * with it. */
void execute(struct datapath *dp, struct burst *b, unsigned slot, struct decision *d);

static inline void
slot_drop(struct burst *b, unsigned slot, enum reason r)
{
	b->output[slot].port = OUT_DROP;
	b->reason[slot] = (uint8_t)r;
}

/* Sends a packet in one segment, already rewritten, by a ready neighbour. */
static inline void
slot_send(struct burst *b, unsigned slot, uint8_t *ip, unsigned bytes, const struct nexthop *nh)
{
	rewrite_plain_l2(b->m[slot], ip, b->l3[slot], bytes, nh);
	b->output[slot] = nh->output;
}

/* Returns where a packet has gone that the host took: OUT_HOST or OUT_GONE.  delivered: packets
 * given to the kernel before that. */
static inline uint16_t
slot_taken(const struct datapath *dp, uint64_t delivered)
{
	return dp->ledger->consumed[CONSUMED_host] != delivered ? OUT_HOST : OUT_GONE;
}

/* Returns what slowpath_meters would, and takes nothing. */
enum reason meters_foresee(struct datapath *dp, const struct metered *m);

/* Writes the DSCP and the MSS of an action list.  tcp: the segment that leaves; NULL: the packet
 * holds none. */
struct marked {
	uint8_t *ip, *tcp;
	unsigned family, tcp_bytes;
};
void slowpath_marks(const uint32_t actions[], const struct marked *m);

/* Adds the source to the dynamic sets of an action list that has just been decided. */
void slowpath_adds(struct datapath *dp, const struct view *v, const uint32_t actions[]);

/* Returns a packet as meters see it; to: as it leaves. */
static inline struct metered
metered_of(const struct view *v, const struct tuple *to, const uint32_t actions[], bool begins)
{
	return (struct metered){
		.actions = actions,
		.src = &v->tuple.src,
		.dst = &to->dst,
		.iface = v->iface,
		.family = v->family,
		.domain = v->tuple.domain,
		.to_domain = to->domain,
		.begins = begins,
		.ip_bytes = v->l3_bytes,
	};
}

/* Returns true if an IPv4 packet gets another source, which other hosts may use, too. */
static inline bool
shares_source(const struct tuple *from, const struct tuple *to)
{
	return from->family == 4 && from->src.v4 != to->src.v4;
}

/* Gives an IPv4 packet that may be fragmented, or is a fragment, a new IP identification if several
 * hosts share its new source; all fragments of a datagram get the same (dp->slow->pass).  Before it
 * is rewritten. */
void identify_shared(
	struct datapath *dp, struct rte_mbuf *m, const struct view *v, const struct tuple *to);

/* --- takes.c: the limits of matches --- */

/* Makes a session that begins count for the lines that have let it pass. */
void slowpath_take_sessions(struct datapath *dp, const struct eval *ev);

/* Takes what a packet takes from the limits of the matches that it has met: if it has left, or
 * always.  session: its own, or NULL. */
void slowpath_take(struct datapath *dp, const struct eval *ev, struct session *session, bool left);

/* --- move.c: what packets do to their sessions, once they leave --- */

/* The change of a session when a packet leaves. */
struct move {
	struct session session; /* of TCP: the state that tcp_track has computed */
	struct tcp_offer offer;
	bool idle; /* the packet does not keep it alive */
};

/* Returns REASON_NONE if the session allows the packet, or why not.  Changes nothing. */
enum reason move_try(const struct datapath *dp, const struct decision *d, const struct view *v,
	const struct rte_mbuf *m, struct move *move);

/* Changes the session for a packet that leaves; flow: the index of its record. */
void move_keep(struct datapath *dp, const struct decision *d, const struct view *v,
	const struct move *move, uint32_t flow);

/* --- helped.c: control sessions with a helper --- */

/* Returns true if a helper reads the packets of a session of the table. */
static inline bool
is_control(const struct datapath *dp, const struct session *session)
{
	return session >= dp->sessions->session
		&& session <= dp->sessions->session + dp->sessions->capacity
		&& helpers_control(dp->helpers, session_index(dp->sessions, session)) != NULL;
}

/* Sets the acknowledgement of a packet of a control session back to the numbers of the other side,
 * before its session judges it. */
void helped_arrives(
	struct datapath *dp, const struct decision *d, const struct view *v, struct rte_mbuf *m);

/* Reads the packet, opens the way to what it announces, and writes its text and its number as its
 * receiver is to see them.  Returns REASON_NONE, or why it is dropped. */
enum reason helped_leaves(
	struct datapath *dp, const struct decision *d, struct view *v, struct rte_mbuf *m);

/* --- report.c --- */

/* Writes the program of a decision, and what is observed of its session, whose state is given. */
void program_of(struct datapath *dp, const struct decision *d, struct program *p);
struct observed_session session_told(
	const struct datapath *dp, const struct decision *d, unsigned state);

/* Reports to the observer, if there is one; observe_hit: a slot that the executor of a hit has
 * settled. */
void observe_hit(struct datapath *dp, const struct burst *b, unsigned slot);
void report(struct datapath *dp, const struct burst *b, unsigned slot, const struct decision *d);
void observe_session(struct datapath *dp, const struct session *session);

/* --- bridge.c --- */

/* Forwards a frame that came in by a member of the bridge: learns its sender, and sends it to the
 * member behind which its destination is, or to all others.  Sets the slot's output; or returns the
 * reason to drop it. */
enum reason bridge_forward(struct datapath *dp, struct burst *b, unsigned slot, uint16_t port);

/* Returns what bridge_forward would, rates apart, and does nothing.  *to: the output; PORT_NONE as
 * its port: several members. */
enum reason bridge_foresee(
	struct datapath *dp, const struct burst *b, unsigned slot, uint16_t port, union output *to);

/* --- syn_gate.c --- */

/* Refuses first SYNs from a slot on while too many connections are half-open, where pipelines begin
 * by tracking everything.  Returns the first other slot. */
unsigned syn_gate_refuse_from(struct datapath *dp, struct burst *b, unsigned from);

#endif
