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
		flow_reports_begin(r, T0 - NS_PER_SECOND);
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

/* Takes a report that has come by one of the rings. */
static struct flow_report
take_by(struct flow_reports *r, enum flow_report_way way)
{
	struct flow_report room, out;
	const struct flow_report *e = flow_reports_peek(r, way, &room);

	assert_non_null(e);
	out = *e;
	flow_reports_release(r, way);
	return out;
}

static struct flow_report
take(struct flow_reports *r)
{
	return take_by(r, FLOW_REPORT_BY_ENTRY);
}

static void
an_account_tells_both_directions_once(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report report;
	struct flow_account *a = &r->flow4[3];

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

	count(r, &r->flow4[1], false, 7, T0);
	flow_reports_begin(r, T0 + 1);
	assert_false(flow_account_has(r, &r->flow4[1]));
	count(r, &r->flow4[1], false, 1, T0);
	assert_int_equal(r->flow4[1].packets[0], 1);
}

static void
fill(struct flow_reports *r, enum flow_report_class class)
{
	for (unsigned i = 0; i < 2 * FLOW_REPORTS; i++) {
		count(r, &r->flow4[2], false, 2, T0);
		count(r, &r->flow4[2], true, 1, T0);
		if (flow_reports_tell(r, &r->flow4[2], class, T0) != NULL)
			flow_reports_commit(r);
		assert_false(flow_account_has(r, &r->flow4[2]));
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

/* --- sessions --- */

/* 192.0.2.10:1000 by interface 3, leaves as 198.51.100.7:2000 by interface 5 of domain 1. */
static const struct key4 forward = {
	.proto = IPPROTO_UDP,
	.iface = 3,
	.src = RTE_BE32(0xc000020a),
	.dst = RTE_BE32(0xcb007101),
	.sport = RTE_BE16(1000),
	.dport = RTE_BE16(53),
};
static const struct key4 reply = {
	.proto = IPPROTO_UDP,
	.iface = 5,
	.domain = 1,
	.src = RTE_BE32(0xcb007101),
	.dst = RTE_BE32(0xc6336407),
	.sport = RTE_BE16(53),
	.dport = RTE_BE16(2000),
};
static const struct session_told told = {
	.forward = &forward,
	.reply = &reply,
	.kind = FLOW_REPORT_FLOW,
	.why = FLOW_REPORT_IDLE,
	.status = 64,
};

static void
count_session(struct flow_reports *r, uint32_t index, bool back, uint64_t packets, uint64_t at_ns)
{
	session_account_add(r, index,
		&(struct flow_counted){ back, packets, 100 * packets, at_ns, clock_tick(at_ns) });
}

static void
tell_line(struct flow_reports *r, uint32_t index)
{
	assert_false(session_account_is_long(&r->short_account[index]));
	session_account_tell_line(r, index, FLOW_REPORT_CONVERSATION, &told);
	assert_false(session_account_has(r, index));
}

static void
assert_times(const struct flow_report *report, uint64_t start_ns, uint64_t last_ns)
{
	/* A unit and a tick early at most. */
	assert_in_range(report->start_ns, start_ns - 4095, start_ns);
	assert_in_range(report->end_ns, last_ns - (1u << 20), last_ns);
	assert_true(report->end_ns >= report->start_ns);
}

static void
a_short_session_is_told_by_a_line(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report e, room;

	count_session(r, 3, false, 1, T0 + 12345);
	count_session(r, 3, true, 200, T0 + NS_PER_SECOND);
	count_session(r, 3, false, 254, T0 + 2 * NS_PER_SECOND);
	assert_true(session_account_has(r, 3));
	assert_false(session_account_has(r, 2));
	assert_false(session_account_has(r, 4));
	tell_line(r, 3);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	flow_reports_publish(r);
	assert_int_equal(flow_reports_waiting(r), 1);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.packets[0], 255);
	assert_int_equal(e.packets[1], 200);
	assert_int_equal(e.bytes[0], 25500);
	assert_int_equal(e.bytes[1], 20000);
	assert_times(&e, T0 + 12345, T0 + 2 * NS_PER_SECOND);
	assert_int_equal(e.from.family, 4);
	assert_int_equal(e.from.proto, IPPROTO_UDP);
	assert_int_equal(e.from.domain, 0);
	assert_int_equal(e.from.src.v4, forward.src);
	assert_int_equal(e.from.dst.v4, forward.dst);
	assert_int_equal(e.from.sport, forward.sport);
	assert_int_equal(e.from.dport, forward.dport);
	assert_int_equal(e.to.src.v4, reply.dst);
	assert_int_equal(e.to.dst.v4, reply.src);
	assert_int_equal(e.to.sport, reply.dport);
	assert_int_equal(e.to.dport, reply.sport);
	assert_int_equal(e.to.domain, 1);
	assert_int_equal(e.in, 3);
	assert_int_equal(e.out, 5);
	assert_int_equal(e.kind, FLOW_REPORT_FLOW);
	assert_int_equal(e.why, FLOW_REPORT_IDLE);
	assert_int_equal(e.status, 64);
	assert_true(e.session);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_ENTRY, &room));
}

/* Of one packet: it begins and ends at the same time. */
static void
a_session_of_one_packet_does_not_end_before_it_begins(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report e;

	count_session(r, 1, false, 1, T0 + 1000000);
	tell_line(r, 1);
	flow_reports_publish(r);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_times(&e, T0 + 1000000, T0 + 1000000);
}

/* The number in the keys of ESP is no port. */
static void
a_line_has_no_ports_of_protocols_without(void **state)
{
	struct flow_reports *r = *state;
	struct key4 there = forward, back = reply;
	struct session_told esp = told;
	struct flow_report e;

	there.proto = back.proto = IPPROTO_ESP;
	esp.forward = &there;
	esp.reply = &back;
	count_session(r, 1, false, 1, T0);
	session_account_tell_line(r, 1, FLOW_REPORT_CONVERSATION, &esp);
	flow_reports_publish(r);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.from.sport | e.from.dport | e.to.sport | e.to.dport, 0);
}

/* Tells a session that must be long, and returns the report. */
static struct flow_report
take_long(struct flow_reports *r, uint32_t index)
{
	assert_true(session_account_has(r, index));
	assert_true(session_account_is_long(&r->short_account[index]));
	assert_non_null(session_account_tell(
		r, index, FLOW_REPORT_CONVERSATION, T0 + 1000 * NS_PER_SECOND));
	flow_reports_commit(r);
	assert_false(session_account_has(r, index));
	return take(r);
}

static void
what_is_too_much_for_a_line_is_not_cut(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report e;

	count_session(r, 1, false, 255, T0);
	count_session(r, 1, false, 1, T0 + NS_PER_SECOND);
	count_session(r, 1, true, 3, T0 + 2 * NS_PER_SECOND);
	e = take_long(r, 1);
	assert_int_equal(e.packets[0], 256);
	assert_int_equal(e.packets[1], 3);
	assert_int_equal(e.bytes[0], 25600);
	assert_int_equal(e.bytes[1], 300);
	assert_times(&e, T0, T0 + 2 * NS_PER_SECOND);

	/* Replies; at once more than a line holds, and the account was another session's. */
	count_session(r, 1, true, 1000, T0 + 3 * NS_PER_SECOND);
	e = take_long(r, 1);
	assert_int_equal(e.packets[0], 0);
	assert_int_equal(e.packets[1], 1000);
	assert_times(&e, T0 + 3 * NS_PER_SECOND, T0 + 3 * NS_PER_SECOND);

	/* Bytes. */
	session_account_add(r, 2, &(struct flow_counted){ false, 1, 0xffffff, T0, clock_tick(T0) });
	assert_false(session_account_is_long(&r->short_account[2]));
	session_account_add(r, 2, &(struct flow_counted){ false, 1, 1, T0, clock_tick(T0) });
	e = take_long(r, 2);
	assert_int_equal(e.bytes[0], 0x1000000);
	assert_int_equal(e.bytes[1], 0);
	assert_int_equal(e.packets[0], 2);

	/* Time: 2^16 ticks are 68.7 s. */
	count_session(r, 2, false, 1, T0);
	count_session(r, 2, false, 1, T0 + 68 * NS_PER_SECOND);
	assert_false(session_account_is_long(&r->short_account[2]));
	count_session(r, 2, false, 1, T0 + 69 * NS_PER_SECOND);
	e = take_long(r, 2);
	assert_int_equal(e.packets[0], 3);
	assert_times(&e, T0, T0 + 69 * NS_PER_SECOND);

	count_session(r, 2, false, 1, T0); /* and it is short again */
	tell_line(r, 2);
	flow_reports_publish(r);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.packets[0], 1);
	assert_int_equal(e.bytes[0], 100);
}

/* Those of IPv6 have no line. */
static void
a_short_session_is_told_by_an_entry_alike(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report e;

	count_session(r, 1, true, 7, T0);
	count_session(r, 1, false, 2, T0 + NS_PER_SECOND);
	assert_non_null(session_account_tell(r, 1, FLOW_REPORT_CONVERSATION, T0 + NS_PER_SECOND));
	flow_reports_commit(r);
	assert_false(session_account_has(r, 1));
	e = take(r);
	assert_int_equal(e.packets[0], 2);
	assert_int_equal(e.packets[1], 7);
	assert_times(&e, T0, T0 + NS_PER_SECOND);
}

/* Short or long, and also if packets of before are counted late. */
static void
a_session_of_an_earlier_export_is_empty(void **state)
{
	struct flow_reports *r = *state;
	uint64_t again_ns = T0 + 100 * NS_PER_SECOND;
	struct flow_report e;

	count_session(r, 1, false, 7, T0);
	count_session(r, 2, false, 7000, T0);
	flow_reports_begin(r, again_ns);
	assert_false(session_account_has(r, 1));
	assert_false(session_account_has(r, 2));
	count_session(r, 1, false, 2, T0);
	count_session(r, 2, false, 3, again_ns + NS_PER_SECOND);
	tell_line(r, 1);
	tell_line(r, 2);
	flow_reports_publish(r);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.packets[0], 2);
	assert_in_range(e.start_ns, again_ns, again_ns + 8192);
	assert_int_equal(e.end_ns, e.start_ns);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.packets[0], 3);
	assert_times(&e, again_ns + NS_PER_SECOND, again_ns + NS_PER_SECOND);
}

/* The exporter stands still: what is told is a copy, whatever becomes of the session's place. */
static void
places_of_told_sessions_are_used_again(void **state)
{
	struct flow_reports *r = *state;
	struct flow_report room;
	struct key4 there = forward;
	struct session_told t = told;

	t.forward = &there;
	for (unsigned i = 0; i < FLOW_REPORTS + 1000; i++) {
		there.sport = (rte_be16_t)i;
		count_session(r, 5, false, 1 + i % 200, T0);
		session_account_tell_line(r, 5, FLOW_REPORT_CONVERSATION, &t);
		assert_false(session_account_has(r, 5));
	}
	count_session(r, 5, false, 99, T0);
	flow_reports_publish(r);
	assert_int_equal(flow_reports_waiting(r), FLOW_REPORTS);
	assert_int_equal(r->lost, 1000);
	for (unsigned i = 0; i < FLOW_REPORTS; i++) {
		struct flow_report e = take_by(r, FLOW_REPORT_BY_LINE);

		assert_int_equal(e.from.sport, (rte_be16_t)i);
		assert_int_equal(e.packets[0], 1 + i % 200);
	}
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	tell_line(r, 5);
	flow_reports_publish(r);
	assert_int_equal(take_by(r, FLOW_REPORT_BY_LINE).packets[0], 99);
}

static void
fill_lines(struct flow_reports *r, enum flow_report_class class)
{
	for (unsigned i = 0; i < 2 * FLOW_REPORTS; i++) {
		count_session(r, 2, false, 2, T0);
		count_session(r, 2, true, 1, T0);
		session_account_tell_line(r, 2, class, &told);
		assert_false(session_account_has(r, 2));
	}
	flow_reports_publish(r);
}

static void
sessions_without_a_reply_leave_room_for_conversations(void **state)
{
	struct flow_reports *r = *state;

	fill_lines(r, FLOW_REPORT_UNREPLIED);
	assert_int_equal(flow_reports_waiting(r), FLOW_REPORTS / 4 * 3);
	assert_int_equal(r->lost, 2 * FLOW_REPORTS - FLOW_REPORTS / 4 * 3);
	assert_int_equal(r->lost_packets, 3 * r->lost);
	assert_int_equal(r->lost_bytes, 300 * r->lost);
	fill_lines(r, FLOW_REPORT_CONVERSATION);
	assert_int_equal(flow_reports_waiting(r), FLOW_REPORTS);
	fill(r, FLOW_REPORT_LOOSE); /* by another ring */
	assert_int_equal(flow_reports_waiting(r), FLOW_REPORTS + FLOW_REPORTS / 2);
}

static void
events_have_a_time_and_no_counts(void **state)
{
	struct flow_reports *r = *state;
	struct session_told begins = told;
	struct flow_report e;

	begins.kind = FLOW_REPORT_NAT_BEGINS;
	begins.why = 0;
	flow_reports_tell_event(r, T0 + 12345, FLOW_REPORT_UNREPLIED, &begins);
	flow_reports_publish(r);
	e = take_by(r, FLOW_REPORT_BY_LINE);
	assert_int_equal(e.kind, FLOW_REPORT_NAT_BEGINS);
	assert_in_range(e.start_ns, T0 + 12345 - 4095, T0 + 12345);
	assert_int_equal(e.packets[0] | e.packets[1] | e.bytes[0] | e.bytes[1], 0);
	assert_int_equal(e.to.sport, reply.dport);
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
		cmocka_unit_test_setup_teardown(a_short_session_is_told_by_a_line, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_session_of_one_packet_does_not_end_before_it_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_line_has_no_ports_of_protocols_without, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_too_much_for_a_line_is_not_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_short_session_is_told_by_an_entry_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_session_of_an_earlier_export_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(
			places_of_told_sessions_are_used_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sessions_without_a_reply_leave_room_for_conversations, setup, teardown),
		cmocka_unit_test_setup_teardown(events_have_a_time_and_no_counts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
