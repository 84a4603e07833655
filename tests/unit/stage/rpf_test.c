/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage rpf: in which table a source is looked up, and what is said of it;
 * tests/unit/policy/match_test.c has the modes. */
#include "unit/policy/policy_fixture.h"

#include "policy/routes.h"

static void
expect_rpf(struct policy_fixture *f, unsigned in, const char *source, bool passes, const char *note)
{
	char packet[96];

	snprintf(packet, sizeof(packet), "udp %s:1 > %s:2", source,
		strchr(source, ':') != NULL ? "[2001:db8:7::1]" : "10.7.0.1");
	evaluate(f, "p", in, packet);
	if ((f->ev.program.reason != REASON_rpf_failed) != passes)
		fail_msg("%s by %s: %s\n%s", source, f->iface[in].name,
			passes ? "dropped" : "passed", f->notes);
	if (note != NULL)
		expect_note(f, note);
}

static void
a_source_is_looked_up_in_the_table_that_is_named(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"routes: {main: [{to: 10.8.0.0/16, via: 10.0.0.9}],\n"
		"  other: [{to: 10.9.0.0/16, via: 10.0.0.9}, {to: \"2001:db8:9::/48\", via: \"2001:db8:1::9\"}]}\n"
		"pipelines: {p: [{rpf: {table: other}}, mark: {dscp: 1}]}\n");
	expect_rpf(f, LAN, "10.9.0.2", true,
		"rpf (strict): the source is in 10.9.0.0/16, which leads back by lan\n");
	expect_rpf(f, DMZ, "10.9.0.2", false,
		"rpf (strict): the route to the source, 10.9.0.0/16, leads elsewhere\n");
	expect_rpf(f, LAN, "10.8.0.2", false, "rpf (strict): no route to the source 10.8.0.2\n");
	expect_rpf(f, LAN, "[2001:db8:9::2]", true, NULL);
	expect_rpf(f, WAN, "[2001:db8:9::2]", false, NULL);
	expect_rpf(f, WAN, "[2001:db8:8::2]", false, NULL);
	expect_rpf(f, WAN, "[fe80::2]", true, NULL);
}

static void
what_is_said_of_a_source(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.8.0.0/16, blackhole: true},\n"
		"  {to: 10.9.0.0/16, reject: true}]}\n"
		"pipelines: {p: [{rpf: {mode: loose, default_route: false}}, mark: {dscp: 1}]}\n");
	expect_rpf(f, LAN, "10.8.0.2", false,
		"the route to the source, 10.8.0.0/16, is a blackhole\n");
	expect_rpf(f, LAN, "10.9.0.2", false, "the route to the source, 10.9.0.0/16, rejects\n");
	expect_rpf(f, LAN, "10.0.1.1", false, "the route to the source, 10.0.1.1/32, is our own\n");
	expect_rpf(
		f, LAN, "10.0.1.255", false, "is the network or broadcast address of a subnet\n");
	expect_rpf(f, LAN, "203.0.113.9", false,
		"0.0.0.0/0, is the default route, which does not count\n");
	expect_rpf(f, LAN, "10.0.1.9", true,
		"rpf (loose): the source is in 10.0.1.0/24, which leads back\n");
	expect_rpf(f, LAN, "0.0.0.0", true, NULL);
	assert_string_equal(
		f->notes, "mark: dscp 0 becomes 1\npipeline p ends without a decision\n");
}

/* Of several domains that of the interface; one that has no table has no way back. */
static void
each_domain_looks_in_its_table(void **state)
{
	static const char *const domains[] = { "main", "red", "blue" };
	struct policy_fixture *f = *state;

	f->domain_name = domains;
	f->n_domains = 3;
	f->iface[DMZ].domain = 1;
	given(f,
		"routes: {main: [{to: 10.9.0.0/16, via: 10.0.0.9}], red: [{to: 10.8.0.0/16, via: 10.0.1.9},\n"
		"  {to: 10.9.0.0/16, via: {domain: main}}]}\n"
		"pipelines: {p: [rpf, mark: {dscp: 1}], q: [{rpf: {mode: loose}}, mark: {dscp: 1}]}\n");
	expect_rpf(f, LAN, "10.9.0.2", true, NULL);
	expect_rpf(f, LAN, "10.8.0.2", false, NULL);
	expect_rpf(f, DMZ, "10.8.0.2", true, NULL);
	expect_rpf(f, DMZ, "10.0.1.2", true, NULL);
	expect_rpf(f, DMZ, "10.9.0.2", false, "leads into another domain\n");
	evaluate(f, "q", DMZ, "udp 10.9.0.2:1 > 10.7.0.1:2");
	assert_int_equal(f->ev.program.reason, REASON_pipeline_end);
	f->gen.domain_table[1] = NULL;
	expect_rpf(f, DMZ, "10.8.0.2", false, NULL);
	expect_rpf(f, LAN, "10.9.0.2", true, NULL);
}

/* The other way round, by the word of a match. */
static void
a_match_looks_in_the_table_of_the_domain(void **state)
{
	static const char *const domains[] = { "main", "red" };
	struct policy_fixture *f = *state;

	f->domain_name = domains;
	f->n_domains = 2;
	f->iface[DMZ].domain = 1;
	given(f,
		"routes: {main: [{to: 10.9.0.0/16, via: 10.0.0.9}], red: [{to: 10.8.0.0/16, via: 10.0.1.9}]}\n"
		"pipelines: {p: [{drop: {if: {rpf: strict}}}]}\n");
	f->gen.n_domains = 2;
	evaluate(f, "p", LAN, "udp 10.9.0.2:1 > 10.7.0.1:2");
	assert_int_equal(f->ev.program.reason, REASON_drop_stage);
	evaluate(f, "p", DMZ, "udp 10.9.0.2:1 > 10.7.0.1:2");
	assert_int_equal(f->ev.program.reason, REASON_pipeline_end);
	evaluate(f, "p", DMZ, "udp 10.8.0.2:1 > 10.7.0.1:2");
	assert_int_equal(f->ev.program.reason, REASON_drop_stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_source_is_looked_up_in_the_table_that_is_named),
		stage_test(what_is_said_of_a_source),
		stage_test(each_domain_looks_in_its_table),
		stage_test(a_match_looks_in_the_table_of_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
