/* SPDX-License-Identifier: BSD-3-Clause */
/* No text brings the parser down, and a large one takes no long time. */
#include "sample.h"

#include <time.h>

static const char good
	[] = "version: 1\n"
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
		document_print(doc, DOCUMENT_DEFAULTS_OUT, sink);
		document_print(doc, DOCUMENT_DEFAULTS_IN, sink);
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

/* Processor time that work(size) takes, in units of the clock: the least of three, so that
 * neighbours do not matter. */
static clock_t
cost(void (*work)(unsigned size), unsigned size)
{
	clock_t least = 0;

	for (unsigned i = 0; i < 3; i++) {
		clock_t start = clock();

		work(size);
		start = clock() - start;
		least = i == 0 || start < least ? start : least;
	}
	return least;
}

/* Eight times as much costs eight times as much, or half as much again: not sixty-four times. */
static void
assert_linear(void (*work)(unsigned size), unsigned size)
{
	clock_t one = cost(work, size), eight = cost(work, 8 * size);

	if (eight > 12 * one + CLOCKS_PER_SEC / 20)
		fail_msg("%ld for %u, %ld for eight times as much", (long)one, size, (long)eight);
}

static void
read_brackets(unsigned size)
{
	char *text = malloc(size + 1);

	memset(text, '[', size);
	survive(text, size);
	free(text);
}

static void
opening_brackets_without_end_cost_no_more_than_their_bytes(void **state)
{
	(void)state;
	assert_linear(read_brackets, 2 << 20);
}

static void
read_rules(unsigned n)
{
	struct sample_document d;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	fputs("sets: {x: [10.0.0.0/8]}\nacls:\n  a:\n    rules:\n", out);
	for (unsigned i = 0; i < n; i++)
		fprintf(out,
			"      - {name: r%u, proto: tcp, src: [10.0.%u.0/24, $x], dport: [80, 443], "
			"action: accept}\n",
			i, i % 256);
	fclose(out);
	d = sample_read(text);
	assert_string_equal(d.errors, "");
	assert_int_equal(d.cfg->acls.items[0].rules.count, n);
	sample_free(&d);
	free(text);
}

static void
reading_ten_thousand_rules_is_linear(void **state)
{
	(void)state;
	assert_linear(read_rules, 1250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_may_be_missing),
		cmocka_unit_test(any_byte_may_be_another),
		cmocka_unit_test(any_line_may_be_missing_or_twice),
		cmocka_unit_test(opening_brackets_without_end_cost_no_more_than_their_bytes),
		cmocka_unit_test(reading_ten_thousand_rules_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
