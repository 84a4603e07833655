/* SPDX-License-Identifier: BSD-3-Clause */
/* Interfaces, their kernel interfaces, zones, bridges: values at the limits of each key. */
#include "rows.h"

#define PORTS "version: 1\nports: {lan: net_null0, wan: net_null1}\n"
#define DROP  "pipelines: {p: [drop]}\n"
#define OTHER "z: {port: wan, vlan: 99, pipeline: p}"

static void
frames_of_interfaces(void **state)
{
	static const struct row rows[] = {
		{ "lan: {pipeline: p}" },
		{ "lan: {}", "has no pipeline: what comes in by it is dropped", true },
		{ "a: {port: lan, vlan: 1, pipeline: p}" },
		{ "a: {port: lan, vlan: 4094, pipeline: p}" },
		{ "a: {port: lan, vlan: 4095, pipeline: p}", "4095" },
		{ "a: {port: lan, vlan: 0, pipeline: p}", "vlan" },
		{ "lan: {pipeline: p}, a: {port: lan, vlan: 7, pipeline: p}, b: {port: lan, vlan: 8, pipeline: p}" },
		{ "lan: {pipeline: p}, a: {port: lan, pipeline: p}",
			"untagged frames of port lan are those of lan" },
		{ "a: {port: lan, vlan: 7, pipeline: p}, b: {port: lan, vlan: 7, pipeline: p}",
			"the same frames of port lan are those of a" },
		{ "a: {port: lan, vlan: 7, pipeline: p}, b: {port: wan, vlan: 7, pipeline: p}" },
		{ "a: {port: lan, vlan: 7, pipeline: p}, b: {port: lan, vlan: 7, inner_vlan: 7, pipeline: p}" },
		{ "a: {port: lan, vlan: 7, inner_vlan: 1, pipeline: p}, b: {port: lan, vlan: 7, inner_vlan: 2, pipeline: p}" },
		{ "a: {port: lan, vlan: 7, inner_vlan: 2, pipeline: p}, b: {port: lan, vlan: 7, inner_vlan: 2, pipeline: p}",
			"the same frames of port lan are those of a" },
		{ "a: {port: lan, inner_vlan: 2, pipeline: p}", "needs vlan, the outer one" },
		{ "lam: {pipeline: p}", "no port has this name; did you mean 'lan'?" },
		{ "zzzzzz: {pipeline: p}", "no port has this name; port: says which one it is on" },
		{ "lan: {pipeline: p, mtu: 576}" },
		{ "lan: {pipeline: p, mtu: 575}", "575 is below 576" },
		{ "lan: {pipeline: p, mtu: 9600}" },
		{ "lan: {pipeline: p, mtu: 9601}", "9601" },
		{ "lan: {pipeline: p, mtu: 1280, addresses: [\"2001:db8::1/64\"]}" },
		{ "lan: {pipeline: p, mtu: 1279, addresses: [\"2001:db8::1/64\"]}",
			"1279 is below 1280, which IPv6 needs" },
		{ "lan: {pipeline: p, mtu: 1279, addresses: [192.0.2.1/24]}" },
		{ "lan: {pipeline: p, domain: abcdefghijabcdefghijabcdefghija}" },
		{ "lan: {pipeline: p, domain: abcdefghijabcdefghijabcdefghijab}",
			"the name of a domain has 31 characters at most" },
		{ NULL },
	};

	(void)state;
	expect_rows(PORTS DROP "interfaces: {%s, " OTHER "}\n", rows);
}

static void
addresses_of_interfaces(void **state)
{
	static const struct row rows[] = {
		{ "192.0.2.1/24], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24" },
		{ "192.0.2.1/24, 192.0.2.2/24], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24" },
		{ "192.0.2.1/24, 192.0.2.1/25], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24",
			"lan has this address already" },
		{ "192.0.2.1/24], pipeline: p}, wan: {pipeline: p, addresses: [192.0.2.1/24",
			"lan has this address already" },
		{ "192.0.2.1/24], pipeline: p}, wan: {pipeline: p, addresses: [192.0.2.2/25",
			"overlaps 192.0.2.1/24 of lan", true },
		{ "192.0.2.1/25], pipeline: p}, wan: {pipeline: p, addresses: [192.0.2.2/24",
			"overlaps 192.0.2.1/25 of lan", true },
		{ "192.0.2.1/25], pipeline: p}, wan: {pipeline: p, addresses: [192.0.2.129/25" },
		{ "192.0.2.1/24], pipeline: p}, wan: {pipeline: p, domain: red, addresses: [192.0.2.1/24" },
		{ "\"fe80::1/64\"], pipeline: p}, wan: {pipeline: p, addresses: [\"fe80::1/64\"" },
		{ "\"2001:db8::1/64\"], pipeline: p}, wan: {pipeline: p, addresses: [\"2001:db8::1/64\"",
			"lan has this address already" },
		{ "0.0.0.1/8], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24",
			"is no address of an interface" },
		{ "1.0.0.1/8], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24" },
		{ "223.0.0.1/8], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24" },
		{ "224.0.0.1/8], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24",
			"is no address of an interface" },
		{ "192.0.2.0/30], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24",
			"is the subnet itself" },
		{ "192.0.2.3/30], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24",
			"is the broadcast address of its subnet" },
		{ "192.0.2.3/31], pipeline: p}, wan: {pipeline: p, addresses: [198.51.100.1/24" },
		{ NULL },
	};

	(void)state;
	expect_rows(PORTS DROP "interfaces: {lan: {addresses: [%s]}}\n", rows);
}

static void
neighbours_of_an_interface(void **state)
{
	static const struct row rows[] = {
		{ "192.0.2.9: \"02:00:00:00:00:09\"" },
		{ "192.0.2.254: \"02:00:00:00:00:09\"" },
		{ "192.0.2.1: \"02:00:00:00:00:09\"", "192.0.2.1 is our own address" },
		{ "192.0.2.0: \"02:00:00:00:00:09\"",
			"192.0.2.0 is the network or broadcast address of a subnet of lan" },
		{ "192.0.2.255: \"02:00:00:00:00:09\"", "is the network or broadcast address" },
		{ "192.0.3.9: \"02:00:00:00:00:09\"", "192.0.3.9 is in no subnet of lan" },
		{ "10.0.0.0: \"02:00:00:00:00:09\"" },
		{ "192.0.2.9: \"01:00:00:00:00:09\"", "is not the MAC address of a station" },
		{ "192.0.2.9: \"00:00:00:00:00:00\"", "is not the MAC address of a station" },
		{ "192.0.2.9: \"00:00:00:00:00:01\"" },
		{ "\"2001:db8::9\": \"02:00:00:00:00:09\"" },
		{ "\"2001:db8:1::9\": \"02:00:00:00:00:09\"", "is in no subnet of lan" },
		{ "\"fe80::9\": \"02:00:00:00:00:09\"" },
		{ "\"febf::9\": \"02:00:00:00:00:09\"" },
		{ "\"fec0::9\": \"02:00:00:00:00:09\"", "is in no subnet of lan" },
		{ "\"2001:db8::9\": \"02:00:00:00:00:09\", \"2001:db8:0::9\": \"02:00:00:00:00:08\"",
			"2001:db8:0::9 is 2001:db8::9, which lan has already" },
		{ "\"2001:db8::9\": \"02:00:00:00:00:09\", \"2001:db8::8\": \"02:00:00:00:00:08\"" },
		{ NULL },
	};

	(void)state;
	expect_rows(PORTS DROP
		"interfaces:\n"
		"  lan: {addresses: [192.0.2.1/24, 10.0.0.1/31, \"2001:db8::1/64\"], pipeline: p,\n"
		"    neighbours: {%s}}\n  " OTHER "\n",
		rows);
}

static void
names_of_kernel_interfaces(void **state)
{
	static const struct row rows[] = {
		{ "lan: {pipeline: p, host: true}" },
		{ "lan: {pipeline: p, host: {name: abcdefghijklmno}}" },
		{ "lan: {pipeline: p, host: {name: abcdefghijklmnop}}",
			"'abcdefghijklmnop': a kernel interface has a name of 1 to 15 characters" },
		{ "lan: {pipeline: p, host: {name: \"\"}}", "a name of 1 to 15 characters" },
		{ "lan: {pipeline: p, host: {name: \".\"}}",
			"no kernel interface can have this name" },
		{ "lan: {pipeline: p, host: {name: \"..\"}}",
			"no kernel interface can have this name" },
		{ "lan: {pipeline: p, host: {name: lo}}",
			"no kernel interface can have this name" },
		{ "lan: {pipeline: p, host: {name: all}}",
			"no kernel interface can have this name" },
		{ "lan: {pipeline: p, host: {name: default}}",
			"no kernel interface can have this name" },
		{ "lan: {pipeline: p, host: {name: \"...\"}}" },
		{ "lan: {pipeline: p, host: {name: \"a b\"}}", "has no spaces and none of / : %" },
		{ "lan: {pipeline: p, host: {name: a/b}}", "has no spaces and none of / : %" },
		{ "lan: {pipeline: p, host: {name: \"a%b\"}}", "has no spaces and none of / : %" },
		{ "lan: {pipeline: p, host: {name: \"a:b\"}}", "has no spaces and none of / : %" },
		{ "lan: {pipeline: p, host: {rate: 100/s}}" },
		{ "lan: {pipeline: p, host: {rate: 1Mbit}}",
			"a rate of packets is written as 20k/s" },
		{ "lan: {pipeline: p, host: true}, wan: {pipeline: p, host: {name: lan}}",
			"lan has the kernel interface lan already" },
		{ "lan: {pipeline: p, host: {enabled: false}}, wan: {pipeline: p, host: {name: lan}}" },
		{ NULL },
	};

	(void)state;
	expect_rows(PORTS DROP "interfaces: {%s, " OTHER "}\n", rows);
	expect_finding(PORTS "pipelines: {w: [forward: wan]}\n"
			     "interfaces: {lan: {pipeline: w, host: true}, wan: {pipeline: w}}\n",
		"pipeline w forwards all frames as they are, and none to the host", false);
}

static void
a_network_namespace(void **state)
{
	static const struct row rows[] = {
		{ "red" },
		{ "a.b" },
		{ "\"\"", "is no name of a network namespace" },
		{ ".red", "is no name of a network namespace" },
		{ "a/b", "is no name of a network namespace" },
		{ NULL },
	};
	char text[512], name[202];

	(void)state;
	expect_rows(PORTS DROP "interfaces: {lan: {pipeline: p}, " OTHER "}\nhost: {netns: %s}\n",
		rows);
	for (unsigned n = 200; n <= 201; n++) {
		memset(name, 'a', n);
		name[n] = '\0';
		snprintf(text, sizeof(text),
			PORTS DROP "interfaces: {lan: {pipeline: p}, " OTHER
				   "}\nhost: {netns: %s}\n",
			name);
		expect_finding(text, n == 200 ? NULL : "is no name of a network namespace", false);
	}
}

static void
zones_have_interfaces_of_their_own(void **state)
{
	static const struct row rows[] = {
		{ "a: [lan, wan]" },
		{ "a: [lan]", "nothing uses this zone", true },
		{ "a: []", "the zone has no interface" },
		{ "lan: [wan]", "an interface has this name" },
		{ "a: [lan, wan], b: [wan]", "wan is in zone a already" },
		{ "a: [lan, lan]", "lan is in zone a already" },
		{ "a: [lan, wax]", "did you mean 'wan'" },
		{ NULL },
	};

	(void)state;
	expect_rows(PORTS DROP
		"interfaces: {lan: {pipeline: p}, wan: {pipeline: p}}\nzones: {%s}\n",
		rows);
}

#define WIRES "b1: {pipeline: w}, b2: {pipeline: w}"

static void
bridges_and_their_members(void **state)
{
	static const struct row rows[] = {
		{ WIRES "}\nbridges: {a: [b1, b2]" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], max: 16}" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], ageing: 0s}", "ageing" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], flood: 96kbit}" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], flood: 95999bit}",
			"flood: is less than eight frames a second" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], broadcast: 95999bit}",
			"broadcast: is less than eight frames a second" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], flood: 1/s}" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], mac: \"01:00:00:00:00:01\"}",
			"mac: is not the MAC address of a station" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], mac: \"00:00:00:00:00:00\"}",
			"mac: is not the MAC address of a station" },
		{ WIRES "}\nbridges: {a: {members: [b1, b2], mac: \"02:00:00:00:00:01\"}" },
		{ WIRES ", br: {bridge: a, pipeline: p}}\nbridges: {a: [b1, b2]" },
		{ WIRES ", br: {bridge: a, pipeline: w}}\nbridges: {a: [b1, b2]",
			"br is the own interface of a bridge: its pipeline w has to route" },
		{ WIRES ", br: {bridge: a, port: b1, pipeline: p}}\nbridges: {a: [b1, b2]",
			"bridge: a says already where its frames come from" },
		{ WIRES ", br: {bridge: a}}\nbridges: {a: [b1, b2, br]",
			"br is the own interface of bridge a, and no port of one" },
		{ "b1: {pipeline: w, domain: red}, b2: {pipeline: w}}\nbridges: {a: [b1, b2]",
			"b1 and b2 are of bridge a, and not in one domain" },
		{ "b1: {pipeline: w}, b2: {pipeline: p}}\nbridges: {a: [b1, b2]",
			"b2 is a member of bridge a, and its pipeline p has no stage 'bridge'" },
		{ "b1: {pipeline: w}, b2: {pipeline: w}}\nbridges: {a: [b1]",
			"pipeline w has a stage 'bridge', and b2 is a member of no bridge" },
		{ "b1: {pipeline: w, neighbours: {\"fe80::1\": \"02:00:00:00:00:01\"}}, b2: {pipeline: w}}\nbridges: {a: [b1, b2]",
			"neighbours belong to the bridge's own interface" },
		{ "b1: {pipeline: w, proxy: [192.0.2.0/24]}, b2: {pipeline: w}}\nbridges: {a: [b1, b2]",
			"proxy belong to the bridge's own interface" },
		{ "b1: {pipeline: w, host: true}, b2: {pipeline: w}}\nbridges: {a: [b1, b2]",
			"a kernel interface belong to the bridge's own interface" },
		{ NULL },
	};

	(void)state;
	expect_rows("version: 1\nports: {b1: net_null0, b2: net_null1}\n"
		    "pipelines: {w: [bridge], p: [drop]}\n"
		    "interfaces: {q: {port: b1, vlan: 77, pipeline: p}, %s}\n",
		rows);
}

/* A bridge has 64 members, or as many as it knows stations. */
static void
members_of_a_bridge(void **state)
{
	static const struct {
		unsigned members, max;
		const char *finding;
	} rows[] = {
		{ 16, 16, NULL },
		{ 17, 16, "16 stations are fewer than one for each member" },
		{ 64, 64, NULL },
		{ 65, 8192, "65 members are more than 64" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		struct found f;

		fputs("version: 1\nports: {lan: net_null0}\npipelines: {w: [bridge]}\ninterfaces:\n",
			out);
		for (unsigned k = 1; k <= rows[i].members; k++)
			fprintf(out, "  i%u: {port: lan, vlan: %u, pipeline: w}\n", k, k);
		fputs("bridges: {a: {members: [i1", out);
		for (unsigned k = 2; k <= rows[i].members; k++)
			fprintf(out, ", i%u", k);
		fprintf(out, "], max: %u}}\n", rows[i].max);
		fclose(out);
		f = verified(text);
		if (rows[i].finding == NULL ? f.errors + f.warnings != 0
					    : strstr(f.text, rows[i].finding) == NULL)
			fail_msg("%u members of %u: %s", rows[i].members, rows[i].max, f.text);
		free(text);
	}
}

/* Writes an interface for each of n ports, VLANs, domains or bridges. */
static char *
many(const char *head, const char *row, unsigned n, const char *tail)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs(head, out);
	for (unsigned i = 1; i <= n; i++) {
		for (const char *c = row; *c != '\0'; c++)
			if (*c == '#')
				fprintf(out, "%u", i);
			else
				fputc(*c, out);
	}
	fputs(tail, out);
	fclose(out);
	return text;
}

static void
how_many_there_may_be(void **state)
{
	static const struct {
		const char *head, *row, *tail;
		unsigned most;
		const char *finding;
	} rows[] = {
		{ "version: 1\nports: {lan: net_null0}\npipelines: {p: [drop]}\ninterfaces:\n",
			"  i#: {port: lan, vlan: #, pipeline: p}\n", "", 1023,
			"1024 interfaces are more than 1023" },
		{ "version: 1\nports:\n", "  p#: net_null#\n",
			"pipelines: {p: [drop]}\ninterfaces: {p1: {pipeline: p}}\n", 32,
			"33 ports are more than the 32 that DPDK has room for" },
		{ "version: 1\nports: {lan: net_null0}\npipelines: {p: [drop]}\ninterfaces:\n",
			"  i#: {port: lan, vlan: #, domain: d#, pipeline: p}\n", "", 62,
			"more than 63 domains" },
		{ "version: 1\nports: {lan: net_null0}\nsystem: {workers: [0", ", #",
			"]}\npipelines: {p: [drop]}\ninterfaces: {lan: {pipeline: p}}\n", 63,
			"65 workers are more than 64" },
		{ "version: 1\nports: {lan: net_null0}\nsystem: {eal: [--no-hpet", ", --a#",
			"]}\npipelines: {p: [drop]}\ninterfaces: {lan: {pipeline: p}}\n", 63,
			"65 arguments are more than 64" },
		{ "version: 1\nports: {lan: net_null0}\npipelines: {p: [drop]}\n"
		  "interfaces: {lan: {pipeline: p, proxy: [10.0.0.0/8, 11.0.0.0/16",
			", 11.#.0.0/16", "]}}\n", 254, "257 prefixes are more than 256" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned more = 0; more < 2; more++) {
			char *text = many(
				rows[i].head, rows[i].row, rows[i].most + more, rows[i].tail);
			struct found f = verified(text);
			bool found = strstr(f.text, rows[i].finding) != NULL;

			if (found != more || (more && f.errors == 0))
				fail_msg("%u of %s: %u errors: %s", rows[i].most + more,
					rows[i].row, f.errors, f.text);
			free(text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_interfaces),
		cmocka_unit_test(addresses_of_interfaces),
		cmocka_unit_test(neighbours_of_an_interface),
		cmocka_unit_test(names_of_kernel_interfaces),
		cmocka_unit_test(a_network_namespace),
		cmocka_unit_test(zones_have_interfaces_of_their_own),
		cmocka_unit_test(bridges_and_their_members),
		cmocka_unit_test(members_of_a_bridge),
		cmocka_unit_test(how_many_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
