/* SPDX-License-Identifier: BSD-3-Clause */
/* At which workers flows begin: at all, or gathered at those that receive them.
 *
 * A packet that is handed over costs the worker that receives it more than one of a known flow does
 * (docs/performance/workers.md).  So where every port has fewer queues than there are workers,
 * flows begin at the workers that poll the ports towards the inside, as long as these can do it:
 *
 *   gathered -> at all   one of them has no time left, and its packets cost at least twice as much
 *                        as handing them over would, so that others can help: most begin flows,
 *                        or there are very many flows; or one of them is full
 *   at all -> gathered   for a while neither has been so at any worker, and there are few flows
 *
 * Full is a worker whose sessions, or ports of a pool, fill most of its room, while another one has
 * more: there no flows begin until that is no longer so.
 *
 * The owner of packets changes with a generation, and sessions stay where they began
 * (worker/strays.h).  Workers' shares of rates and limits go by the number of workers at which
 * flows begin.
 *
 * Threads: the control thread. */
#ifndef WORKER_GATHER_H
#define WORKER_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "io/eal.h"

struct generation;
struct ports;
struct spread;
struct worker;

enum {
	GATHER_LOOK_MS = 1000, /* for which a worker has had no time left */
	GATHER_REST_S = 60,    /* at all workers, at least, before they are gathered again */
	GATHER_PRESSED = 90,   /* per cent of the time with whole bursts: no time left */
	GATHER_COSTLY_NS = 80, /* of a packet: twice what it costs to hand one over */
	GATHER_FULL = 85,      /* per cent of a worker's room, */
	GATHER_ROOMY = 60,     /* where others have less than this, until it has not more */
	GATHER_EMPTY = 40,     /* sum of all workers: one can take all */
};

/* What a worker has to do, and how much of its room is taken. */
struct gather_load {
	uint64_t pressed_ns, pressed_packets; /* struct worker's */
	unsigned full; /* per cent of its sessions, or of its ports of a pool: of what is fullest */
};

enum spread_mode {
	SPREAD_ADAPTIVE,
	SPREAD_ALWAYS, /* flows begin at all workers */
};

struct gathering {
	bool at_all;        /* else gathered */
	uint64_t full;      /* workers, a bit each */
	uint64_t since_ns;  /* since when nothing has kept flows from being gathered */
	uint64_t looked_ns; /* when the time was looked at last; 0: never */
	struct gather_load was[EAL_WORKERS_MAX]; /* then */
};

/* Returns the workers at which flows of a generation may be gathered, a bit each: those that poll
 * ports whose pipelines translate, else the first port; the ports of the generation are open, and
 * its interfaces complete.  0: those are all, or a port has a queue for each worker, or it has
 * bridges. */
uint64_t gather_candidates(
	const struct ports *ports, const struct generation *gen, const struct spread *spread);

/* Writes the load of a worker, which may run; gen: published last. */
void gather_measure(const struct worker *w, const struct generation *gen, struct gather_load *out);

/* Looks at the loads of n workers, about every 100 ms.  candidates: from above, not 0.  Returns the
 * workers at which flows shall begin, a bit each; 0: at all. */
uint64_t gather_look(struct gathering *g, const struct gather_load *load, unsigned n,
	uint64_t candidates, uint64_t now_ns);

#endif
