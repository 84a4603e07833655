/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows that are active for long are told in time, each as often as the others.
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
	return fp->reports;
}

static void
send_each(struct appliance_fixture *f)
{
	for (unsigned i = 0; i < FLOWS; i++) {
		char packet[64];

		snprintf(packet, sizeof(packet), "udp 192.0.2.10:%u > 198.51.100.2:53", 1000 + i);
		push(f, "lan", packet);
	}
	drain(f);
	wait_s(f, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(a_session_is_told_an_eighth_late_at_most),
		appliance_test(a_flow_without_a_session_is_told_alike),
		appliance_test(a_short_timeout_is_kept_by_the_second),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
