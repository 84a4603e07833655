/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/policy/policy_fixture.h"

#include "packet/burst.h"

#define DEFAULT_ROUTE "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"

static void
stages_are_asked_in_their_order_until_one_ends(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {inside: [mark: {dscp: ef}, drop: , ]}\n");
	evaluate(f, "inside", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	expect_program(f, "dscp 46; drop drop_stage");
	assert_string_equal(f->notes, "mark: dscp 0 becomes 46\ndrop: the packet is dropped\n");
}

static void
an_end_without_decision_drops(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {inside: [], other: [mark: {dscp: 1}]}\n");
	evaluate(f, "inside", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	expect_program(f, "drop pipeline_end");
	expect_note(f, "pipeline inside ends without a decision\n");
	evaluate(f, "other", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	expect_program(f, "dscp 1; drop pipeline_end");
}

static void
stages_behind_route_are_still_asked(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {inside: [route: main, {drop: {if: {dport: 23}}}]}\n" DEFAULT_ROUTE);
	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 203.0.113.9:22 S");
	expect_program(f, "ttl; output wan");
	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 203.0.113.9:23 S");
	expect_program(f, "drop drop_stage");
}

static void
a_condition_passes_packets_by(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"sets: {bad: [203.0.113.0/24]}\n"
		"pipelines: {inside: [{drop: {if: {src: $bad, proto: udp}}},"
		" {drop: {if: {in: wan}}}]}\n");
	evaluate(f, "inside", LAN, "udp 203.0.113.9:1 > 10.0.0.2:2");
	assert_int_equal(f->ev.program.reason, REASON_drop_stage);
	evaluate(f, "inside", LAN, "tcp 203.0.113.9:1 > 10.0.0.2:2 S");
	assert_int_equal(f->ev.program.reason, REASON_pipeline_end);
	evaluate(f, "inside", WAN, "tcp 203.0.113.9:1 > 10.0.0.2:2 S");
	assert_int_equal(f->ev.program.reason, REASON_drop_stage);
}

static void
goto_goes_on_in_another_pipeline_for_good(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {default: accept, rules: [{name: web, dport: 80, goto: web}]}}\n"
		"pipelines:\n"
		"  inside: [acl: list, drop]\n"
		"  web: [mark: {dscp: 8}, route: main]\n" DEFAULT_ROUTE);
	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 203.0.113.9:80 S");
	expect_program(f, "dscp 8; ttl; output wan");
	expect_note(f, "acl list: rule web (weir.yaml:3) goes on in pipeline web\n");
	assert_int_equal(f->ev.program.actions[0] >> 24, ACTION_COUNT);

	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 203.0.113.9:81 S");
	expect_program(f, "drop drop_stage");
}

static void
a_pipeline_has_the_traits_of_those_it_leads_to(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {default: accept, rules: [{dst: 10.0.0.9, goto: web}]},"
		" ports: {default: accept, rules: [{dport: 80, action: drop}]}}\n"
		"pipelines: {inside: [acl: list], web: [acl: ports, route: main],"
		" wire: [forward: dmz]}\n" DEFAULT_ROUTE);
	assert_int_equal(
		build_find_pipeline(f->build, "inside")->traits, TRAIT_PORTS | TRAIT_ROUTES);
	assert_int_equal(build_find_pipeline(f->build, "wire")->traits, TRAIT_WIRE);
}

/* p0 leads to p1, and so on: eight gotos, of which each is followed. */
static void
every_goto_of_a_chain_is_followed(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls:\n"
		"  l0: {rules: [{goto: p1}]}\n  l1: {rules: [{goto: p2}]}\n  l2: {rules: [{goto: p3}]}\n"
		"  l3: {rules: [{goto: p4}]}\n  l4: {rules: [{goto: p5}]}\n  l5: {rules: [{goto: p6}]}\n"
		"  l6: {rules: [{goto: p7}]}\n  l7: {rules: [{goto: p8}]}\n"
		"pipelines: {p0: [acl: l0], p1: [acl: l1], p2: [acl: l2], p3: [acl: l3], p4: [acl: l4],\n"
		"  p5: [acl: l5], p6: [acl: l6], p7: [acl: l7], p8: [drop]}\n");
	evaluate(f, "p0", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	expect_program(f, "drop drop_stage");
	assert_int_equal(f->ev.program.action_count, 9);
}

/* Each packet of a vector must come out as it does alone. */
static void
packets_of_a_vector_do_not_touch_each_other(void **state)
{
	static const char *const packets[] = {
		"tcp 10.0.0.2:4000 > 203.0.113.9:80 S",
		"tcp 10.0.0.2:4000 > 203.0.113.9:443 S",
		"udp 10.0.0.2:4000 > 203.0.113.9:53",
		"udp 10.0.0.2:4000 > 10.0.1.9:53",
		"udp 10.0.0.2:4000 > 203.0.113.9:666",
		"udp [2001:db8:1::2]:1 > [2001:db8:2::9]:53",
		"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7",
	};
	enum { KINDS = sizeof(packets) / sizeof(packets[0]) };
	static struct view view[BURST_MAX];
	static struct eval eval[BURST_MAX];
	struct eval *vector[BURST_MAX];
	struct program alone[KINDS];
	struct policy_fixture *f = *state;
	const struct pipeline *p;

	given(f,
		"acls: {list: {default: accept, rules: [\n"
		"  {dport: 80, goto: web}, {dport: 443, goto: tls}, {dport: 666, action: drop}]}}\n"
		"pipelines:\n"
		"  inside: [acl: list, {mark: {dscp: 3, if: {proto: udp}}}, route: main]\n"
		"  web: [mark: {dscp: 1}, route: main]\n"
		"  tls: [mark: {dscp: 2}, route: main]\n" DEFAULT_ROUTE);
	p = build_find_pipeline(f->build, "inside");
	for (unsigned i = 0; i < KINDS; i++)
		alone[i] = evaluate(f, "inside", LAN, packets[i])->program;
	for (unsigned i = 0; i < BURST_MAX; i++) {
		read_view(f, &view[i], LAN, packets[i % KINDS]);
		eval_init(&eval[i], &f->gen, &view[i]);
		vector[i] = &eval[i];
	}

	pipeline_evaluate(p, vector, BURST_MAX);

	for (unsigned i = 0; i < BURST_MAX; i++) {
		assert_true(eval[i].done);
		assert_memory_equal(&eval[i].program, &alone[i % KINDS], sizeof(struct program));
	}
}

static void
frames_that_are_not_ip_meet_conditions_that_do_not_speak_of_ip(void **state)
{
	const struct view arp = { .kind = VIEW_ARP, .iface = LAN, .ethertype = 0x0806 };
	struct policy_fixture *f = *state;
	struct eval *ev = &f->ev;

	given(f,
		"pipelines: {wire: [{drop: {if: {src: \"!10.0.0.0/8\"}}},"
		" {drop: {if: {dport: 80}}}, {forward: {port: dmz, if: {in: lan}}}]}\n");
	f->iface[LAN].pipeline = build_find_pipeline(f->build, "wire");
	eval_init(ev, &f->gen, &arp);
	pipeline_evaluate(f->iface[LAN].pipeline, &ev, 1);
	assert_int_equal(ev->program.verdict, PROGRAM_WIRE);
	assert_int_equal(ev->program.iface, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(stages_are_asked_in_their_order_until_one_ends),
		stage_test(an_end_without_decision_drops),
		stage_test(stages_behind_route_are_still_asked),
		stage_test(a_condition_passes_packets_by),
		stage_test(goto_goes_on_in_another_pipeline_for_good),
		stage_test(every_goto_of_a_chain_is_followed),
		stage_test(a_pipeline_has_the_traits_of_those_it_leads_to),
		stage_test(packets_of_a_vector_do_not_touch_each_other),
		stage_test(frames_that_are_not_ip_meet_conditions_that_do_not_speak_of_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
