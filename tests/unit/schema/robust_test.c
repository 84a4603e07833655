/* SPDX-License-Identifier: BSD-3-Clause */
/* No text brings the parser down, and a large one takes no long time. */
#include "sample.h"

#include <time.h>

static const char good[] =
	"version: 1\n"
	"interfaces:\n"
	"  lan: {addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"], pipeline: p,\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:00:02\"}}\n"
	"routes: {main: [{to: 10.9.0.0/16, via: [10.0.0.2, {via: 10.0.0.3, weight: 2}]}]}\n"
	"sets: {admins: [198.51.100.64/28], bad: {file: 'it''s.txt'}}\n"
	"acls:\n"
	"  web:\n"
	"    rules:\n"
	"      - {state: [new, \"!related\"], src: $admins, dport: [80, 1-9], action: drop}\n"
	"pipelines:\n"
	"  p: [{drop: {if: {src: \"!$bad\"}}}, track, {acl: web}, {police: 10Mbit}]\n"
	"  q: # nothing\n";

/* Reads, and prints what was read, whatever it is. */
static void
survive(const char *text, size_t length)
{
	struct err *err = err_create();
	struct document *doc = document_parse_text("<text>", text, length, &sample_table, err);
	FILE *sink = fopen("/dev/null", "w");

	assert_true(doc != NULL || err_count(err) > 0);
	err_print(err, sink, true);
	if (doc != NULL) {
		document_print(doc, DOCUMENT_PRESETS_OUT, sink);
		document_print(doc, DOCUMENT_PRESETS_IN, sink);
	}
	fclose(sink);
	document_free(doc);
	err_destroy(err);
}

static void
the_end_may_be_missing(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(good); length++) {
		char *copy = malloc(length + 1);

		memcpy(copy, good, length);
		survive(copy, length);
		free(copy);
	}
}

static void
any_byte_may_be_another(void **state)
{
	static const char others[] = "[]{}:,-!&*#|>'\"%@` \n\t\\?0a\x80";

	(void)state;
	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		char copy[sizeof(good)];

		memcpy(copy, good, sizeof(good));
		copy[at] = others[at * 7 % (sizeof(others) - 1)];
		survive(copy, sizeof(good) - 1);
	}
}

static void
any_line_may_be_missing_or_twice(void **state)
{
	(void)state;
	for (const char *line = good; *line != '\0';) {
		size_t length = strcspn(line, "\n") + 1, before = (size_t)(line - good);
		char text[2 * sizeof(good)];

		memcpy(text, good, before);
		strcpy(text + before, line + length);
		survive(text, strlen(text));
		memcpy(text, good, before + length);
		strcpy(text + before + length, line);
		survive(text, strlen(text));
		line += length;
	}
}

static void
opening_brackets_without_end_are_refused_at_once(void **state)
{
	size_t length = 16 << 20;
	char *text = malloc(length + 1);
	clock_t start = clock();

	(void)state;
	memset(text, '[', length);
	survive(text, length);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	free(text);
}

static void
ten_thousand_rules_are_read_in_under_a_second(void **state)
{
	struct sample_document d;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	clock_t start;

	(void)state;
	fputs("sets: {x: [10.0.0.0/8]}\nacls:\n  a:\n    rules:\n", out);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out, "      - {name: r%u, proto: tcp, src: [10.0.%u.0/24, $x], dport: [80, 443], "
			"action: accept}\n", i, i % 256);
	fclose(out);
	start = clock();
	d = sample_read(text);
	assert_string_equal(d.errors, "");
	assert_int_equal(d.cfg->acls.items[0].rules.count, 10000);
	assert_true(clock() - start < CLOCKS_PER_SEC);
	sample_free(&d);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_may_be_missing),
		cmocka_unit_test(any_byte_may_be_another),
		cmocka_unit_test(any_line_may_be_missing_or_twice),
		cmocka_unit_test(opening_brackets_without_end_are_refused_at_once),
		cmocka_unit_test(ten_thousand_rules_are_read_in_under_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
