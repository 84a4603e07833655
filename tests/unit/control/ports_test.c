/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that a reload adds, removes and changes; sessions by others go on.
 *
 *   192.0.2.10 --- lan [ Weir ] wan --- 198.51.100.2
 *   203.0.113.9 --- dmz [ ] */
#include "support/appliance_fixture.h"

#define LAN "  lan: {device: net_null1}\n"
#define WAN "  wan: {device: net_null2}\n"
#define DMZ "  dmz: {device: net_null3}\n"
#define LINKS \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: all,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
#define DMZ_LINK(name) \
	"  " name ": {addresses: [203.0.113.1/24], pipeline: all,\n" \
	"    neighbours: {203.0.113.9: \"02:00:00:00:03:09\"}}\n"
#define POLICY "routes: {main: []}\npipelines: {all: [track, {route: main}]}\n"
#define HEAD   "version: 1\nsystem: {flows: 1024}\nports:\n"
#define TWO    HEAD LAN WAN LINKS POLICY
#define THREE  HEAD LAN WAN DMZ LINKS DMZ_LINK("dmz") POLICY

#define OUT    "udp 192.0.2.10:1000 > 198.51.100.2:2000"
#define BACK   "udp 198.51.100.2:2000 > 192.0.2.10:1000"
#define TO_DMZ "udp 192.0.2.10:1000 > 203.0.113.9:2000"

static void
expect_forwarding(struct appliance_fixture *f)
{
	push(f, "lan", OUT);
	assert_int_equal(sent(f, "wan"), 1);
	push(f, "wan", BACK);
	assert_int_equal(sent(f, "lan"), 1);
}

static uint64_t
ended(struct appliance_fixture *f, enum session_end why)
{
	struct report r;
	uint64_t n;

	report_take(f->a, &r);
	n = r.counts.ended[why];
	report_fini(&r);
	return n;
}

static void
a_port_comes_and_goes(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	expect_forwarding(f);
	for (unsigned i = 0; i < 4; i++) {
		reload_to(f, THREE);
		assert_non_null(port_of(f, "dmz"));
		push(f, "lan", TO_DMZ);
		assert_int_equal(sent(f, "dmz"), 1);
		assert_int_equal(sessions_now(f), 2);
		expect_forwarding(f);
		reload_to(f, TWO);
		assert_null(port_of(f, "dmz"));
		push(f, "lan", TO_DMZ); /* unreachable */
		assert_int_equal(sent(f, "lan"), 1);
		expect_forwarding(f);
		wait_s(f, 2);
		assert_int_equal(sessions_now(f), 1);
	}
	assert_int_equal(ended(f, SESSION_END_interface_removed), 4);
	assert_int_equal(appliance_pools(f->a)->count, 2);
}

#define MAC(mac) "  lan: {device: net_null1, mac: \"" mac "\"}\n"
#define TWO_MACS(mac) \
	HEAD MAC(mac) \
	WAN LINKS POLICY

/* What waits in its device is not lost, as it would be if it were opened again. */
static void
a_port_that_does_not_change_stays_open(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	push_only(f, "lan", OUT);
	reload_to(f, TWO);
	assert_int_equal(sent(f, "wan"), 1);
	reload_to(f, TWO_MACS("02:00:00:00:09:01"));
	push_only(f, "lan", OUT);
	reload_to(f, TWO_MACS("02:00:00:00:09:01"));
	assert_int_equal(sent(f, "wan"), 1);
	push_only(f, "lan", OUT);
	reload_to(f, TWO_MACS("02:00:00:00:09:02"));
	assert_int_equal(sent(f, "wan"), 0);
	assert_int_equal(port_of(f, "lan")->mac.addr_bytes[5], 2);
	expect_forwarding(f);
	reload_to(f, TWO);
	assert_int_equal(port_of(f, "lan")->mac.addr_bytes[4], 0x72);
	expect_forwarding(f);
}

/* The port lan of a row is another one than before if what waits in its device is lost. */
static void
expect_reopened(struct appliance_fixture *f, const char *row, unsigned mtu, bool reopened)
{
	char text[2048];

	snprintf(text, sizeof(text),
		HEAD "  lan: {%s}\n" WAN "interfaces:\n"
		     "  lan: {addresses: [192.0.2.1/24], pipeline: all, mtu: %u,\n"
		     "    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\"}}\n"
		     "  wan: {addresses: [198.51.100.1/24], pipeline: all,\n"
		     "    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" POLICY,
		row, mtu);
	push_only(f, "lan", OUT);
	reload_to(f, text);
	assert_int_equal(sent(f, "wan"), reopened ? 0 : 1);
}

static void
what_a_device_was_opened_with_opens_it_again(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	expect_reopened(f, "device: net_null1", 1500, false);
	expect_reopened(f, "device: net_null1, rx_descriptors: 256", 1500, true);
	expect_reopened(f, "device: net_null1, rx_descriptors: 256", 1500, false);
	expect_reopened(
		f, "device: net_null1, rx_descriptors: 256, tx_descriptors: 256", 1500, true);
	expect_reopened(f, "device: net_null1", 1500, true);
	expect_reopened(f, "device: net_null1", 9000, true);
	expect_reopened(f, "device: net_null1", 1400, false);
	expect_reopened(f, "device: net_null1", 9000, false);
	expect_reopened(f, "device: net_null4", 9000, true);
}

static void
other_queues_are_opened(void **state)
{
	struct appliance_fixture *f = *state;

	given_appliance(
		f, HEAD "  lan: {device: net_null1, queues: 1}\n" WAN LINKS POLICY, &two_threads);
	assert_int_equal(port_of(f, "lan")->rx_queues, 1);
	reload_to(f, HEAD "  lan: {device: net_null1, queues: 2}\n" WAN LINKS POLICY);
	assert_int_equal(port_of(f, "lan")->rx_queues, 2);
}

static void
a_port_that_begins_to_forward_takes_all_frames(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	assert_false(port_of(f, "lan")->wants_promiscuous);
	reload_to(f,
		HEAD LAN WAN "interfaces: {lan: {pipeline: wire}, wan: {pipeline: wire}}\n"
			     "routes: {main: []}\npipelines: {wire: [{forward: wan}]}\n");
	assert_true(port_of(f, "lan")->wants_promiscuous);
	reload_to(f, TWO);
	assert_false(port_of(f, "lan")->wants_promiscuous);
}

/* Counters are those of the port, wherever it is. */
static void
another_device_is_the_same_port(void **state)
{
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, THREE);
	expect_forwarding(f);
	reload_to(f, HEAD "  lan: {device: net_null7}\n" WAN DMZ LINKS DMZ_LINK("dmz") POLICY);
	expect_forwarding(f);
	assert_int_equal(sessions_now(f), 1);
	report_take(f->a, &r);
	assert_int_equal(r.n_ports, 3);
	assert_string_equal(r.port[0].name, "lan");
	assert_int_equal(r.port[0].rx, 2);
	report_fini(&r);
}

static void
a_slot_counts_for_its_new_port_from_zero(void **state)
{
	char text[4096];
	struct appliance_fixture *f = *state;
	struct report r;

	given(f, TWO);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(text, sizeof(text),
			HEAD LAN WAN
			"  p%u: {device: net_null3}\n" LINKS
			"  p%u: {addresses: [203.0.113.1/24], pipeline: all,\n"
			"    neighbours: {203.0.113.9: \"02:00:00:00:03:09\"}}\n" POLICY,
			i, i);
		reload_to(f, text);
		push(f, "lan", TO_DMZ);
		report_take(f->a, &r);
		assert_int_equal(r.n_ports, 3);
		assert_int_equal(r.port[2].tx, 1);
		report_fini(&r);
		drain(f);
	}
	/* One port comes before the other goes. */
	assert_int_equal(appliance_pools(f->a)->count, 3);
}

/* A configuration with that many ports. */
static const char *
with_ports(unsigned count)
{
	static char text[16384];
	size_t n = (size_t)snprintf(text, sizeof(text), HEAD);

	for (unsigned i = 0; i < count; i++)
		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "  q%u: {device: net_null%u}\n", i, i);
	snprintf(text + n, sizeof(text) - n,
		"interfaces:\n  q0: {addresses: [192.0.2.1/24], pipeline: all}\n  q%u: {addresses: [198.51.100.1/24], "
		"pipeline: all,\n    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" POLICY,
		count - 1);
	return text;
}

static void
all_slots_have_ports(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, with_ports(PORT_MAX));
	assert_int_equal(appliance_ports(f->a)->count, PORT_MAX);
	push(f, "q0", OUT);
	assert_int_equal(sent(f, appliance_ports(f->a)->at[PORT_MAX - 1].name), 1);
}

static void
more_ports_than_slots_are_refused(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	reload_fails(f, with_ports(PORT_MAX - 1), "with those that go");
	expect_forwarding(f);
	assert_int_equal(appliance_ports(f->a)->count, 2);
}

/* A rule that fails is found after the port was opened: it is closed again. */
static void
a_refused_configuration_leaves_no_port(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, TWO);
	for (unsigned i = 0; i < 40; i++)
		reload_fails(f,
			HEAD LAN WAN DMZ LINKS DMZ_LINK(
				"dmz") "routes: {main: []}\nnat: {u: {pool: [203.0.113.77]}}\n"
				       "pipelines: {all: [track, {snat: u}, {route: main}]}\n",
			"snat");
	assert_int_equal(appliance_ports(f->a)->count, 2);
	assert_null(port_of(f, "dmz"));
	expect_forwarding(f);
	reload_to(f, THREE);
	push(f, "lan", TO_DMZ);
	assert_int_equal(sent(f, "dmz"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(other_queues_are_opened), /* two workers before one */
		appliance_test(a_port_comes_and_goes),
		appliance_test(a_port_that_does_not_change_stays_open),
		appliance_test(what_a_device_was_opened_with_opens_it_again),
		appliance_test(a_port_that_begins_to_forward_takes_all_frames),
		appliance_test(another_device_is_the_same_port),
		appliance_test(a_slot_counts_for_its_new_port_from_zero),
		appliance_test(all_slots_have_ports),
		appliance_test(more_ports_than_slots_are_refused),
		appliance_test(a_refused_configuration_leaves_no_port),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
