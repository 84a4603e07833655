/* SPDX-License-Identifier: BSD-3-Clause */
/* What receiving is made of: the next frame copied, the mbuf described, the rate kept.
 *
 * Threads: the one that polls the queue. */
#ifndef NET_WEIR_REPLAY_RECEIVE_H
#define NET_WEIR_REPLAY_RECEIVE_H

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "device.h"
#include "stream.h"

enum {
	LINES_AHEAD = 64, /* of frames that are prefetched */
	FRAMES_AHEAD = 32,
};

static inline void
copy_line(uint8_t *to, const uint8_t *from)
{
	memcpy(to, from, FRAME_LINE);
	rte_prefetch0(from + LINES_AHEAD * FRAME_LINE);
}

/* Whole lines, one for the common short frame: the room is there (rx_queue_setup), and what stands
 * behind the end of a frame is nobody's.  The frames that follow are prefetched, since with a NIC
 * nobody waits for them.  A processor prefetches them by itself only as long as a program reads few
 * other lines. */
static inline void
copy_frame(uint8_t *to, const uint8_t *from, unsigned length)
{
	copy_line(to, from);
	for (unsigned at = FRAME_LINE; unlikely(at < length); at += FRAME_LINE)
		copy_line(to + at, from + at);
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

	memcpy(RTE_PTR_ADD(mbuf, offsetof(struct rte_mbuf, data_off)), &first, sizeof(first));
	memcpy(RTE_PTR_ADD(mbuf, offsetof(struct rte_mbuf, packet_type)), &second, sizeof(second));
}

/* Whether this frame is to begin a flow: a segment of TCP would not. */
static inline bool
wants_fresh(struct rx_queue *q, uint32_t i)
{
	q->fresh_credit += q->fresh_percent;
	if (q->fresh_credit < REPLAY_PERCENT || q->places[i].l4 == 0
		|| (q->step != 0 && q->places[i].cksum == PLACE_TCP_CKSUM))
		return false;
	q->fresh_credit -= REPLAY_PERCENT;
	return true;
}

/* Copies the frame at *next, which moves on, and returns its hash. */
static inline uint32_t
load_frame(struct rx_queue *q, struct rte_mbuf *mbuf, uint32_t *next, bool fresh)
{
	const struct frame *frame = &q->at[*next];
	uint8_t *to = RTE_PTR_ADD(mbuf->buf_addr, RTE_PKTMBUF_HEADROOM);
	const uint8_t *from = q->bytes + (size_t)frame->line * FRAME_LINE;
	uint32_t hash = frame->hash;

	copy_frame(to, from, frame->length);
	rte_prefetch0(frame + FRAMES_AHEAD);
	if (fresh && wants_fresh(q, *next)) {
		hash ^= fresh_frame(q->fresh, to, &q->places[*next], q->fresh_number++);
		q->counters.fresh++;
	} else if (unlikely(q->moved != 0)) {
		stream_frame(to, from, &q->places[*next], q->moved);
	}
	if (++*next == q->count) {
		*next = q->first;
		q->moved += q->step;
	}
	return hash;
}

/* How many of n are due by the rate of the queue.  What has waited for longer than there are
 * descriptors has been missed, as by a NIC. */
uint16_t due_frames(struct rx_queue *q, uint16_t n);

#endif
