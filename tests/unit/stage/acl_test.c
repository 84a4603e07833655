/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/policy/policy_fixture.h"

/* Line 5 of the file is the access list's default, 7 its first rule. */
#define GUARD(default_action, rules) \
	"pipelines: {guard: [acl: list]}\n" \
	"acls: {list: {default: " default_action ", rules: [\n" rules " ]}}\n"

static void
expect_accepts(struct policy_fixture *f, const char *packet)
{
	evaluate(f, "guard", LAN, packet);
	if (f->ev.program.reason != REASON_pipeline_end)
		fail_msg("%s: %s\n%s", packet, reason_name(f->ev.program.reason), f->notes);
}

static void
expect_denies(struct policy_fixture *f, const char *packet)
{
	evaluate(f, "guard", LAN, packet);
	if (f->ev.program.reason != REASON_acl_denied)
		fail_msg("%s: %s\n%s", packet, reason_name(f->ev.program.reason), f->notes);
}

static void
the_first_rule_that_matches_decides(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		GUARD("drop",
			" {name: web, proto: tcp, dst: 10.0.0.80, dport: [80, 443], action: accept},\n"
			" {name: not-you, src: 203.0.113.9, action: reject},\n"
			" {name: all-web, proto: tcp, dport: 80, action: accept}\n"));

	expect_accepts(f, "tcp 203.0.113.9:40000 > 10.0.0.80:443 S");
	expect_note(f, "acl list: rule web (weir.yaml:5) accepts\n");
	assert_int_equal(f->ev.program.action_count, 1);
	assert_int_equal(f->gen.counters[ACTION_ARG(f->ev.program.actions[0])].loc.line, 5);

	evaluate(f, "guard", LAN, "tcp 203.0.113.9:40000 > 10.0.0.81:80 S");
	assert_int_equal(f->ev.program.verdict, PROGRAM_REJECT);
	assert_int_equal(counter_line(f), 6);

	expect_accepts(f, "tcp 203.0.113.10:40000 > 10.0.0.81:80 S");
	expect_denies(f, "tcp 203.0.113.10:40000 > 10.0.0.81:81 S");
	expect_note(f, "acl list: the default (weir.yaml:4) drops\n");
	assert_int_equal(counter_line(f), 4);
}

static void
a_place_has_the_list_and_the_rule(void **state)
{
	struct policy_fixture *f = *state;
	const struct rule_counter *counter;

	given(f, GUARD("accept", " {name: bad, src: 203.0.113.0/24, action: drop, log: true}"));

	evaluate(f, "guard", LAN, "udp 203.0.113.9:1 > 10.0.0.2:2");
	counter = &f->gen.counters[f->ev.program.counter];
	assert_string_equal(counter->loc.file, "weir.yaml");
	assert_string_equal(counter->owner, "acls.list");
	assert_string_equal(counter->name, "bad");
	assert_true(counter->log);
}

static void
drops_and_rejects_are_counted_at_their_place(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("accept", " {dport: 1, action: drop}, {dport: 2, action: reject}"));
	for (unsigned port = 1; port <= 2; port++) {
		evaluate(f, "guard", LAN,
			port == 1 ? "udp 10.0.0.2:9 > 10.0.0.3:1" : "udp 10.0.0.2:9 > 10.0.0.3:2");
		assert_int_equal(f->ev.program.action_count, 1);
		assert_int_equal(
			f->ev.program.actions[0], ACTION_WORD(ACTION_COUNT, f->ev.program.counter));
	}
}

static void
reject_resets_tcp_and_tells_others_that_it_is_prohibited(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("reject", ""));

	evaluate(f, "guard", LAN, "tcp 10.0.0.2:5000 > 10.0.0.80:113 S");
	expect_program(f, "reject acl_rejected");
	assert_int_equal(f->ev.program.reply, REPLY_RESET);

	evaluate(f, "guard", LAN, "udp 10.0.0.2:5000 > 10.0.0.80:53");
	assert_int_equal(f->ev.program.reply, REPLY_UNREACHABLE);
	assert_int_equal(f->ev.program.reply_code, 13);
}

static void
both_families_stand_in_one_list(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		GUARD("drop",
			" {dst: [10.0.0.80, \"2001:db8:1::80\"], dport: 80, action: accept}"));

	expect_accepts(f, "tcp 203.0.113.9:4000 > 10.0.0.80:80 S");
	expect_accepts(f, "tcp [2001:db8:9::9]:4000 > [2001:db8:1::80]:80 S");
	expect_denies(f, "tcp [2001:db8:9::9]:4000 > [2001:db8:1::81]:80 S");
}

static void
sets_and_negation_choose_addresses(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"sets: {admins: [198.51.100.64/28, \"2001:db8:ffff::/48\"]}\n"
		"pipelines: {guard: [acl: list]}\n"
		"acls: {list: {rules: [{src: [$admins, \"!198.51.100.66\"], action: accept}]}}\n");

	expect_accepts(f, "udp 198.51.100.65:1 > 10.0.0.2:2");
	expect_accepts(f, "udp [2001:db8:ffff::1]:1 > [2001:db8:1::2]:2");
	expect_denies(f, "udp 198.51.100.66:1 > 10.0.0.2:2");
	expect_denies(f, "udp 198.51.100.80:1 > 10.0.0.2:2");
}

static void
ports_alone_mean_every_protocol_that_has_them(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("drop", " {dport: 53, action: accept}"));

	expect_accepts(f, "udp 10.0.0.2:4000 > 10.0.0.3:53");
	expect_accepts(f, "tcp 10.0.0.2:4000 > 10.0.0.3:53 S");
	expect_denies(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request id 53");
	assert_true((build_find_pipeline(f->build, "guard")->traits & TRAIT_PORTS) != 0);
}

static void
icmp_names_mean_the_type_of_either_family(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("drop", " {icmp: [echo-request, packet-too-big], action: accept}"));

	expect_accepts(f, "icmp 10.0.0.2 > 10.0.0.3 echo-request id 7");
	expect_accepts(f, "icmp 2001:db8:1::2 > 2001:db8:1::3 echo-request id 7");
	expect_denies(f, "icmp 10.0.0.2 > 10.0.0.3 echo-reply id 7");
	expect_denies(f, "icmp 2001:db8:1::2 > 2001:db8:1::3 echo-reply id 7");
	expect_denies(f, "udp 10.0.0.2:8 > 10.0.0.3:8");
	/* A type of its own in ICMPv6, a code of unreachable in ICMP. */
	expect_accepts(f,
		"icmp 2001:db8:1::2 > 2001:db8:1::3 packet-too-big "
		"(udp [2001:db8:1::3]:7 > [2001:db8:1::2]:80)");
	expect_accepts(f, "icmp 10.0.0.2 > 10.0.0.3 packet-too-big (udp 10.0.0.3:7 > 10.0.0.2:80)");
	expect_denies(f, "icmp 10.0.0.2 > 10.0.0.3 unreachable (udp 10.0.0.3:7 > 10.0.0.2:80)");
}

static void
flags_are_looked_at_under_their_mask(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("drop", " {flags: [S/SA, R], action: accept}"));

	expect_accepts(f, "tcp 10.0.0.2:4000 > 10.0.0.3:80 S");
	expect_denies(f, "tcp 10.0.0.2:4000 > 10.0.0.3:80 SA");
	expect_denies(f, "tcp 10.0.0.2:4000 > 10.0.0.3:80 A");
	expect_accepts(f, "tcp 10.0.0.2:4000 > 10.0.0.3:80 R");
	assert_int_equal(f->ev.used_fields, FIELD_TCP_FLAGS);
}

static void
a_field_counts_as_used_only_when_a_rule_that_looks_at_it_was_reached(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		GUARD("drop",
			" {dst: 10.0.0.80, action: accept},\n"
			" {dscp: ef, action: accept},\n"
			" {flags: S, action: accept},\n"
			" {fragment: true, action: drop}\n"));

	expect_accepts(f, "tcp 10.0.0.2:4000 > 10.0.0.80:80 A");
	assert_int_equal(f->ev.used_fields, 0);
	expect_accepts(f, "udp 10.0.0.2:4000 > 10.0.0.3:80 dscp ef");
	assert_int_equal(f->ev.used_fields, FIELD_DSCP);
	expect_denies(f, "udp 10.0.0.2:4000 > 10.0.0.3:80");
	assert_int_equal(f->ev.used_fields, FIELD_DSCP | FIELD_FRAGMENT);
	expect_denies(f, "tcp 10.0.0.2:4000 > 10.0.0.3:80 A");
	assert_int_equal(f->ev.used_fields, FIELD_DSCP | FIELD_FRAGMENT | FIELD_TCP_FLAGS);
}

static void
not_a_fragment_is_something_to_ask_for(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("drop", " {fragment: false, action: accept}"));
	expect_accepts(f, "udp 10.0.0.2:4000 > 10.0.0.3:53");
	expect_denies(f, "udp 10.0.0.2:4000 > 10.0.0.3:53 frag 0 mf");
	assert_int_equal(f->ev.used_fields, FIELD_FRAGMENT);
}

static void
interfaces_and_protocols_choose_packets(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		GUARD("drop",
			" {in: [lan, dmz], proto: gre, action: accept},\n"
			" {in: \"!lan\", proto: [tcp, 50], action: accept}\n"));

	expect_accepts(f, "ip 10.0.0.2 > 203.0.113.9 proto 47");
	expect_denies(f, "ip 10.0.0.2 > 203.0.113.9 proto 50");
	evaluate(f, "guard", WAN, "ip 203.0.113.9 > 10.0.0.2 proto 50");
	assert_int_equal(f->ev.program.reason, REASON_pipeline_end);
	evaluate(f, "guard", WAN, "ip 203.0.113.9 > 10.0.0.2 proto 47");
	assert_int_equal(f->ev.program.reason, REASON_acl_denied);
}

static void
an_untracked_packet_has_that_state(void **state)
{
	struct policy_fixture *f = *state;

	given(f, GUARD("drop", " {state: untracked, dport: 53, action: accept}"));

	expect_accepts(f, "udp 10.0.0.2:4000 > 10.0.0.3:53");
	assert_int_equal(build_find_pipeline(f->build, "guard")->traits, TRAIT_PORTS);
}

static void
contradictions_are_errors_at_their_line(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, GUARD("drop", " {proto: icmp, dport: 80, action: accept}"),
		"weir.yaml:5:23: error: acls.list.rules.dport: ports need proto tcp, udp or sctp");
	expect_error(f, GUARD("drop", " {proto: tcp, icmp: redirect, action: accept}"),
		"ICMP types need proto icmp or icmpv6");
	expect_error(f, GUARD("drop", " {proto: udp, flags: S, action: accept}"),
		"TCP flags need proto tcp");
	expect_error(f, GUARD("drop", " {icmp: redirect, dport: 1, action: accept}"),
		"no packet has an ICMP type and ports or TCP flags too");
	expect_error(f, GUARD("drop", " {icmp: echo, action: accept}"),
		"acls.list.rules.icmp: 'echo' is not an ICMP type; write a name such as");
	expect_error(f, GUARD("drop", " {flags: SX, action: accept}"), "'SX' are not TCP flags");
}

static void
a_rule_has_an_action_or_a_goto(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, GUARD("drop", " {proto: tcp}"),
		"a rule needs action: accept, drop, reject or return, goto: a pipeline, or call: an "
		"access list");
	expect_error(f,
		"pipelines: {guard: [acl: list], other: []}\n"
		"acls: {list: {rules: [{goto: other, action: accept}]}}\n",
		"a rule has an action, a goto or a call");
	expect_error(f,
		"pipelines: {guard: [acl: list], other: []}\n"
		"acls: {list: {rules: [{call: list}]}}\n",
		"acls.list: call: list leads back to a list that is waiting for it");
	expect_error(f,
		"pipelines: {guard: [acl: list], other: []}\n"
		"acls: {list: {default: return, rules: [{action: accept}]}}\n",
		"acls.list says default: return, and nothing has called it here");
	expect_error(f,
		"pipelines: {guard: [acl: list], other: []}\n"
		"acls: {list: {rules: [{action: drop, with: reset}]}}\n",
		"belongs to action: reject");
}

static void
names_that_are_not_there_are_said_once(void **state)
{
	struct policy_fixture *f = *state;

	build(f,
		"sets: {admins: [10.0.0.0/8]}\npipelines: {guard: [acl: lits]}\n"
		"acls: {list: {rules: [{src: $admin, action: accept},"
		" {in: lam, action: drop}]}}\n");
	assert_int_equal(err_count(f->err), 3);
	assert_non_null(strstr(f->errors, "did you mean 'list'?"));
	assert_non_null(strstr(f->errors, "did you mean 'admins'?"));
	assert_non_null(strstr(f->errors, "did you mean 'lan'?"));
}

/* A rule with action continue counts, adds, and lets the next rules decide; twice a packet. */
static void
rules_that_continue(void **state)
{
	static const struct {
		unsigned dport, counted;
		enum reason reason;
	} rows[] = {
		{ 1, 2, REASON_acl_denied }, /* r, d */
		{ 2, 1, REASON_acl_denied },
		{ 3, 3, REASON_acl_denied },   /* r, s, d */
		{ 4, 3, REASON_pipeline_end }, /* r, s, and the default; t is one too many */
		{ 5, 1, REASON_pipeline_end },
	};
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {default: accept, rules: [\n"
		"  {name: r, dport: [1, 3, 4], action: continue}, {name: s, dport: 3-4, action: continue},\n"
		"  {name: t, dport: 4, action: continue}, {name: d, dport: 1-3, action: drop}]}}\n"
		"pipelines: {p: [acl: list]}\n");
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char packet[64];

		snprintf(packet, sizeof(packet), "udp 10.0.0.2:9 > 10.0.1.2:%u", rows[i].dport);
		evaluate(f, "p", LAN, packet);
		assert_int_equal(f->ev.program.reason, rows[i].reason);
		assert_int_equal(f->ev.program.action_count, rows[i].counted);
	}
	expect_note(f, "acl list: the default (weir.yaml:3) accepts\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:9 > 10.0.1.2:1");
	expect_note(f, "acl list: rule r (weir.yaml:4) counts it; the next rules decide\n");
}

/* Packets of a vector that call different lists, continue, or are decided at once, each as alone.
 */
static void
packets_of_a_vector_that_go_different_ways(void **state)
{
	static struct view view[64];
	static struct eval eval[64];
	struct policy_fixture *f = *state;
	struct program alone[8];
	struct eval *vector[64];
	const struct pipeline *p;
	char packet[64];

	given(f,
		"acls:\n"
		"  a: {rules: [{dport: 2, action: drop}, {dport: 3, action: return}]}\n"
		"  b: {rules: [{dport: 5, action: accept}, {dport: 6, call: a}]}\n"
		"  list: {default: reject, rules: [{dport: 1-3, call: a}, {dport: [3, 4], action: continue},\n"
		"    {dport: 5-6, call: b}, {dport: 4, action: accept}, {dport: 7, action: drop}]}\n"
		"pipelines: {p: [acl: list]}\n");
	p = build_find_pipeline(f->build, "p");
	for (unsigned i = 0; i < 8; i++) {
		snprintf(packet, sizeof(packet), "udp 10.0.0.2:9 > 10.0.1.2:%u", i + 1);
		alone[i] = evaluate(f, "p", LAN, packet)->program;
	}
	assert_int_equal(alone[0].reason, REASON_acl_rejected);
	assert_int_equal(alone[1].reason, REASON_acl_denied);
	assert_int_equal(alone[2].reason, REASON_acl_rejected);
	assert_int_equal(alone[3].reason, REASON_pipeline_end);
	assert_int_equal(alone[4].reason, REASON_pipeline_end);
	assert_int_equal(alone[5].reason, REASON_acl_rejected);
	assert_int_equal(alone[6].reason, REASON_acl_denied);
	for (unsigned i = 0; i < 64; i++) {
		snprintf(packet, sizeof(packet), "udp 10.0.0.2:9 > 10.0.1.2:%u", i * 5 % 8 + 1);
		read_view(f, &view[i], LAN, packet);
		eval_init(&eval[i], &f->gen, &view[i]);
		vector[i] = &eval[i];
	}
	pipeline_evaluate(p, vector, 64);
	for (unsigned i = 0; i < 64; i++)
		assert_memory_equal(&eval[i].program, &alone[i * 5 % 8], sizeof(alone[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(rules_that_continue),
		stage_test(packets_of_a_vector_that_go_different_ways),
		stage_test(the_first_rule_that_matches_decides),
		stage_test(a_place_has_the_list_and_the_rule),
		stage_test(drops_and_rejects_are_counted_at_their_place),
		stage_test(reject_resets_tcp_and_tells_others_that_it_is_prohibited),
		stage_test(both_families_stand_in_one_list),
		stage_test(sets_and_negation_choose_addresses),
		stage_test(ports_alone_mean_every_protocol_that_has_them),
		stage_test(icmp_names_mean_the_type_of_either_family),
		stage_test(flags_are_looked_at_under_their_mask),
		stage_test(a_field_counts_as_used_only_when_a_rule_that_looks_at_it_was_reached),
		stage_test(not_a_fragment_is_something_to_ask_for),
		stage_test(interfaces_and_protocols_choose_packets),
		stage_test(an_untracked_packet_has_that_state),
		stage_test(contradictions_are_errors_at_their_line),
		stage_test(a_rule_has_an_action_or_a_goto),
		stage_test(names_that_are_not_there_are_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
