/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker says of the bursts of a queue that fills faster than it takes from it that they come
 * from such a queue, and of no other.
 *
 *   full: a device that always has a burst; empty: one that never has */
#include "support/appliance_fixture.h"
#include "support/wrapped.h"

WRAPPED(fastpath_set_backlogged);

#define CONFIG \
	"version: 1\nsystem: {flows: 1024, burst: 32}\n" \
	"ports: {full: {device: net_null1, queues: 1}, empty: {device: \"net_null2,no-rx=1\", queues: 1}}\n" \
	"interfaces: {full: {addresses: [192.0.2.1/24], pipeline: all}, empty: {addresses: [198.51.100.1/24], pipeline: all}}\n" \
	"pipelines: {all: [drop]}\n"

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
	given_appliance(f, CONFIG, &options);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(full_bursts_in_a_row_are_a_backlog),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
