/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that copy to each other by stages mirror. */
#include "unit/policy/policy_fixture.h"

#define LOOP "would go round"

static unsigned
loops(struct policy_fixture *f, const char *pipelines)
{
	char text[1024];
	unsigned n = 0;

	f->entry[LAN] = "l";
	f->entry[DMZ] = "d";
	f->entry[WAN] = "w";
	snprintf(text, sizeof(text),
		"acls: {jump: {default: accept, rules: [{dport: 1, goto: %s}]}}\npipelines:\n%s",
		strstr(pipelines, "  far:") != NULL ? "far" : "w", pipelines);
	if (build(f, text) < 0)
		fail_msg("%s", f->errors);
	for (const char *at = f->errors; (at = strstr(at, LOOP)) != NULL; at++)
		n++;
	if (n == 0)
		assert_string_equal(f->errors, "");
	return n;
}

static void
copies_that_would_go_round(void **state)
{
	static const struct {
		const char *pipelines;
		unsigned loops;
	} rows[] = {
		{ "  l: [drop]\n  d: [drop]\n  w: [drop]\n", 0 },
		{ "  l: [mirror: dmz, drop]\n  d: [drop]\n  w: [drop]\n", 0 },
		{ "  l: [mirror: lan, drop]\n  d: [drop]\n  w: [drop]\n", 0 },
		{ "  l: [mirror: dmz, drop]\n  d: [mirror: wan, drop]\n  w: [drop]\n", 0 },
		{ "  l: [mirror: dmz, drop]\n  d: [mirror: lan, drop]\n  w: [drop]\n", 2 },
		{ "  l: [mirror: dmz, drop]\n  d: [drop]\n  w: [mirror: dmz, drop]\n", 0 },
		{ "  l: [mirror: dmz, drop]\n  d: [mirror: wan, drop]\n  w: [mirror: lan, drop]\n",
			3 },
		{ "  l: [mirror: dmz, drop]\n  d: [mirror: wan, drop]\n  w: [mirror: dmz, drop]\n",
			2 },
		{ "  l: [mirror: dmz, mirror: wan, drop]\n  d: [mirror: lan, drop]\n  w: [mirror: lan, drop]\n",
			4 },
		{ "  l: [acl: jump, drop]\n  far: [mirror: wan, drop]\n  d: [drop]\n  w: [mirror: lan, drop]\n",
			2 },
		{ "  l: [acl: jump, mirror: wan, drop]\n  far: [drop]\n  d: [drop]\n  w: [mirror: lan, drop]\n",
			2 },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++)
		if (loops(f, rows[i].pipelines) != rows[i].loops)
			fail_msg("%s: %s", rows[i].pipelines, f->errors);
}

/* At the stage that copies; at the first of the pipeline, where a goto leads to it. */
static void
a_loop_is_told_at_its_stage(void **state)
{
	struct policy_fixture *f = *state;

	loops(f,
		"  l: [mark: {dscp: 1}, mirror: dmz, drop]\n  d: [mirror: lan, drop]\n  w: [drop]\n");
	assert_non_null(strstr(f->errors,
		"weir.yaml:5:24: warning: pipelines.l: what comes in by port lan is copied to port dmz, "
		"and what comes in there is copied back"));
	assert_non_null(strstr(f->errors, "weir.yaml:6:"));
	loops(f,
		"  l: [mark: {dscp: 1}, acl: jump, drop]\n  far: [mirror: wan, drop]\n  d: [drop]\n"
		"  w: [mirror: lan, drop]\n");
	assert_non_null(strstr(
		f->errors, "weir.yaml:5:7: warning: pipelines.l: what comes in by port lan"));
}

/* Two interfaces of one port have what both copy; a pipeline of both is warned of once. */
static void
interfaces_of_one_port(void **state)
{
	struct policy_fixture *f = *state;

	f->iface[DMZ].port = 0;
	assert_int_equal(
		loops(f,
			"  l: [mirror: wan, drop]\n  d: [mirror: wan, drop]\n  w: [mirror: lan, drop]\n"),
		3);
	assert_int_equal(
		loops(f, "  l: [drop]\n  d: [mirror: wan, drop]\n  w: [mirror: lan, drop]\n"), 2);
	assert_int_equal(
		loops(f, "  l: [mirror: lan, drop]\n  d: [drop]\n  w: [mirror: lan, drop]\n"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(copies_that_would_go_round),
		stage_test(a_loop_is_told_at_its_stage),
		stage_test(interfaces_of_one_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
