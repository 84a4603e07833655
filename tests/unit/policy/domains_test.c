/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes of several domains: lan and wan are in the main one, dmz is in red; a name between them is
 * gone. */
#include "unit/policy/policy_fixture.h"

#include "policy/routes.h"

enum { GONE = 1, RED };

static const char *const domains[] = { "main", NULL, "red" };

static int
setup(void **state)
{
	struct policy_fixture *f;
	int rc = fixture_setup(state);

	f = *state;
	f->domain_name = domains;
	f->n_domains = 3;
	f->iface[DMZ].domain = RED;
	return rc;
}

static void
each_domain_has_its_table(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}], red: [{to: 10.8.0.0/16, via: 10.0.1.8}]}\n"
		"pipelines: {p: [route]}\n");
	assert_string_equal(f->gen.domain_table[0]->name, "main");
	assert_string_equal(f->gen.domain_table[RED]->name, "red");
	assert_null(f->gen.domain_table[GONE]);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.8.0.1:53");
	expect_gateway(f, "198.51.100.2");
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.8.0.1:53");
	expect_gateway(f, "10.0.1.8");
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.9.0.1:53");
	assert_int_equal(f->ev.program.reason, REASON_no_route);
}

/* One without a table in the file has its subnets; the first that leads there is its table else. */
static void
a_domain_without_a_table_has_its_subnets(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"pipelines: {p: [route]}\n");
	assert_string_equal(f->gen.domain_table[RED]->name, "red");
	assert_null(f->gen.domain_table[GONE]);
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.0.1.9:53");
	expect_program(f, "ttl; output dmz");
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.0.0.9:53");
	assert_int_equal(f->ev.program.reason, REASON_no_route);
}

static void
a_table_is_used_in_its_domain(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"pipelines: {p: [{route: {table: main, domain: red}}]}\n",
		"table main is in domain main");
	expect_error(f, "routes: {main: []}\npipelines: {p: [{route: {domain: blue}}]}\n", "blue");
	given(f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}], red: [{to: 10.8.0.0/16, via: 10.0.1.8}]}\n"
		"pipelines: {p: [{route: {domain: red}}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.8.0.1:53");
	expect_gateway(f, "10.0.1.8");
}

/* What leads into another domain says so. */
static void
faults_of_domains(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "routes: {main: [{to: 10.8.0.0/16, via: 10.0.1.8}]}\n",
			"10.0.1.8 is in no subnet of an interface" },
		{ "routes: {main: [{to: 10.8.0.0/16, via: {via: 10.0.1.8, domain: red}}]}\n",
			NULL },
		{ "routes: {main: [{to: 10.8.0.0/16, via: 10.0.1.8, dev: dmz}]}\n",
			"interface dmz is in domain red, and not in main: a way into another domain is written "
			"as {via: ..., domain: red}" },
		{ "routes: {main: [{to: 10.8.0.0/16, dev: dmz}]}\n",
			"interface dmz is in domain red, and the route in domain main" },
		{ "routes: {red: [{to: 10.8.0.0/16, dev: dmz}]}\n", NULL },
		{ "routes: {red: [{to: 10.8.0.0/16, via: 198.51.100.2}]}\n",
			"198.51.100.2 is in no subnet of an interface of domain red; the nearest is 10.0.1.0/24 of dmz" },
		{ "routes: {main: [{to: 10.8.0.0/16, via: {domain: red}}]}\n", NULL },
		{ "routes: {red: [{to: 10.8.0.0/16, via: {domain: red}}]}\n",
			"leads into its own domain, and so nowhere" },
		{ "routes: {main: [{to: 10.8.0.0/16, via: {domain: red, dev: dmz}}]}\n",
			"a destination that is looked up in another domain has no dev here" },
		{ "routes: {main: [{to: 10.8.0.0/16, via: {domain: red}, dev: dmz}]}\n",
			"a destination that is looked up in another domain has no dev here" },
		{ "nat: {up: {pool: [198.51.100.9, 10.0.1.9]}}\n",
			"10.0.1.9 is in domain red, and the pool in domain main" },
		{ "nat: {up: {pool: [198.51.100.9, \"interface dmz\"]}}\n",
			"interface dmz is in domain red, and the pool in domain main" },
		{ "nat: {up: {pool: [203.0.113.9], domain: red}}\n", NULL },
		{ "nat: {up: {pool: [\"interface dmz\"], domain: main}}\n",
			"interface dmz is in domain red, and the pool in domain main" },
		{ "nat: {up: {pool: [\"interface dmz\"], domain: red}}\n", NULL },
		{ "nat: {up: {pool: [198.51.100.9, \"2001:db8:2::9\", \"interface dmz\"], domain: blue}}\n",
			"no interface is in a domain 'blue'" },
		{ "nat: {up: {pool: [], domain: blue}}\n", "there is no address" },
		{ "nat: {up: {pool: [198.51.100.255], domain: red}}\n", NULL },
		{ "nat: {up: {pool: [10.0.1.255]}}\n", "network or broadcast address" },
		{ "pipelines: {p: [{route: {via: 10.0.1.8}}], q: [drop]}\n", NULL },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		build(f, rows[i].text);
		if (err_count(f->err) != (rows[i].error != NULL)
			|| strstr(f->errors, rows[i].error != NULL ? rows[i].error : "") == NULL)
			fail_msg("%s: %s", rows[i].text, f->errors);
	}
}

/* A next hop of another domain may stand in a stage where the interface is of that domain. */
static void
stages_of_another_domain_than_their_interface(void **state)
{
	struct policy_fixture *f = *state;
	const char *text =
		"acls: {jump: {default: accept, rules: [{dport: 1, goto: q}]}}\n"
		"routes: {main: []}\n"
		"pipelines: {p: [{route: {via: 10.0.1.8}}], q: [{route: {via: 10.0.1.8}}], r: [acl: jump, drop]}\n";

	f->entry[DMZ] = "p";
	given(f, text);
	f->entry[LAN] = "p";
	build(f, text);
	assert_int_equal(err_count(f->err), 1);
	assert_non_null(strstr(f->errors,
		"pipelines.p: stage 'route' is of domain red, and interface lan of domain main: what leads "
		"into another domain names it (domain: red)"));
	f->entry[LAN] = "r";
	build(f, text);
	assert_int_equal(err_count(f->err), 1);
	assert_non_null(strstr(f->errors, "pipelines.q: stage 'route' is of domain red"));
}

/* Where a stage or a next hop names the domain, any interface may have the pipeline. */
static void
stages_that_name_their_domain(void **state)
{
	static const char *const stages[] = { "{route: {via: 10.0.1.8, domain: red}}",
		"{route: {via: {via: 10.0.1.8, domain: red}}}", "{route: {domain: red}}" };
	struct policy_fixture *f = *state;

	f->entry[LAN] = "p";
	for (unsigned i = 0; i < RTE_DIM(stages); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			"routes: {main: [], red: [{to: 0.0.0.0/0, via: 10.0.1.8}]}\npipelines: {p: [%s]}\n",
			stages[i]);
		given(f, text);
		evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 203.0.113.9:53");
		expect_gateway(f, "10.0.1.8");
		assert_int_equal(f->ev.program.to.domain, RED);
	}
}

/* dnat leads into a domain, by an address, a list or a map; without a word routes decide. */
static void
translations_into_a_domain(void **state)
{
	static const struct {
		const char *dnat;
		bool leads;
	} rows[] = {
		{ "{to: 10.0.1.7, domain: red}", true },
		{ "{to: 10.0.1.7}", false },
		{ "[{to: 10.0.1.7, domain: red}]", true },
		{ "[{to: 10.0.1.7}]", false },
		{ "{map: {from: 198.51.100.0/24, to: 10.0.1.0/24}, domain: red}", true },
		{ "{map: {from: 198.51.100.0/24, to: 10.0.1.0/24}}", false },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[256];

		snprintf(text, sizeof(text), "pipelines: {p: [track, {dnat: %s}, route]}\n",
			rows[i].dnat);
		given(f, text);
		evaluate(f, "p", LAN, "tcp 10.0.0.2:1 > 198.51.100.7:80 S");
		assert_int_equal(f->ev.to_domain, rows[i].leads ? RED : DOMAIN_NONE);
		assert_int_equal(
			f->ev.program.verdict, rows[i].leads ? PROGRAM_OUTPUT : PROGRAM_REJECT);
	}
}

/* Next hops of a stage are not for packets that are led into another domain than theirs. */
static void
next_hops_of_another_domain_than_the_session(void **state)
{
	static const struct {
		const char *domain, *gateway;
	} rows[] = { { "main", "198.51.100.7" }, { "red", "10.0.1.8" } };
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"routes: {main: [], red: [{to: 203.0.113.0/24, via: 10.0.1.8}]}\n"
			"pipelines: {p: [track, {dnat: {to: 203.0.113.9, domain: %s}},\n"
			"  {route: {via: 198.51.100.7}}, route]}\n",
			rows[i].domain);
		given(f, text);
		evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 192.0.2.9:53");
		expect_gateway(f, rows[i].gateway);
	}
}

/* A table without a domain of its own is in that of the interfaces that use it, if it is one. */
static void
a_table_is_in_the_domain_that_uses_it(void **state)
{
	struct policy_fixture *f = *state;
	const char *text = "routes: {shared: [{to: 10.8.0.0/16, via: 10.0.1.8}]}\n"
			   "pipelines: {p: [{route: shared}], q: [{route: {}}]}\n";

	f->entry[DMZ] = "p";
	f->entry[LAN] = "q";
	given(f, text);
	evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.8.0.1:53");
	expect_gateway(f, "10.0.1.8");
	f->entry[LAN] = "p";
	build(f, text);
	assert_non_null(strstr(f->errors, "10.0.1.8 is in no subnet of an interface"));
	f->entry[DMZ] = "q";
	f->entry[LAN] = "q";
	build(f, text);
	assert_non_null(strstr(f->errors, "10.0.1.8 is in no subnet of an interface"));
}

/* Which tables a stage on an interface of domain red may name: those that are of a domain by their
 * name or by a word, and any if the stage says the domain. */
static void
tables_of_other_domains_than_the_interface(void **state)
{
	static const struct {
		const char *stage;
		const char *gateway; /* NULL: it is an error */
	} rows[] = {
		{ "{route: main}", "198.51.100.2" },
		{ "{route: {table: main, domain: main}}", "198.51.100.2" },
		{ "{route: meant}", "198.51.100.3" },
		{ "{route: {table: meant, domain: main}}", "198.51.100.3" },
		{ "{route: shared}", NULL },
		{ "{route: {table: shared, domain: main}}", "198.51.100.4" },
	};
	struct policy_fixture *f = *state;

	f->entry[LAN] = "p";
	f->entry[DMZ] = "p";
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"routes:\n"
			"  main: [{to: 10.8.0.0/16, via: 198.51.100.2}]\n"
			"  meant: {domain: main, routes: [{to: 10.8.0.0/16, via: 198.51.100.3}]}\n"
			"  shared: [{to: 10.8.0.0/16, via: 198.51.100.4}]\n"
			"pipelines: {p: [%s]}\n",
			rows[i].stage);
		build(f, text);
		assert_int_equal(err_count(f->err), rows[i].gateway == NULL);
		if (rows[i].gateway == NULL) {
			assert_non_null(strstr(f->errors,
				"stage 'route' is of domain main, and interface dmz of domain red"));
			continue;
		}
		evaluate(f, "p", DMZ, "udp 10.0.1.2:1 > 10.8.0.1:53");
		expect_gateway(f, rows[i].gateway);
	}
}

/* Our own addresses are others in each domain. */
static void
our_own_addresses_by_domain(void **state)
{
	static const struct {
		const char *words, *packet;
		unsigned in;
		bool met;
	} rows[] = {
		{ "dst: local", "udp 10.0.0.2:1 > 198.51.100.1:2", LAN, true },
		{ "dst: local", "udp 10.0.0.2:1 > 10.0.1.1:2", LAN, false },
		{ "dst: local", "udp 10.0.1.2:1 > 10.0.1.1:2", DMZ, true },
		{ "dst: local", "udp 10.0.1.2:1 > 198.51.100.1:2", DMZ, false },
		{ "dst: local, in: dmz", "udp 10.0.1.2:1 > 10.0.1.1:2", DMZ, true },
		{ "dst: local, in: dmz", "udp 10.0.0.2:1 > 198.51.100.1:2", LAN, false },
		{ "dst: local, in: \"!dmz\"", "udp 10.0.1.2:1 > 10.0.1.1:2", DMZ, false },
		{ "dst: local, in: \"!dmz\"", "udp 10.0.0.2:1 > 198.51.100.1:2", LAN, true },
		{ "dst: local, in: [lan, dmz, \"!dmz\"]", "udp 10.0.0.2:1 > 198.51.100.1:2", LAN,
			true },
		{ "dst: \"!local\"", "udp 10.0.1.2:1 > 198.51.100.1:2", DMZ, true },
		{ "dst: \"!local\"", "udp 10.0.1.2:1 > 10.0.1.1:2", DMZ, false },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[256];

		snprintf(text, sizeof(text), "pipelines: {p: [{drop: {if: {%s}}}]}\n",
			rows[i].words);
		given(f, text);
		evaluate(f, "p", rows[i].in, rows[i].packet);
		if ((f->ev.program.reason == REASON_drop_stage) != rows[i].met)
			fail_msg("%s: %s", rows[i].words, rows[i].packet);
	}
}

#define domain_test(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		domain_test(each_domain_has_its_table),
		domain_test(a_domain_without_a_table_has_its_subnets),
		domain_test(a_table_is_used_in_its_domain),
		domain_test(faults_of_domains),
		domain_test(stages_of_another_domain_than_their_interface),
		domain_test(stages_that_name_their_domain),
		domain_test(translations_into_a_domain),
		domain_test(a_table_is_in_the_domain_that_uses_it),
		domain_test(next_hops_of_another_domain_than_the_session),
		domain_test(tables_of_other_domains_than_the_interface),
		domain_test(our_own_addresses_by_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
