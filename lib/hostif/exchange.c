/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between workers and the host thread. */

#include "hostif/exchange.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "base/doorbell.h"
#include "base/ring_look.h"

struct rings {
	struct rte_ring *up[HOSTIF_CLASSES]; /* worker: enqueue, host thread: dequeue */
	struct rte_ring *down;               /* host thread: enqueue, worker: dequeue */
};

struct exchange {
	unsigned workers;
	struct rings *rings;              /* by worker */
	_Atomic(struct doorbell *) bells; /* of the workers, or NULL.  control: write, host
					   * thread: read */
	struct doorbell bell;             /* of the host thread */
};

static struct rte_ring *
make_ring(unsigned size)
{
	ssize_t bytes = rte_ring_get_memsize(rte_align32pow2(size + 1));
	void *at = bytes < 0 ? NULL
			     : aligned_alloc(RTE_CACHE_LINE_SIZE,
				     RTE_ALIGN_CEIL((size_t)bytes, RTE_CACHE_LINE_SIZE));

	if (at != NULL
		&& rte_ring_init(
			   at, "kernel", size, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ)
			< 0) {
		free(at);
		return NULL;
	}
	return at;
}

struct exchange *
exchange_create(unsigned workers)
{
	struct exchange *x = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*x));
	bool made;

	if (x == NULL)
		return NULL;
	memset(x, 0, sizeof(*x));
	x->workers = workers;
	made = doorbell_init(&x->bell) == 0;
	x->rings = calloc(workers, sizeof(x->rings[0]));
	for (unsigned w = 0; x->rings != NULL && w < workers; w++) {
		for (unsigned c = 0; c < HOSTIF_CLASSES; c++)
			made &= (x->rings[w].up[c] = make_ring(EXCHANGE_TO_KERNEL)) != NULL;
		made &= (x->rings[w].down = make_ring(EXCHANGE_FROM_KERNEL)) != NULL;
	}
	if (x->rings != NULL && made)
		return x;
	exchange_destroy(x);
	return NULL;
}

static void
free_ring(struct rte_ring *ring)
{
	void *m;

	while (ring != NULL && rte_ring_sc_dequeue(ring, &m) == 0)
		rte_pktmbuf_free(m);
	free(ring);
}

void
exchange_destroy(struct exchange *x)
{
	if (x == NULL)
		return;
	for (unsigned w = 0; x->rings != NULL && w < x->workers; w++) {
		for (unsigned c = 0; c < HOSTIF_CLASSES; c++)
			free_ring(x->rings[w].up[c]);
		free_ring(x->rings[w].down);
	}
	doorbell_fini(&x->bell);
	free(x->rings);
	free(x);
}

void
exchange_wake_by(struct exchange *x, struct doorbell *bells)
{
	/* Pairs with the acquire in exchange_give_down. */
	atomic_store_explicit(&x->bells, bells, memory_order_release);
}

bool
exchange_give(struct exchange *x, unsigned worker, enum hostif_class class, struct rte_mbuf *m)
{
	if (rte_ring_sp_enqueue(x->rings[worker].up[class], m) != 0)
		return false;
	doorbell_ring(&x->bell);
	return true;
}

unsigned
exchange_take(struct exchange *x, unsigned worker, struct rte_mbuf **m, unsigned max)
{
	return rte_ring_sc_dequeue_burst(x->rings[worker].down, (void **)m, max, NULL);
}

unsigned
exchange_take_up(struct exchange *x, unsigned worker, enum hostif_class class, struct rte_mbuf **m,
	unsigned max)
{
	return rte_ring_sc_dequeue_burst(x->rings[worker].up[class], (void **)m, max, NULL);
}

bool
exchange_give_down(struct exchange *x, unsigned worker, struct rte_mbuf *m)
{
	/* Pairs with the release in exchange_wake_by. */
	struct doorbell *bells = atomic_load_explicit(&x->bells, memory_order_acquire);

	if (rte_ring_sp_enqueue(x->rings[worker].down, m) != 0)
		return false;
	if (bells != NULL)
		doorbell_ring(&bells[worker]);
	return true;
}

unsigned
exchange_workers(const struct exchange *x)
{
	return x->workers;
}

static bool
is_empty(const struct exchange *x)
{
	for (unsigned w = 0; w < x->workers; w++)
		for (unsigned c = 0; c < HOSTIF_CLASSES; c++)
			if (ring_waits(x->rings[w].up[c]))
				return false;
	return true;
}

bool
exchange_sleep(struct exchange *x)
{
	doorbell_arm(&x->bell);
	if (is_empty(x))
		return true;
	exchange_awake(x);
	return false;
}

void
exchange_awake(struct exchange *x)
{
	doorbell_disarm(&x->bell);
}

int
exchange_fd(const struct exchange *x)
{
	return x->bell.fd;
}
