/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving: mbufs from the queue's pool, the next frames copied into them, described. */

#include "receive.h"

#include <rte_cycles.h>

#include "answers.h"

static inline uint16_t
receive(struct rx_queue *q, struct rte_mbuf **mbufs, uint16_t n, bool fresh)
{
	uint64_t bytes = 0;
	uint32_t next = q->next;

	n = (uint16_t)RTE_MIN(q->left, n);
	if (unlikely(n == 0))
		return 0;
	if (unlikely(rte_mempool_get_bulk(q->pool, (void **)mbufs, n) < 0)) {
		q->counters.no_mbuf += n;
		return 0;
	}
	for (unsigned i = 0; i < n; i++) {
		const struct frame *frame = &q->at[next];
		uint32_t hash = load_frame(q, mbufs[i], &next, fresh);

		describe_mbuf(mbufs[i], frame, hash, q->rearm);
		bytes += frame->length;
	}
	q->next = next;
	q->left -= n;
	q->counters.packets += n;
	q->counters.bytes += bytes;
	return n;
}

uint16_t
due_frames(struct rx_queue *q, uint16_t n)
{
	uint64_t now = rte_rdtsc();
	uint64_t frames;

	/* The clock of a queue starts when it is first asked. */
	if (q->cycles_last == 0)
		q->cycles_last = now;
	q->due += (uint64_t)((__extension__(unsigned __int128)(now - q->cycles_last) * q->rate)
		/ rte_get_tsc_hz());
	q->cycles_last = now;
	frames = q->due >> 32;
	if (unlikely(frames > q->descriptors)) {
		uint64_t missed = RTE_MIN(frames - q->descriptors, q->left);

		q->counters.missed += missed;
		q->next = (uint32_t)((q->next + missed) % q->count);
		q->left -= missed;
		q->due -= (frames - q->descriptors) << 32;
		frames = q->descriptors;
	}
	return (uint16_t)RTE_MIN(frames, n);
}

static uint16_t
receive_plain(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	return receive(queue, mbufs, n, false);
}

static uint16_t
receive_fresh(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	return receive(queue, mbufs, n, true);
}

static uint16_t
receive_limited(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct rx_queue *q = queue;

	if (q->count == 0)
		return 0;
	n = receive(q, mbufs, due_frames(q, n), true);
	q->due -= (uint64_t)n << 32;
	return n;
}

eth_rx_burst_t
receive_choose(const struct options *options)
{
	if (options->answer)
		return answers_receive;
	if (options->ring)
		return posted_choose();
	if (options->rate != 0)
		return receive_limited;
	return options->fresh != 0 ? receive_fresh : receive_plain;
}
