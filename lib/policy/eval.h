/* SPDX-License-Identifier: BSD-3-Clause */
/* One packet that is being judged: what stages read, and what they write.
 *
 * A stage sees this and never a packet.  What one stage finds and a later one needs is a typed
 * field here, with its writer and its readers. */
#ifndef POLICY_EVAL_H
#define POLICY_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "program/program.h"
#include "session/source.h"
#include "packet/view.h"
#include "policy/generation.h"

struct generation_worker;
struct helpers;
struct matcher;
struct members;
struct nat;
struct route_table;
struct session;
struct sessions;

/* Connection states that rules can ask for; the bits of enum rule_state (table/rules.h). */
enum conn_state {
	CONN_UNTRACKED = 1, /* no stage track in the pipeline so far */
	CONN_NEW = 2,
	CONN_ESTABLISHED = 4,
	CONN_RELATED = 8,
	CONN_INVALID = 16,
};

/* Fields of the packet that are not part of the flow's key.  A decision that used one of them holds
 * for this packet alone and is not cached. */
enum packet_field {
	FIELD_DSCP = 1,
	FIELD_TCP_FLAGS = 2,
	FIELD_FRAGMENT = 4,
	FIELD_VLAN = 8, /* where one interface takes frames with any tag */
	FIELD_TTL = 16,
	FIELD_MAC = 32,    /* of the sender */
	FIELD_LENGTH = 64, /* of the IP packet */
	FIELD_LIMIT = 128, /* what has passed before */
};

/* Receives the notes of explain; NULL in production.  Notes come in the order of the stages. */
struct trace {
	void (*note)(void *arg, const char *stage, const char *text); /* NULL: not asked for */
	void *arg;
	/* For analysis, or NULL: which compiled match of a list counts for a packet (MATCHER_NONE:
	 * none does), which route (PREFIXES_NONE: none). */
	void (*matched)(void *arg, const struct matcher *m, uint32_t found);
	void (*routed)(void *arg, const struct route_table *table, uint32_t found);
	/* Likewise: the route to the packet's source, where stage rpf has looked it up. */
	void (*sourced)(void *arg, const struct route_table *table, uint32_t found);
};

/* Tells whether a next hop is dead, as far as the worker knows: the link of its interface is down,
 * or its gateway does not answer.  gateway: NULL for destinations that are neighbours. */
struct hop_health {
	bool (*is_dead)(void *arg, const struct interface *egress, unsigned family,
		const union address *gateway);
	void *arg;
};

/* What a packet takes from the limits of matches when it has left. */
struct eval_take {
	uint32_t meter; /* of the generation */
	uint8_t family;
	uint8_t domain; /* of the address */
	bool always;    /* also if it is dropped */
	union address address;
};

#define EVAL_TAKES_MAX 8u /* a packet that asks more of them exceeds the others */

struct eval {
	/* given; not changed by stages */
	const struct view *view;
	const struct generation *gen;
	const struct interface *in; /* ingress interface */
	uint32_t flow_hash;         /* keyed hash of the flow: ECMP */
	uint64_t key_hash;          /* the flow table's hash of the view's tuple; 0: unknown */
	uint64_t now_ns;
	const struct hop_health *health; /* NULL: every next hop lives */
	const struct trace *trace;
	const struct generation_worker *worker; /* NULL: no limit is asked */
	struct step_counts *steps; /* the worker's, by struct step's number; NULL: not counted */
	unsigned assumed; /* enum conn_state that track finds where there are no sessions; 0: what
			     begins one */
	bool dry;         /* nothing is changed: no counter, session, mapping or limit */
	bool has_quoted;  /* an ICMP error: the packet that it quotes, unchanged */
	bool quoted_damaged; /* the quoted header has a wrong checksum */
	uint32_t quoted_seq; /* of TCP; of SCTP the verification tag */
	struct tuple quoted;

	/* the conversation as translated so far.  written by: track, dnat, snat, balance through
	 * eval_set_src/dst; read by: all stages after them */
	struct tuple tuple;

	/* DSCP as marked so far; FIELD_DSCP holds only while it is the packet's own.
	 * written by: mark; read by: all conditions */
	uint8_t dscp;
	bool dscp_marked;

	/* the session of the flow, if it has one already, and whether this is its reply direction.
	 * written by the slow path before the first stage, and by track; read by acl, dnat, snat */
	struct session *session;
	bool reply;
	struct sessions *sessions; /* the worker's, given; NULL in tests of a configuration */
	struct session *fresh;     /* memory for the session that it may begin, given with
				    * sessions */

	/* a finished connection on which the packet's SYN begins a new one: it ends when the packet
	 * leaves.  written by track; read by snat and by the slow path */
	struct session *over;
	bool keeps_over; /* given: the packet must wait before it leaves, so its
			  * SYN is an offer (session/tcp.h) */

	/* control sessions and what they announce, given; NULL: there are none.  helper: enum
	 * helper_kind of a new control session; expected: the packet meets an announcement. written
	 * by track; read by dnat, snat and by the slow path */
	struct helpers *helpers;
	uint8_t helper;
	bool expected;

	struct nat *nat;                /* likewise */
	struct members *const *members; /* of dynamic sets, by number; NULL: there are none */

	/* limits of the source of a new session; zeros: none.  written by track; read by install,
	 * which charges it */
	struct source_limit limit;

	/* written by track; read by acl, dnat, snat */
	enum conn_state state;

	/* enum reason: why the packet is dropped unless it is delivered locally.  written by track;
	 * read by the slow path */
	uint8_t unless_local;

	/* the domain that the destination is looked up in, or DOMAIN_NONE: as the stage route says.
	 * written by track and dnat; read by route */
	uint8_t to_domain;

	/* the next hops of an earlier stage route are dead: the decision holds until one returns.
	 * written and read by route */
	bool is_away;

	/* written by route, forward; read by snat, and by conditions on the egress interface */
	const struct interface *egress;

	/* written by acl's goto: where evaluation continues; read and cleared by the evaluator */
	const struct pipeline *jump;

	/* fields beyond the key that were used. written by all, read by install */
	unsigned used_fields;

	/* what the limits of matches take (takes), from takes_own on those of the match that has
	 * asked last.  written by conditions; read by the slow path.  together, given: others are
	 * judged at the same time, so none is asked: deferred */
	uint8_t n_takes, takes_own;
	uint8_t continued; /* acl's: rules with action continue that have counted it */
	bool together, deferred;

	/* the decision; done ends the evaluation */
	struct program program;
	bool done;

	const char *stage; /* name of the current stage, for the trace */
	struct eval_take takes[EVAL_TAKES_MAX];
};

/* Initialises an evaluation from the view, with nothing decided.  The caller sets flow_hash, now_ns
 * and trace. */
void eval_init(struct eval *ev, const struct generation *gen, const struct view *view);

/* Returns true if the packet belongs to a session that goes on whatever the new rules say. */
bool eval_is_kept(const struct eval *ev);

/* Counts the packet at a rule counter; 0 is none. */
void eval_count(struct eval *ev, uint32_t counter);

/* End the evaluation.  The line that decided it counts the packet (0: none). */
void eval_drop(struct eval *ev, enum reason r, uint32_t counter);
void eval_reject(struct eval *ev, enum reason r, enum reply reply, uint8_t code, uint32_t counter);

/* Translate: change the tuple that later stages see, and the program. */
void eval_set_src(struct eval *ev, const union address *a, rte_be16_t port);
void eval_set_dst(struct eval *ev, const union address *a, rte_be16_t port);

/* Writes a line for explain; in production it costs a test of a pointer. */
void eval_note(struct eval *ev, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
