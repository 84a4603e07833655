/* SPDX-License-Identifier: BSD-3-Clause */
/* The flight recorder: the last packets, and the latest drops of each reason. */
#include "tap/recorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "base/clock.h"
#include "packet/reason.h"

static int
setup(void **state)
{
	*state = recorder_create(-1);
	return *state != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	recorder_destroy(*state);
	return 0;
}

static void
drop(struct recorder *r, uint8_t reason, uint64_t time_ns)
{
	static uint8_t frame[256];
	struct rte_mbuf m = { .buf_addr = frame, .data_len = 60, .pkt_len = 60, .nb_segs = 1 };
	struct recorder_entry *e;

	frame[0] = reason;
	e = recorder_begin(r, &m);
	e->time_ns = time_ns;
	e->reason = reason;
	recorder_keep(r);
}

static void
a_flood_leaves_the_latest_of_another_reason(void **state)
{
	struct recorder_entry out[RECORDER_LATEST];

	drop(*state, REASON_no_route, NS_PER_SECOND);
	for (unsigned i = 0; i < 3 * RECORDER_ENTRIES; i++)
		drop(*state, REASON_acl_denied, NS_PER_SECOND + i * 1000);
	assert_int_equal(recorder_latest(*state, REASON_no_route, out), 1);
	assert_int_equal(out[0].frame[0], REASON_no_route);
	assert_int_equal(recorder_latest(*state, REASON_blackhole, out), 0);
}

static void
the_latest_are_apart_and_in_order(void **state)
{
	struct recorder_entry out[RECORDER_LATEST];

	for (unsigned i = 0; i < 10000; i++)
		drop(*state, REASON_acl_denied, NS_PER_SECOND + i * 1000);
	assert_int_equal(recorder_latest(*state, REASON_acl_denied, out), RECORDER_LATEST);
	for (unsigned i = 0; i < RECORDER_LATEST; i++)
		assert_int_equal(out[i].time_ns,
			NS_PER_SECOND + (10 - RECORDER_LATEST + i) * RECORDER_APART_NS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_flood_leaves_the_latest_of_another_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(the_latest_are_apart_and_in_order, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
