/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/policy/policy_fixture.h"

static void
a_stage_behind_one_that_always_ends_is_an_error(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, "pipelines:\n  inside: [drop, route: main]\nroutes: {main: []}\n",
		"weir.yaml:4:18: error: pipelines.inside: stage 'route' is never reached: "
		"every packet ends in 'drop'");
	expect_error(f, "pipelines: {inside: [forward: lan, drop]}\n",
		"stage 'drop' is never reached: every packet ends in 'forward'");
	given(f,
		"pipelines: {inside: [{drop: {if: {dport: 1}}}, route: main]}\n"
		"routes: {main: []}\n");
}

#define STATEFUL "acls: {list: {rules: [{state: established, action: accept}]}}\n"

static void
rules_on_state_need_track_before_them(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, STATEFUL "pipelines:\n  inside: [acl: list]\n",
		"weir.yaml:5:12: error: pipelines.inside: 'acl' asks for the state of the session: "
		"'track' has to stand before it");
	expect_error(f, "pipelines: {inside: [{drop: {if: {state: \"!established\"}}}]}\n",
		"'drop' asks for the state of the session");
}

static void
a_missing_track_is_said_once_however_many_ways_lead_there(void **state)
{
	struct policy_fixture *f = *state;

	build(f,
		"acls:\n"
		"  list: {rules: [{state: new, action: accept}]}\n"
		"  split: {rules: [{dport: 1, goto: end}, {dport: 2, goto: end}]}\n"
		"pipelines: {a: [acl: split], b: [acl: split], end: [acl: list]}\n");
	assert_int_equal(err_count(f->err), 1);
}

static void
gotos_must_not_go_round(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f,
		"acls:\n"
		"  x: {rules: [{dport: 1, goto: b}]}\n"
		"  y: {rules: [{dport: 2, goto: a}]}\n"
		"pipelines: {a: [acl: x], b: [acl: y]}\n",
		"error: pipelines.b: goto a leads back to a pipeline that the packet has passed");
	assert_non_null(strstr(f->errors, "weir.yaml:5:"));
	expect_error(f, "acls: {x: {rules: [{goto: a}]}}\npipelines: {a: [acl: x]}\n",
		"goto a leads back");
}

/* p0 -> p1 -> ... -> p<gotos> */
static void
build_chain(struct policy_fixture *f, unsigned gotos)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n", out);
	for (unsigned i = 0; i < gotos; i++)
		fprintf(out, "  l%u: {rules: [{dport: %u, goto: p%u}]}\n", i, i + 1, i + 1);
	fputs("pipelines:\n", out);
	for (unsigned i = 0; i < gotos; i++)
		fprintf(out, "  p%u: [acl: l%u]\n", i, i);
	fprintf(out, "  p%u: [drop]\n", gotos);
	fclose(out);
	build(f, text);
	free(text);
}

static void
a_packet_may_follow_eight_gotos(void **state)
{
	struct policy_fixture *f = *state;

	build_chain(f, 8);
	assert_int_equal(err_count(f->err), 0);
	build_chain(f, 9);
	assert_int_equal(err_count(f->err), 1);
	assert_non_null(strstr(f->errors,
		"weir.yaml:4:33: error: pipelines.p0: a packet would follow more than 8 gotos"));
}

static void
a_packet_may_collect_ten_listed_actions(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls: {any: {default: accept}}\npipelines: {p: [acl: any, acl: any, acl: any,"
		" acl: any, acl: any, acl: any, acl: any, acl: any, acl: any, drop]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	assert_int_equal(f->ev.program.action_count, 10);

	expect_error(f,
		"acls: {any: {default: accept}}\n"
		"pipelines: {p: [acl: any, acl: any, acl: any,"
		" acl: any, acl: any, acl: any, acl: any, acl: any, acl: any, acl: any, drop]}\n",
		"pipelines.p: a packet could be counted, metered and marked 11 times; "
		"the bound is 10");
}

static void
of_two_ways_the_longer_counts(void **state)
{
	struct policy_fixture *f = *state;

	/* 1 + 9 by the goto, 1 + 1 without. */
	given(f,
		"acls: {any: {default: accept}, split: {rules: [{dport: 1, goto: long}]}}\n"
		"pipelines: {p: [acl: split, drop], long: [acl: any, acl: any, acl: any, acl: any,"
		" acl: any, acl: any, acl: any, acl: any, acl: any]}\n");
	expect_error(f,
		"acls: {any: {default: accept}, split: {rules: [{dport: 1, goto: long}]}}\n"
		"pipelines: {p: [acl: any, acl: split, drop], long: [acl: any, acl: any, acl: any,"
		" acl: any, acl: any, acl: any, acl: any, acl: any, acl: any]}\n",
		"pipelines.p: a packet could be counted, metered and marked 11 times");
}

static void
a_wire_does_not_route(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f,
		"routes: {main: []}\n"
		"pipelines: {p: [{forward: {port: lan, if: {dport: 1}}}, route: main]}\n",
		"pipelines.p: 'forward' and 'route' exclude each other");
	expect_error(f,
		"routes: {main: []}\nacls: {x: {rules: [{dport: 1, goto: wire}]}}\n"
		"pipelines: {p: [acl: x, route: main], wire: [forward: lan]}\n",
		"pipelines.p: 'forward' and 'route' exclude each other");
}

static void
faults_of_all_pipelines_are_found_at_once(void **state)
{
	struct policy_fixture *f = *state;

	build(f,
		STATEFUL "pipelines:\n"
			 "  a: [acl: list]\n"
			 "  b: [drop, drop]\n"
			 "  c: [{police: {rate: 1Mbit}}, route: man]\n"
			 "routes: {main: [{to: 10.9.0.0/16, via: 10.5.0.1}]}\n");
	assert_int_equal(err_count(f->err), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_stage_behind_one_that_always_ends_is_an_error),
		stage_test(rules_on_state_need_track_before_them),
		stage_test(a_missing_track_is_said_once_however_many_ways_lead_there),
		stage_test(gotos_must_not_go_round),
		stage_test(a_packet_may_follow_eight_gotos),
		stage_test(a_packet_may_collect_ten_listed_actions),
		stage_test(of_two_ways_the_longer_counts),
		stage_test(a_wire_does_not_route),
		stage_test(faults_of_all_pipelines_are_found_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
