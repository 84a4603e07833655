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

#define domain_test(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		domain_test(each_domain_has_its_table),
		domain_test(a_domain_without_a_table_has_its_subnets),
		domain_test(a_table_is_used_in_its_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
