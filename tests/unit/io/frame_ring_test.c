/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of frames between two threads: in order, none lost, none twice, never more than its room;
 * short ones as copies, in buffers of the taker. */

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "io/frame_ring.h"
#include "ports_fixture.h"

enum { FRAMES = 200000 };

struct rig {
	struct ports_fixture f;
	struct frame_ring *ring;
};

static void
open_rig(struct rig *r, unsigned room)
{
	fixture_open(&r->f, 1, 1);
	r->ring = aligned_alloc(RTE_CACHE_LINE_SIZE, frame_ring_bytes(room));
	frame_ring_init(r->ring, room);
}

/* All buffers have to be back. */
static void
close_rig(struct rig *r)
{
	assert_int_equal(frame_ring_count(r->ring), 0);
	assert_int_equal(pools_in_use(&r->f.pools), 0);
	free(r->ring);
	fixture_close(&r->f);
}

/* A frame of so many bytes, at least 4, with a number in the first and last of them, and in the
 * fields that go with it. */
static struct rte_mbuf *
frame(const struct rig *r, uint32_t number, unsigned bytes)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(r->f.mp);
	char *data;

	assert_non_null(m);
	data = rte_pktmbuf_append(m, (uint16_t)bytes);
	memset(data, (int)(number & 0x7f), bytes);
	memcpy(data + bytes - sizeof(number), &number, sizeof(number));
	m->port = (uint16_t)(number & 0x1fff);
	m->vlan_tci_outer = (uint16_t)(number & 0xfff);
	m->hash.fdir.lo = number;
	m->hash.fdir.hi = ~number;
	return m;
}

static void
frames(const struct rig *r, struct rte_mbuf **m, unsigned n, uint32_t first, unsigned bytes)
{
	for (unsigned i = 0; i < n; i++)
		m[i] = frame(r, first + i, bytes);
}

static void
check(const struct rte_mbuf *m, uint32_t number, unsigned bytes)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);

	assert_int_equal(m->data_len, bytes);
	assert_int_equal(m->pkt_len, bytes);
	assert_int_equal(m->nb_segs, 1);
	assert_null(m->next);
	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	assert_int_equal(m->ol_flags, 0);
	for (unsigned i = 0; i < bytes - sizeof(number); i++)
		assert_int_equal(data[i], number & 0x7f);
	assert_memory_equal(data + bytes - sizeof(number), &number, sizeof(number));
	assert_int_equal(m->port, number & 0x1fff);
	assert_int_equal(m->vlan_tci_outer, number & 0xfff);
	assert_int_equal(m->hash.fdir.lo, number);
	assert_int_equal(m->hash.fdir.hi, ~number);
}

/* Takes up to n frames, which have to be those from a number on, and frees them. */
static unsigned
take(struct rig *r, unsigned n, uint32_t first, unsigned bytes)
{
	struct rte_mbuf *m[QUEUE_BURST_MAX];
	unsigned got = frame_ring_take(r->ring, r->f.mp, m, n);

	for (unsigned i = 0; i < got; i++)
		check(m[i], first + i, bytes);
	rte_pktmbuf_free_bulk(m, got);
	return got;
}

static void
a_full_ring_takes_what_fits(void **state)
{
	struct rte_mbuf *m[40];
	struct rig r;

	(void)state;
	open_rig(&r, 48); /* not a power of two */
	assert_int_equal(take(&r, 64, 0, 60), 0);
	frames(&r, m, 40, 0, 60);
	assert_int_equal(frame_ring_give(r.ring, m, 40), 40);
	frames(&r, m, 40, 40, 60);
	assert_int_equal(frame_ring_give(r.ring, m, 40), 8);
	assert_int_equal(frame_ring_count(r.ring), 48);
	assert_int_equal(frame_ring_give(r.ring, m + 8, 1), 0);
	assert_false(frame_ring_give_whole(r.ring, m[8]));
	assert_int_equal(take(&r, 41, 0, 60), 41);
	assert_int_equal(frame_ring_give(r.ring, m + 8, 32), 32);
	assert_int_equal(take(&r, 64, 41, 60), 39);
	close_rig(&r);
}

/* Frames of every length around the largest copy: a copy's own buffer is free again at once, a long
 * frame keeps it. */
static void
short_frames_are_copied(void **state)
{
	static const unsigned lengths[] = { 4, 15, 16, 31, 32, 33, 60, 63, 64, 65, 66, 95, 96,
		FRAME_COPY_MAX - 1, FRAME_COPY_MAX, FRAME_COPY_MAX + 1, 1514 };
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	for (unsigned i = 0; i < RTE_DIM(lengths); i++) {
		bool copied = lengths[i] <= FRAME_COPY_MAX;
		struct rte_mbuf *m[8];

		frames(&r, m, 8, i * 1000, lengths[i]);
		assert_int_equal(frame_ring_give(r.ring, m, 8), 8);
		assert_int_equal(pools_in_use(&r.f.pools), copied ? 0 : 8);
		assert_int_equal(take(&r, 8, i * 1000, lengths[i]), 8);
	}
	close_rig(&r);
}

/* A frame of several buffers, one whose buffer somebody else has too, and one that is given whole:
 * the first and the last arrive as they are. */
static void
buffers_that_are_not_plain(void **state)
{
	struct rte_mbuf *m[2], *out[2];
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	m[0] = frame(&r, 1, 30);
	assert_int_equal(rte_pktmbuf_chain(m[0], frame(&r, 2, 30)), 0);
	m[1] = frame(&r, 3, 60);
	rte_mbuf_refcnt_update(m[1], 1);
	assert_int_equal(frame_ring_give(r.ring, m, 2), 2);
	assert_int_equal(rte_mbuf_refcnt_read(m[1]), 1);
	assert_int_equal(frame_ring_take(r.ring, r.f.mp, out, 2), 2);
	assert_ptr_equal(out[0], m[0]);
	assert_int_equal(out[0]->nb_segs, 2);
	check(out[1], 3, 60);
	check(m[1], 3, 60);
	rte_pktmbuf_free_bulk(out, 2);
	m[0] = m[1];
	m[0]->tx_offload = 0x1234567890;
	assert_true(frame_ring_give_whole(r.ring, m[0]));
	assert_int_equal(frame_ring_take(r.ring, r.f.mp, out, 2), 1);
	assert_ptr_equal(out[0], m[0]);
	assert_int_equal(out[0]->tx_offload, 0x1234567890);
	rte_pktmbuf_free(out[0]);
	close_rig(&r);
}

/* As many copies are taken as there are buffers.  Without any the next one is dropped, so that
 * frames behind it, which have theirs, move on. */
static void
without_buffers_copies_are_dropped(void **state)
{
	uint16_t port, bytes;
	struct rte_mbuf *m[4], *all[8192];
	unsigned n = 0;
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	frames(&r, m, 4, 7, 60);
	assert_int_equal(frame_ring_give(r.ring, m, 4), 4);
	while (n < RTE_DIM(all) && (all[n] = rte_pktmbuf_alloc(r.f.mp)) != NULL)
		n++;
	assert_true(n < RTE_DIM(all));
	assert_false(frame_ring_shed(r.ring, &port, &bytes));
	assert_int_equal(take(&r, 4, 7, 60), 0);
	assert_int_equal(frame_ring_count(r.ring), 4);
	assert_true(frame_ring_shed(r.ring, &port, &bytes));
	assert_int_equal(port, 7);
	assert_int_equal(bytes, 60);
	assert_false(frame_ring_shed(r.ring, &port, &bytes)); /* it may have got one meanwhile */
	assert_int_equal(frame_ring_count(r.ring), 3);
	rte_pktmbuf_free_bulk(&all[n - 2], 2);
	assert_int_equal(take(&r, 4, 8, 60), 2);
	assert_false(frame_ring_shed(r.ring, &port, &bytes));
	rte_pktmbuf_free_bulk(all, n - 2);
	assert_int_equal(take(&r, 4, 10, 60), 1);
	close_rig(&r);
}

static void
an_emptied_ring_frees_its_frames(void **state)
{
	struct rte_mbuf *m[4];
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	frames(&r, m, 4, 0, 60);
	assert_int_equal(frame_ring_give(r.ring, m, 4), 4);
	frames(&r, m, 4, 0, 600);
	assert_int_equal(frame_ring_give(r.ring, m, 4), 4);
	assert_int_equal(pools_in_use(&r.f.pools), 4);
	frame_ring_empty(r.ring);
	close_rig(&r);
}

/* The numbers of both sides count on past 2^32. */
static void
its_numbers_wrap_around(void **state)
{
	struct rte_mbuf *m[32];
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	atomic_store(&r.ring->given, UINT32_MAX - 40);
	atomic_store(&r.ring->taken, UINT32_MAX - 40);
	r.ring->taken_seen = r.ring->given_seen = UINT32_MAX - 40;
	for (unsigned round = 0; round < 4; round++) {
		frames(&r, m, 32, round * 32, round % 2 == 0 ? 60 : 600);
		assert_int_equal(frame_ring_give(r.ring, m, 32), 32);
		assert_int_equal(take(&r, 64, round * 32, round % 2 == 0 ? 60 : 600), 32);
	}
	close_rig(&r);
}

static void *
give_all(void *arg)
{
	struct rig *r = arg;
	unsigned next = 0;

	rte_thread_register(); /* a cache of the pool of its own */
	while (next < FRAMES) {
		unsigned n = RTE_MIN(1 + next % 32, FRAMES - next), given;
		struct rte_mbuf *m[32];

		frames(r, m, n, next, next % 3 == 0 ? 600 : 60 + next % 5);
		given = frame_ring_give(r->ring, m, n);
		rte_pktmbuf_free_bulk(m + given, n - given);
		next += given;
		if (given < n)
			sched_yield();
	}
	rte_thread_unregister();
	return NULL;
}

static void
frames_come_in_order_and_whole(void **state)
{
	unsigned next = 0;
	pthread_t giver;
	struct rig r;

	(void)state;
	open_rig(&r, 64);
	pthread_create(&giver, NULL, give_all, &r);
	while (next < FRAMES) {
		struct rte_mbuf *m[48];
		unsigned n = frame_ring_take(r.ring, r.f.mp, m, 1 + next % 48);

		for (unsigned i = 0; i < n; i++, next++)
			check(m[i], next, m[i]->data_len);
		rte_pktmbuf_free_bulk(m, n);
		if (n == 0)
			sched_yield();
	}
	pthread_join(giver, NULL);
	close_rig(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_ring_takes_what_fits),
		cmocka_unit_test(short_frames_are_copied),
		cmocka_unit_test(buffers_that_are_not_plain),
		cmocka_unit_test(without_buffers_copies_are_dropped),
		cmocka_unit_test(an_emptied_ring_frees_its_frames),
		cmocka_unit_test(its_numbers_wrap_around),
		cmocka_unit_test(frames_come_in_order_and_whole),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
