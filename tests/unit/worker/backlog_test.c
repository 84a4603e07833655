/* SPDX-License-Identifier: BSD-3-Clause */
/* How many packets a worker takes at once; and that it says of the bursts of a queue that fills
 * faster than it takes from it that they come from such a queue, and of no other.
 *
 *   full: a device that always has a burst; empty: one that never has */
#include "support/appliance_fixture.h"
#include "support/wrapped.h"

WRAPPED(fastpath_set_backlogged);

#define CONFIG(pipeline) \
	"version: 1\nsystem: {flows: 1024, burst: 32}\n" \
	"ports: {full: {device: net_null1, queues: 1}, empty: {device: \"net_null2,no-rx=1\", queues: 1}}\n" \
	"interfaces: {full: {addresses: [192.0.2.1/24], pipeline: all}, empty: {addresses: [198.51.100.1/24], pipeline: all}}\n" \
	"pipelines: {all: [" pipeline "]}\n"

enum {
	BURSTS = 32, /* half ones in a row, of no known flow: 512 packets */
};

static unsigned begun, ended;

void
__wrap_fastpath_set_backlogged(struct fastpath *fp, bool backlogged)
{
	begun += backlogged;
	ended += !backlogged;
	__real_fastpath_set_backlogged(fp, backlogged);
}

static void
full_bursts_in_a_row_are_a_backlog(void **state)
{
	const struct appliance_options options = { .stepped = true, .workers = 1 };
	struct appliance_fixture *f = *state;
	struct source *s;

	begun = ended = 0;
	given_appliance(f, CONFIG("drop"), &options);
	s = worker_of(f, 0)->sources;
	assert_int_equal(worker_of(f, 0)->n_sources, 2);
	for (unsigned i = 1; i < BURSTS; i++)
		assert_true(worker_step(worker_of(f, 0)) != 0);
	assert_int_equal(begun, 0);
	for (unsigned i = 1; i <= 3; i++) {
		worker_step(worker_of(f, 0));
		assert_int_equal(begun, i);
		assert_int_equal(ended, i);
	}
	assert_int_equal(s[0].backlog + s[1].backlog, 16 * BURSTS); /* of the other queue nothing */
}

static uint64_t
received(struct worker *w)
{
	uint64_t before = w->packets;

	worker_step(w);
	return w->packets - before;
}

static void
expect_at_once(struct appliance_fixture *f, unsigned first, unsigned then)
{
	assert_int_equal(received(worker_of(f, 0)), first);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(received(worker_of(f, 0)), then);
}

/* Frames of a cable take no slow path; here all others do. */
static void
half_a_burst_is_taken_of_packets_that_take_the_slow_path(void **state)
{
	const struct appliance_options options = { .stepped = true, .workers = 1 };
	struct appliance_fixture *f = *state;

	given_appliance(f, CONFIG("{forward: empty}"), &options);
	expect_at_once(f, 16, 32);
	reload_only(f, CONFIG("{forward: empty}"));
	expect_at_once(f, 32, 32); /* the file says the same */
	reload_only(f, CONFIG("drop"));
	expect_at_once(f, 16, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(full_bursts_in_a_row_are_a_backlog),
		appliance_test(half_a_burst_is_taken_of_packets_that_take_the_slow_path),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
