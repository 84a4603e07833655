/* SPDX-License-Identifier: BSD-3-Clause */
/* What a new configuration names keeps its identity by its name: ports, pipelines, timeouts.
 *
 *   192.0.2.10 --- lan [ Weir ] wan --- 198.51.100.2
 *   203.0.113.9 --- admin [ ] */
#include "control/appliance_priv.h"
#include "support/appliance_fixture.h"

#define ADMIN "  admin: {device: net_null0}\n"
#define LAN   "  lan: {device: net_null1}\n"
#define WAN   "  wan: {device: net_null2}\n"
#define INTERFACES \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"  admin: {addresses: [203.0.113.1/24], pipeline: admins}\n"
#define POLICY        "routes: {main: []}\npipelines: {inside: [{route: main}], admins: [drop]}\n"
#define CONFIG(ports) "version: 1\nsystem: {flows: 1024}\nports:\n" ports INTERFACES POLICY

#define OUT  "udp 192.0.2.10:1000 > 198.51.100.2:2000"
#define BACK "udp 198.51.100.2:2000 > 192.0.2.10:1000"

static void
expect_forwarding(struct appliance_fixture *f)
{
	for (unsigned i = 0; i < 3; i++) {
		push(f, "lan", OUT);
		assert_int_equal(sent(f, "wan"), 1);
		push(f, "wan", BACK);
		assert_int_equal(sent(f, "lan"), 1);
		push(f, "admin", "udp 203.0.113.9:1 > 198.51.100.2:2");
		assert_int_equal(sent(f, "wan") + sent(f, "lan"), 0);
	}
}

static void
ports_are_known_by_their_names_whatever_their_order(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, CONFIG(ADMIN LAN WAN));
	expect_forwarding(f);
	reload_to(f, CONFIG(WAN ADMIN LAN));
	expect_forwarding(f);
	reload_to(f, CONFIG(LAN WAN ADMIN));
	expect_forwarding(f);
	report_take(f->a, &r);
	assert_int_equal(r.n_ports, 3);
	for (unsigned i = 0; i < r.n_ports; i++)
		assert_int_equal(r.port[i].rx, 9);
	report_fini(&r);
}

/* As when the kernel adds an address to an interface. */
static void
the_running_configuration_is_built_anew(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;
	uint64_t number;

	given(f, CONFIG(ADMIN LAN WAN));
	expect_forwarding(f);
	number = appliance_generation(f->a)->number;
	assert_int_equal(appliance_renew(f->a, f->err), 0);
	assert_int_equal(appliance_generation(f->a)->number, number + 1);
	settle(f);
	expect_forwarding(f);
	read_report(f, &r);
	assert_int_equal(r.generation, number + 1);
}

#define TWO_PORTS "version: 1\nsystem: {flows: 1024}\nports:\n" LAN WAN
#define LINK(mtu, pipeline) \
	"interfaces:\n" \
	"  lan: {mtu: " #mtu ", addresses: [192.0.2.1/24], pipeline: " #pipeline "}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n" \
	"routes: {main: []}\n" \
	"pipelines: {inside: [{route: main}], wire: [{forward: wan}], none: [drop]}\n"

static void
what_was_started_can_come_back(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO_PORTS LINK(1500, wire));
	reload_to(f, TWO_PORTS LINK(1400, wire));
	reload_to(f, TWO_PORTS LINK(1500, wire));
	reload_to(f, TWO_PORTS LINK(1500, inside));
	reload_to(f, TWO_PORTS LINK(1500, wire));
	push(f, "lan", "udp 192.0.2.10:1 > 203.0.113.77:2");
	assert_int_equal(sent(f, "wan"), 1);
}

/* The last interface goes: the ledger balances as long as what it dropped is counted. */
static void
drops_outlive_their_interface(void **state)
{
	struct appliance_fixture *f = *state;
	struct ledger_sum sum;
	uint64_t dropped;

	given(f, CONFIG(ADMIN LAN WAN));
	for (unsigned i = 0; i < 5; i++)
		push(f, "admin", "udp 203.0.113.9:1 > 198.51.100.2:2");
	workers_ledger(appliance_workers(f->a), &sum);
	dropped = sum.dropped;
	assert_true(dropped >= 5);
	reload_to(f, TWO_PORTS LINK(1500, wire));
	assert_true(appliance_generation(f->a)->n_ifaces < worker_of(f, 0)->fp->ledger.n_ifaces);
	workers_ledger(appliance_workers(f->a), &sum);
	assert_int_equal(sum.dropped, dropped);
	assert_int_equal(sum.imbalance, 0);
}

static void
a_port_whose_mtu_grows_is_opened_again(void **state)
{
	struct appliance_fixture *f = *state;

	given(f,
		TWO_PORTS "interfaces:\n  wan: {addresses: [198.51.100.1/24], pipeline: none}\n"
			  "pipelines: {none: [drop]}\n");
	reload_to(f, TWO_PORTS LINK(1500, inside));
	assert_int_equal(appliance_pools(f->a)->count, 1);
	reload_to(f, TWO_PORTS LINK(9000, wire));
	assert_int_equal(port_of(f, "lan")->mtu, 9000);
	assert_int_equal(port_of(f, "wan")->mtu, 1500);
	assert_int_equal(appliance_pools(f->a)->count, 2);
	assert_true(rte_pktmbuf_data_room_size(port_of(f, "lan")->pool) > 9000);
	push(f, "lan", "udp 192.0.2.10:1 > 203.0.113.77:2");
	assert_int_equal(sent(f, "wan"), 1);
	reload_to(f, TWO_PORTS LINK(1500, wire));
	assert_int_equal(port_of(f, "lan")->mtu, 9000);
}

/* Tracking, in pipelines that are written in front of the one that is used, or in it. */
#define TRACKED(front, stages) \
	"version: 1\nsystem: {flows: 1024}\nports:\n" LAN WAN "interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"pipelines:\n" front "  inside: [" stages ", {route: main}]\n" \
	"  outside: [track, {route: main}]\n"
#define SHORT "{track: {timeouts: {tcp_established: 2s, udp: 2s}}}"

static void
begin_connection(struct appliance_fixture *f)
{
	push(f, "lan", "tcp 192.0.2.10:1000 > 198.51.100.2:80 S seq 1000 win 1000");
	push(f, "wan", "tcp 198.51.100.2:80 > 192.0.2.10:1000 SA seq 5000 ack 1001 win 1000");
	push(f, "lan", "tcp 192.0.2.10:1000 > 198.51.100.2:80 A seq 1001 ack 5001 win 1000");
	drain(f);
	assert_int_equal(sessions_now(f), 1);
	wait_s(f, 1);
}

static void
an_idle_connection_keeps_its_own_timeouts(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TRACKED("", "track"));
	begin_connection(f);
	reload_to(f, TRACKED("  first: [" SHORT ", {route: main}]\n", "track"));
	wait_s(f, 60);
	assert_int_equal(sessions_now(f), 1);
	reload_to(f,
		TRACKED("  zeroth: [" SHORT ", {route: main}]\n  first: [track, {route: main}]\n",
			"track"));
	wait_s(f, 60);
	assert_int_equal(sessions_now(f), 1);
	push(f, "wan", "tcp 198.51.100.2:80 > 192.0.2.10:1000 A seq 5001 ack 1001 win 1000");
	assert_int_equal(sent(f, "lan"), 1);
}

static void
an_idle_connection_gets_the_new_timeouts_of_its_pipeline(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TRACKED("", "track"));
	begin_connection(f);
	reload_to(f, TRACKED("  first: [track, {route: main}]\n", SHORT));
	wait_s(f, 5);
	assert_int_equal(sessions_now(f), 0);
}

static void
timeouts_are_those_of_where_a_session_began(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TRACKED("", SHORT));
	begin_connection(f);
	wait_s(f, 5);
	assert_int_equal(sessions_now(f), 0);
}

/* The stage that it knows is gone; a second one that says less stands before it. */
static void
a_session_keeps_the_timeouts_of_a_pipeline_that_is_gone(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TRACKED("", "track"));
	begin_connection(f);
	reload_to(f, TRACKED("  first: [" SHORT ", {route: main}]\n", "drop: {if: {proto: udp}}"));
	reload_to(f,
		TRACKED("  first: [" SHORT ", {route: main}]\n  second: [" SHORT
			", {route: main}]\n",
			"drop: {if: {proto: udp}}"));
	wait_s(f, 60);
	assert_int_equal(sessions_now(f), 1);
	reload_to(f,
		TRACKED("", "track: {if: {proto: udp}, timeouts: {tcp_established: 2s}}, track"));
	wait_s(f, 60);
	assert_int_equal(sessions_now(f), 1);
}

#define POLICED(before, rate) \
	"version: 1\nsystem: {flows: 1024}\nports:\n" LAN WAN "interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" \
	"pipelines:\n" before "  inside: [{police: {rate: " rate ", burst: 5}}, {route: main}]\n"

static unsigned
let_through(struct appliance_fixture *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		push(f, "lan", OUT);
	return sent(f, "wan");
}

/* Otherwise reloading would be a way past it. */
static void
a_policer_stays_as_empty_as_it_is(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, POLICED("", "1/s"));
	wait_s(f, 10);
	assert_int_equal(let_through(f, 8), 5);
	reload_to(f, POLICED("  first: [{police: 20Mbit}, {route: main}]\n", "1/s"));
	assert_int_equal(let_through(f, 8), 0);
	wait_s(f, 2);
	reload_to(f, POLICED("", "1/s"));
	assert_int_equal(let_through(f, 8), 2);
	reload_to(f, POLICED("", "2/s")); /* another one */
	assert_int_equal(let_through(f, 8), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(ports_are_known_by_their_names_whatever_their_order),
		appliance_test(the_running_configuration_is_built_anew),
		appliance_test(what_was_started_can_come_back),
		appliance_test(drops_outlive_their_interface),
		appliance_test(a_port_whose_mtu_grows_is_opened_again),
		appliance_test(an_idle_connection_keeps_its_own_timeouts),
		appliance_test(an_idle_connection_gets_the_new_timeouts_of_its_pipeline),
		appliance_test(timeouts_are_those_of_where_a_session_began),
		appliance_test(a_session_keeps_the_timeouts_of_a_pipeline_that_is_gone),
		appliance_test(a_policer_stays_as_empty_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
