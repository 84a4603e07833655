/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "control/example.h"
#include "found.h"

/* What every configuration here begins with; errors are in line 5 and below. */
#define HEAD \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"pipelines: {inside: [drop], wire: [{forward: wan}]}\n" \
	"interfaces:\n"

static struct found
errors_of(const char *text)
{
	struct err *err = err_create();

	config_free(config_load_text("weir.yaml", text, err));
	return found_in(err);
}

static void
expect_error(const char *text, unsigned line, const char *sentence)
{
	struct found f = errors_of(text);

	if (f.errors != 1 || f.line != line || strstr(f.text, sentence) == NULL)
		fail_msg("expected one error in line %u: %s\nfound %u, the last in line %u:\n%s",
			line, sentence, f.errors, f.line, f.text);
}

static void
the_built_in_example_is_right(void **state)
{
	struct found f = errors_of(example_config);

	(void)state;
	assert_string_equal(f.text, "");
}

static void
an_interface_needs_a_port(void **state)
{
	(void)state;
	expect_error(HEAD "  lam: {}\n", 5,
		"interfaces.lam: no port has this name; did you mean 'lan'?");
	expect_error(HEAD "  guests: {vlan: 20}\n", 5, "port: says which one");
	expect_error(HEAD "  guests: {port: wam, vlan: 20}\n", 5, "did you mean 'wan'?");
}

static void
a_name_of_a_pipeline_is_looked_up(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {pipeline: insid}\n", 5, "did you mean 'inside'?");
}

static void
two_interfaces_cannot_take_the_same_frames(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {}\n  also: {port: lan}\n", 6,
		"untagged frames of port lan are those of lan");
	expect_error(HEAD "  a: {port: lan, vlan: 7}\n  b: {port: lan, vlan: 7}\n", 6,
		"interfaces.b.vlan: the same frames of port lan are those of a");
	assert_int_equal(
		errors_of(HEAD
			"  a: {port: lan, vlan: 7}\n"
			"  b: {port: lan, vlan: 7, inner_vlan: 7}\n  c: {port: wan, vlan: 7}\n")
			.errors,
		0);
	expect_error(HEAD "  a: {port: lan, inner_vlan: 7}\n", 5, "needs vlan");
}

static void
an_address_is_ours_once(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {addresses: [192.0.2.1/24]}\n"
			  "  wan: {addresses: [192.0.2.1/25]}\n",
		6, "lan has this address already");
	expect_error(HEAD "  lan: {addresses: [192.0.2.1/24, 192.0.2.1/24]}\n", 5,
		"lan has this address already");
	assert_int_equal(
		errors_of(HEAD "  lan: {addresses: [192.0.2.1/24, 192.0.2.2/24]}\n").errors, 0);
	expect_error(HEAD "  lan: {addresses: [\"fe80::1/64\", \"fe80::1/64\"]}\n", 5,
		"lan has this address already");
}

static void
a_link_local_address_is_ours_once_on_each_link(void **state)
{
	struct found f = errors_of(HEAD "  lan: {addresses: [\"fe80::1/64\"]}\n"
					"  wan: {addresses: [\"fe80::1/64\"]}\n");

	(void)state;
	assert_int_equal(f.errors, 0);
	assert_int_equal(f.warnings, 0);
}

static void
subnets_that_overlap_are_a_warning(void **state)
{
	struct found f = errors_of(HEAD "  lan: {addresses: [192.0.2.1/24]}\n"
					"  wan: {addresses: [192.0.2.129/25]}\n");

	(void)state;
	assert_int_equal(f.errors, 0);
	assert_int_equal(f.warnings, 1);
	assert_non_null(strstr(f.text, "overlaps 192.0.2.1/24 of lan"));
}

static void
some_addresses_cannot_be_ours(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {addresses: [192.0.2.0/24]}\n", 5, "is the subnet itself");
	expect_error(HEAD "  lan: {addresses: [192.0.2.255/24]}\n", 5, "is the broadcast address");
	expect_error(
		HEAD "  lan: {addresses: [224.0.0.5/24]}\n", 5, "is no address of an interface");
	expect_error(HEAD "  lan: {addresses: [\"ff02::1/64\"]}\n", 5, "is multicast");
	expect_error(
		HEAD "  lan: {addresses: [\"::1/128\"]}\n", 5, "is no address of an interface");
	assert_int_equal(
		errors_of(HEAD "  lan: {addresses: [192.0.2.0/31, 192.0.2.255/32]}\n").errors, 0);
}

static void
ipv6_needs_an_mtu_of_1280(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {mtu: 1279, addresses: [\"2001:db8::1/64\"]}\n", 5,
		"interfaces.lan.mtu: 1279 is below 1280");
	expect_error(HEAD "  lan: {mtu: 99}\n", 5, "interfaces.lan.mtu: 99 is below 576");
}

static void
a_static_neighbour_stands_in_a_subnet(void **state)
{
	(void)state;
	expect_error(HEAD "  lan:\n    addresses: [192.0.2.1/24]\n"
			  "    neighbours: {198.51.100.7: \"02:00:00:00:00:07\"}\n",
		7, "is in no subnet of lan");
	expect_error(HEAD "  lan:\n    addresses: [192.0.2.1/24]\n"
			  "    neighbours: {192.0.2.1: \"02:00:00:00:00:07\"}\n",
		7, "is our own address");
	expect_error(HEAD "  lan:\n    addresses: [192.0.2.1/24]\n"
			  "    neighbours: {192.0.2.7: \"01:00:00:00:00:07\"}\n",
		7, "is not the MAC address of a station");
	expect_error(HEAD "  lan:\n    addresses: [\"2001:db8::1/64\"]\n    neighbours:\n"
			  "      \"2001:db8::2\": \"02:00:00:00:00:07\"\n"
			  "      \"2001:0db8:0::0002\": \"02:00:00:00:00:07\"\n",
		9, "is 2001:db8::2, which lan has already");
	assert_int_equal(
		errors_of(HEAD "  lan: {neighbours: {\"fe80::1\": \"02:00:00:00:00:07\"}}\n")
			.errors,
		0);
}

static void
cores_are_auto_or_a_list(void **state)
{
	(void)state;
	expect_error(HEAD "  lan: {}\nsystem: {workers: [1, auto]}\n", 6,
		"auto cannot be combined with cores");
	expect_error(HEAD "  lan: {}\nsystem: {workers: [1, 1]}\n", 6, "core 1 is listed twice");
	assert_int_equal(errors_of(HEAD "  lan: {}\nsystem: {workers: [1, 2]}\n").errors, 0);
	assert_int_equal(errors_of(HEAD "  lan: {}\nsystem: {workers: auto}\n").errors, 0);
}

static void
all_errors_are_found_in_one_go(void **state)
{
	struct found f = errors_of(HEAD "  lan: {mtu: 99}\n"
					"  wan: {pipelin: inside}\n"
					"  guests: {port: lan, vlan: 5000}\n"
					"  other: {addresses: [192.0.2.0/24]}\n"
					"system: {control: -1}\n");

	(void)state;
	assert_int_equal(f.errors, 6); /* other has no port, either */
	assert_int_equal(f.line, 9);
}

static void
a_port_takes_the_largest_mtu_of_its_interfaces(void **state)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml",
		HEAD "  lan: {mtu: 1400}\n  guests: {port: lan, vlan: 20, mtu: 9000}\n"
		     "  wan: {pipeline: wire}\n",
		err);
	struct port_cfg ports[PORT_MAX];

	(void)state;
	assert_int_equal(config_ports(cfg, ports), 2);
	assert_int_equal(ports[0].mtu, 9000);
	assert_false(ports[0].promiscuous);
	assert_int_equal(ports[1].mtu, 1500);
	assert_true(ports[1].promiscuous);
	config_free(cfg);
	err_destroy(err);
}

/* Is a port's NIC to spread frames by their sources? */
static bool
lan_is_spread_by_source(const char *pool, const char *interfaces)
{
	struct err *err = err_create();
	char text[2048];
	struct port_cfg ports[PORT_MAX];
	struct config *cfg;
	bool is;

	snprintf(text, sizeof(text),
		"version: 1\n"
		"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n"
		"interfaces:\n%s  wan: {pipeline: outside}\n"
		"routes: {main: []}\n"
		"nat: {uplink: {pool: [203.0.113.1], %s}}\n"
		"pipelines:\n  inside: [track, {route: main}, {snat: uplink}]\n  outside: [track, {route: main}]\n",
		interfaces, pool);
	cfg = config_load_text("weir.yaml", text, err);
	assert_string_equal(err_first(err), "");
	config_ports(cfg, ports);
	assert_false(ports[1].by_source);
	is = ports[0].by_source;
	config_free(cfg);
	err_destroy(err);
	return is;
}

static void
ports_with_inside_hosts_alone_are_spread_by_source(void **state)
{
	const char *shared = "mapping: endpoint-independent",
		   *single = "mapping: address-and-port-dependent";
	const char *inside = "  lan: {addresses: [10.0.0.1/8], pipeline: inside}\n";

	(void)state;
	assert_true(lan_is_spread_by_source(shared, inside));
	assert_false(lan_is_spread_by_source(single, inside));
	assert_true(lan_is_spread_by_source(
		"mapping: address-and-port-dependent, per_source: 100", inside));
	assert_false(lan_is_spread_by_source(
		shared, "  lan: {addresses: [10.0.0.1/8], pipeline: outside}\n"));
	assert_false(lan_is_spread_by_source(shared,
		"  lan: {addresses: [10.0.0.1/8, \"2001:db8::1/64\"], pipeline: inside}\n"));
	assert_false(lan_is_spread_by_source(shared,
		"  lan: {addresses: [10.0.0.1/8], pipeline: inside}\n  guests: {port: lan, vlan: 20, pipeline: outside}\n"));
}

/* The errors of going from one configuration to another. */
static struct found
errors_of_reload(const char *from, const char *to)
{
	struct err *err = err_create();
	struct config *old = config_load_text("old.yaml", from, err);
	struct config *new = config_load_text("new.yaml", to, err);
	struct found found = { 0 };

	assert_int_equal(err_count(err), 0);
	config_check_reload(old, new, err);
	err_each(err, note_one, &found);
	config_free(old);
	config_free(new);
	err_destroy(err);
	return found;
}

static void
what_needs_a_restart_is_said_at_its_place(void **state)
{
	struct found f;

	(void)state;
	f = errors_of_reload(HEAD "  lan: {}\n",
		HEAD "  lan: {}\nsystem: {flows: 4096, burst: 32, memory: {openings: 64k}}\n");
	assert_string_equal(f.text,
		"system.flows: a change needs a restart\n"
		"system.burst: a change needs a restart\n"
		"system.memory.openings: a change needs a restart\n");
	assert_int_equal(f.line, 6);
	f = errors_of_reload(HEAD "  lan: {}\n", HEAD "  lan: {mtu: 9000}\n");
	assert_int_equal(f.errors, 0);
	f = errors_of_reload(HEAD "  lan: {}\n",
		"version: 1\nports: {lan: {device: net_null0}, dmz: {device: net_null7}}\n");
	assert_int_equal(f.errors, 0);
}

static void
everything_else_can_be_changed_by_a_reload(void **state)
{
	struct found f = errors_of_reload(HEAD "  lan: {mtu: 1500, pipeline: inside}\n",
		HEAD "  lan: {mtu: 1400}\n"
		     "  guests: {port: lan, vlan: 20, addresses: [192.0.2.1/24]}\n"
		     "sets: {a: [192.0.2.0/24]}\n");

	(void)state;
	assert_string_equal(f.text, "");
}

/* One value of each key, and another. */
static const struct change {
	const struct cfg_table *table;
	const char *key, *old, *new;
} changes[] = {
	{ &system_table, "workers", "system: {workers: [1]}", "system: {workers: [2]}" },
	{ &system_table, "control", "system: {control: 0}", "system: {control: 1}" },
	{ &system_table, "flows", "system: {flows: 2048}", "system: {flows: 4096}" },
	{ &system_table, "burst", "system: {burst: 32}", "system: {burst: 64}" },
	{ &system_table, "idle", "system: {idle: busy}", "system: {idle: adaptive}" },
	{ &system_table, "spread", "system: {spread: always}", "system: {spread: adaptive}" },
	{ &system_table, "eal", "system: {eal: [--legacy-mem]}", "system: {eal: [--no-hpet]}" },
	{ &system_table, "hugepages", "system: {memory: {hugepages: yes}}",
		"system: {memory: {hugepages: no}}" },
	{ &system_table, "mbufs", "system: {memory: {mbufs: 4096}}",
		"system: {memory: {mbufs: 8192}}" },
	{ &system_table, "openings", "system: {memory: {openings: 1M}}",
		"system: {memory: {openings: 2M}}" },
	{ &port_table, "device", "device: net_null0", "device: net_null1" },
	{ &port_table, "bond", "bond: {mode: lacp, members: ['net_af_packet0,iface=a']}",
		"bond: {mode: lacp, members: ['net_af_packet0,iface=b']}" },
	{ &port_table, "queues", "device: net_null0, queues: 1", "device: net_null0, queues: 2" },
	{ &port_table, "mac", "device: net_null0, mac: \"02:00:00:00:00:01\"",
		"device: net_null0, mac: \"02:00:00:00:00:02\"" },
	{ &port_table, "rx_descriptors", "device: net_null0, rx_descriptors: 512",
		"device: net_null0, rx_descriptors: 1024" },
	{ &port_table, "tx_descriptors", "device: net_null0, tx_descriptors: 512",
		"device: net_null0, tx_descriptors: 1024" },
	{ &port_table, "tpid", "device: net_null0, tpid: 0x8100",
		"device: net_null0, tpid: 0x88a8" },
};

static const struct cfg_field *
row_of(const struct change *c)
{
	const struct cfg_field *f = cfg_field_find(c->table, c->key);

	return f != NULL ? f : cfg_field_find(cfg_field_find(c->table, "memory")->table, c->key);
}

static void
keys_that_need_a_restart_are_marked(void **state)
{
	char old[256], new[256];
	unsigned system = 0, ports = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		const char *form = c->table == &port_table
			? "version: 1\nports: {lan: {%s}}\n"
			: "version: 1\nports: {lan: {device: net_null0}}\n%s\n";
		struct found f;

		snprintf(old, sizeof(old), form, c->old);
		snprintf(new, sizeof(new), form, c->new);
		f = errors_of_reload(old, new);
		if ((f.errors != 0) != row_of(c)->restart)
			fail_msg("%s: %u errors, %s", c->key, f.errors,
				row_of(c)->restart ? "marked" : "not marked");
		system += c->table == &system_table;
		ports += c->table == &port_table;
	}
	/* No key of these sections is left out: memory counts for its three. */
	for (const struct cfg_field *f = system_table.fields; f->name != NULL; f++)
		system -= strcmp(f->name, "memory") == 0 ? 3 : 1;
	for (const struct cfg_field *f = port_table.fields; f->name != NULL; f++)
		ports--;
	assert_int_equal(system, 0);
	assert_int_equal(ports, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_example_is_right),
		cmocka_unit_test(an_interface_needs_a_port),
		cmocka_unit_test(a_name_of_a_pipeline_is_looked_up),
		cmocka_unit_test(two_interfaces_cannot_take_the_same_frames),
		cmocka_unit_test(an_address_is_ours_once),
		cmocka_unit_test(subnets_that_overlap_are_a_warning),
		cmocka_unit_test(some_addresses_cannot_be_ours),
		cmocka_unit_test(ipv6_needs_an_mtu_of_1280),
		cmocka_unit_test(a_static_neighbour_stands_in_a_subnet),
		cmocka_unit_test(a_link_local_address_is_ours_once_on_each_link),
		cmocka_unit_test(cores_are_auto_or_a_list),
		cmocka_unit_test(all_errors_are_found_in_one_go),
		cmocka_unit_test(ports_with_inside_hosts_alone_are_spread_by_source),
		cmocka_unit_test(a_port_takes_the_largest_mtu_of_its_interfaces),
		cmocka_unit_test(what_needs_a_restart_is_said_at_its_place),
		cmocka_unit_test(keys_that_need_a_restart_are_marked),
		cmocka_unit_test(everything_else_can_be_changed_by_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
