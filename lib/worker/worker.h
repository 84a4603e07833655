/* SPDX-License-Identifier: BSD-3-Clause */
/* One worker: a loop that takes the newest generation, receives, lets the fastpath work, and sends.
 *
 *   newest generation -> tick -> mailbox -> rx queues -> handed over -> flush -> age
 *
 * The loop runs on the worker's own thread (worker/workers.h), or step by step on the caller's:
 * replay and tests call worker_step themselves.
 *
 * Threads: worker_step by one thread at a time; figures may be read by control while it runs. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "fastpath/fastpath.h"
#include "io/port.h"
#include "io/queue.h"
#include "worker/idle.h"

struct ask;
struct mailbox;
struct nat_summary;
struct steer;

/* What workers share. */
struct worker_common {
	unsigned count;                 /* workers */
	unsigned burst;                 /* packets received at once, 1 .. BURST_MAX */
	int node[EAL_WORKERS_MAX];      /* NUMA node of each worker's core */
	struct ports *ports;
	struct steer *steer;            /* NULL: one worker */
	bool device_steers;             /* both directions of what nothing translates come to one worker */
	struct mailbox *mailbox;        /* NULL: one worker */
	_Atomic(const struct generation *) generation;  /* control: write, workers: read */
	atomic_uint ports_changes;      /* how often a port went or came.  control: write, workers: read */
	atomic_bool stop;               /* control: write, workers: read */
};

/* A receive queue that a worker polls. */
struct source {
	struct rx_queue queue;
	uint16_t port;                  /* index of its port */
	struct look *look;              /* the port's */
};

struct worker {
	_Alignas(64) struct worker_common *common;
	unsigned index;
	struct fastpath *fp;
	const struct generation *generation;    /* the one in use */
	struct source *sources;
	unsigned n_sources;             /* of ports that are present */
	struct tx_queue *tx;            /* by port index */
	bool *tx_used;                  /* the fast path sends by it */
	_Atomic(struct ask *) ask;      /* what control asks (worker/ask.h); NULL: nothing.  control: write, worker: read, clear */
	struct idle idle;
	uint64_t now_ns;                /* of the running loop; 0 before the first */
	bool was_busy;                  /* the loop before handled packets */

	/* worker: write, control: read, a loop old (base/counter.h) */
	atomic_uint_fast64_t loops;     /* the heartbeat */
	atomic_uint ports_taken;        /* changes of ports that it knows */
	atomic_uint_fast64_t adopted;   /* number of the generation in use: none before is touched any more */
	uint64_t packets;               /* received, or handed over by others */
	uint64_t busy_ns, idle_ns;      /* loops that handled packets, and those that did not */
	uint64_t longest_gap_ns;        /* between two loops, sleeps left out */
	uint64_t taking_cycles;         /* what it took to take the generation in use */
	atomic_bool launched;           /* control: write, before the thread begins */
	atomic_bool ended;              /* worker: write, when its thread has ended */
	struct fastpath_flows flows;    /* when it stopped: then they are forgotten */
	struct nat_summary *nat;        /* the same */
	bool stopped;
};

struct worker_setup {
	struct worker_common *common;
	unsigned index;
	int numa_node;
	uint32_t flows;
	uint64_t openings;
	struct rte_mempool *pool;
	struct clock clock;
	enum idle_mode idle;
};

/* 0, or -ENOMEM with nothing left behind.  The ports are open. */
int worker_init(struct worker *w, const struct worker_setup *setup);

/* worker_stop has been called.  A zeroed worker is fine. */
void worker_fini(struct worker *w);

/* worker_ports.c: memory for the queues of all ports, and the queues themselves.  0 or -ENOMEM. */
int worker_make_ports(struct worker *w);

/* Takes the ports as they are now, between two loops: queues of those that are not present are not touched any more
 * when it returns.  What waits there is dropped as port_down. */
void worker_take_ports(struct worker *w, unsigned changes);

/* Takes a generation, between two loops. */
void worker_adopt(struct worker *w, const struct generation *gen);

/* One loop.  Returns 0 when there was nothing to do: nothing came and nothing left. */
unsigned worker_step(struct worker *w);

/* When no worker runs any more.  For each worker, until none has anything: handles what was handed
 * over (and returns how much), sends what can be sent.  Then for each: lets go of the rest, every packet
 * counted as stopped. */
unsigned worker_drain(struct worker *w);
void worker_stop(struct worker *w);

/* Flows in use now, or when it stopped.  While its thread runs: fastpath_figures. */
void worker_flows(const struct worker *w, struct fastpath_flows *out);

/* NAT's figures now, or when it stopped, and the bytes of its tables.  nat_summary_free is the caller's; NULL: no
 * pools, or the worker has not adopted gen yet, the generation published last: its pools may change meanwhile. */
struct nat_summary *worker_nat(const struct worker *w, const struct generation *gen, uint64_t *bytes);

/* Ends when common->stop is set; sleeps when there is nothing to do. */
void worker_run(struct worker *w);

#endif
