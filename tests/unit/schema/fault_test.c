/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory runs out at the n-th call, for every n: reading fails with a sentence, and loses nothing.
 */
#include "sample.h"
#include "support/failing_memory.h"

/* Reads text with the n-th call failing; whether there was an n-th call. */
static bool
read_failing_at(unsigned long n, const char *text)
{
	struct err *err = err_create();
	struct document *doc;
	bool failed;

	calls_left = n;
	doc = document_parse_text("<text>", text, strlen(text), &sample_table, err);
	failed = calls_left == 0;
	calls_left = 0;
	assert_true(doc != NULL || err_count(err) > 0);
	assert_true(failed || doc != NULL);
	document_free(doc);
	err_destroy(err);
	return failed;
}

static char *
many_rules(void)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	fputs("sets: {x: [10.0.0.0/8]}\nacls:\n  a:\n    rules:\n", out);
	for (unsigned i = 0; i < 2000; i++)
		fprintf(out, "      - {src: [10.0.%u.0/24, $x], dport: [80, 443], action: %s}\n",
			i % 256, i % 100 != 0 ? "accept" : "acept");
	fclose(out);
	return text;
}

static void
reading_without_memory_fails_and_loses_nothing(void **state)
{
	char *text = many_rules();
	unsigned long n = 1;

	(void)state;
	while (read_failing_at(n, text))
		n++;
	assert_true(n > 50);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_without_memory_fails_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
