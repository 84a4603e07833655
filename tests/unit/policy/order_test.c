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

/* How many actions a packet may collect in a list: one of its own, one of each list that waits for
 * it, two of rules that let the next ones decide, and those that add to sets. */
static void
actions_that_a_list_may_collect(void **state)
{
	static const struct {
		const char *rules;
		unsigned words;
	} rows[] = {
		{ "{action: drop}", 1 },
		{ "{call: any}", 2 },
		{ "{call: any}, {call: any}", 2 },
		{ "{call: calls}, {call: any}", 3 },
		{ "{call: any}, {call: calls}", 3 },
		{ "{dport: 1, action: continue}", 3 },
		{ "{dport: 1, action: continue}, {call: any}", 4 },
		{ "{call: any}, {dport: 1, action: continue}", 4 },
		{ "{call: goes_on}, {call: any}", 4 },
		{ "{call: any}, {call: goes_on}", 4 },
		{ "{action: drop, add: $dyn}", 2 },
		{ "{call: adds}, {call: any}", 3 },
		{ "{call: any}, {call: adds}", 3 },
		{ "{dport: 1, action: continue, add: $dyn}", 6 },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		for (unsigned more = 10 - rows[i].words; more <= 11 - rows[i].words; more++) {
			char text[1024];

			snprintf(text, sizeof(text),
				"sets: {dyn: {timeout: 1m}}\n"
				"acls: {any: [{dport: 7, action: drop}], calls: [{call: any}],\n"
				"  adds: [{dport: 7, action: drop, add: $dyn}],\n"
				"  goes_on: [{dport: 7, action: continue}], list: [%s], end: {default: accept}}\n"
				"pipelines: {p: [acl: list",
				rows[i].rules);
			for (unsigned k = 0; k < more; k++)
				strcat(text, ", acl: end");
			strcat(text, "]}\n");
			build(f, text);
			if (err_count(f->err) != (more + rows[i].words > 10)
				|| (err_count(f->err) != 0
					&& strstr(f->errors, "marked 11 times") == NULL))
				fail_msg("%s\n%s", text, f->errors);
		}
	}
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

/* Sessions of a vector take what they need in order: not where some take another way, nor where
 * snat is followed by what may drop. */
static void
which_pipelines_judge_packets_alone(void **state)
{
	static const struct {
		const char *stages;
		bool alone;
	} rows[] = {
		{ "track, acl: plain, route: main", false },
		{ "track, acl: jumps, route: main", true },
		{ "acl: jumps, route: main", false },
		{ "track, route: main, snat: up", false },
		{ "track, route: main, snat: up, acl: plain", true },
		{ "track, route: main, {snat: {use: up, if: {dport: 1}}}, {snat: {use: up, if: {dport: 2}}}",
			true },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[1024];

		snprintf(text, sizeof(text),
			"acls: {plain: {default: accept}, jumps: {rules: [{dport: 9, goto: end}]}}\n"
			"nat: {up: {pool: [198.51.100.9]}}\nroutes: {main: []}\n"
			"pipelines: {p: [%s], end: [drop]}\n",
			rows[i].stages);
		given(f, text);
		if (build_find_pipeline(f->build, "p")->alone != rows[i].alone)
			fail_msg("%s", rows[i].stages);
	}
}

static void
stages_that_need_a_route_before_or_behind_them(void **state)
{
	static const struct {
		const char *stages, *error;
	} rows[] = {
		{ "track, route: main, {snat: {to: 198.51.100.7}}", NULL },
		{ "track, {snat: {to: 198.51.100.7}}, route: main",
			"'snat' needs to know where the packet leaves: 'route' has to stand before it" },
		{ "track, {dnat: {to: 10.0.1.7}}, route: main", NULL },
		{ "track, route: main, {dnat: {to: 10.0.1.7}}",
			"'dnat' changes the destination, but 'route' before it has chosen the way" },
		{ "track, {route: {table: main, if: {dport: 1}}}, {dnat: {to: 10.0.1.7}}, route: main",
			NULL },
		{ "{dnat: {to: 10.0.1.7}}, route: main", "'track' has to stand before it" },
		{ "route: main, {drop: {if: {out: wan}}}", NULL },
		{ "{drop: {if: {out: wan}}}, route: main", "'route' has to stand before it" },
		{ "{track: {if: {proto: tcp}}}, {drop: {if: {state: new}}}", NULL },
		{ "{drop: {if: {nat: dnat}}}", "'track' has to stand before it" },
		{ "{drop: {if: {state: untracked}}}", NULL },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[512];

		snprintf(text, sizeof(text), "routes: {main: []}\npipelines: {p: [%s]}\n",
			rows[i].stages);
		build(f, text);
		if (err_count(f->err) != (rows[i].error != NULL)
			|| strstr(f->errors, rows[i].error != NULL ? rows[i].error : "") == NULL)
			fail_msg("%s: %s", rows[i].stages, f->errors);
	}
}

/* What a target of a goto needs may stand in any pipeline before it; an interface's pipeline begins
 * without. */
static void
a_target_has_what_stands_before_its_goto(void **state)
{
	struct policy_fixture *f = *state;
	const char
		*text = "acls: {jump: {rules: [{dport: 1, goto: end}]}}\n"
			"pipelines: {p: [track, acl: jump], end: [{drop: {if: {state: new}}}]}\n";

	given(f, text);
	f->entry[LAN] = "end";
	build(f, text);
	assert_int_equal(err_count(f->err), 1);
	f->entry[LAN] = "p";
	given(f, text);
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
		stage_test(actions_that_a_list_may_collect),
		stage_test(of_two_ways_the_longer_counts),
		stage_test(a_wire_does_not_route),
		stage_test(faults_of_all_pipelines_are_found_at_once),
		stage_test(which_pipelines_judge_packets_alone),
		stage_test(stages_that_need_a_route_before_or_behind_them),
		stage_test(a_target_has_what_stands_before_its_goto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
