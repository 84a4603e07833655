/* SPDX-License-Identifier: BSD-3-Clause */
/* What stages take, and what is said of what they do not take. */
#include "unit/policy/rows.h"

static void
stages_that_translate(void **state)
{
	static const struct row rows[] = {
		{ "track, {dnat: {to: 10.0.1.2}}, route: main", NULL },
		{ "track, {dnat: {ports: 80}}, route: main",
			"needs to: an address that sessions go to" },
		{ "track, {dnat: {to: 10.0.1.2, map: {from: 10.0.0.0/24, to: 10.0.1.0/24}}}, route: main",
			"needs to: an address" },
		{ "track, {dnat: {to: 10.0.1.2, forwards: []}}, route: main",
			"needs to: an address" },
		{ "track, {dnat: {forwards: []}}, route: main",
			"warning: pipelines.p.dnat.forwards: the list is empty: nothing is translated" },
		{ "track, {dnat: {forwards: [{to: 10.0.1.2}], if: {dport: 1}}}, route: main",
			"'if' and 'ports' belong to each forward of a list" },
		{ "track, {dnat: {forwards: [{to: 10.0.1.2}], ports: 80}}, route: main",
			"'if' and 'ports' belong to each forward of a list" },
		{ "track, {dnat: {forwards: [{to: 10.0.1.2}], domain: main}}, route: main",
			"belongs to each forward of a list" },
		{ "track, {dnat: {to: 10.0.1.2, domain: main}}, route: main", NULL },
		{ "track, {dnat: {to: 10.0.1.2, domain: red}}, route: main",
			"no interface is in a domain 'red'" },
		{ "track, {dnat: {forwards: [{to: 10.0.1.2, domain: red}]}}, route: main",
			"no interface is in a domain 'red'" },
		{ "track, {dnat: {map: {from: 10.0.0.0/24, to: 10.0.1.0/24}, domain: red}}, route: main",
			"no interface is in a domain 'red'" },
		{ "track, {dnat: {to: 10.0.1.255}}, route: main", "network or broadcast address" },
		{ "track, {dnat: {to: 127.0.0.1}}, route: main", "is of 127.0.0.0/8" },
		{ "track, {dnat: {to: \"::\"}}, route: main", "is not the address of a station" },
		{ "track, {dnat: {to: \"::1\"}}, route: main", "is not the address of a station" },
		{ "track, {dnat: {to: \"::2\"}}, route: main", NULL },
		{ "track, {dnat: {to: \"1::1\"}}, route: main", NULL },
		{ "track, {dnat: {to: \"ff02::1\"}}, route: main",
			"is not the address of a station" },
		{ "track, {dnat: {to: \"fe02::1\"}}, route: main", NULL },
		{ "track, {dnat: {to: \"10.0.1.2:65534\", ports: 80-81}}, route: main", NULL },
		{ "track, {dnat: {to: \"10.0.1.2:65535\", ports: 80-81}}, route: main",
			"there are fewer ports from 65535 on" },
		{ "track, {dnat: {to: 10.0.1.2, ports: 80-65535}}, route: main", NULL },
		{ "track, {dnat: {to: 10.0.1.2, if: {time: mon}}}, route: main",
			"translation cannot depend on the time" },
		{ "track, {dnat: {to: 10.0.1.2, if: {src: $dyn}}}, route: main",
			"translation cannot depend on the time" },
		{ "track, {dnat: [{to: 10.0.1.2, if: {time: mon}}]}, route: main",
			"translation cannot depend on the time" },
		{ "track, {dnat: [{to: 10.0.1.2, if: {rpf: strict}}]}, route: main",
			"translation cannot depend on the time" },
		{ "track, {dnat: [{to: 10.0.1.2}, {to: 10.0.1.3}]}, route: main",
			"warning: pipelines.p.dnat: is never reached: the forward" },
		{ "track, {dnat: [{to: 10.0.1.2, ports: 80}, {to: 10.0.1.3}]}, route: main", NULL },
		{ "track, {dnat: [{to: 10.0.1.2, if: {dport: 80}}, {to: 10.0.1.3}]}, route: main",
			NULL },
		{ "track, route: main, {snat: up}", NULL },
		{ "track, route: main, {snat: {use: up, to: 198.51.100.7}}",
			"either the name of a pool, or to: an address, or a map" },
		{ "track, route: main, {snat: {domain: main}}", "either the name of a pool" },
		{ "track, route: main, {snat: {use: up, map: {from: 10.0.0.0/24, to: 10.0.1.0/24}}}",
			"either the name of a pool" },
		{ "track, route: main, {snat: {use: up, domain: main}}",
			"belongs to an address (to:); a pool has a domain of its own" },
		{ "track, route: main, {snat: {map: {from: 10.0.0.0/24, to: 10.0.1.0/24}, domain: main}}",
			"belongs to an address (to:)" },
		{ "track, route: main, {snat: {to: 198.51.100.7, domain: main}}", NULL },
		{ "track, route: main, {snat: {to: 198.51.100.7, domain: red}}",
			"no interface is in a domain 'red'" },
		{ "track, route: main, {snat: {to: 198.51.100.255}}",
			"network or broadcast address" },
		{ "track, route: main, {snat: {to: 198.51.100.2}}",
			"is a next hop, in routes.main" },
		{ "track, route: main, {snat: {to: 198.51.100.7, if: {limit: 1/s}}}",
			"translation cannot depend on the time" },
		{ "track, route: main, {snat: {use: up, if: {limit: 1/s}}}", NULL },
		{ NULL },
	};

	expect_rows(*state,
		"sets: {dyn: {timeout: 1m}}\nnat: {up: {pool: [198.51.100.9]}}\n" MAIN
		"pipelines: {p: [%s]}\n",
		rows);
}

static void
maps_of_prefixes(void **state)
{
	static const struct row rows[] = {
		{ "from: 10.0.0.0/24, to: 10.0.1.0/24", NULL },
		{ "from: 10.0.0.0/24, to: 10.0.0.0/23", "is not of the same family and length as" },
		{ "from: 10.0.0.0/24, to: \"2001::/24\"",
			"is not of the same family and length as" },
		{ "from: 0.0.0.0/0, to: 0.0.0.0/0", "is everything" },
		{ "from: 0.0.0.0/1, to: 128.0.0.0/1", NULL },
		{ "from: \"fd00::/112\", to: \"2001:db8::/112\"", NULL },
		{ "from: \"fd00::/113\", to: \"2001:db8::/113\"", "leaves no word of 16 bits" },
		{ "from: \"fd00::/113\", to: \"2001:db8::/113\", neutral: false", NULL },
		{ "from: \"fd00::/113\", to: \"2001:db8::/113\", neutral: true", "leaves no word" },
		{ NULL },
	};

	expect_rows(
		*state, MAIN "pipelines: {p: [track, {dnat: {map: {%s}}}, route: main]}\n", rows);
	expect_rows(
		*state, MAIN "pipelines: {p: [track, route: main, {snat: {map: {%s}}}]}\n", rows);
}

static void
stages_that_limit_and_look_up(void **state)
{
	static const struct row rows[] = {
		{ "limit: 10/s", NULL },
		{ "{limit: {per: source}}", "write a rate, such as 100/s, or sessions: a number" },
		{ "{limit: {rate: 10kbit}}",
			"warning: pipelines.p.limit.rate: packets above 1250 bytes" },
		{ "{limit: {rate: 10kbit, burst: 1513}}", "packets above 1513 bytes never pass" },
		{ "{limit: {rate: 10kbit, burst: 1514}}", NULL },
		{ "{limit: {rate: 10/s, burst: 1}}", NULL },
		{ "{limit: {rate: 1Mbit, of: sessions}}",
			"a rate of sessions, such as 100/s, not of bits" },
		{ "{limit: {rate: 10/s, of: sessions}}", NULL },
		{ "{limit: {sessions: 5}}", NULL },
		{ "{limit: {rate: 10/s, add: $dyn}}", NULL },
		{ "{limit: {rate: 10/s, add: [$dyn, $dyn]}}", "one set at most" },
		{ "{limit: {rate: 10/s, add: $fix}}", "set 'fix' is not dynamic" },
		{ "{police: {rate: 1Mbit, burst: 1513}}", "packets above 1513 bytes never pass" },
		{ "{police: {rate: 1Mbit, burst: 1514}}", NULL },
		{ "{track: {new_per_source: 1Mbit}}",
			"a rate of sessions, such as 100/s, not of bits" },
		{ "{track: {new_per_source: 10/s}}", NULL },
		{ "{route: {table: main, via: 198.51.100.2}}",
			"a stage route has a table or next hops" },
		{ "{route: {via: []}}", "a stage route has a table or next hops" },
		{ "{route: {via: 198.51.100.2}}", NULL },
		{ "{route: {via: {domain: main}}}", "is written as route: {domain: ...}" },
		{ "{route: {domain: main}}", NULL },
		{ "{route: {domain: red}}", "no interface is in a domain 'red'" },
		{ "route", NULL },
		{ "rpf", NULL },
		{ "{rpf: {table: other}}", NULL },
		{ "{rpf: {table: othex}}", "did you mean 'other'" },
		{ "{rpf: {log: {rate: 9kbit}}}", "a rate of lines is written as 10/s" },
		{ NULL },
	};

	expect_rows(*state,
		SETS "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}], other: []}\n"
		     "pipelines: {p: [track, %s]}\n",
		rows);
	expect_finding(*state, "pipelines: {p: [rpf]}\n",
		"there is no route table 'main': name another one (table: NAME)");
	expect_finding(
		*state, "routes: {other: []}\npipelines: {p: [{rpf: {table: other}}]}\n", NULL);
	expect_finding(*state, "pipelines: {p: [{limit: {rate: 10/s, of: sessions}}]}\n",
		"asks for the state of the session: 'track' has to stand before it");
	expect_finding(*state, "pipelines: {p: [{limit: {sessions: 5}}]}\n",
		"asks for the state of the session: 'track' has to stand before it");
	expect_finding(*state, "pipelines: {p: [{limit: {rate: 10/s}}]}\n", NULL);
}

/* A pipeline with a part that could not be read is not judged further: more findings would follow
 * from that part.  The first stage of each would be told that `track` has to stand before it. */
static void
what_cannot_be_read_is_the_only_finding(void **state)
{
	static const struct row rows[] = {
		{ "mark: {dscp: 1}", "'track' has to stand before it" },
		{ "dnat: {to: 10.0.1.2, domain: red}", "no interface is in a domain 'red'" },
		{ "dnat: {to: 10.0.1.999}", "10.0.1.999" },
		{ "dnat: {to: 10.0.1.255}", "network or broadcast address" },
		{ "dnat: [{to: 10.0.1.2, domain: red}]", "no interface is in a domain 'red'" },
		{ "dnat: {map: {from: 10.0.0.0/33, to: 10.0.1.0/24}}", "10.0.0.0/33" },
		{ "dnat: {map: {from: 10.0.0.0/24, to: 10.0.1.0/33}}", "10.0.1.0/33" },
		{ "dnat: {map: {from: 10.0.0.0/24, to: 10.0.1.0/24}, domain: red}",
			"no interface is in a domain 'red'" },
		{ "snat: {to: 198.51.100.999}", "198.51.100.999" },
		{ "snat: {to: 198.51.100.255}", "network or broadcast address" },
		{ "snat: {to: 198.51.100.7, domain: red}", "no interface is in a domain 'red'" },
		{ "snat: {to: 198.51.100.7, if: {limit: 1/s}}", "cannot depend on the time" },
		{ "snat: uq", "did you mean 'up'" },
		{ "forward: wam", "did you mean 'wan'" },
		{ "mirror: wam", "did you mean 'wan'" },
		{ "limit: {rate: 1/s, add: $set}", "set 'set' is not dynamic" },
		{ "rpf: {log: {rate: 9kbit}}", "a rate of lines is written as 10/s" },
		{ "rpf: {table: broken}", "203.0.113.9" },
		{ "acl: broken", "ports need proto" },
		{ "route: {domain: red}", "no interface is in a domain 'red'" },
		{ "route: broken", "203.0.113.9" },
		{ "route: {via: 198.51.100.255}", "is the network or broadcast address" },
		{ "route: {via: 198.51.100.1}", "198.51.100.1 is our own" },
		{ "route: {via: 203.0.113.8}", "203.0.113.8 is in no subnet" },
		{ "route: {via: \"fe80::2\"}", "dev must name its interface" },
		{ "route: {via: {via: 198.51.100.2, domain: red}}",
			"no interface is in a domain 'red'" },
		{ "route: {via: [198.51.100.2, \"2001:db8:2::2\"]}", "an IPv6 address in an IPv4" },
		{ "drop: {if: {in: lam}}", "did you mean 'lan'" },
		{ "drop: {if: {out: lam}}", "did you mean 'lan'" },
		{ "drop: {if: {time: maandag}}", "maandag" },
		{ "drop: {if: {proto: icmp, dport: 80}}", "ports need proto" },
		{ "drop: {if: {pair: $set}}", "write the name of a set of pairs" },
		{ "drop: {if: {limit: {per: source}}}", "write a rate" },
		{ NULL },
	};

	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[512];

		snprintf(text, sizeof(text),
			"sets: {set: [10.0.0.0/8]}\nroutes: {main: [], broken: [%s]}\n"
			"nat: {up: {pool: [198.51.100.9]}}\n"
			"acls: {broken: [{%s, action: drop}]}\n"
			"pipelines: {p: [{limit: {rate: 1/s, of: sessions}}, {%s}]}\n",
			strcmp(r->finding, "203.0.113.9") == 0 ? "{to: 0.0.0.0/0, via: 203.0.113.9}"
							       : "",
			strcmp(r->text, "acl: broken") == 0 ? "proto: icmp, dport: 80"
							    : "proto: icmp",
			r->text);
		expect_finding(*state, text, r->finding);
	}
	expect_finding(*state,
		"routes: {other: []}\n"
		"pipelines: {p: [{limit: {rate: 1/s, of: sessions}}, rpf]}\n",
		"there is no route table 'main'");
}

static void
sixty_four_stages_of_a_pipeline(void **state)
{
	struct policy_fixture *f = *state;

	for (unsigned n = 64; n <= 65; n++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		fputs("pipelines: {p: [", out);
		for (unsigned i = 1; i < n; i++)
			fputs("track, ", out);
		fputs("track]}\n", out);
		fclose(out);
		expect_finding(f, text, n == 64 ? NULL : "error: pipelines.p: more than 64 stages");
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(stages_that_translate),
		stage_test(maps_of_prefixes),
		stage_test(stages_that_limit_and_look_up),
		stage_test(what_cannot_be_read_is_the_only_finding),
		stage_test(sixty_four_stages_of_a_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
