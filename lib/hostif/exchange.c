/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between workers and the host thread. */

#include "hostif/exchange.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

struct rings {
	struct rte_ring *up[HOSTIF_CLASSES]; /* worker: enqueue, host thread: dequeue */
	struct rte_ring *down;               /* host thread: enqueue, worker: dequeue */
};

struct exchange {
	unsigned workers;
	int fd;               /* an eventfd, on which the host thread sleeps */
	atomic_bool sleeping; /* host thread: write; workers: read, clear */
	struct rings *rings;  /* by worker */
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
	struct exchange *x = calloc(1, sizeof(*x));
	bool made = true;

	if (x == NULL)
		return NULL;
	x->workers = workers;
	x->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	x->rings = calloc(workers, sizeof(x->rings[0]));
	for (unsigned w = 0; x->rings != NULL && w < workers; w++) {
		for (unsigned c = 0; c < HOSTIF_CLASSES; c++)
			made &= (x->rings[w].up[c] = make_ring(EXCHANGE_TO_KERNEL)) != NULL;
		made &= (x->rings[w].down = make_ring(EXCHANGE_FROM_KERNEL)) != NULL;
	}
	if (x->fd >= 0 && x->rings != NULL && made)
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
	if (x->fd >= 0)
		close(x->fd);
	free(x->rings);
	free(x);
}

/* Wakes the host thread: the one call of the kernel by a worker, at most once for each time that
 * the thread has gone to sleep. */
static void
wake(struct exchange *x)
{
	const uint64_t one = 1;

	if (!atomic_exchange_explicit(&x->sleeping, false, memory_order_relaxed))
		return;
	if (write(x->fd, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}

bool
exchange_give(struct exchange *x, unsigned worker, enum hostif_class class, struct rte_mbuf *m)
{
	if (rte_ring_sp_enqueue(x->rings[worker].up[class], m) != 0)
		return false;
	/* Pairs with the fence in exchange_sleep: either it sees the packet, or this sees that it
	 * sleeps. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&x->sleeping, memory_order_relaxed))
		wake(x);
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
	return rte_ring_sp_enqueue(x->rings[worker].down, m) == 0;
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
			if (!rte_ring_empty(x->rings[w].up[c]))
				return false;
	return true;
}

bool
exchange_sleep(struct exchange *x)
{
	atomic_store_explicit(&x->sleeping, true, memory_order_relaxed);
	/* Pairs with the fence in exchange_give. */
	atomic_thread_fence(memory_order_seq_cst);
	if (is_empty(x))
		return true;
	exchange_awake(x);
	return false;
}

void
exchange_awake(struct exchange *x)
{
	uint64_t count;

	atomic_store_explicit(&x->sleeping, false, memory_order_relaxed);
	while (read(x->fd, &count, sizeof(count)) > 0)
		;
}

int
exchange_fd(const struct exchange *x)
{
	return x->fd;
}
