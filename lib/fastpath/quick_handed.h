/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of packets that another worker has parsed (fastpath/handed.h).
 *
 * Compiled for each instruction set.  Only the MAC is compared again: a generation that this worker
 * has adopted meanwhile may have given the port another one. */
#ifndef FASTPATH_QUICK_HANDED_H
#define FASTPATH_QUICK_HANDED_H

#include "base/prefetch.h"
#include "fastpath/handed.h"
#include "fastpath/quick4.h"
#include "fastpath/quick6.h"

/* Sets the frame pointers; the receiving worker's core has the frames. */
static inline void
find_handed_frames(struct burst *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		b->frame[i] = rte_pktmbuf_mtod(b->m[i], uint8_t *);
		prefetch_to_write(b->frame[i]);
	}
}

/* Sets class, key and hash of every slot of a burst that is handed over with its hashes. */
static inline void
take_handed(struct fastpath *fp, struct burst *b, bool six)
{
	const struct flow_table *t = six ? fp->dp.flow6 : fp->dp.flow4;
	const struct quick q = quick_of(
		six ? &quick_head6 : &quick_head4, b->ingress, t, SYN_TURNS);
	unsigned protos = 0;
	uint64_t bytes = 0;

	b->all_plain4 = !six;
	for (unsigned i = 0; i < b->n; i++) {
		b->hash[i] = handed_hash(b->m[i]);
		rte_prefetch0(flow_bucket(t, b->hash[i]));
		bytes += b->m[i]->pkt_len;
	}
	for (unsigned i = 0; i < b->n; i++) {
		const uint8_t *frame = b->frame[i];

		protos |= frame[six ? 14 + 6 : 14 + 9];
		if (six) /* the hash is not used, so the compiler omits it */
			take_key6(&b->key6[i], frame + 14 + 4, &q);
		else
			take_key4(&b->key4[i], frame + 14 + 8, &q);
		if (six)
			b->class[i] = SLOT_PLAIN6;
		if (unlikely(memcmp(frame, b->ingress->mac, 6) != 0)) {
			fastpath_parse_full(fp, b, i);
			b->all_plain4 = false;
		}
	}
	b->bytes = bytes;
	b->may_have_tcp = protos & (IPPROTO_TCP & ~IPPROTO_UDP);
}

#endif
