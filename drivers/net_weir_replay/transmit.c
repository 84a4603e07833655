/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending to nowhere: counted, given back. */

#include <rte_mbuf.h>

#include "answers.h"
#include "device.h"

static inline void
count(struct tx_queue *q, struct rte_mbuf **mbufs, uint16_t n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += mbufs[i]->pkt_len;
	q->counters.packets += n;
	q->counters.bytes += bytes;
}

static uint16_t
transmit(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	count(queue, mbufs, n);
	rte_pktmbuf_free_bulk(mbufs, n);
	return n;
}

/* With RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE a queue's mbufs are of one pool and of one segment, and
 * nobody else holds them. */
static uint16_t
transmit_fast(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	count(queue, mbufs, n);
	if (n != 0)
		rte_mempool_put_bulk(mbufs[0]->pool, (void **)mbufs, n);
	return n;
}

/* Frees the oldest n of the ring. */
static void
free_oldest(struct tx_queue *q, unsigned n)
{
	while (n > 0) {
		unsigned run = RTE_MIN(n, (unsigned)(q->descriptors - q->sent_first));

		rte_pktmbuf_free_bulk(&q->sent[q->sent_first], run);
		q->sent_first = (uint16_t)(q->sent_first + run == q->descriptors
				? 0
				: q->sent_first + run);
		q->sent_count = (uint16_t)(q->sent_count - run);
		n -= run;
	}
}

/* With ring=: a sent mbuf waits until its descriptor is wanted again. */
static uint16_t
transmit_ring(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct tx_queue *q = queue;
	unsigned room = q->descriptors - q->sent_count;
	unsigned at;

	n = RTE_MIN(n, q->descriptors);
	if (n > room)
		free_oldest(q, n - room);
	count(q, mbufs, n);
	at = q->sent_first + q->sent_count;
	for (unsigned i = 0; i < n; i++, at++)
		q->sent[at >= q->descriptors ? at - q->descriptors : at] = mbufs[i];
	q->sent_count = (uint16_t)(q->sent_count + n);
	return n;
}

unsigned
transmit_free(struct tx_queue *q)
{
	unsigned n = q->sent_count;

	free_oldest(q, n);
	return n;
}

eth_tx_burst_t
transmit_choose(const struct options *options, uint64_t offloads)
{
	if (options->answer)
		return answers_transmit;
	if (options->ring)
		return transmit_ring;
	return (offloads & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0 ? transmit_fast : transmit;
}
