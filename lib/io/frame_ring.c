/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of frames from one thread to one other. */

#include "io/frame_ring.h"

#include <string.h>

#include "base/prefetch.h"

size_t
frame_ring_bytes(unsigned room)
{
	return RTE_ALIGN_CEIL(
		sizeof(struct frame_ring) + rte_align32pow2(room) * sizeof(struct frame_place),
		RTE_CACHE_LINE_SIZE);
}

void
frame_ring_init(struct frame_ring *r, unsigned room)
{
	memset(r, 0, frame_ring_bytes(room));
	r->room = room;
	r->mask = rte_align32pow2(room) - 1;
}

/* Copies n <= FRAME_COPY_MAX bytes, in two steps that may overlap: their sizes are constants. */
static inline void
copy_bytes(uint8_t *to, const uint8_t *from, unsigned n)
{
	if (n > 64) {
		memcpy(to, from, 64);
		memcpy(to + n - 64, from + n - 64, 64);
	} else if (likely(n >= 32)) {
		memcpy(to, from, 32);
		memcpy(to + n - 32, from + n - 32, 32);
	} else {
		memcpy(to, from, n);
	}
}

static inline void
write_copy(struct frame_place *place, const struct rte_mbuf *m)
{
	memcpy(&place->hash, &m->hash, sizeof(place->hash));
	place->bytes = m->data_len;
	place->port = m->port;
	place->vlan_tci_outer = m->vlan_tci_outer;
	copy_bytes(place->copy, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
}

/* Returns how many of n frames find room. */
static unsigned
room_for(struct frame_ring *r, uint32_t given, unsigned n)
{
	if (r->room - (given - r->taken_seen) < n)
		/* Pairs with the release in frame_ring_take: the places are no longer read. */
		r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
	return RTE_MIN(n, r->room - (given - r->taken_seen));
}

/* Frees buffers of one piece.  Those that nothing else refers to go back without a look at their
 * second line. */
static void
free_buffers(struct rte_mbuf **m, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (unlikely(m[i]->pool != m[0]->pool || rte_mbuf_refcnt_read(m[i]) != 1
			    || !RTE_MBUF_DIRECT(m[i]))) {
			rte_pktmbuf_free_bulk(m, n);
			return;
		}
	if (n != 0)
		rte_mempool_put_bulk(m[0]->pool, (void **)m, n);
}

unsigned
frame_ring_give(struct frame_ring *r, struct rte_mbuf **m, unsigned n)
{
	uint32_t given = atomic_load_explicit(&r->given, memory_order_relaxed);
	struct rte_mbuf *copied[QUEUE_BURST_MAX];
	unsigned copies = 0;

	n = room_for(r, given, n);
	for (unsigned i = 0; i < n; i++) {
		struct frame_place *place = &r->at[(given + i) & r->mask];

		if (likely(!r->whole) && m[i]->nb_segs == 1 && m[i]->data_len <= FRAME_COPY_MAX) {
			write_copy(place, m[i]);
			copied[copies++] = m[i];
		} else {
			place->m = m[i];
			place->bytes = 0;
		}
	}
	/* Pairs with the acquire in frame_ring_take: the frames are written. */
	atomic_store_explicit(&r->given, given + n, memory_order_release);
	free_buffers(copied, copies);
	return n;
}

bool
frame_ring_give_whole(struct frame_ring *r, struct rte_mbuf *m)
{
	uint32_t given = atomic_load_explicit(&r->given, memory_order_relaxed);
	struct frame_place *place = &r->at[given & r->mask];

	if (room_for(r, given, 1) == 0)
		return false;
	place->m = m;
	place->bytes = 0;
	/* Pairs with the acquire in frame_ring_take. */
	atomic_store_explicit(&r->given, given + 1, memory_order_release);
	return true;
}

/* Writes a copy into a buffer as the pool has it. */
static inline void
read_copy(const struct frame_place *place, struct rte_mbuf *m)
{
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->ol_flags = 0;
	m->packet_type = 0;
	memcpy(&m->hash, &place->hash, sizeof(place->hash));
	m->port = place->port;
	m->vlan_tci_outer = place->vlan_tci_outer;
	m->data_len = place->bytes;
	m->pkt_len = place->bytes;
	copy_bytes(rte_pktmbuf_mtod(m, uint8_t *), place->copy, place->bytes);
}

/* Takes the buffers that there are for the first of n frames; returns how many frames these are. */
static unsigned
as_buffers_allow(
	const struct frame_ring *r, struct rte_mempool *pool, struct rte_mbuf **buffer, unsigned n)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	unsigned used = 0;

	for (unsigned i = 0; i < n; i++)
		if (r->at[(taken + i) & r->mask].bytes != 0
			&& rte_mempool_get(pool, (void **)&buffer[used++]) < 0)
			return i;
	return n;
}

bool
frame_ring_shed(struct frame_ring *r, uint16_t *port, uint16_t *bytes)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	const struct frame_place *place = &r->at[taken & r->mask];

	if (!r->short_of_buffers)
		return false;
	r->short_of_buffers = false;
	*port = place->port;
	*bytes = place->bytes;
	/* Pairs with the acquire in room_for. */
	atomic_store_explicit(&r->taken, taken + 1, memory_order_release);
	return true;
}

unsigned
frame_ring_take(struct frame_ring *r, struct rte_mempool *pool, struct rte_mbuf **m, unsigned n)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	struct rte_mbuf *buffer[QUEUE_BURST_MAX];
	unsigned copies = 0, used = 0;

	if (r->given_seen - taken < n)
		/* Pairs with the release in frame_ring_give. */
		r->given_seen = atomic_load_explicit(&r->given, memory_order_acquire);
	n = RTE_MIN(n, r->given_seen - taken);
	for (unsigned i = 0; i < n; i++)
		copies += r->at[(taken + i) & r->mask].bytes != 0;
	if (copies != 0 && unlikely(rte_mempool_get_bulk(pool, (void **)buffer, copies) < 0)) {
		n = as_buffers_allow(r, pool, buffer, n);
		r->short_of_buffers = n == 0;
	}
	for (unsigned i = 0; i < n; i++) {
		const struct frame_place *place = &r->at[(taken + i) & r->mask];

		m[i] = place->bytes != 0 ? buffer[used++] : place->m;
		if (place->bytes != 0)
			read_copy(place, m[i]);
		else
			prefetch_to_write(m[i]);
	}
	if (n != 0)
		/* Pairs with the acquire in room_for. */
		atomic_store_explicit(&r->taken, taken + n, memory_order_release);
	/* What is taken next comes from the other core while these are processed. */
	for (uint32_t next = taken + n, last = RTE_MIN(r->given_seen - next, n) + next;
		next != last; next++) {
		rte_prefetch0(&r->at[next & r->mask]);
		rte_prefetch0(&r->at[next & r->mask].copy[FRAME_COPY_MAX - 1]);
	}
	return n;
}

void
frame_ring_empty(struct frame_ring *r)
{
	uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	/* Pairs with the release in frame_ring_give. */
	uint32_t given = atomic_load_explicit(&r->given, memory_order_acquire);

	for (; taken != given; taken++)
		if (r->at[taken & r->mask].bytes == 0)
			rte_pktmbuf_free(r->at[taken & r->mask].m);
	atomic_store_explicit(&r->taken, taken, memory_order_release);
}
