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
struct rte_mbuf;
struct rte_mempool;
struct tx_queue;                /* io/queue.h */

struct fastpath_setup {
	unsigned worker, workers;
	int numa_node;
	uint32_t sessions;              /* at most; a session has two IPv4 flow records, IPv6 half as many */
	uint64_t openings;              /* bytes for session/syn_gate.h, 0: its preset */
	struct rte_mempool *pool;       /* for packets that the worker makes */
	struct clock clock;             /* copied */
	void (*tell)(void *arg, const struct host_fact *fact);  /* to the other workers; may be NULL */
	void *arg;
};

struct fastpath *fastpath_create(const struct fastpath_setup *setup);   /* NULL: no memory */
void fastpath_destroy(struct fastpath *fp);     /* fastpath_stop first */

/* The way out of a port, by the port's index; NULL takes it away (packets: port_down). */
void fastpath_set_port(struct fastpath *fp, uint16_t port, struct tx_queue *tx);

/* The device of a port is a new one: stations behind it are asked for their MACs again. */
void fastpath_port_returned(struct fastpath *fp, uint16_t port);

/* Control, before a generation is published: allocates what taking it needs.  0 or -ENOMEM. */
int fastpath_make_room(struct fastpath *fp, const struct generation *gen);

/* Takes a generation, between bursts.  The old one is not used any more when it returns.  No flow is looked at: what
 * flows have counted is collected by the sweep, for places that are carried over. */
void fastpath_adopt(struct fastpath *fp, const struct generation *gen);

/* The first generation that a flow may still have counted packets for which are not in the hits of any.  Any thread. */
uint64_t fastpath_uncounted(const struct fastpath *fp);

/* A changed route: programs are judged again without a new generation. */
void fastpath_bump_epoch(struct fastpath *fp);

/* Reads the clock for what follows; every loop begins with it. */
uint64_t fastpath_tick(struct fastpath *fp);

/* Sets how fragments whose ports are known get to the worker that owns their flow: owner_of says which it is, hand
 * takes the packet there (fragment_mark_read). */
void fastpath_set_others(struct fastpath *fp, unsigned (*owner_of)(void *arg, const struct tuple *t, uint16_t iface),
	void (*hand)(void *arg, unsigned to, struct rte_mbuf *m), void *arg);

/* Between bursts, with a generation: who says which worker owns the packet of a slot, by its class, key, interface and
 * frame.  NULL: all are this worker's. */
void fastpath_ask_owner(struct fastpath *fp, unsigned (*owner)(void *arg, const struct burst *b, unsigned slot),
	void *arg);

/* Packets that another worker owns, as they came, in order of arrival. */
struct foreign {
	unsigned n;
	struct rte_mbuf *m[BURST_MAX];
	uint16_t owner[BURST_MAX];      /* as it was said */
};

/* n <= BURST_MAX frames received on a port (or handed over by another worker, which counted them as received:
 * handed).  They are the fastpath's from here on, but for those of fastpath_foreign. */
void fastpath_process(struct fastpath *fp, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed);

/* Of the frames last processed (of handed ones only fragments, with FRAGMENT_MARK in their owner): the caller's again,
 * counted as received. */
struct foreign *fastpath_foreign(struct fastpath *fp);

/* A fragment that another worker has handed over with its ports; REASON_NONE, or why it was dropped. */
enum reason fastpath_judge(struct fastpath *fp, uint16_t port, struct rte_mbuf *m, struct fragment_pass *pass);

/* What became of a first fragment that was handed over. */
void fastpath_decide(struct fastpath *fp, const struct fragment_pass *pass, enum reason why);

/* Sends what lies in the transmit buffers.  Returns the packets that left. */
unsigned fastpath_flush(struct fastpath *fp);

/* Bounded housekeeping: ageing of flows, the host's timers.  Every loop, busy or idle. */
void fastpath_age(struct fastpath *fp);

void fastpath_learn(struct fastpath *fp, const struct host_fact *fact);

/* Lets go of everything held; flows are forgotten, hits are pushed to their places. */
void fastpath_stop(struct fastpath *fp);

/* Adds what flows have counted to the hits of their places; a walk over the whole table, for reports. */
void fastpath_push_hits(struct fastpath *fp);

void fastpath_observe(struct fastpath *fp, const struct observer *observer);
struct clock *fastpath_clock(struct fastpath *fp);
struct ledger *fastpath_ledger(struct fastpath *fp);
struct host *fastpath_host(struct fastpath *fp);

/* Flows in use and looked up, for reports. */
struct fastpath_flows {
	uint64_t used4, used6, capacity4, capacity6;
	uint64_t sessions, sessions_capacity;
	struct session_counts counts;
	uint64_t flow_bytes, session_bytes, source_bytes, nat_bytes;    /* of memory */
	uint64_t flow6_bytes;           /* of flow_bytes: the table of IPv6 */
	unsigned longest_probe;
	uint64_t uncached;              /* times that a flow got no program: no list of rare actions */
};

/* Any thread may ask: counters alone.  longest_probe, nat_bytes, and of counts proto and tcp are 0. */
void fastpath_figures(const struct fastpath *fp, struct fastpath_flows *out);

/* All of it: walks over tables.  By the owner, or when it has stopped. */
void fastpath_flows(const struct fastpath *fp, struct fastpath_flows *out);

/* The worker's NAT, for reports. */
const struct nat *fastpath_nat(const struct fastpath *fp);

/* Which keyed hash and instruction set run: "aes, avx2". */
const char *fastpath_variant(void);

#endif
