/* SPDX-License-Identifier: BSD-3-Clause */
/* Hits over a reload: a line that says the same goes on counting, and nothing is looked at but
 * lines.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "offline/offline.h"
#include "control/report.h"
#include "fastpath/fastpath_priv.h"
#include "program/action_list.h"
#include "io/capture.h"
#include "packet/notation.h"

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

struct fixture {
	struct offline offline;
	struct port *lan;
	struct err *err;
	uint64_t now_ns;
};

static struct config *
read_config(struct fixture *f, const char *text)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);

	err_print(f->err, stderr, false);
	assert_non_null(cfg);
	return cfg;
}

static int
setup(void **state)
{
	struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.workers = 1,
	};
	static struct fixture f;

	f = (struct fixture){ .err = err_create(), .now_ns = APPLIANCE_TIME_ZERO_NS };
	f.offline.appliance = appliance_start(
		read_config(&f, CONFIG(DNS "," NTP "," SSH)), &how, f.err);
	if (f.offline.appliance == NULL)
		return -1;
	f.lan = ports_find(appliance_ports(f.offline.appliance), "lan");
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	struct ledger_sum sum;
	unsigned out;

	appliance_halt(f->offline.appliance);
	offline_drain(&f->offline);
	workers_ledger(appliance_workers(f->offline.appliance), &sum);
	out = appliance_close(f->offline.appliance);
	appliance_destroy(f->offline.appliance);
	err_destroy(f->err);
	return sum.imbalance == 0 && sum.held == 0 && out == 0 ? 0 : -1;
}

static void
send_to(struct fixture *f, unsigned dport, unsigned n)
{
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 2 } };
	uint8_t frame[256];
	char packet[64], why[128];

	snprintf(packet, sizeof(packet), "udp 10.0.0.2:1000 > 198.51.100.2:%u", dport);
	memcpy(macs.dst, f->lan->mac.addr_bytes, 6);
	for (unsigned i = 0; i < n; i++) {
		int bytes = notation_build(packet, &macs, frame, sizeof(frame), why);
		struct rte_mbuf *m = offline_frame(&f->offline, frame, (uint32_t)bytes);

		assert_int_equal(capture_push(f->lan, 0, &m, 1), 1);
		offline_settle(&f->offline);
	}
}

static void
reload(struct fixture *f, const char *text)
{
	struct config *cfg = read_config(f, text);

	assert_int_equal(appliance_reload(f->offline.appliance, cfg, f->err), 0);
}

static void
sweep(struct fixture *f)
{
	f->now_ns += 2 * NS_PER_SECOND;
	appliance_set_time(f->offline.appliance, f->now_ns);
	offline_settle(&f->offline);
}

/* Hits of the rule on that line of the list. */
static uint64_t
hits(struct fixture *f, unsigned line)
{
	static struct report r;
	const struct generation *gen;

	report_take(f->offline.appliance, &r);
	report_fini(&r); /* the first counters are in r */
	gen = appliance_generation(f->offline.appliance);
	for (unsigned i = 0; i < r.n_counters; i++) {
		if (r.counters[i].counter == &gen->counters[line])
			return r.counters[i].packets;
	}
	return 0;
}

static void
rules_keep_their_hits_wherever_they_stand_now(void **state)
{
	struct fixture *f = *state;

	send_to(f, 53, 5);
	send_to(f, 123, 3);
	sweep(f);
	assert_int_equal(hits(f, 1), 5);
	assert_int_equal(hits(f, 2), 3);

	reload(f, CONFIG(NTP "," SSH "," DNS));
	assert_int_equal(hits(f, 1), 3);
	assert_int_equal(hits(f, 3), 5);
	send_to(f, 53, 2);
	sweep(f);
	assert_int_equal(hits(f, 3), 7);

	reload(f, CONFIG(DNS "," NTP));
	assert_int_equal(hits(f, 1), 7); /* over two reloads */
	assert_int_equal(hits(f, 2), 3);
}

static void
a_rule_that_says_something_else_counts_anew(void **state)
{
	struct fixture *f = *state;

	send_to(f, 53, 5);
	sweep(f);
	reload(f, CONFIG("{proto: udp, dport: [53, 54], action: accept}"));
	assert_int_equal(hits(f, 1), 0);
	send_to(f, 53, 1);
	sweep(f);
	assert_int_equal(hits(f, 1), 1);
}

static void
of_rules_that_say_the_same_each_keeps_its_own(void **state)
{
	struct fixture *f = *state;

	reload(f, CONFIG(DNS "," DNS));
	send_to(f, 53, 4);
	sweep(f);
	reload(f, CONFIG(SSH "," DNS "," DNS));
	assert_int_equal(hits(f, 2), 4);
	assert_int_equal(hits(f, 3), 0);
}

/* The flow has counted what nobody has collected when the new generation is taken: it is left alone
 * then, and counts for the same line when the sweep comes by. */
static void
taking_a_generation_looks_at_no_flow(void **state)
{
	struct fixture *f = *state;
	struct fastpath *fp = workers_at(appliance_workers(f->offline.appliance), 0)->fp;
	const struct flow *flow = flow_at(fp->dp.flow4, 1);

	sweep(f);
	send_to(f, 53, 5); /* the second is admitted, the rest are hits */
	assert_int_equal(flow->packets, 3);
	reload(f, CONFIG(SSH "," DNS));
	offline_settle(&f->offline);
	assert_int_equal(flow->packets, 3);
	sweep(f);
	assert_int_equal(flow->packets, 0);
	assert_int_equal(hits(f, 2), 5);
}

/* The flow is not swept until several generations have come, which have the rule elsewhere each
 * time. */
static void
reloads_before_the_sweep_lose_no_hits(void **state)
{
	struct fixture *f = *state;

	sweep(f);
	send_to(f, 53, 5);
	send_to(f, 123, 4);
	reload(f, CONFIG(SSH "," DNS "," NTP));
	offline_settle(&f->offline);
	reload(f, CONFIG(NTP "," SSH "," DNS));
	offline_settle(&f->offline);
	reload(f, CONFIG(SSH "," SSH "," DNS "," NTP));
	offline_settle(&f->offline);
	sweep(f);
	assert_int_equal(hits(f, 3), 5);
	assert_int_equal(hits(f, 4), 4);
}

/* Nor does a rule that comes back get what others have counted meanwhile. */
static void
a_rule_that_was_gone_counts_anew(void **state)
{
	struct fixture *f = *state;

	sweep(f);
	send_to(f, 53, 5);
	reload(f, CONFIG(SSH "," NTP));
	reload(f, CONFIG(SSH "," DNS "," NTP));
	sweep(f);
	assert_int_equal(hits(f, 2), 0);
	send_to(f, 53, 2);
	sweep(f);
	assert_int_equal(hits(f, 2), 2);
}

/* Maps of earlier generations are kept for as long as a sweep takes, and lists of idle flows no
 * longer. */
static void
what_is_swept_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct fastpath *fp = workers_at(appliance_workers(f->offline.appliance), 0)->fp;

	send_to(f, 53, 5);
	for (unsigned i = 0; i < 20; i++)
		reload(f, i % 2 == 0 ? CONFIG(SSH "," DNS) : CONFIG(DNS "," SSH));
	offline_settle(&f->offline);
	assert_true(appliance_generation(f->offline.appliance)->n_carried >= 20);
	sweep(f);
	sweep(f);
	assert_int_equal(fp->dp.lists->used, 0);
	reload(f, CONFIG(DNS));
	assert_int_equal(appliance_generation(f->offline.appliance)->n_carried, 1);
	assert_int_equal(hits(f, 1), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rules_keep_their_hits_wherever_they_stand_now, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_rule_that_says_something_else_counts_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(
			of_rules_that_say_the_same_each_keeps_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
			taking_a_generation_looks_at_no_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(
			reloads_before_the_sweep_lose_no_hits, setup, teardown),
		cmocka_unit_test_setup_teardown(a_rule_that_was_gone_counts_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_swept_is_forgotten, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
