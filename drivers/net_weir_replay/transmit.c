/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending to nowhere: counted, given back. */

#include <rte_mbuf.h>

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

eth_tx_burst_t
transmit_choose(uint64_t offloads)
{
	return (offloads & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE) != 0 ? transmit_fast : transmit;
}
