/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts from worker to worker, by rings of one writer and one reader. */

#include "base/counter.h"
#include "base/ring_look.h"
#include "worker/mailbox.h"

#include <stdlib.h>
#include <string.h>

#include <rte_ring.h>

struct mailbox {
	unsigned workers;
	uint64_t *lost;          /* by sender */
	struct rte_ring *ring[]; /* [from * workers + to]; NULL where from is to */
};

static unsigned
facts_of_ring(unsigned workers)
{
	unsigned facts = MAILBOX_FACTS;

	while (facts > MAILBOX_FACTS_MIN && facts * (workers - 1) > MAILBOX_FACTS_ALL)
		facts /= 2;
	return facts;
}

static struct rte_ring *
ring_create(unsigned facts)
{
	ssize_t bytes = rte_ring_get_memsize_elem(sizeof(struct host_fact), facts);
	struct rte_ring *r;

	if (bytes < 0)
		return NULL;
	r = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL((size_t)bytes, RTE_CACHE_LINE_SIZE));
	if (r == NULL)
		return NULL;
	if (rte_ring_init(r, "mailbox", facts, RING_F_SP_ENQ | RING_F_SC_DEQ) < 0) {
		free(r);
		return NULL;
	}
	return r;
}

struct mailbox *
mailbox_create(unsigned workers)
{
	struct mailbox *mb;

	mb = calloc(1, sizeof(*mb) + (size_t)workers * workers * sizeof(mb->ring[0]));
	if (mb == NULL)
		return NULL;
	mb->workers = workers;
	mb->lost = calloc(workers, sizeof(mb->lost[0]));
	if (mb->lost == NULL)
		goto fail;
	for (unsigned i = 0; i < workers * workers; i++) {
		if (i / workers == i % workers)
			continue;
		mb->ring[i] = ring_create(facts_of_ring(workers));
		if (mb->ring[i] == NULL)
			goto fail;
	}
	return mb;

fail:
	mailbox_destroy(mb);
	return NULL;
}

void
mailbox_destroy(struct mailbox *mb)
{
	if (mb == NULL)
		return;
	for (unsigned i = 0; i < mb->workers * mb->workers; i++)
		free(mb->ring[i]);
	free(mb->lost);
	free(mb);
}

void
mailbox_tell(struct mailbox *mb, unsigned from, const struct host_fact *fact)
{
	for (unsigned to = 0; to < mb->workers; to++) {
		if (to == from)
			continue;
		if (rte_ring_sp_enqueue_elem(mb->ring[from * mb->workers + to],
			    (void *)(uintptr_t)fact, sizeof(*fact))
			< 0)
			counter_add(&mb->lost[from], 1);
	}
}

unsigned
mailbox_take(struct mailbox *mb, unsigned to, struct host_fact *facts, unsigned max)
{
	unsigned n = 0;

	for (unsigned from = 0; from < mb->workers && n < max; from++) {
		if (from == to || !ring_waits(mb->ring[from * mb->workers + to]))
			continue;
		n += rte_ring_sc_dequeue_burst_elem(mb->ring[from * mb->workers + to], &facts[n],
			sizeof(facts[0]), max - n, NULL);
	}
	return n;
}

uint64_t
mailbox_lost(const struct mailbox *mb, unsigned from)
{
	return counter_get(&mb->lost[from]);
}
