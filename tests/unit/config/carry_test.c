/* SPDX-License-Identifier: BSD-3-Clause */
/* Hits over a reload: a line that says the same goes on counting, and nothing is looked at but
 * lines.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 */
#include "program/action_list.h"
#include "hits.h"

#define CONFIG(rules) \
	"version: 1\n" \
	"system: {flows: 1024, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"acls: {list: {default: drop, rules: [" rules "]}}\n" \
	"pipelines: {all: [acl: list, route: main]}\n"

#define DNS "{proto: udp, dport: 53, action: accept}"
#define NTP "{name: time, proto: udp, dport: 123, action: accept}"
#define SSH "{proto: tcp, dport: 22, action: drop}"

static int
setup(void **state)
{
	setup_appliance(state);
	given(*state, CONFIG(DNS "," NTP "," SSH));
	return 0;
}

static void
send_to(struct appliance_fixture *f, unsigned dport, unsigned n)
{
	char packet[64];

	snprintf(packet, sizeof(packet), "udp 10.0.0.2:1000 > 198.51.100.2:%u", dport);
	for (unsigned i = 0; i < n; i++)
		push(f, "lan", packet);
}

static void
rules_keep_their_hits_wherever_they_stand_now(void **state)
{
	struct appliance_fixture *f = *state;

	send_to(f, 53, 5);
	send_to(f, 123, 3);
	wait_s(f, 2);
	assert_int_equal(hits(f, 1), 5);
	assert_int_equal(hits(f, 2), 3);

	reload_only(f, CONFIG(NTP "," SSH "," DNS));
	assert_int_equal(hits(f, 1), 3);
	assert_int_equal(hits(f, 3), 5);
	send_to(f, 53, 2);
	wait_s(f, 2);
	assert_int_equal(hits(f, 3), 7);

	reload_only(f, CONFIG(DNS "," NTP));
	assert_int_equal(hits(f, 1), 7); /* over two reloads */
	assert_int_equal(hits(f, 2), 3);
}

static void
a_rule_that_says_something_else_counts_anew(void **state)
{
	struct appliance_fixture *f = *state;

	send_to(f, 53, 5);
	wait_s(f, 2);
	reload_only(f, CONFIG("{proto: udp, dport: [53, 54], action: accept}"));
	assert_int_equal(hits(f, 1), 0);
	send_to(f, 53, 1);
	wait_s(f, 2);
	assert_int_equal(hits(f, 1), 1);
}

static void
of_rules_that_say_the_same_each_keeps_its_own(void **state)
{
	struct appliance_fixture *f = *state;

	reload_only(f, CONFIG(DNS "," DNS));
	send_to(f, 53, 4);
	wait_s(f, 2);
	reload_only(f, CONFIG(SSH "," DNS "," DNS));
	assert_int_equal(hits(f, 2), 4);
	assert_int_equal(hits(f, 3), 0);
}

/* The flow has counted what nobody has collected when the new generation is taken: it is left alone
 * then, and counts for the same line when the sweep comes by. */
static void
taking_a_generation_looks_at_no_flow(void **state)
{
	struct appliance_fixture *f = *state;
	struct fastpath *fp = worker_of(f, 0)->fp;
	const struct flow *flow = flow_at(fp->dp.flow4, 1);

	wait_s(f, 2);
	send_to(f, 53, 5); /* the second is admitted, the rest are hits */
	assert_int_equal(flow->packets, 3);
	reload_to(f, CONFIG(SSH "," DNS));
	assert_int_equal(flow->packets, 3);
	wait_s(f, 2);
	assert_int_equal(flow->packets, 0);
	assert_int_equal(hits(f, 2), 5);
}

/* The flow is not swept until several generations have come, which have the rule elsewhere each
 * time. */
static void
reloads_before_the_sweep_lose_no_hits(void **state)
{
	struct appliance_fixture *f = *state;

	wait_s(f, 2);
	send_to(f, 53, 5);
	send_to(f, 123, 4);
	reload_to(f, CONFIG(SSH "," DNS "," NTP));
	reload_to(f, CONFIG(NTP "," SSH "," DNS));
	reload_to(f, CONFIG(SSH "," SSH "," DNS "," NTP));
	wait_s(f, 2);
	assert_int_equal(hits(f, 3), 5);
	assert_int_equal(hits(f, 4), 4);
}

/* Nor does a rule that comes back get what others have counted meanwhile. */
static void
a_rule_that_was_gone_counts_anew(void **state)
{
	struct appliance_fixture *f = *state;

	wait_s(f, 2);
	send_to(f, 53, 5);
	reload_only(f, CONFIG(SSH "," NTP));
	reload_only(f, CONFIG(SSH "," DNS "," NTP));
	wait_s(f, 2);
	assert_int_equal(hits(f, 2), 0);
	send_to(f, 53, 2);
	wait_s(f, 2);
	assert_int_equal(hits(f, 2), 2);
}

/* Maps of earlier generations are kept for as long as a sweep takes, and lists of idle flows no
 * longer. */
static void
what_is_swept_is_forgotten(void **state)
{
	struct appliance_fixture *f = *state;
	struct fastpath *fp = worker_of(f, 0)->fp;

	send_to(f, 53, 5);
	for (unsigned i = 0; i < 20; i++)
		reload_to(f, i % 2 == 0 ? CONFIG(SSH "," DNS) : CONFIG(DNS "," SSH));
	assert_true(appliance_generation(f->a)->n_carried >= 20);
	wait_s(f, 2);
	wait_s(f, 2);
	assert_int_equal(fp->dp.lists->used, 0);
	reload_only(f, CONFIG(DNS));
	assert_int_equal(appliance_generation(f->a)->n_carried, 1);
	assert_int_equal(hits(f, 1), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rules_keep_their_hits_wherever_they_stand_now, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			a_rule_that_says_something_else_counts_anew, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			of_rules_that_say_the_same_each_keeps_its_own, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			taking_a_generation_looks_at_no_flow, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			reloads_before_the_sweep_lose_no_hits, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			a_rule_that_was_gone_counts_anew, setup, teardown_appliance),
		cmocka_unit_test_setup_teardown(
			what_is_swept_is_forgotten, setup, teardown_appliance),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
