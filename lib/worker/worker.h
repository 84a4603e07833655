/* SPDX-License-Identifier: BSD-3-Clause */
/* One worker: a loop that adopts the newest generation, receives, processes and sends.
 *
 *   newest generation -> tick -> mailbox -> rx queues -> handed over -> flush -> age
 *
 * The loop runs on the worker's own thread (worker/workers.h), or step by step on the caller's:
 * replay and tests call worker_step themselves.
 *
 * Threads: worker_step by one thread at a time; control may read figures while it runs. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/doorbell.h"
#include "fastpath/fastpath.h"
#include "slowpath/slowpath.h"
#include "io/port.h"
#include "io/queue.h"
#include "worker/idle.h"
#include "worker/interrupts.h"
#include "worker/rps.h"
#include "worker/latency.h"
#include "worker/search.h"

struct ask;
struct exchange;
struct mailbox;
struct nat_summary;
struct steer;
struct strays;
struct talkers;

/* State that the workers share. */
struct worker_common {
	unsigned count;            /* workers */
	unsigned burst;            /* packets received at once, at most, 1 .. BURST_MAX */
	bool in_order;             /* nothing is steered before it is parsed, or copied */
	int node[EAL_WORKERS_MAX]; /* NUMA node of each worker's core */
	struct ports *ports;
	struct steer *steer;                 /* NULL: one worker */
	atomic_bool device_steers;           /* both directions of an untranslated flow come to one
					      * worker. control: write, workers: read */
	struct mailbox *mailbox;             /* NULL: one worker */
	struct strays *strays;               /* NULL: one worker */
	_Atomic(struct exchange *) exchange; /* NULL: no host interfaces yet. control: write,
					      * workers: read */
	_Atomic(const struct generation *) generation; /* control: write, workers: read */
	atomic_uint ports_changes; /* number of port removals and additions. control: write,
				    * workers: read */
	atomic_uint links_changes; /* likewise of changes of link states; 0: nobody watches links */
	atomic_bool stop;          /* control: write, workers: read */
	struct doorbell *bells;    /* one for each worker, or NULL: none sleeps on interrupts */
};

/* A receive queue that a worker polls. */
struct source {
	struct rx_queue queue;
	uint16_t port;     /* index of its port */
	struct look *look; /* the port's */
	unsigned backlog;  /* packets in a row that came in full bursts, up to BACKLOG */
	bool interrupts;   /* its interrupt wakes the worker */
	struct rps rps;
};

struct worker {
	_Alignas(64) struct worker_common *common;
	unsigned index;
	struct rte_mempool *pool; /* for short frames that are handed over */
	struct fastpath *fp;
	const struct generation *generation; /* the one in use */
	struct source *sources;
	unsigned n_sources;        /* of ports that are present and of its generation */
	bool awaits;               /* another worker has not left a queue of it yet */
	bool knows;                /* its last loop had few packets that took the slow path */
	struct tx_queue *tx;       /* by port index */
	bool *tx_used;             /* the fast path sends by it */
	uint64_t bonds;            /* ports that are bonds, a bit each */
	uint64_t tended_ns;        /* when their drivers were called last */
	unsigned moved[PORT_MAX];  /* changes of a bond's active member that it knows */
	_Atomic(struct ask *) ask; /* request of control (worker/ask.h), or NULL. control:
				    * write, worker: read, clear */
	struct idle idle;
	uint64_t now_ns;  /* of the running loop; 0 before the first */
	bool was_busy;    /* the previous loop handled packets */
	unsigned pressed; /* packets of that loop, if a queue had a whole burst; else 0 */
	struct talkers *talkers;
	struct searching searching;
	struct search search; /* arg is NULL: every session is with its owner */
	struct interrupts interrupts;

	/* worker: write, control: read, a loop old (base/counter.h) */
	atomic_uint_fast64_t loops;   /* the heartbeat */
	unsigned links_taken;         /* worker's alone: changes of link states that it knows */
	atomic_uint ports_taken;      /* port changes that it knows */
	atomic_uint_fast64_t adopted; /* number of the generation in use: earlier ones are no
				       * longer touched */
	uint64_t packets;             /* received, or handed over by others */
	uint64_t handed;              /* of these, handed over */
	uint64_t busy_ns, idle_ns;    /* loops that handled packets, and those that did not */
	uint64_t pressed_ns;          /* loops in which a queue had a whole burst, */
	uint64_t pressed_packets;     /* and their packets */
	uint64_t longest_gap_ns;      /* between two loops, without sleeps */
	uint64_t taking_cycles;       /* duration of the last adoption */
	atomic_bool launched;         /* control: write, before the thread begins */
	pthread_t thread;             /* worker: write, before its first loop; control: read */
	atomic_int tid;               /* the kernel's number of it, likewise; 0: it has not begun */
	atomic_bool ended;            /* worker: write, when its thread has ended */
	struct fastpath_flows flows;  /* when it stopped: flows are forgotten then */
	struct nat_summary *nat;      /* when it stopped */
	bool stopped;
	struct latency latency; /* worker: write, others: read */
};

struct worker_setup {
	struct worker_common *common;
	unsigned index;
	int numa_node;
	uint32_t flows;
	uint64_t gate_bytes;
	struct rte_mempool *pool;
	struct clock clock;
	enum idle_mode idle;
};

/* Initialises a worker.  Returns 0, or -ENOMEM with nothing left behind.  The ports are open. */
int worker_init(struct worker *w, const struct worker_setup *setup);

/* Frees a worker after worker_stop.  A zeroed worker is fine. */
void worker_fini(struct worker *w);

/* worker_ports.c: allocates the queues of all ports.  Returns 0 or -ENOMEM. */
int worker_make_ports(struct worker *w);

/* Adopts the current set of ports, between two loops: queues of absent ports are not touched any
 * more when it returns.  Frames that wait there are dropped as port_down. */
void worker_take_ports(struct worker *w, unsigned changes);

/* Takes the current link states, between two loops. */
void worker_take_links(struct worker *w);

/* Begins to receive from the ports of the generation that was adopted, and no longer from others;
 * old: the one before it, or NULL. */
void worker_follow_ports(struct worker *w, const struct generation *old);

/* Chooses anew how owners of what it receives are guessed (worker/rps.h). */
void worker_choose_rps(struct worker *w);

/* Takes the queues that other workers have left, and first processes what these have handed over of
 * them, so that no flow's order changes.  Returns the number of those packets. */
unsigned worker_await_queues(struct worker *w);

/* Does what the drivers of bonds need regularly. */
void worker_tend_bonds(struct worker *w);

/* Adopts a generation, between two loops. */
void worker_adopt(struct worker *w, const struct generation *gen);

/* Runs one loop.  Returns 0 when there was nothing to do: nothing came and nothing left. */
unsigned worker_step(struct worker *w);

/* When no worker runs any more: worker_drain, for each worker until none has anything left,
 * processes frames that were handed over (returns their number) and sends what can be sent.  Then
 * worker_stop, for each, drops the rest, every packet counted as stopped. */
unsigned worker_drain(struct worker *w);
void worker_stop(struct worker *w);

/* Fills the flows in use now, or when it stopped.  While its thread runs: fastpath_figures. */
void worker_flows(const struct worker *w, struct fastpath_flows *out);

/* Returns NAT's figures now, or when it stopped, and the bytes of its tables.  The caller frees
 * them by nat_summary_free.  NULL: no pools, or the worker has not adopted gen yet, the generation
 * published last, so its pools may change meanwhile. */
struct nat_summary *worker_nat(
	const struct worker *w, const struct generation *gen, uint64_t *bytes);

/* Wakes a worker that sleeps on interrupts, after work for it was written. */
static inline void
worker_wake(const struct worker_common *common, unsigned worker)
{
	if (common->bells != NULL)
		doorbell_ring(&common->bells[worker]);
}

/* Runs until common->stop is set; sleeps when there is nothing to do. */
void worker_run(struct worker *w);

#endif
