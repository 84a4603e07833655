/* SPDX-License-Identifier: BSD-3-Clause */
/* Hand-off: packets that another worker owns go to it by a ring, and what is known of a fragment
 * goes with it (slowpath/fragments/mark.h).
 *
 * Threads: the worker's own. */
#ifndef WORKER_HANDOVER_H
#define WORKER_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mbuf;
struct worker;

/* Sets in the worker's data path how fragments get to other workers. */
void handover_init(struct worker *w);

/* Processes n frames of a port, and hands over those of other workers.  handed: as in
 * fastpath_process, as is what it returns. */
bool handover_process(
	struct worker *w, uint16_t port, struct rte_mbuf **m, unsigned n, bool handed);

/* Offers frames to another worker, with its mark in their port field (worker/rps.h).  Returns how
 * many found room, from the first on. */
unsigned handover_offer(struct worker *w, unsigned to, struct rte_mbuf **m, unsigned n);

/* Processes what other workers have handed to this one, or answered.  Returns the number. */
unsigned handover_receive(struct worker *w);

#endif
