/* SPDX-License-Identifier: BSD-3-Clause */
/* What workers tell each other: facts about neighbours, by one lockless ring per ordered pair.
 *
 * A full ring loses the fact, which is counted: the other worker asks the neighbour itself.
 *
 * Threads: ring (from, to) is written by from and read by to.  Memory: mailbox_create/_destroy. */
#ifndef WORKER_MAILBOX_H
#define WORKER_MAILBOX_H

#include <stdint.h>

#include "host/host.h"

enum {
	MAILBOX_FACTS = 512,            /* a ring holds one less; fewer, a power of two, among many workers: */
	MAILBOX_FACTS_MIN = 32,
	MAILBOX_FACTS_ALL = 4096,       /* all rings towards a worker hold no more */
};

struct mailbox;

struct mailbox *mailbox_create(unsigned workers);       /* NULL: no memory */
void mailbox_destroy(struct mailbox *mb);               /* NULL is fine */

/* Tells every worker but from. */
void mailbox_tell(struct mailbox *mb, unsigned from, const struct host_fact *fact);

/* Takes at most max facts that were told to a worker.  Returns how many. */
unsigned mailbox_take(struct mailbox *mb, unsigned to, struct host_fact *facts, unsigned max);

/* Facts that from could not tell. */
uint64_t mailbox_lost(const struct mailbox *mb, unsigned from);

#endif
