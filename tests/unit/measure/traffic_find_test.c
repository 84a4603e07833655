/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic is found for configurations, and what was found goes through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "measure/rig.h"

#define PORTS \
	"version: 1\n" \
	"system: {flows: 4096}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n"
#define INTERFACES \
	PORTS \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24, \"2001:db8:1::1/64\"], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"], pipeline: outside}\n" \
	"routes:\n" \
	"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8:2::2\"}]\n"
#define FIREWALL \
	INTERFACES \
	"acls:\n" \
	"  in:\n" \
	"    default: drop\n" \
	"    rules:\n" \
	"      - {state: [established, related], action: accept}\n" \
	"      - {proto: [tcp, udp], dst: [192.0.2.80, \"2001:db8:1::80\"], dport: 8443,\n" \
	"         action: accept}\n" \
	"pipelines:\n" \
	"  inside: [track, {route: main}]\n" \
	"  outside: [track, {acl: in}, {route: main}]\n"
#define NAT \
	INTERFACES \
	"nat: {uplink: {pool: [198.51.100.1]}}\n" \
	"acls:\n" \
	"  in:\n" \
	"    default: drop\n" \
	"    rules: [{state: established, action: accept}, {dst: 192.0.2.80, action: accept}]\n" \
	"pipelines:\n" \
	"  inside: [track, {route: main}, {snat: uplink}]\n" \
	"  outside: [track, {dnat: {to: \"192.0.2.80:80\", if: {dst: 198.51.100.1, proto: tcp,\n" \
	"    dport: 8080}}}, {acl: in}, {route: main}]\n" \
	"tests:\n" \
	"  - {name: web, in: wan, packet: \"tcp 203.0.113.9:40000 > 198.51.100.1:8080 S\",\n" \
	"     expect: output lan}\n"
#define CLOSED \
	INTERFACES \
	"pipelines:\n" \
	"  inside: [{drop: {}}]\n" \
	"  outside: [{drop: {}}]\n"
#define WIRE \
	PORTS \
	"interfaces: {lan: {pipeline: there}, wan: {pipeline: back}}\n" \
	"pipelines: {there: [{forward: wan}], back: [{forward: lan}]}\n"
#define GUESTS \
	PORTS \
	"interfaces:\n" \
	"  guests: {port: lan, vlan: 20, addresses: [192.0.2.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all}\n" \
	"pipelines: {all: [{route: main}]}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"

struct rig_test {
	struct err *err;
	struct rig rig;
};

static int
setup(void **state)
{
	static struct rig_test f;

	memset(&f, 0, sizeof(f));
	f.err = err_create();
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct rig_test *f = *state;
	int rc = rig_close(&f->rig, f->err);

	err_destroy(f->err);
	return rc;
}

static int
open_rig(struct rig_test *f, const char *text, const struct rig_setup *setup)
{
	struct config *cfg = config_load_text("weir.yaml", text, f->err);

	assert_string_equal(err_first(f->err), "");
	return rig_open(&f->rig, cfg, setup, f->err);
}

static struct rig_setup
flows(enum traffic_kind kind, uint8_t family, uint32_t n)
{
	return (struct rig_setup){
		.family = family,
		.virtual_time = true,
		.burst = 32,
		.traffic = { .kind = kind, .flows = n, .seed = 1 },
	};
}

/* Every flow is known, and all of its packets leave by the fast path. */
static void
expect_all_pass(struct rig_test *f)
{
	const struct ledger *l = fastpath_ledger(f->rig.worker->fp);
	uint64_t hits, misses, n = f->rig.setup.flows;

	f->rig.sent = 0;
	hits = l->lookups_hit;
	misses = l->lookups_miss;
	for (uint64_t i = 0; i < n; i += 32) {
		assert_true(rig_fill(&f->rig, 32));
		rig_run(&f->rig, 32);
	}
	n = (n + 31) / 32 * 32;
	assert_int_equal(f->rig.sent, n);
	assert_int_equal(l->lookups_hit - hits, n);
	assert_int_equal(l->lookups_miss - misses, 0);
}

static void
expect_traffic(struct rig_test *f, const char *text, const struct rig_setup *setup)
{
	if (open_rig(f, text, setup) < 0)
		fail_msg("%s", err_first(f->err));
	expect_all_pass(f);
}

static void
udp_passes_a_firewall_from_inside(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 2000);

	expect_traffic(*state, FIREWALL, &s);
}

static void
connections_stand_in_a_firewall(void **state)
{
	struct rig_setup s = flows(TRAFFIC_TCP, 4, 2000);

	expect_traffic(*state, FIREWALL, &s);
}

static void
and_over_ip6(void **state)
{
	struct rig_setup s = flows(TRAFFIC_TCP, 6, 2000);

	expect_traffic(*state, FIREWALL, &s);
}

static void
the_port_that_is_open_from_outside_is_found(void **state)
{
	struct rig_setup s = flows(TRAFFIC_TCP, 6, 500);
	struct rig_test *f = *state;

	s.in = "wan";
	expect_traffic(f, FIREWALL, &s);
	assert_int_equal(f->rig.setup.aim.dst.port, 8443);
	assert_int_equal(f->rig.setup.aim.dst.addresses, 1);
}

static void
sessions_are_translated(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 2000);
	struct rig_test *f = *state;

	expect_traffic(f, NAT, &s);
	assert_true(traffic_space(&f->rig.setup.aim) > 1000000);
}

static void
a_forwarded_port_is_found_by_its_test(void **state)
{
	struct rig_setup s = flows(TRAFFIC_TCP, 4, 500);
	struct rig_test *f = *state;

	s.in = "wan";
	expect_traffic(f, NAT, &s);
	assert_int_equal(f->rig.setup.aim.dst.port, 8080);
}

static void
frames_of_a_vlan_come_with_its_tag(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 500);

	s.in = "guests";
	expect_traffic(*state, GUESTS, &s);
}

static void
a_wire_takes_anything(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 6, 500);

	s.traffic.bytes = 1514;
	expect_traffic(*state, WIRE, &s);
}

/* A connection that is new begins with a SYN, and is let through like the others. */
static void
new_connections_pass_a_firewall(void **state)
{
	struct rig_setup s = flows(TRAFFIC_TCP, 4, 100);
	struct rig_test *f = *state;

	s.traffic.new_percent = 100;
	if (open_rig(f, FIREWALL, &s) < 0)
		fail_msg("%s", err_first(f->err));
	f->rig.sent = 0;
	assert_true(rig_fill(&f->rig, 32));
	rig_run(&f->rig, 32);
	assert_int_equal(f->rig.sent, 32);
}

static void
where_nothing_passes_the_reason_is_told(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 1);
	struct rig_test *f = *state;

	assert_true(open_rig(f, CLOSED, &s) < 0);
	assert_non_null(strstr(err_first(f->err), "most are dropped as drop_stage"));
}

static void
an_interface_that_is_not_there_is_an_error(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 1);
	struct rig_test *f = *state;

	s.in = "wam";
	assert_true(open_rig(f, NAT, &s) < 0);
	assert_non_null(strstr(err_first(f->err), "did you mean 'wan'?"));
}

static void
a_frame_above_the_mtu_is_an_error(void **state)
{
	struct rig_setup s = flows(TRAFFIC_UDP, 4, 1);
	struct rig_test *f = *state;

	s.traffic.bytes = 1515;
	assert_true(open_rig(f, NAT, &s) < 0);
	assert_non_null(strstr(err_first(f->err), "above the MTU of lan, 1500"));
}

static int
leave(void **state)
{
	(void)state;
	appliance_leave();
	return 0;
}

#define WITH_RIG(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(udp_passes_a_firewall_from_inside),
		WITH_RIG(connections_stand_in_a_firewall),
		WITH_RIG(and_over_ip6),
		WITH_RIG(the_port_that_is_open_from_outside_is_found),
		WITH_RIG(sessions_are_translated),
		WITH_RIG(a_forwarded_port_is_found_by_its_test),
		WITH_RIG(frames_of_a_vlan_come_with_its_tag),
		WITH_RIG(a_wire_takes_anything),
		WITH_RIG(new_connections_pass_a_firewall),
		WITH_RIG(where_nothing_passes_the_reason_is_told),
		WITH_RIG(an_interface_that_is_not_there_is_an_error),
		WITH_RIG(a_frame_above_the_mtu_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, leave);
}
