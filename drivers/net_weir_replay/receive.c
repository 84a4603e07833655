/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving: mbufs from the queue's pool, the next frames copied into them, described. */

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "device.h"

/* Whole lines, one for the common short frame: the room is there (rx_queue_setup), and what stands
 * behind the end of a frame is nobody's. */
static inline void
copy_frame(uint8_t *to, const uint8_t *from, unsigned length)
{
	memcpy(to, from, FRAME_LINE);
	for (unsigned at = FRAME_LINE; unlikely(at < length); at += FRAME_LINE)
		memcpy(to + at, from + at, FRAME_LINE);
}

static inline void
describe_mbuf(struct rte_mbuf *mbuf, const struct frame *frame, uint32_t hash, uint64_t rearm)
{
	const struct {
		uint64_t rearm;
		uint64_t flags;
	} first = { rearm, frame->flags };
	const struct {
		uint32_t ptype;
		uint32_t pkt_len;
		uint16_t data_len;
		uint16_t vlan_tci;
		uint32_t hash;
	} second = { frame->ptype, frame->length, frame->length, 0, hash };

	memcpy(&mbuf->rearm_data, &first, sizeof(first));
	memcpy(&mbuf->rx_descriptor_fields1, &second, sizeof(second));
}

/* Whether this frame is to begin a flow. */
static inline bool
wants_fresh(struct rx_queue *q, uint32_t i)
{
	q->fresh_credit += q->fresh_percent;
	if (q->fresh_credit < REPLAY_PERCENT)
		return false;
	q->fresh_credit -= REPLAY_PERCENT;
	return q->places[i].l4 != 0;
}

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
		uint8_t *to = RTE_PTR_ADD(mbufs[i]->buf_addr, RTE_PKTMBUF_HEADROOM);
		uint32_t hash = frame->hash;

		copy_frame(to, q->bytes + (size_t)frame->line * FRAME_LINE, frame->length);
		if (fresh && wants_fresh(q, next)) {
			hash ^= fresh_frame(q->fresh, to, &q->places[next], q->fresh_number++);
			q->counters.fresh++;
		}
		describe_mbuf(mbufs[i], frame, hash, q->rearm);
		bytes += frame->length;
		if (++next == q->count)
			next = 0;
	}
	q->next = next;
	q->left -= n;
	q->counters.packets += n;
	q->counters.bytes += bytes;
	return n;
}

/* How many of n are due.  What has waited for longer than there are descriptors has been missed,
 * as by a NIC. */
static uint16_t
due_frames(struct rx_queue *q, uint16_t n)
{
	uint64_t now = rte_rdtsc();
	uint64_t frames;

	/* The clock of a queue starts when it is first asked. */
	if (q->cycles_last == 0)
		q->cycles_last = now;
	q->due += (uint64_t)((__extension__ (unsigned __int128)(now - q->cycles_last) * q->rate)
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
	if (options->rate != 0)
		return receive_limited;
	return options->fresh != 0 ? receive_fresh : receive_plain;
}
