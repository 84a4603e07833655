/* SPDX-License-Identifier: BSD-3-Clause */
/* Matches, compiled, in a pipeline; tests/unit/table/rules_test.c compares them with rules one by
 * one. */
#include "unit/policy/fixture.h"

static void
each_of_ten_thousand_rules_decides(void **state)
{
	struct fixture *f = *state;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n  list:\n    rules:\n", out);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out,
			"      - {name: r%u, proto: tcp, src: 10.%u.%u.0/24, dport: %u,"
			" action: accept}\n",
			i, i / 250, i % 250, 1 + i);
	fputs("pipelines: {guard: [acl: list]}\n", out);
	fclose(out);
	given(f, text);
	free(text);

	evaluate(f, "guard", LAN, "tcp 10.0.0.7:4000 > 192.0.2.1:1 S");
	expect_note(f, "rule r0 (weir.yaml:6) accepts");
	evaluate(f, "guard", LAN, "tcp 10.20.0.7:4000 > 192.0.2.1:5001 S");
	expect_note(f, "rule r5000 (weir.yaml:5006) accepts");
	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:10000 S");
	expect_note(f, "rule r9999 (weir.yaml:10005) accepts");
	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:9999 S");
	assert_int_equal(f->ev.program.reason, REASON_acl_denied);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(each_of_ten_thousand_rules_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
