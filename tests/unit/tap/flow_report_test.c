/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker tells of flows: accounts, times, and who may fill how much of the ring. */
#include "tap/flow_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

#define T0 (100 * NS_PER_SECOND)

static int
setup(void **state)
{
	const struct flow_reports_size size = { 10, 10, 10 };
	struct flow_reports *r = flow_reports_create(&size, -1);

	*state = r;
	if (r != NULL)
		flow_reports_begin(r);
	return r != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	flow_reports_destroy(*state);
	return 0;
}

static void
count(struct flow_reports *r, struct flow_account *a, bool reply, uint64_t packets, uint64_t at_ns)
{
	flow_account_add(r, a,
		&(struct flow_counted){ reply, packets, 100 * packets, at_ns, clock_tick(at_ns) });
}

static struct flow_report
take(struct flow_reports *r)
{
	const struct flow_report *e = ring_peek(r->entries);
	struct flow_report out;

	assert_non_null(e);
	out = *e;
	ring_release(r->entries);
	return out;
}

static void
an_account_tells_both_directions_once(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report report;
	struct flow_account *a = &r->session[3];

	count(r, a, false, 1, T0);
	count(r, a, true, 4, T0 + NS_PER_SECOND);
	count(r, a, false, 2, T0 + 2 * NS_PER_SECOND);
	assert_non_null(flow_reports_tell(r, a, FLOW_REPORT_CONVERSATION, T0 + 9 * NS_PER_SECOND));
	flow_reports_commit(r);
	report = take(r);
	assert_int_equal(report.packets[0], 3);
	assert_int_equal(report.packets[1], 4);
	assert_int_equal(report.bytes[0], 300);
	assert_int_equal(report.bytes[1], 400);
	assert_int_equal(report.start_ns, T0);
	/* Up to a tick (2^20 ns) early. */
	assert_in_range(report.end_ns, T0 + 2 * NS_PER_SECOND - (1u << 20), T0 + 2 * NS_PER_SECOND);
	assert_false(flow_account_has(r, a));
	count(r, a, false, 5, T0 + 3 * NS_PER_SECOND);
	assert_non_null(flow_reports_tell(r, a, FLOW_REPORT_CONVERSATION, T0 + 9 * NS_PER_SECOND));
	flow_reports_commit(r);
	report = take(r);
	assert_int_equal(report.packets[0], 5);
	assert_int_equal(report.packets[1], 0);
	assert_int_equal(report.start_ns, T0 + 3 * NS_PER_SECOND);
}

static void
a_flow_of_one_tick_does_not_end_before_it_begins(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report report;

	count(r, &r->flow4[1], false, 1, T0 + 12345);
	assert_non_null(flow_reports_tell(r, &r->flow4[1], FLOW_REPORT_LOOSE, T0 + NS_PER_SECOND));
	flow_reports_commit(r);
	report = take(r);
	assert_int_equal(report.start_ns, T0 + 12345);
	assert_int_equal(report.end_ns, T0 + 12345);
}

static void
an_account_of_an_earlier_export_is_empty(void **state)
{
	struct flow_reports *r = *state;

	count(r, &r->session[1], false, 7, T0);
	flow_reports_begin(r);
	assert_false(flow_account_has(r, &r->session[1]));
	count(r, &r->session[1], false, 1, T0);
	assert_int_equal(r->session[1].packets[0], 1);
}

static void
fill(struct flow_reports *r, enum flow_report_class class)
{
	for (unsigned i = 0; i < 2 * FLOW_REPORTS; i++) {
		count(r, &r->session[2], false, 2, T0);
		count(r, &r->session[2], true, 1, T0);
		if (flow_reports_tell(r, &r->session[2], class, T0) != NULL)
			flow_reports_commit(r);
		assert_false(flow_account_has(r, &r->session[2]));
	}
}

static void
flows_without_a_session_leave_room_for_conversations(void **state)
{
	struct flow_reports *r = *state;

	fill(r, FLOW_REPORT_LOOSE);
	assert_int_equal(ring_waiting(r->entries), FLOW_REPORTS / 2);
	assert_int_equal(r->lost, 2 * FLOW_REPORTS - FLOW_REPORTS / 2);
	assert_int_equal(r->lost_packets, 3 * r->lost);
	assert_int_equal(r->lost_bytes, 300 * r->lost);
	fill(r, FLOW_REPORT_UNREPLIED);
	assert_int_equal(ring_waiting(r->entries), FLOW_REPORTS / 4 * 3);
	fill(r, FLOW_REPORT_CONVERSATION);
	assert_int_equal(ring_waiting(r->entries), FLOW_REPORTS);
	take(r);
	fill(r, FLOW_REPORT_LOOSE);
	assert_int_equal(ring_waiting(r->entries), FLOW_REPORTS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_account_tells_both_directions_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_flow_of_one_tick_does_not_end_before_it_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_account_of_an_earlier_export_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(
			flows_without_a_session_leave_room_for_conversations, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
