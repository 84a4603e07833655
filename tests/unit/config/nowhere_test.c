/* SPDX-License-Identifier: BSD-3-Clause */
/* Warnings about what leads nowhere, and about names that nothing uses. */
#include "rows.h"

#define HEAD \
	"version: 1\n" \
	"ports: {lan: net_null0, wan: net_null1}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: in}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: out}\n"
#define IN "  in: [track, {route: main}, {snat: up}]\n"
#define TABLES \
	"acls: {jump: {default: accept, rules: [{dport: 7, goto: more}]}}\n" \
	"routes:\n" \
	"  main: [{to: 10.1.0.0/16, via: 198.51.100.2}, {to: 10.2.0.0/16, blackhole: true},\n" \
	"    {to: 10.3.0.0/16, reject: true}, {to: \"2001:db8::/48\", dev: lan}]\n" \
	"  other: [{to: 10.4.0.0/16, via: 198.51.100.2}]\n"
#define NAT "nat: {up: {pool: [198.51.100.8/31, 198.51.100.12]}}\n"

static void
static_sources_that_a_pool_gives_out(void **state)
{
	static const struct row rows[] = {
		{ "198.51.100.7" },
		{ "198.51.100.8", "198.51.100.8 is an address of pool up, too", true },
		{ "198.51.100.9", "198.51.100.9 is an address of pool up, too", true },
		{ "198.51.100.10" },
		{ "198.51.100.12",
			"pipelines.out: snat: 198.51.100.12 is an address of pool up, too", true },
		{ "\"2001:db8::7\"" },
		{ NULL },
	};

	(void)state;
	expect_rows(HEAD NAT "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
			     "pipelines:\n" IN "  out: [track, {route: main}, {snat: {to: %s}}]\n",
		rows);
	expect_rows(HEAD NAT
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"pipelines:\n" IN
		"  out: [track, {dnat: [{to: 192.0.2.7}]}, {route: main}, {snat: {to: %s, if: {dport: 9}}}]\n",
		rows);
}

static void
destinations_without_a_way(void **state)
{
	static const struct row rows[] = {
		{ "{dnat: {to: 192.0.2.7}}, {route: main}" },
		{ "{dnat: {to: 10.1.0.7}}, {route: main}" },
		{ "{dnat: {to: 10.2.0.7}}, {route: main}",
			"pipelines.out: dnat: no route leads to 10.2.0.7, as for tcp 203.0.113.9:40000 > 10.2.0.7:80",
			true },
		{ "{dnat: {to: 10.3.0.7}}, {route: main}", "no route leads to 10.3.0.7", true },
		{ "{dnat: {to: 10.4.0.7}}, {route: main}", "no route leads to 10.4.0.7", true },
		{ "{dnat: {to: \"2001:db8:1::7\"}}, {route: main}", "> [2001:db8:1::7]:80", true },
		{ "{dnat: {to: \"2001:db8::7\"}}, {route: main}" },
		{ "{dnat: {to: 10.4.0.7}}, {route: {table: other, if: {dport: 80}}}, {route: main}" },
		{ "{dnat: {to: 10.4.0.7}}, {route: {table: main, if: {dport: 80}}}, {route: other}" },
		{ "{dnat: {to: 10.5.0.7}}, {route: {table: main, if: {dport: 80}}}, {route: other}",
			"no route leads to 10.5.0.7", true },
		{ "{dnat: {to: 10.5.0.7}}, {acl: jump}, {route: main}, {acl: {use: jump, if: {dport: 9}}}" },
		{ "{dnat: [{to: 192.0.2.7, if: {dport: 80}}, {to: 10.5.0.7}]}, {route: main}",
			"no route leads to 10.5.0.7", true },
		{ NULL },
	};

	(void)state;
	expect_rows(HEAD "  g: {port: lan, vlan: 7, pipeline: use}\n" NAT TABLES "pipelines:\n" IN
			 "  more: [{route: other}]\n"
			 "  use: [{acl: jump}, {route: other}]\n"
			 "  out: [track, %s]\n",
		rows);
}

static void
routes_that_no_packet_takes(void **state)
{
	static const struct row rows[] = {
		{ "{to: 10.0.0.0/8, via: 198.51.100.2}" },
		{ "{to: 127.0.0.0/8, via: 198.51.100.2}",
			"127.0.0.0/8 is never used: no packet may go there", true },
		{ "{to: 127.9.0.0/16, via: 198.51.100.2}", "127.9.0.0/16 is never used", true },
		{ "{to: 126.0.0.0/7, via: 198.51.100.2}" },
		{ "{to: 0.0.0.0/8, via: 198.51.100.2}", "0.0.0.0/8 is never used", true },
		{ "{to: 0.0.0.0/7, via: 198.51.100.2}" },
		{ "{to: 127.0.0.0/8, blackhole: true}" },
		{ "{to: 127.0.0.0/8, reject: true}" },
		{ "{to: \"::1/128\", dev: lan}", "::1/128 is never used", true },
		{ NULL },
	};

	(void)state;
	expect_rows(
		HEAD NAT "routes: {main: [%s]}\npipelines:\n" IN "  out: [{route: main}]\n", rows);
}

static void
names_that_nothing_uses(void **state)
{
	static const struct row rows[] = {
		{ "sets: {a: [10.0.0.0/8]}\n", "sets.a: nothing uses this set", true },
		{ "sets: {a: [10.0.0.0/8]}\nacls: {b: {rules: [{name: n, src: $a, action: drop}]}}\n",
			"acls.b: nothing uses this access list", true },
		{ "zones: {z: [lan]}\n", "zones.z: nothing uses this zone", true },
		{ "zones: {z: [lan, wan]}\n" },
		{ "nat: {a: {pool: [198.51.100.9]}}\n", "nat.a: nothing uses this pool", true },
		{ NULL },
	};

	(void)state;
	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[2048];

		snprintf(text, sizeof(text),
			HEAD "%sroutes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
			     "pipelines: {in: [{route: main}], out: [{route: main}]}\n",
			r->text);
		expect_finding(text, r->finding, r->warning);
	}
	expect_finding(HEAD "routes: {main: [], other: []}\n"
			    "pipelines: {in: [{route: main}], out: [{route: main}]}\n",
		"routes.other: nothing uses this route table", true);
	expect_finding(HEAD
		"routes: {main: []}\n"
		"pipelines: {in: [{route: main}], out: [{route: main}], more: [drop]}\n",
		"pipelines.more: nothing uses this pipeline", true);
	/* The table of a domain is used by the domain; main is one as soon as there are others. */
	expect_finding("version: 1\nports: {lan: net_null0, wan: net_null1}\n"
		       "interfaces: {lan: {pipeline: p, domain: red}, wan: {pipeline: p}}\n"
		       "routes: {main: [], red: []}\npipelines: {p: [drop]}\n",
		NULL, false);
	expect_finding("version: 1\nports: {lan: net_null0, wan: net_null1}\n"
		       "interfaces: {lan: {pipeline: p, domain: red}, wan: {pipeline: p}}\n"
		       "routes: {blue: []}\npipelines: {p: [drop]}\n",
		"routes.blue: nothing uses this route table", true);
	expect_finding("version: 1\nports: {lan: net_null0}\ninterfaces: {lan: {pipeline: p}}\n"
		       "routes: {main: []}\npipelines: {p: [drop]}\n",
		"routes.main: nothing uses this route table", true);
	/* A test uses nothing. */
	expect_finding(
		"version: 1\nports: {lan: net_null0, wan: net_null1}\n"
		"interfaces: {lan: {pipeline: p}}\npipelines: {p: [drop]}\n"
		"tests: [{in: lan, packet: \"udp 10.0.0.1:1 > 10.0.0.2:2\", expect: drop}]\n",
		"ports.wan: nothing uses this port", true);
}

/* Entries of NAT have a reader, and a file has entries. */
static void
logs_of_nat(void **state)
{
	static const struct row rows[] = {
		{ "nat: {a: {pool: [198.51.100.9], log: true}}\ntelemetry: {nat_log: /dev/null}" },
		{ "nat: {a: {pool: [198.51.100.9], log: true}}\ntelemetry: {ipfix: \"192.0.2.9:4739\"}" },
		{ "nat: {a: {pool: [198.51.100.9], log: true}}",
			"there is no file for it: telemetry.nat_log.file, and no telemetry.ipfix" },
		{ "nat: {a: {pool: [198.51.100.9]}}\ntelemetry: {nat_log: /dev/null}",
			"no pool in section nat has log: true", true },
		{ "nat: {a: {pool: [198.51.100.9]}}\ntelemetry: {ipfix: \"192.0.2.9:4739\"}" },
		{ NULL },
	};

	(void)state;
	expect_rows(HEAD
		"routes: {main: []}\n"
		"pipelines: {in: [track, {route: main}, {snat: a}], out: [{route: main}]}\n%s\n",
		rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_sources_that_a_pool_gives_out),
		cmocka_unit_test(destinations_without_a_way),
		cmocka_unit_test(routes_that_no_packet_takes),
		cmocka_unit_test(names_that_nothing_uses),
		cmocka_unit_test(logs_of_nat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
