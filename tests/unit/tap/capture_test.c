/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring of a capture: what is read is what was written, at the ring's end, too; and what a
 * worker does while nobody reads. */
#include "tap/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "support/dpdk.h"
#include "tap/budget.h"

enum { FRAME = 1500, IFACE = 3, PORT = 1 };

static uint8_t bytes[CAPTURE_FRAME_MAX];

static int
setup(void **state)
{
	const struct capture_setup everything = { .frame_bytes = FRAME };

	*state = capture_create(&everything, -1);
	return *state != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	capture_destroy(*state);
	return 0;
}

static int
start(void **state)
{
	(void)state;
	return start_dpdk();
}

/* A frame whose bytes and length are made of a number leaves in a round of time. */
static void
leave(struct capture *c, unsigned number, uint64_t round)
{
	struct capture_now now = { .time_ns = round * BUDGET_ROUND_NS, .generation = 7 };
	uint16_t length = (uint16_t)(60 + number * 37 % (FRAME + 500));
	struct rte_mbuf m = { .buf_addr = bytes, .data_len = length, .pkt_len = length };

	memset(bytes, (int)number, length);
	capture_out(c, &m, IFACE, PORT, &now);
}

static void
assert_record(const struct capture_record *r, unsigned number, uint64_t round)
{
	uint32_t length = 60 + number * 37 % (FRAME + 500);

	assert_non_null(r);
	assert_int_equal(r->time_ns, round * BUDGET_ROUND_NS);
	assert_int_equal(r->bytes, length);
	assert_int_equal(r->kept, RTE_MIN(length, (uint32_t)FRAME));
	assert_int_equal(r->iface, IFACE);
	assert_int_equal(r->port, PORT);
	assert_int_equal(r->direction, CAPTURE_OUT);
	assert_int_equal(r->generation, 7);
	for (uint32_t i = 0; i < r->kept; i++)
		assert_int_equal(r->frame[i], (uint8_t)number);
}

static void
what_is_read_was_written(void **state)
{
	struct capture *c = *state;
	struct capture_counts counts;
	unsigned read = 0;

	/* Up to 100 wait, several times around the ring. */
	for (unsigned i = 1; i < 20000; i++) {
		leave(c, i, i);
		for (; read + 100 < i; capture_release(c)) {
			read++;
			assert_record(capture_peek(c), read, read);
		}
	}
	capture_counts(c, &counts);
	assert_int_equal(counts.lost, 0);
	assert_int_equal(counts.skipped, 0);
}

/* Returns the number of the first frame that finds no room. */
static unsigned
fill(struct capture *c)
{
	struct capture_counts counts = { 0 };
	unsigned i = 0;

	while (counts.lost == 0) {
		i++;
		leave(c, i, i);
		capture_counts(c, &counts);
	}
	assert_true((uint64_t)i * FRAME > CAPTURE_RING_BYTES / 2);
	assert_int_equal(counts.lost, 1);
	assert_int_equal(counts.skipped, 0);
	return i;
}

static void
a_full_ring_ends_the_round(void **state)
{
	struct capture *c = *state;
	struct capture_counts counts;
	unsigned last = fill(c);

	for (unsigned i = 0; i < 10; i++)
		leave(c, last, last);
	capture_counts(c, &counts);
	assert_int_equal(counts.lost, 1);
	assert_int_equal(counts.skipped, 10);
	leave(c, last, last + 1); /* still full in the next one */
	capture_counts(c, &counts);
	assert_int_equal(counts.lost, 2);
	assert_int_equal(counts.skipped, 10);
}

static void
a_ring_that_was_read_is_written_in_the_next_round(void **state)
{
	struct capture *c = *state;
	struct capture_counts counts;
	unsigned last = fill(c);

	for (unsigned i = 1; i < last; i++, capture_release(c))
		assert_record(capture_peek(c), i, i);
	assert_null(capture_peek(c));
	leave(c, last + 1, last);
	assert_null(capture_peek(c));
	leave(c, last + 2, last + 1);
	assert_record(capture_peek(c), last + 2, last + 1);
	capture_release(c);
	capture_counts(c, &counts);
	assert_int_equal(counts.lost, 1);
	assert_int_equal(counts.skipped, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_read_was_written, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_ends_the_round, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_ring_that_was_read_is_written_in_the_next_round, setup, teardown),
	};

	return cmocka_run_group_tests(tests, start, stop_dpdk);
}
