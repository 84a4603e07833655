/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring of frames between two threads: in order, none lost, none twice, never more than its room.
 */

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/frame_ring.h"

enum { FRAMES = 200000 };

static struct frame_ring *
given_ring(unsigned room)
{
	struct frame_ring *r = aligned_alloc(RTE_CACHE_LINE_SIZE, frame_ring_bytes(room));

	frame_ring_init(r, room);
	return r;
}

/* The n-th frame: an address that is not used, but for a word that its giver has written. */
static uint32_t word[FRAMES];

static struct rte_mbuf *
frame(unsigned n)
{
	return (struct rte_mbuf *)&word[n];
}

static void
a_full_ring_takes_what_fits(void **state)
{
	struct frame_ring *r = given_ring(48); /* not a power of two */
	struct rte_mbuf *in[40], *out[64];

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		in[i] = frame(i);
	assert_int_equal(frame_ring_take(r, out, 64), 0);
	assert_int_equal(frame_ring_give(r, in, 40), 40);
	assert_int_equal(frame_ring_give(r, in, 40), 8);
	assert_int_equal(frame_ring_count(r), 48);
	assert_int_equal(frame_ring_give(r, in, 1), 0);
	assert_int_equal(frame_ring_take(r, out, 41), 41);
	assert_ptr_equal(out[39], frame(39));
	assert_ptr_equal(out[40], frame(0));
	assert_int_equal(frame_ring_give(r, in, 40), 40);
	assert_int_equal(frame_ring_take(r, out, 64), 47);
	assert_ptr_equal(out[46], frame(39));
	assert_int_equal(frame_ring_count(r), 0);
	free(r);
}

/* The numbers of both sides count on past 2^32. */
static void
its_numbers_wrap_around(void **state)
{
	struct frame_ring *r = given_ring(64);
	struct rte_mbuf *in[32], *out[64];

	(void)state;
	atomic_store(&r->given, UINT32_MAX - 40);
	atomic_store(&r->taken, UINT32_MAX - 40);
	r->taken_seen = r->given_seen = UINT32_MAX - 40;
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 32; i++)
			in[i] = frame(round * 32 + i);
		assert_int_equal(frame_ring_give(r, in, 32), 32);
		assert_int_equal(frame_ring_take(r, out, 64), 32);
		for (unsigned i = 0; i < 32; i++)
			assert_ptr_equal(out[i], in[i]);
	}
	free(r);
}

static void *
give_all(void *ring)
{
	struct rte_mbuf *m[32];
	unsigned next = 0;

	while (next < FRAMES) {
		unsigned n = RTE_MIN(1 + next % 32, FRAMES - next);

		for (unsigned i = 0; i < n; i++) {
			word[next + i] = next + i + 1;
			m[i] = frame(next + i);
		}
		next += frame_ring_give(ring, m, n);
		if (next % 7 == 0)
			sched_yield();
	}
	return NULL;
}

static void
frames_come_in_order_and_whole(void **state)
{
	struct frame_ring *r = given_ring(64);
	unsigned next = 0;
	pthread_t giver;

	(void)state;
	pthread_create(&giver, NULL, give_all, r);
	while (next < FRAMES) {
		struct rte_mbuf *m[48];
		unsigned n = frame_ring_take(r, m, 1 + next % 48);

		for (unsigned i = 0; i < n; i++, next++) {
			assert_ptr_equal(m[i], frame(next));
			assert_int_equal(word[next], next + 1); /* as the giver wrote it */
		}
		if (n == 0)
			sched_yield();
	}
	pthread_join(giver, NULL);
	assert_int_equal(frame_ring_count(r), 0);
	free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_ring_takes_what_fits),
		cmocka_unit_test(its_numbers_wrap_around),
		cmocka_unit_test(frames_come_in_order_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
