/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows that are active for long are told in time, each as often as the others; those that end are
 * told as they were, whatever becomes of their places.
 *
 *   192.0.2.10 --- lan [ Weir ] wan --- 198.51.100.2 */
#include "support/appliance_fixture.h"

#include "flow/table.h"
#include "session/session.h"
#include "tap/flow_report.h"

#define CONFIG \
	"version: 1\nsystem: {flows: 1024}\n" \
	"ports: {lan: {device: net_null1}, wan: {device: net_null2}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"pipelines: {all: [%s{route: main}]}\n"

enum {
	FLOWS = 37,
	SECONDS = 200,
};

/* The worker tells flows, as if they were exported. */
static struct flow_reports *
tell_flows(struct appliance_fixture *f, unsigned active_s)
{
	struct fastpath *fp = worker_of(f, 0)->fp;
	const struct flow_reports_size size = {
		fp->dp.sessions->capacity + 1,
		fp->dp.flow4->records,
		fp->dp.flow6->records,
	};

	fp->reports = flow_reports_create(&size, -1);
	assert_non_null(fp->reports);
	fp->reports->active_ns = active_s * NS_PER_SECOND;
	flow_reports_begin(fp->reports, fp->dp.now_ns);
	fp->dp.reports = fp->reports;
	fp->dp.flow4->lets_all_go = fp->dp.flow6->lets_all_go = true;
	slowpath_report_sessions(&fp->dp);
	return fp->reports;
}

/* Sends a packet of each flow, from ports from the first one on. */
static void
send_from(struct appliance_fixture *f, unsigned first)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		char packet[64];

		snprintf(packet, sizeof(packet), "udp 192.0.2.10:%u > 198.51.100.2:53", first + i);
		push(f, "lan", packet);
	}
	drain(f);
	wait_s(f, 1);
}

static void
send_each(struct appliance_fixture *f)
{
	send_from(f, 1000);
}

/* Each flow has a packet a second, and is told between these times after its first one, or the one
 * after which it was told last. */
static void
expect_told(
	struct appliance_fixture *f, enum flow_report_way way, unsigned active_s, unsigned latest_s)
{
	struct flow_reports *r;
	unsigned told[FLOWS] = { 0 };
	struct flow_report room;
	const struct flow_report *e;

	send_each(f); /* their records are made */
	send_each(f);
	r = tell_flows(f, active_s);
	for (unsigned s = 0; s < SECONDS; s++) {
		send_each(f);
		for (; (e = flow_reports_peek(r, way, &room)) != NULL;
			flow_reports_release(r, way)) {
			assert_int_equal(e->why, FLOW_REPORT_ACTIVE);
			assert_in_range(f->now_ns - e->start_ns, active_s * NS_PER_SECOND,
				(latest_s + 1) * NS_PER_SECOND);
			told[rte_be_to_cpu_16(e->from.sport) - 1000]++;
		}
	}
	for (unsigned i = 0; i < FLOWS; i++)
		assert_in_range(told[i], SECONDS / (latest_s + 1), SECONDS / active_s);
	assert_int_equal(r->lost, 0);
}

static void
a_session_is_told_an_eighth_late_at_most(void **state)
{
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(*state, text);
	expect_told(*state, FLOW_REPORT_BY_LINE, 40, 45);
}

static void
a_flow_without_a_session_is_told_alike(void **state)
{
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "");
	given(*state, text);
	expect_told(*state, FLOW_REPORT_BY_ENTRY, 40, 45);
}

/* Where an eighth is less than some sweeps, every sweep asks. */
static void
a_short_timeout_is_kept_by_the_second(void **state)
{
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(*state, text);
	expect_told(*state, FLOW_REPORT_BY_LINE, 5, 6);
}

/* Returns after how many seconds each session is told that has had its last packet now. */
static unsigned
wait_until_told(
	struct appliance_fixture *f, struct flow_reports *r, void (*each_second)(struct sessions *))
{
	struct flow_report room;
	unsigned s = 0, told = 0;

	while (flow_reports_waiting(r) == 0 && s++ < 60) {
		each_second(worker_of(f, 0)->fp->dp.sessions);
		wait_s(f, 1);
	}
	each_second(worker_of(f, 0)->fp->dp.sessions);
	wait_s(f, 1);
	for (const struct flow_report *e;
		(e = flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room)) != NULL; told++) {
		assert_int_equal(e->why, FLOW_REPORT_ACTIVE);
		assert_int_equal(e->packets[0], 1);
		flow_reports_release(r, FLOW_REPORT_BY_LINE);
	}
	assert_int_equal(told, FLOWS);
	return s;
}

static void
leave_alone(struct sessions *t)
{
	(void)t;
}

/* As their timeouts change, and when they change their class. */
static void
look_again(struct sessions *t)
{
	for (uint32_t i = 1; i <= t->high; i++)
		session_look_again(t, &t->session[i]);
}

/* Conversations that pause do not keep what they have counted to themselves, also where something
 * has the sweep look at them all the time; and have nothing to tell after that. */
static void
what_pauses_is_told(void **state)
{
	struct appliance_fixture *f = *state;
	struct flow_reports *r;
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(f, text);
	wait_s(f, 1);
	r = tell_flows(f, 40);
	send_from(f, 1000);
	assert_in_range(wait_until_told(f, r, leave_alone), 38, 44);
	send_from(f, 2000);
	assert_in_range(wait_until_told(f, r, look_again), 38, 44);
	for (unsigned s = 0; s < 50; s++)
		wait_s(f, 1);
	assert_int_equal(flow_reports_waiting(r), 0);
}

/* What comes in the moment in which reports begin is theirs from a moment later on. */
static void
nothing_is_active_before_it_began(void **state)
{
	struct appliance_fixture *f = *state;
	struct flow_reports *r;
	struct flow_report room;
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(f, text);
	wait_s(f, 1);
	r = tell_flows(f, 40);
	push(f, "lan", "udp 192.0.2.10:1000 > 198.51.100.2:53");
	drain(f);
	assert_true(r->began > session_account_time(worker_of(f, 0)->fp->dp.now_ns));
	worker_of(f, 0)->fp->aged_ns = 0; /* housekeeping in the same moment */
	fastpath_age(worker_of(f, 0)->fp);
	flow_reports_publish(r);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
}

/* Housekeeping comes so late that flows are idle for too long and active for long at once: they
 * end, and nobody is told that they are active. */
static void
expect_ends_only(struct appliance_fixture *f, const char *stages, enum flow_report_way way)
{
	struct flow_report room;
	const struct flow_report *e;
	struct flow_reports *r;
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, stages);
	given(f, text);
	send_each(f); /* their records are made */
	send_each(f);
	r = tell_flows(f, 40);
	send_each(f);
	f->now_ns += 99 * NS_PER_SECOND;
	for (unsigned s = 0; s < 5; s++)
		wait_s(f, 1);
	for (unsigned i = 0; i < FLOWS; i++) {
		e = flow_reports_peek(r, way, &room);
		assert_non_null(e);
		assert_int_equal(e->why, FLOW_REPORT_IDLE);
		assert_int_equal(e->packets[0], 1);
		flow_reports_release(r, way);
	}
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_ENTRY, &room));
}

static void
a_session_that_is_over_is_not_active(void **state)
{
	expect_ends_only(*state, "{track: {timeouts: {udp: 10s}}}, ", FLOW_REPORT_BY_LINE);
}

static void
a_flow_that_is_over_is_not_active(void **state)
{
	expect_ends_only(*state, "", FLOW_REPORT_BY_ENTRY);
}

/* Takes a report of each flow from these ports on. */
static void
expect_ended(struct appliance_fixture *f, struct flow_reports *r, unsigned first, unsigned packets)
{
	bool told[FLOWS] = { false };
	struct flow_report room;
	const struct flow_report *e;

	for (unsigned i = 0; i < FLOWS; i++) {
		unsigned flow;

		e = flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room);
		assert_non_null(e);
		flow = rte_be_to_cpu_16(e->from.sport) - first;
		assert_in_range(flow, 0, FLOWS - 1);
		assert_false(told[flow]);
		told[flow] = true;
		assert_int_equal(e->kind, FLOW_REPORT_FLOW);
		assert_int_equal(e->why, FLOW_REPORT_FORCED);
		assert_int_equal(e->packets[0], packets);
		assert_int_equal(e->packets[1], 0);
		assert_int_equal(e->bytes[0] % packets, 0);
		assert_int_equal(e->from.src.v4, RTE_BE32(0xc000020a));
		assert_int_equal(e->to.dst.v4, RTE_BE32(0xc6336402));
		assert_true(e->start_ns <= e->end_ns && e->end_ns <= f->now_ns);
		flow_reports_release(r, FLOW_REPORT_BY_LINE);
	}
}

/* The exporter stands still while sessions are ended by an operator, others take their places, and
 * those end, too. */
static void
places_of_ended_sessions_are_used_again(void **state)
{
	struct appliance_fixture *f = *state;
	struct flow_reports *r;
	struct flow_report room;
	struct sessions *sessions;
	char text[1024];
	uint32_t high;

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(f, text);
	send_from(f, 1000); /* before: not counted */
	r = tell_flows(f, 60);
	sessions = worker_of(f, 0)->fp->dp.sessions;
	send_from(f, 1000);
	send_from(f, 1000);
	high = sessions->high;
	sessions_flush(sessions, SESSION_END_flushed);
	flow_table_reclaim(worker_of(f, 0)->fp->dp.flow4);
	send_from(f, 5000);
	assert_int_equal(sessions->high, high);
	sessions_flush(sessions, SESSION_END_flushed);
	flow_table_reclaim(worker_of(f, 0)->fp->dp.flow4);
	wait_s(f, 1);
	assert_int_equal(flow_reports_waiting(r), 2 * FLOWS);
	expect_ended(f, r, 1000, 2);
	expect_ended(f, r, 5000, 1);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_ENTRY, &room));
	assert_int_equal(r->lost, 0);
}

/* Packets to a neighbour that nobody is: some wait in vain, also the second one of a session, some
 * find no room to wait.  And packets that no session begins with.  Each is told once. */
static void
what_goes_nowhere_is_told_once(void **state)
{
	struct appliance_fixture *f = *state;
	const struct flow_report *e;
	struct flow_report room;
	struct flow_reports *r;
	char text[1024], packet[64];
	uint64_t told = 0, sent = 0;

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(f, text);
	wait_s(f, 1);
	r = tell_flows(f, 60);
	for (unsigned i = 0; i < 600; i++) {
		snprintf(packet, sizeof(packet), "udp 192.0.2.10:%u > %s:53", 1000 + i / 2,
			i % 7 == 0 ? "203.0.113.1" : "198.51.100.9");
		push(f, "lan", packet);
		sent++;
	}
	drain(f);
	for (unsigned s = 0; s < 400; s++)
		wait_s(f, 1);
	sessions_flush(worker_of(f, 0)->fp->dp.sessions, SESSION_END_flushed);
	wait_s(f, 1);
	for (unsigned way = 0; way < FLOW_REPORT_WAYS; way++)
		for (; (e = flow_reports_peek(r, way, &room)) != NULL; flow_reports_release(r, way))
			told += e->packets[0] + e->packets[1];
	assert_int_equal(told, sent);
}

/* A session with more packets than a line can tell of. */
static void
what_has_no_line_is_told_by_an_entry(void **state)
{
	struct appliance_fixture *f = *state;
	struct flow_report room;
	const struct flow_report *e;
	struct flow_reports *r;
	char text[1024];

	snprintf(text, sizeof(text), CONFIG, "track, ");
	given(f, text);
	wait_s(f, 1);
	r = tell_flows(f, 60);
	for (unsigned i = 0; i < 300; i++) {
		push(f, "lan", "udp 192.0.2.10:1000 > 198.51.100.2:53");
		drain(f);
	}
	wait_s(f, 1);
	sessions_flush(worker_of(f, 0)->fp->dp.sessions, SESSION_END_flushed);
	wait_s(f, 1);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_LINE, &room));
	e = flow_reports_peek(r, FLOW_REPORT_BY_ENTRY, &room);
	assert_non_null(e);
	assert_int_equal(e->packets[0], 300);
	assert_int_equal(e->bytes[0] % 300, 0);
	assert_int_equal(e->from.sport, RTE_BE16(1000));
	assert_int_equal(e->why, FLOW_REPORT_FORCED);
	flow_reports_release(r, FLOW_REPORT_BY_ENTRY);
	assert_null(flow_reports_peek(r, FLOW_REPORT_BY_ENTRY, &room));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(a_session_is_told_an_eighth_late_at_most),
		appliance_test(a_flow_without_a_session_is_told_alike),
		appliance_test(a_short_timeout_is_kept_by_the_second),
		appliance_test(what_pauses_is_told),
		appliance_test(nothing_is_active_before_it_began),
		appliance_test(a_session_that_is_over_is_not_active),
		appliance_test(a_flow_that_is_over_is_not_active),
		appliance_test(places_of_ended_sessions_are_used_again),
		appliance_test(what_goes_nowhere_is_told_once),
		appliance_test(what_has_no_line_is_told_by_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
