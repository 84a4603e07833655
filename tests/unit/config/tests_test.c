/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests of a configuration: what they may expect, and what they find. */
#include "rows.h"

#define HEAD \
	"version: 1\n" \
	"ports: {lan: net_null0, wan: net_null1, w1: net_null2, w2: net_null3, b1: net_null4, b2: net_null5}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: in}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: in, host: true}\n" \
	"  spare: {port: lan, vlan: 7}\n" \
	"  tagged: {port: lan, vlan: 8, inner_vlan: 9, pipeline: in}\n" \
	"  w1: {pipeline: wire}\n" \
	"  w2: {pipeline: back}\n" \
	"  b1: {pipeline: bridged}\n" \
	"  b2: {pipeline: bridged}\n" \
	"bridges: {br: [b1, b2]}\n" \
	"nat: {up: {pool: [198.51.100.9], ports: 2000-2009}}\n" \
	"acls: {list: {default: accept, rules: [\n" \
	"  {proto: tcp, dport: 23, action: reject}, {dport: 24, action: drop},\n" \
	"  {vlan: 8, dport: 25, action: drop}, {time: mon, dport: 26, action: drop}]}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"pipelines:\n" \
	"  in: [track, {acl: list}, {dnat: [{to: \"192.0.2.80:8080\", if: {dst: 198.51.100.8, proto: tcp, dport: 80}}]},\n" \
	"    {route: main}, {snat: {to: 198.51.100.7, if: {in: lan, out: wan, dport: 53}}}]\n" \
	"  wire: [{forward: w2}]\n" \
	"  back: [{forward: w1}]\n" \
	"  bridged: [{bridge: br}]\n" \
	"  unused: [track, {route: main}, {snat: up}]\n"

/* The interfaces without a pipeline, and the pipeline and pool that nobody uses, are warned of
 * always. */
static void
expect_tests(const struct row *rows)
{
	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[4096];
		struct found f;

		snprintf(text, sizeof(text), HEAD "tests:\n  - {%s}\n", r->text);
		f = verified(text);
		if (r->finding == NULL ? f.errors != 0
				       : f.errors != 1 || strstr(f.text, r->finding) == NULL)
			fail_msg("%s\nexpected: %s\nfound %u errors:\n%s", r->text,
				r->finding != NULL ? r->finding : "nothing", f.errors, f.text);
	}
}

#define UDP(ports) "in: lan, packet: \"udp 192.0.2.7:9 > 203.0.113.9:" ports "\", "
#define TCP(ports) "in: lan, packet: \"tcp 192.0.2.7:9 > 203.0.113.9:" ports " S\", "

static void
words_of_an_expectation(void **state)
{
	static const struct row rows[] = {
		{ UDP("80") "expect: output" },
		{ UDP("80") "expect: output wan" },
		{ UDP("80") "expect: output lan", "expected output lan, was output wan" },
		{ UDP("80") "expect: output wax", "unknown interface 'wax'" },
		{ UDP("80") "expect: output wan now", "write output INTERFACE, drop REASON" },
		{ UDP("80") "expect: outpt", "'outpt': write output INTERFACE" },
		{ UDP("80") "expect: \"\"", "'': write output INTERFACE" },
		{ UDP("80") "expect: drop", "expected drop, was output wan" },
		{ UDP("80") "expect: local", "expected local, was output wan" },
		{ UDP("80") "expect: reject", "expected reject, was output wan" },
		{ UDP("80") "expect: local lan", "write output INTERFACE" },
		{ UDP("80") "expect: reject acl_rejected", "write output INTERFACE" },
		{ UDP("80") "expect: consumed wan", "write output INTERFACE" },
		{ UDP("80") "expect: drop acl_denid", "did you mean 'acl_denied'?" },
		{ UDP("80") "expect: drop zzzzzzzzzzzz", "unknown drop reason 'zzzzzzzzzzzz'" },
		{ UDP("24") "expect: drop" },
		{ UDP("24") "expect: drop acl_denied" },
		{ UDP("24") "expect: drop no_route",
			"expected drop no_route, was drop acl_denied" },
		{ UDP("24") "expect: reject", "expected reject, was drop acl_denied" },
		{ UDP("24") "expect: output", "expected output, was drop acl_denied" },
		{ TCP("23") "expect: reject" },
		{ TCP("23") "expect: drop" },
		{ TCP("23") "expect: drop acl_rejected" },
		{ TCP("23") "expect: drop acl_denied",
			"expected drop acl_denied, was drop acl_rejected" },
		{ "in: lan, packet: \"icmp 192.0.2.7 > 192.0.2.1 echo-request id 7\", expect: local" },
		{ "in: wan, packet: \"icmp 198.51.100.2 > 198.51.100.1 echo-request id 7\", expect: local" },
		{ "in: wan, packet: \"icmp 198.51.100.2 > 198.51.100.1 echo-request id 7\", expect: consumed host",
			"expected consumed host, was local" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 198.51.100.1:9\", expect: consumed host" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 198.51.100.1:9\", expect: consumed" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 198.51.100.1:9\", expect: local" },
		{ "in: lan, packet: \"udp 192.0.2.7:9 > 192.0.2.1:9\", expect: drop local_no_service" },
		{ "in: lan, packet: \"icmp 192.0.2.7 > 192.0.2.1 echo-reply id 7\", expect: drop icmp_no_session" },
		{ NULL },
	};

	(void)state;
	expect_tests(rows);
}

static void
where_packets_come_in(void **state)
{
	static const struct row rows[] = {
		{ "in: spare, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: drop interface_unused" },
		{ "in: tagged, packet: \"udp 192.0.2.7:9 > 203.0.113.9:25\", expect: drop acl_denied" },
		{ UDP("25") "expect: output wan" },
		{ "in: w1, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: output w2" },
		{ "in: w1, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: output w1",
			"expected output w1, was output w2" },
		{ "in: b1, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: output br" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 224.0.0.5:9\", expect: consumed host" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 224.0.1.5:9\", expect: drop multicast" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 225.0.0.5:9\", expect: drop multicast" },
		{ "in: wan, packet: \"udp 198.51.100.2:9 > 255.255.255.255:9\", expect: consumed host" },
		{ "in: lan, packet: \"udp 192.0.2.7:9 > 224.0.0.5:9\", expect: drop multicast" },
		{ "in: wan, packet: \"udp [2001:db8::2]:9 > [ff02::5]:9\", expect: consumed host" },
		{ "in: wan, packet: \"udp [2001:db8::2]:9 > [ff05::5]:9\", expect: drop multicast" },
		{ UDP("80 ttl 1") "expect: drop ttl_expired" },
		{ UDP("80 ttl 2") "expect: output wan" },
		{ "in: lan, packet: \"tcp 192.0.2.7:9 > 203.0.113.9:80 SF\", expect: drop" },
		{ "in: lax, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: drop",
			"did you mean 'lan'" },
		{ "in: lan, packet: \"udp 192.0.2.7:9\", expect: drop", "packet: " },
		{ NULL },
	};

	(void)state;
	expect_tests(rows);
}

static void
ends_with_which_packets_leave(void **state)
{
	static const struct row rows[] = {
		{ UDP("53") "expect: output wan, src: 198.51.100.7" },
		{ UDP("53") "expect: output wan, src: \"198.51.100.7:9\"" },
		{ UDP("53") "expect: output wan, src: \"198.51.100.7:10\"",
			"failed: it left as udp 198.51.100.7:9 > 203.0.113.9:53" },
		{ UDP("53") "expect: output wan, src: 198.51.100.8",
			"failed: it left as udp 198.51.100.7:9" },
		{ UDP("53") "expect: output wan, dst: \"203.0.113.9:53\"" },
		{ UDP("53") "expect: output wan, src: 198.51.100.7, dst: 203.0.113.8",
			"failed: it left as udp 198.51.100.7:9" },
		{ "in: wan, packet: \"tcp 198.51.100.2:9 > 198.51.100.8:80 S\", expect: output lan, dst: \"192.0.2.80:8080\"" },
		{ "in: wan, packet: \"tcp 198.51.100.2:9 > 198.51.100.8:80 S\", expect: output lan, dst: \"192.0.2.80:80\"",
			"failed: it left as tcp 198.51.100.2:9 > 192.0.2.80:8080" },
		{ "name: web, in: wan, packet: \"tcp 198.51.100.2:9 > 198.51.100.8:80 S\", expect: output wan",
			"test 'web' failed: expected output wan, was output lan" },
		{ NULL },
	};

	(void)state;
	expect_tests(rows);
}

static void
times_and_steps(void **state)
{
	static const struct row rows[] = {
		{ UDP("26") "at: mon 09:00, expect: drop acl_denied" },
		{ UDP("26") "at: tue 09:00, expect: output wan" },
		{ UDP("26") "at: monday, expect: drop",
			"'monday': write a day and a time, such as mon 09:00" },
		{ UDP("26") "at: mon 25:00, expect: drop", "'mon 25:00': write a day and a time" },
		{ "packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: drop", "'in' is missing" },
		{ "in: lan, expect: drop", "'packet' is missing" },
		{ "in: lan, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\"", "'expect' is missing" },
		{ "in: lan, steps: [{in: lan, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: drop}]",
			"in: a test is a packet or a list of steps, not both" },
		{ "expect: drop, steps: [{in: lan, packet: \"udp 192.0.2.7:9 > 203.0.113.9:80\", expect: drop}]",
			"expect: a test is a packet or a list of steps, not both" },
		{ "steps: []", "the conversation has no step" },
		{ NULL },
	};

	(void)state;
	expect_tests(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_an_expectation),
		cmocka_unit_test(where_packets_come_in),
		cmocka_unit_test(ends_with_which_packets_leave),
		cmocka_unit_test(times_and_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
