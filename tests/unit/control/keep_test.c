/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that a commit keeps go on whatever the new access lists say.
 *
 *   192.0.2.10 --- lan [ Weir ] wan --- 198.51.100.2 */
#include "support/appliance_fixture.h"

#include "fastpath/walk.h"

#define CONFIG(rules, first) \
	"version: 1\nsystem: {flows: 1024}\n" \
	"ports: {lan: {device: net_null1}, wan: {device: net_null2}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"acls: {x: {default: drop, rules: [" rules "]}}\n" \
	"pipelines: {all: [track, " first "{acl: x}, {route: main}]}\n"
#define OPEN   CONFIG("{proto: udp, action: accept}", "")
#define CLOSED CONFIG("{proto: tcp, action: reject}", "{drop: {if: {proto: udp}}}, ")

#define OUT   "udp 192.0.2.10:1000 > 198.51.100.2:2000"
#define BACK  "udp 198.51.100.2:2000 > 192.0.2.10:1000"
#define OTHER "udp 192.0.2.10:1001 > 198.51.100.2:2000"

static void
mark_sessions(struct appliance_fixture *f)
{
	struct walk w = { .kind = WALK_SESSIONS, .action = WALK_KEEP };

	while (!fastpath_walk(workers_at(appliance_workers(f->a), 0)->fp, &w))
		;
	assert_int_equal(w.matched, 1);
}

static void
a_kept_session_goes_on(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, OPEN);
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 1);
	mark_sessions(f);
	appliance_keep_sessions(f->a, true);
	reload_to(f, CLOSED);
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 1);
	push(f, "wan", BACK);
	assert_int_equal(sent(f, "lan"), 1);
	push(f, "lan", OTHER);
	assert_int_equal(sent(f, "wan"), 0);

	appliance_keep_sessions(f->a, false);
	reload_to(f, CLOSED);
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 0);
	push(f, "wan", BACK);
	assert_int_equal(sent(f, "lan"), 0);
}

static void
a_session_that_is_not_marked_is_judged_again(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, OPEN);
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 1);
	appliance_keep_sessions(f->a, true);
	reload_to(f, CLOSED);
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(a_kept_session_goes_on),
		appliance_test(a_session_that_is_not_marked_is_judged_again),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
