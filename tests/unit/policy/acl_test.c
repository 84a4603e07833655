/* SPDX-License-Identifier: BSD-3-Clause */
/* Access lists: what rules and defaults may say, and lists that call each other. */
#include "unit/policy/rows.h"

static void
what_a_rule_decides(void **state)
{
	static const struct row rows[] = {
		{ "{action: accept}", NULL },
		{ "{goto: q}", NULL },
		{ "{call: other}", NULL },
		{ "{dport: 80}", "error: acls.list.rules: a rule needs action" },
		{ "{goto: q, action: accept}", "a rule has an action, a goto or a call" },
		{ "{call: other, action: accept}", "a rule has an action, a goto or a call" },
		{ "{call: other, goto: q}", "a rule has an action, a goto or a call" },
		{ "{action: reject}", NULL },
		{ "{action: reject, with: port-unreachable}", NULL },
		{ "{action: drop, with: reset}", "error: acls.list.rules.with: belongs to" },
		{ "{goto: q, with: reset}", "belongs to action: reject" },
		{ "{action: drop, add: $dyn}", NULL },
		{ "{action: continue, add: $dyn}", NULL },
		{ "{goto: q, add: $dyn}", NULL },
		{ "{call: other, add: $dyn}", "error: acls.list.rules.add: belongs to a rule" },
		{ "{action: return, add: $dyn}", "belongs to a rule that decides" },
		{ "{action: drop, add: [$dyn, $dyn]}", "one set at most" },
		{ "{action: drop, add: $fix}", "set 'fix' is not dynamic" },
		{ "{action: drop, add: 10.0.0.1}", "write the name of a dynamic set" },
		{ "{action: drop, add: \"!$dyn\"}", "write the name of a dynamic set" },
		{ "{action: drop, add: $dyx}", "did you mean 'dyn'" },
		{ "{action: drop, log: true}", NULL },
		{ "{action: drop, log: {rate: 10000/s}}", NULL },
		{ "{action: drop, log: {rate: 9kbit}}", "a rate of lines is written as 10/s" },
		{ "{action: drop, log: {prefix: "
		  "0123456789012345678901234567890123456789012345678901234567890123}}",
			NULL },
		{ "{action: drop, log: {prefix: "
		  "01234567890123456789012345678901234567890123456789012345678901234}}",
			"a prefix has at most 64 bytes" },
		{ NULL },
	};

	expect_rows(*state,
		SETS "acls: {other: {rules: [{dport: 1, action: drop}]}, list: {rules: [%s]}}\n"
		     "pipelines: {p: [acl: list, drop], q: [drop]}\n",
		rows);
}

static void
what_a_list_does_at_its_end(void **state)
{
	static const struct row rows[] = {
		{ "accept", NULL },
		{ "drop", NULL },
		{ "reject", NULL },
		{ "continue", "there is nothing behind it: accept, drop, reject or return" },
		{ "return", "acls.list says default: return, and nothing has called it here" },
		{ NULL },
	};

	expect_rows(*state,
		"acls: {list: {default: %s, rules: []}}\npipelines: {p: [acl: list, drop]}\n",
		rows);
}

/* l0 calls l1, and so on. */

static void
build_calls(struct policy_fixture *f, unsigned calls, const char *last)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n", out);
	for (unsigned i = 0; i < calls; i++)
		fprintf(out, "  l%u: {rules: [{dport: %u, call: l%u}]}\n", i, i + 1, i + 1);
	fprintf(out, "  l%u: {rules: [%s]}\n", calls, last);
	fputs("pipelines: {p: [acl: l0, drop], q: [drop]}\n", out);
	fclose(out);
	build(f, text);
	free(text);
}

static void
eight_lists_may_wait_for_each_other(void **state)
{
	struct policy_fixture *f = *state;

	build_calls(f, 8, "{action: drop}");
	assert_string_equal(f->errors, "");
	build_calls(f, 9, "{action: drop}");
	assert_non_null(strstr(f->errors, "acls.l0: more than 8 lists would wait for each other"));
	build_calls(f, 2, "{call: l1}");
	assert_int_equal(count_lines(f->errors), 1);
	assert_non_null(
		strstr(f->errors, "acls.l2: call: l1 leads back to a list that is waiting"));
	build_calls(f, 0, "{call: l0}");
	assert_non_null(strstr(f->errors, "acls.l0: call: l0 leads back"));
}

/* What a list that is called does, the caller does: its gotos, and what it asks for. */
static void
a_list_has_what_it_calls(void **state)
{
	struct policy_fixture *f = *state;

	build(f,
		"acls: {a: {rules: [{call: b}]},\n"
		"  b: {rules: [{dport: 1, goto: x}, {dport: 2, goto: y}, {dport: 3, goto: back}]}}\n"
		"pipelines: {p: [acl: a, drop], x: [drop], y: [drop], back: [acl: a]}\n");
	assert_non_null(strstr(f->errors, "goto back leads back to a pipeline"));
	given(f,
		"acls: {a: {rules: [{call: b}]}, b: {rules: [{dport: 1, goto: x}, {dport: 2, goto: y}]}}\n"
		"pipelines: {p: [acl: a, drop], x: [drop], y: [mark: {dscp: 1}, drop]}\n");
	assert_true(build_find_pipeline(f->build, "p")->traits & TRAIT_PORTS);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	expect_program(f, "dscp 1; drop drop_stage");
	expect_finding(f,
		"acls: {a: {rules: [{call: b}]}, b: {rules: [{state: new, action: drop}]}}\n"
		"pipelines: {p: [acl: a, drop]}\n",
		"asks for the state of the session: 'track' has to stand before it");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(what_a_rule_decides),
		stage_test(what_a_list_does_at_its_end),
		stage_test(eight_lists_may_wait_for_each_other),
		stage_test(a_list_has_what_it_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
