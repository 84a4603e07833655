/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts about neighbours from worker to worker, by one lockless ring for each ordered pair.
 *
 * A full ring loses the fact, which is counted: the other worker asks the neighbour itself.
 *
 * Threads: ring (from, to) is written by from and read by to.  Memory: mailbox_create/_destroy. */
#ifndef WORKER_MAILBOX_H
#define WORKER_MAILBOX_H

#include <stdint.h>

#include "host/host.h"

enum {
	MAILBOX_FACTS = 512, /* a ring holds one fact less; fewer, a power of two,
			      * among many workers: */
	MAILBOX_FACTS_MIN = 32,
	MAILBOX_FACTS_ALL = 4096, /* the maximum over all rings towards a worker */
};

struct mailbox;

struct mailbox *mailbox_create(unsigned workers); /* NULL: no memory */
void mailbox_destroy(struct mailbox *mb);         /* NULL is fine */

/* Tells every worker but from. */
void mailbox_tell(struct mailbox *mb, unsigned from, const struct host_fact *fact);

/* Takes at most max facts that were told to a worker.  Returns their number. */
unsigned mailbox_take(struct mailbox *mb, unsigned to, struct host_fact *facts, unsigned max);

/* Returns the number of facts that from could not tell. */
uint64_t mailbox_lost(const struct mailbox *mb, unsigned from);

#endif
