/* SPDX-License-Identifier: BSD-3-Clause */
/* What single keys of the sections take, and what is said of values that they do not take: rows of
 * texts, each with its one finding, or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "found.h"

/* Text in the place of what a form leaves open; a finding, NULL for none, and whether it is a
 * warning. */
struct row {
	const char *text, *finding;
	bool warning;
};

static void
expect_rows(const char *form, const struct row *rows)
{
	for (const struct row *r = rows; r->text != NULL; r++) {
		struct err *err = err_create();
		char text[4096];
		struct found f;

		snprintf(text, sizeof(text), form, r->text);
		config_free(config_load_text("weir.yaml", text, err));
		f = found_in(err);
		if (r->finding == NULL ? f.errors + f.warnings != 0
				       : f.errors != !r->warning || (r->warning && f.warnings != 1)
					|| strstr(f.text, r->finding) == NULL)
			fail_msg("%s\nexpected: %s\nfound %u errors, %u warnings: %s", r->text,
				r->finding != NULL ? r->finding : "nothing", f.errors, f.warnings,
				f.text);
	}
}

static void
where_http_listens(void **state)
{
	static const struct row rows[] = {
		{ "http: \"127.0.0.1:9977\"" },
		{ "http: \"127.9.0.1:9977\"" },
		{ "http: \"[::1]:9977\"" },
		{ "http: \"127.0.0.1\"", "there is no port" },
		{ "http: \"126.0.0.1:9977\"", "is no loopback address", true },
		{ "http: \"[::2]:9977\"", "is no loopback address", true },
		{ "http: \"[2001:db8::1]:9977\"", "is no loopback address", true },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\nports: {lan: {device: net_null0}}\ntelemetry: {%s}\n", rows);
}

static void
where_flows_are_exported_to(void **state)
{
	static const struct row rows[] = {
		{ "\"192.0.2.9:4739\"" },
		{ "{collector: \"0.0.0.1:4739\"}" },
		{ "{collector: \"0.0.0.0:4739\"}", "is no address of a collector" },
		{ "{collector: \"[::]:4739\"}", "is no address of a collector" },
		{ "{collector: \"[::1]:4739\"}" },
		{ "{collector: \"239.0.0.1:4739\"}" },
		{ "{collector: \"239.0.0.1:4739\", protocol: tcp}", "is a group" },
		{ "{collector: \"223.0.0.1:4739\", protocol: tcp}" },
		{ "{collector: \"[ff02::1]:4739\", protocol: tcp}", "is a group" },
		{ "{collector: \"[fe02::1]:4739\", protocol: tcp}" },
		{ "{collector: \"192.0.2.9:4739\", source: 192.0.2.1}" },
		{ "{collector: \"192.0.2.9:4739\", source: \"2001:db8::1\"}", "of another family" },
		{ "{collector: \"[2001:db8::9]:4739\", source: \"2001:db8::1\"}" },
		{ "nonsense", "nonsense" },
		{ "{collector: \"[2001:db8::9]:4739\", mtu: 1280}" },
		{ "{collector: \"[2001:db8::9]:4739\", mtu: 1279}", "no less than 1280" },
		{ "{collector: \"192.0.2.9:4739\", mtu: 1279}" },
		{ NULL },
	};

	(void)state;
	expect_rows(
		"version: 1\nports: {lan: {device: net_null0}}\ntelemetry: {ipfix: %s}\n", rows);
}

static void
stations_elsewhere(void **state)
{
	static const struct row rows[] = {
		{ "192.0.2.128/26" },
		{ "192.0.2.200" },
		{ "0.0.0.0/0", "would take every station" },
		{ "0.0.0.0/8", "elsewhere for no station" },
		{ "127.0.0.0/16", "elsewhere for no station" },
		{ "126.0.0.0/16" },
		{ "224.0.0.0/24", "elsewhere for no station" },
		{ "223.0.0.0/24" },
		{ "\"2001:db8:1::/48\"" },
		{ "\"fe80::/64\"", "elsewhere for no station" },
		{ "\"fec0::/64\"" },
		{ "\"ff02::/64\"", "elsewhere for no station" },
		{ "192.0.2.0/25", "has all of the subnet of 192.0.2.1/25", true },
		{ "192.0.2.0/24", "has all of the subnet of 192.0.2.1/25", true },
		{ "192.0.2.0/26" },
		{ "198.51.100.0/24" },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\n"
		    "ports: {lan: {device: net_null0}}\n"
		    "interfaces: {lan: {addresses: [192.0.2.1/25], proxy: [%s]}}\n",
		rows);
}

#define M(n) "'net_af_packet" #n ",iface=a" #n "'"

static void
bonds_have_members_and_what_their_mode_takes(void **state)
{
	static const struct row rows[] = {
		{ "{bond: {mode: lacp, members: [" M(1) ", " M(2) "]}}" },
		{ "{}", "there is neither device nor bond" },
		{ "{device: net_null0, bond: {mode: lacp, members: [" M(1) "]}}",
			"no device besides its members" },
		{ "{bond: {mode: lacp, members: []}}", "there is no member" },
		{ "{bond: {mode: lacp, members: [" M(1) ", " M(2) ", " M(3) ", " M(
			4) ", "
			   "" M(5) ", " M(6) ", " M(7) ", " M(8) "]}}" },
		{ "{bond: {mode: lacp, members: [" M(1) ", " M(2) ", " M(3) ", " M(
			  4) ", "
			     "" M(5) ", " M(6) ", " M(7) ", " M(8) ", " M(9) "]}}",
			"9 members are more than 8" },
		{ "{bond: {mode: lacp, members: [" M(1) "], primary: 'net_af_packet1,iface=a1'}}",
			"only mode active-backup has a primary" },
		{ "{bond: {mode: active-backup, members: [" M(
			1) "], primary: 'net_af_packet1,iface=a1'}}" },
		{ "{bond: {mode: active-backup, members: [" M(1) "], hash: l34}}",
			"chooses none by a hash" },
		{ "{bond: {mode: balance, members: [" M(1) "], hash: l2}}" },
		{ "{bond: {mode: balance, members: [" M(1) "], rate: fast}}",
			"only mode lacp has a rate" },
		{ "{bond: {mode: lacp, members: [" M(1) "], rate: slow}}" },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\nports: {lan: %s}\n", rows);
}

static unsigned
ports_of(const char *port, struct port_cfg *ports)
{
	struct err *err = err_create();
	char text[1024];
	struct config *cfg;
	unsigned n;

	snprintf(text, sizeof(text), "version: 1\nports: {lan: %s, wan: {device: net_null0}}\n",
		port);
	cfg = config_load_text("weir.yaml", text, err);
	assert_non_null(cfg);
	n = config_ports(cfg, ports);
	/* The texts go with the configuration. */
	for (unsigned i = 0; i < n; i++)
		ports[i].name = strcmp(ports[i].name, "lan") == 0 ? "lan" : "wan";
	config_free(cfg);
	err_destroy(err);
	return n;
}

static void
a_bond_is_a_port_with_its_members(void **state)
{
	static struct port_cfg ports[PORT_MAX];

	(void)state;
	assert_int_equal(
		ports_of(
			"{bond: {mode: balance, hash: l23, members: [" M(1) ", " M(2) "]}}", ports),
		2);
	assert_int_equal(ports[0].bond.n, 2);
	assert_int_equal(ports[0].bond.mode, BOND_BALANCE);
	assert_int_equal(ports[0].bond.hash, BOND_L23);
	assert_int_equal(ports[1].bond.n, 0);
	ports_of("{bond: {mode: lacp, members: [" M(1) "]}}", ports);
	assert_true(ports[0].bond.fast);
	ports_of("{bond: {mode: lacp, rate: slow, members: [" M(1) "]}}", ports);
	assert_false(ports[0].bond.fast);
	/* Those that are wrong are left out. */
	assert_int_equal(ports_of("{}", ports), 1);
	assert_string_equal(ports[0].name, "wan");
	assert_int_equal(ports_of("{bond: {mode: lacp, members: []}}", ports), 1);
	assert_int_equal(
		ports_of("{device: " M(1) ", bond: {mode: lacp, members: [" M(2) "]}}", ports), 1);
	assert_int_equal(ports_of("{bond: {mode: lacp, members: [{name: a}]}}", ports), 1);
}

#define WIRES "lan: {pipeline: wire}, wan: {pipeline: wire}"

static void
bridges_have_members_that_are_theirs_alone(void **state)
{
	static const struct row rows[] = {
		{ WIRES "}\nbridges: {a: {members: [lan, wan]}" },
		{ WIRES "}\nbridges: {a: {members: []}", "the bridge has no member" },
		{ WIRES "}\nbridges: {a: {members: [lan]}, b: {members: [lan, wan]}",
			"lan is a member of bridge a already" },
		{ "lan: {}, wan: {pipeline: wire}}\nbridges: {a: {members: [lan, wan]}",
			"needs a pipeline that ends in 'bridge'" },
		{ "lan: {pipeline: wire, addresses: [10.0.0.1/24]}, wan: {pipeline: wire}}\n"
		  "bridges: {a: {members: [lan, wan]}",
			"belong to the bridge's own interface" },
		{ WIRES ", br: {bridge: a, vlan: 7}}\nbridges: {a: {members: [lan, wan]}",
			"the own interface of a bridge has untagged frames" },
		{ WIRES ", br: {bridge: a}, br2: {bridge: a}}\nbridges: {a: {members: [lan, wan]}",
			"br is the own interface of bridge a already" },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\n"
		    "ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n"
		    "pipelines: {wire: [bridge]}\n"
		    "routes: {main: []}\n"
		    "interfaces: {%s}\n",
		rows);
}

static void
conversations_have_steps(void **state)
{
	static const struct row rows[] = {
		{ "{name: a, steps: []}", "the conversation has no step" },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\nports: {lan: {device: net_null0}}\ninterfaces: {lan: {}}\n"
		    "tests: [%s]\n",
		rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_http_listens),
		cmocka_unit_test(where_flows_are_exported_to),
		cmocka_unit_test(stations_elsewhere),
		cmocka_unit_test(bonds_have_members_and_what_their_mode_takes),
		cmocka_unit_test(a_bond_is_a_port_with_its_members),
		cmocka_unit_test(bridges_have_members_that_are_theirs_alone),
		cmocka_unit_test(conversations_have_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
