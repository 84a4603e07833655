/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a ring. */

#include "io/frame_ring.h"

#include <string.h>

size_t
frame_ring_bytes(unsigned room)
{
	return RTE_ALIGN_CEIL(
		sizeof(struct frame_ring) + rte_align32pow2(room) * sizeof(struct rte_mbuf *),
		RTE_CACHE_LINE_SIZE);
}

void
frame_ring_init(struct frame_ring *r, unsigned room)
{
	memset(r, 0, frame_ring_bytes(room));
	r->room = room;
	r->mask = rte_align32pow2(room) - 1;
}
