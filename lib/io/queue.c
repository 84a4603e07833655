/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues: what a worker receives from and sends to. */

#include "io/queue.h"

#include <string.h>

#ifdef WEIR_DEBUG
int queue_fault_accept = -1;
#endif

void
rx_queue_init(struct rx_queue *q, const struct port *port, unsigned queue)
{
	q->port = port->id;
	q->queue = (uint16_t)queue;
	q->stamp = !port->stamps_port;
}

void
tx_queue_init(struct tx_queue *q, struct port *port, unsigned worker, unsigned burst)
{
	memset(q, 0, sizeof(*q));
	q->port = port->id;
	q->queue = (uint16_t)(worker % port->tx_queues);
	q->bound = (uint16_t)(2 * RTE_MIN(burst, (unsigned)QUEUE_BURST_MAX));
	q->flat = port->flat;
	q->pool = port->pool;
	q->share = port->tx_shared ? &port->share[q->queue] : NULL;
}

unsigned
tx_queue_fini(struct tx_queue *q)
{
	unsigned count = q->count;

	rte_pktmbuf_free_bulk(&q->backlog[q->head], count);
	q->dropped += count;
	q->count = 0;
	q->head = 0;
	return count;
}

void
queue_stamp(const struct rx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pkts[i]->port = q->port;
}

static unsigned
accepted_by_device(const struct tx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
#ifdef WEIR_DEBUG
	if (queue_fault_accept >= 0)
		n = RTE_MIN(n, (unsigned)queue_fault_accept);
#endif
	race_give((void **)pkts, n);
	return rte_eth_tx_burst(q->port, q->queue, pkts, (uint16_t)n);
}

uint64_t
queue_bytes(struct rte_mbuf **pkts, unsigned n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += pkts[i]->pkt_len;
	return bytes;
}

unsigned
queue_offer(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, uint64_t bytes)
{
	unsigned sent;

	if (q->share != NULL
		&& atomic_flag_test_and_set_explicit(&q->share->busy, memory_order_acquire))
		return 0;

	mbuf_debug_sending(pkts, n);
	sent = accepted_by_device(q, pkts, n);
	mbuf_debug_kept(pkts + sent, n - sent);

	/* Pairs with the acquire above in the worker that takes the queue next. */
	if (q->share != NULL)
		atomic_flag_clear_explicit(&q->share->busy, memory_order_release);
	q->packets += sent;
	q->bytes += bytes - queue_bytes(pkts + sent, n - sent);
	return sent;
}

unsigned
queue_flush(struct tx_queue *q)
{
	struct rte_mbuf **pkts = &q->backlog[q->head];
	unsigned sent;

	if (q->count == 0)
		return 0;
	sent = queue_offer(q, pkts, q->count, queue_bytes(pkts, q->count));
	q->head = (uint16_t)(q->head + sent);
	q->count = (uint16_t)(q->count - sent);
	return sent;
}

void
queue_reap(const struct tx_queue *q)
{
	/* The af_xdp driver frees sent mbufs only in a send; an empty one is enough. */
	if (q->flat)
		rte_eth_tx_burst(q->port, q->queue, NULL, 0);
	else
		rte_eth_tx_done_cleanup(q->port, q->queue, 0);
}

void
queue_kick(struct tx_queue *q)
{
	if (q->share != NULL
		&& atomic_flag_test_and_set_explicit(&q->share->busy, memory_order_acquire))
		return;
	rte_eth_tx_burst(q->port, q->queue, NULL, 0);
	/* Pairs with the acquire in the worker that takes the queue next. */
	if (q->share != NULL)
		atomic_flag_clear_explicit(&q->share->busy, memory_order_release);
}

/* Moves the backlog to the front, to make room for new frames behind it. */
static void
close_ranks(struct tx_queue *q)
{
	if (q->head != 0)
		memmove(q->backlog, &q->backlog[q->head], q->count * sizeof(q->backlog[0]));
	q->head = 0;
}

unsigned
queue_send_slowly(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n, unsigned done)
{
	unsigned room, lost;

	/* Older frames go first; when all of them have gone, the new ones need not wait. */
	if (q->count > 0) {
		queue_flush(q);
		if (q->count == 0)
			done = queue_offer(q, pkts, n, queue_bytes(pkts, n));
	}
	close_ranks(q);
	room = RTE_MIN((unsigned)q->bound - q->count, n - done);
	memcpy(&q->backlog[q->count], pkts + done, room * sizeof(pkts[0]));
	q->count = (uint16_t)(q->count + room);

	lost = n - done - room;
	rte_pktmbuf_free_bulk(pkts + done + room, lost);
	q->dropped += lost;
	return lost;
}

/* Returns a copy of the frame in one plain buffer and frees the old one, or NULL. */
static struct rte_mbuf *
flatten(struct rte_mbuf *m, struct rte_mempool *pool)
{
	struct rte_mbuf *copy;

	if (m->nb_segs == 1 && RTE_MBUF_DIRECT(m))
		return m;
	copy = rte_pktmbuf_copy(m, pool, 0, UINT32_MAX);
	rte_pktmbuf_free(m);
	if (copy != NULL && copy->nb_segs > 1) {
		rte_pktmbuf_free(copy);
		copy = NULL;
	}
	return copy;
}

unsigned
queue_send_flat(struct tx_queue *q, struct rte_mbuf **pkts, unsigned n)
{
	unsigned flat = 0;
	unsigned done, lost;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = flatten(pkts[i], q->pool);

		if (m != NULL)
			pkts[flat++] = m;
	}
	lost = n - flat;
	q->dropped += lost;
	done = q->count == 0 ? queue_offer(q, pkts, flat, queue_bytes(pkts, flat)) : 0;
	return lost + queue_send_slowly(q, pkts, flat, done);
}
