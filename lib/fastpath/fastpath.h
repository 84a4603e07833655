/* SPDX-License-Identifier: BSD-3-Clause */
/* The data path of one worker: a burst in, packets in transmit buffers out.
 *
 *   parse -> look up -> (miss: slow path) -> execute -> transmit buffer -> flush
 *
 * The worker receives and calls; replay and tests call the same functions.  Compiled for several
 * instruction sets, chosen once at start.
 *
 * Threads: the owning worker.  Memory: fastpath_create, on the worker's NUMA node. */
#ifndef FASTPATH_FASTPATH_H
#define FASTPATH_FASTPATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "session/session.h"
#include "packet/burst.h"
#include "packet/ledger.h"
#include "slowpath/slowpath.h"

struct fastpath;
struct flow_reports;
struct rte_mbuf;
struct rte_mempool;
struct rule_ring;
struct tx_queue; /* io/queue.h */

struct fastpath_setup {
	unsigned worker, workers;
	int numa_node;
	uint32_t sessions;        /* maximum; a session has two IPv4 flow records; half as
				   * many for IPv6 */
	uint64_t gate_bytes;      /* bytes for session/syn_gate.h, 0: its default */
	struct rte_mempool *pool; /* for packets that Weir makes */
	struct clock clock;       /* copied */
	void (*tell)(
		void *arg, const struct host_fact *fact); /* to the other workers; may be NULL */
	/* Gives a packet to the kernel (struct host_setup); NULL: there is none. */
	bool (*deliver)(void *arg, enum hostif_class class, struct rte_mbuf *m);
	void *arg;
};

struct fastpath *fastpath_create(const struct fastpath_setup *setup); /* NULL: no memory */
void fastpath_destroy(struct fastpath *fp);                           /* fastpath_stop first */

/* Sets the transmit queue of a port, by the port's index; NULL removes it (packets are dropped as
 * port_down). */
void fastpath_set_port(struct fastpath *fp, uint16_t port, struct tx_queue *tx);

/* Tells that a port has a new device: stations behind it are asked for their MACs again. */
void fastpath_port_returned(struct fastpath *fp, uint16_t port);

/* Tells that a port's frames take another way (a bond): stations behind it are asked whether they
 * are still there, and hear from us by it. */
void fastpath_port_moved(struct fastpath *fp, uint16_t port);

/* Tells the state of a port's link, which is up at first: next hops behind it die, or live again.
 */
void fastpath_link(struct fastpath *fp, uint16_t port, bool up);

/* Allocates what adopting a generation needs.  Called by control before the generation is
 * published.  Returns 0 or -ENOMEM. */
int fastpath_make_room(struct fastpath *fp, const struct generation *gen);

/* Adopts a generation, between bursts.  The old one is no longer used when it returns.  No flow is
 * looked at: the sweep collects what flows have counted, for rule counters that are carried over.
 * Programs stay if it is of the same edition, and the same times hold as before; those that gen's
 * changes do not touch, if it is of the next one. */
void fastpath_adopt(struct fastpath *fp, const struct generation *gen);

/* Returns the first edition for which a flow may still hold counts that are not yet in the rule
 * counters.  Any thread. */
uint64_t fastpath_uncounted(const struct fastpath *fp);

/* Makes all programs be evaluated again, without a new generation: a route has changed. */
void fastpath_bump_epoch(struct fastpath *fp);

/* Reads the clock; every loop begins with it. */
uint64_t fastpath_tick(struct fastpath *fp);

/* Sets how fragments whose ports are known get to the worker that owns their flow: owner_of returns
 * that worker, hand takes the packet there (fragment_mark_read). */
void fastpath_set_others(struct fastpath *fp,
	unsigned (*owner_of)(void *arg, const struct tuple *t, uint16_t iface),
	void (*hand)(void *arg, unsigned to, struct rte_mbuf *m), void *arg);

/* Sets the owner-lookup callback, which returns the worker that owns the packet of a slot, by its
 * class, key, interface and frame.  Between bursts, with a generation.  NULL: all packets are this
 * worker's. */
void fastpath_set_owner_lookup(struct fastpath *fp,
	unsigned (*owner)(void *arg, const struct burst *b, unsigned slot), void *arg);

/* Begins to look for sessions at other workers, or ends to (NULL).  Between bursts; an owner-lookup
 * callback is set. */
struct search;
void fastpath_set_search(struct fastpath *fp, const struct search *search);

/* fastpath_session_ends fills the ends of a session by its index, at most fastpath_sessions_high;
 * returns false if there is none. */
struct session_ends;
bool fastpath_session_ends(const struct fastpath *fp, uint32_t index, struct session_ends *out);
uint32_t fastpath_sessions_high(const struct fastpath *fp);

/* Gives a data path the secrets of another one's flow tables, so that a hash that the one has
 * computed leads to the other's records.  Before any packet. */
void fastpath_share_secrets(struct fastpath *fp, const struct fastpath *with);

/* Tells NAT how devices spread what comes from outside (nat/nat.h).  Before any packet.  Returns 0
 * or -ENOMEM. */
struct nat_reply_setup;
int fastpath_expect_replies(struct fastpath *fp, const struct nat_reply_setup *setup);

/* Packets that another worker owns, unchanged, in order of arrival; their port field says what is
 * known of them (fastpath/handed.h). */
struct handoff {
	unsigned n;
	struct rte_mbuf *m[BURST_MAX];
	uint16_t owner[BURST_MAX]; /* as the callback returned it */
};

/* Processes n <= BURST_MAX frames received on a port, or handed over by another worker, which has
 * counted them as received (handed; port is then their port field).  They belong to the fast path
 * from here on, except those of fastpath_handoff.  Returns true if at most one in FASTPATH_FEW
 * took the slow path. */
#define FASTPATH_FEW 8
bool fastpath_process(
	struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed);

/* Says whether frames come from a queue that fills faster than it is taken from: while connections
 * flood, most first SYNs are then dropped unread (slowpath/syn_gate.h). */
void fastpath_set_backlogged(struct fastpath *fp, bool backlogged);

/* Returns the packets of other workers among the frames last processed (of handed ones fragments,
 * with FRAGMENT_MARK in their owner, and packets whose session is looked for).  They belong to the
 * caller again, and are counted as received. */
struct handoff *fastpath_handoff(struct fastpath *fp);

/* Judges a fragment that another worker has handed over with its ports.  Returns REASON_NONE, or
 * why it was dropped; it is still to be judged if it is in fastpath_handoff. */
enum reason fastpath_judge(
	struct fastpath *fp, uint16_t port, struct rte_mbuf *m, struct fragment_pass *pass);

/* Tells what became of a first fragment that was handed over. */
void fastpath_decide(struct fastpath *fp, const struct fragment_pass *pass, enum reason why);

/* Sends the packets in the transmit buffers.  Returns their number. */
unsigned fastpath_flush(struct fastpath *fp);

/* Does bounded housekeeping: ageing of flows, the host's timers.  Called in every loop, busy or
 * idle. */
void fastpath_age(struct fastpath *fp);

/* Returns for how long housekeeping can wait, 10 ms at most: less with large tables, 0 while flows
 * are to follow changed routes. */
unsigned fastpath_wait_ms(const struct fastpath *fp);

void fastpath_learn(struct fastpath *fp, const struct host_fact *fact);

/* Sends frames that the kernel has sent by its interfaces (hostif/exchange.h). */
void fastpath_from_kernel(struct fastpath *fp, struct rte_mbuf **m, unsigned n);

/* Releases everything that is held; flows are forgotten, their counts go to the rule counters. */
void fastpath_stop(struct fastpath *fp);

/* Adds what flows have counted to the rule counters.  Walks over the whole table, for reports. */
void fastpath_push_hits(struct fastpath *fp);

void fastpath_observe(struct fastpath *fp, const struct observer *observer);

/* The worker writes its clock once a burst: a thread beside it that reads the clock slows it. */
struct clock *fastpath_clock(struct fastpath *fp);
struct ledger *fastpath_ledger(struct fastpath *fp);
struct host *fastpath_host(struct fastpath *fp);

/* Flows in use and looked up, for reports. */
struct fastpath_flows {
	uint64_t used4, used6, capacity4, capacity6;
	uint64_t sessions, sessions_capacity;
	struct session_counts counts;
	uint64_t flow_bytes, session_bytes, source_bytes, nat_bytes; /* of memory */
	uint64_t flow6_bytes; /* of flow_bytes: the table of IPv6 */
	unsigned longest_probe;
	uint64_t uncached; /* times that a flow got no program because no list of
			    * listed actions was free */
};

/* Fills the figures that need no walk over tables; any thread.  longest_probe, nat_bytes, and proto
 * and tcp of counts are 0. */
void fastpath_figures(const struct fastpath *fp, struct fastpath_flows *out);

/* Returns the sessions that lines count (session/tally.h); NULL: no line ever has.  For control. */
struct tally;
const struct tally *fastpath_tally(const struct fastpath *fp);

/* Fills all figures; walks over tables.  By the owner, or when it has stopped. */
void fastpath_flows(const struct fastpath *fp, struct fastpath_flows *out);

/* Cycles of bursts of known flows, sampled about every FASTPATH_SAMPLE_NS.  worker: write, control:
 * read. */
#define FASTPATH_SAMPLE_NS NS_PER_MS
struct fastpath_times {
	uint64_t packets;
	uint64_t parse_cycles, execute_cycles; /* headers to keys; keys to rewritten packets */
};

/* Begins to sample; never in virtual time. */
void fastpath_take_times(struct fastpath *fp);
void fastpath_times(const struct fastpath *fp, struct fastpath_times *out); /* any thread */

/* Returns what the worker tells of rules that are logged; NULL: none ever was.  Control. */
struct rule_ring *fastpath_rules(const struct fastpath *fp);

/* Returns the worker's dynamic sets, for control's ends of the rings. */
struct dynamic *fastpath_dynamic(struct fastpath *fp);

/* Returns what the worker tells of flows that are exported; NULL: none ever were.  Control. */
struct flow_reports *fastpath_reports(const struct fastpath *fp);

/* Returns the worker's NAT, for reports. */
const struct nat *fastpath_nat(const struct fastpath *fp);

/* Returns the keyed hash and the instruction set in use: "aes, avx2". */
const char *fastpath_variant(void);

#endif
