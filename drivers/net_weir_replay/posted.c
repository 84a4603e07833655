/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving with ring=: frames are copied into mbufs that wait in a ring of descriptors, so that a
 * frame is as old when it is received as with a NIC. */

#include "receive.h"

enum {
	POST = 32, /* posted at once, as NICs' drivers refill */
};

/* Fills the ring again once there is room for so many. */
static inline void
post(struct rx_queue *q)
{
	uint16_t room = (uint16_t)(q->descriptors - q->posted_count);
	uint16_t at = (uint16_t)(q->posted_first + q->posted_count);
	struct rte_mbuf *mbufs[POST];
	uint32_t next = q->next;

	while (room >= POST && q->left > 0) {
		uint16_t n = (uint16_t)RTE_MIN(q->left, (uint64_t)POST);

		if (unlikely(rte_mempool_get_bulk(q->pool, (void **)mbufs, n) < 0)) {
			q->counters.no_mbuf += n;
			break;
		}
		for (unsigned i = 0; i < n; i++, at++) {
			struct posted *p;

			if (at >= q->descriptors)
				at = (uint16_t)(at - q->descriptors);
			p = &q->posted[at];
			p->mbuf = mbufs[i];
			p->frame = next;
			p->hash = load_frame(q, mbufs[i], &next, true);
		}
		q->posted_count = (uint16_t)(q->posted_count + n);
		room = (uint16_t)(room - n);
		q->left -= n;
	}
	q->next = next;
}

static uint16_t
receive_posted(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	struct rx_queue *q = queue;
	uint64_t bytes = 0;
	uint16_t at;

	post(q);
	n = RTE_MIN(n, q->posted_count);
	if (q->rate != 0)
		n = due_frames(q, n);
	at = q->posted_first;
	for (unsigned i = 0; i < n; i++) {
		const struct posted *p = &q->posted[at];
		const struct frame *frame = &q->at[p->frame];

		mbufs[i] = p->mbuf;
		describe_mbuf(p->mbuf, frame, p->hash, q->rearm);
		bytes += frame->length;
		if (++at == q->descriptors)
			at = 0;
	}
	q->posted_first = at;
	q->posted_count = (uint16_t)(q->posted_count - n);
	q->due -= q->rate != 0 ? (uint64_t)n << 32 : 0;
	q->counters.packets += n;
	q->counters.bytes += bytes;
	return n;
}

eth_rx_burst_t
posted_choose(void)
{
	return receive_posted;
}

void
posted_free(struct rx_queue *q)
{
	for (; q->posted_count > 0; q->posted_count--) {
		/* Never described: what stands in it is of an earlier life. */
		rte_mbuf_raw_free(q->posted[q->posted_first].mbuf);
		if (++q->posted_first == q->descriptors)
			q->posted_first = 0;
	}
}
