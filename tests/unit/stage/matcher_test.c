/* SPDX-License-Identifier: BSD-3-Clause */
/* Matches, compiled, in a pipeline; tests/unit/table/rules_test.c compares them with rules one by one. */
#include "unit/stage/fixture.h"

#include <time.h>

#ifdef WEIR_DEBUG
#define SECONDS_MAX 5.0         /* sanitizers take their share */
#else
#define SECONDS_MAX 1.0
#endif

static void
ten_thousand_rules_are_built_within_a_second(void **state)
{
	struct fixture *f = *state;
	struct timespec begin, end;
	double seconds;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n  list:\n    rules:\n", out);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out, "      - {name: r%u, proto: tcp, src: 10.%u.%u.0/24, dport: %u,"
			" action: accept}\n", i, i / 250, i % 250, 1 + i);
	fputs("pipelines: {guard: [acl: list]}\n", out);
	fclose(out);

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	given(f, text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	free(text);
	seconds = (double)(end.tv_sec - begin.tv_sec)
		+ 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
	print_message("10,000 rules: %.2f s\n", seconds);
	assert_true(seconds < SECONDS_MAX);

	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:10000 S");
	expect_note(f, "rule r9999 (weir.yaml:10005) accepts");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(ten_thousand_rules_are_built_within_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
