/* SPDX-License-Identifier: BSD-3-Clause */
/* First packets, and all others that the straight loop leaves: evaluate, compile, install, carry out.
 *
 * Misses of a burst are evaluated together, stage by stage.  What changes state that others see
 * (flow table, neighbours, meters, born packets) happens afterwards, slot by slot in order of arrival, so
 * that the outcome does not depend on how packets were cut into bursts.
 *
 * Threads: the owning worker. */
#ifndef SLOWPATH_SLOWPATH_H
#define SLOWPATH_SLOWPATH_H

#include "action/nexthop.h"
#include "packet/burst.h"
#include "packet/ledger.h"
#include "packet/view.h"
#include "slowpath/host.h"
#include "stage/eval.h"

struct flow_table;
struct rte_mempool;

/* What an observer is told of each packet, in order of arrival: replay and explain print it.  Pointers are valid
 * during the call. */
enum observed_verdict {
	OBSERVED_OUTPUT,        /* egress: name of the interface or port it leaves by */
	OBSERVED_DROP,          /* reason, and place if a line of the configuration decided it */
	OBSERVED_CONSUMED,
	OBSERVED_HELD,
};

struct observation {
	const struct rte_mbuf *m;       /* the pointer only: the packet may be rewritten, sent or freed */
	enum observed_verdict verdict;
	enum reason reason;
	uint32_t place;                 /* into generation's places, 0: none */
	uint16_t port;                  /* index of the port it came in by */
	uint16_t out_port;              /* of OBSERVED_OUTPUT */
	uint16_t out_iface;             /* of OBSERVED_OUTPUT; IFACE_NONE for a wire */
	bool fast;                      /* a program was found, nothing was evaluated */
	bool has_program;               /* program and view are filled */
	const struct view *view;        /* as it arrived */
	const struct program *program;
	const struct generation *gen;
};

struct observer {
	void (*packet)(void *arg, const struct observation *o);
	void *arg;
	const struct trace *trace;      /* handed to evaluations, or NULL */
};

/* A packet that this worker made while it worked on a slot; it leaves just before the slot's own. */
struct born {
	struct rte_mbuf *m;
	uint16_t slot;
	uint16_t port;
	uint16_t iface;
};

#define BORN_MAX 1024           /* per burst; more are not made */

struct slowpath {
	const struct generation *gen;
	uint16_t epoch;                 /* of programs that may run; never 0 */
	unsigned worker;
	uint64_t now_ns;
	struct flow_table *flow4, *flow6;
	struct nexthop *nexthops;
	struct host *host;
	struct ledger *ledger;
	const struct observer *observer;        /* NULL in production */
	uint16_t slot;                  /* being worked on, for born packets */
	unsigned n_born;
	struct born born[BORN_MAX];
	struct slowpath_scratch *scratch;
};

#endif
