/* SPDX-License-Identifier: BSD-3-Clause */
/* Differences of printed configurations. */

#include "control/textdiff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
expect(const char *old, const char *new, const char *difference)
{
	char *text = textdiff(old, new);

	assert_non_null(text);
	assert_string_equal(text, difference);
	free(text);
}

static void
equal_texts_have_no_difference(void **state)
{
	expect("", "", "");
	expect("a: 1\nb: 2\n", "a: 1\nb: 2\n", "");
}

static void
a_change_stands_under_its_keys(void **state)
{
	expect("version: 1\nacls:\n  in:\n    rules:\n      - name: web\n        dport: [80]\n      - name: ssh\n",
		"version: 1\nacls:\n  in:\n    rules:\n      - name: web\n        dport: [80, 443]\n      - name: ssh\n",
		"acls.in.rules[name: web]:\n-         dport: [80]\n+         dport: [80, 443]\n");
}

static void
lines_come_and_go(void **state)
{
	expect("a: 1\nb: 2\nc: 3\n", "a: 1\nc: 3\n", "- b: 2\n");
	expect("a: 1\nc: 3\n", "a: 1\nb: 2\nc: 3\nd: 4\n", "+ b: 2\n+ d: 4\n");
	expect("", "a: 1\n", "+ a: 1\n");
	expect("a: 1\n", "", "- a: 1\n");
}

/* What stands in front of a change and behind it overlaps. */
static void
a_line_that_is_there_already_comes_once_more(void **state)
{
	expect("a\n", "a\na\n", "+ a\n");
	expect("a\na\n", "a\n", "- a\n");
	expect("a\na\na\n", "a\na\na\na\na\n", "+ a\n+ a\n");
	expect("a\nb\na\n", "a\nb\na\nb\na\n", "+ b\n+ a\n");
}

/* More lines differ than are told apart: all between the first and the last of them is shown. */
static void
texts_without_a_line_in_common_are_shown_whole(void **state)
{
	size_t bytes;
	char *old, *new, *text;
	FILE *a = open_memstream(&old, &bytes), *b = open_memstream(&new, &bytes);
	unsigned lines = 0;

	fprintf(a, "first\n");
	fprintf(b, "first\n");
	for (unsigned i = 0; i < TEXTDIFF_EDITS; i++) {
		fprintf(a, "a%u\n", i);
		fprintf(b, "b%u\n", i);
	}
	fprintf(a, "last\nof all\n");
	fprintf(b, "last\nof all\n");
	fclose(a);
	fclose(b);
	text = textdiff(old, new);
	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 2 * TEXTDIFF_EDITS);
	free(text);
	free(old);
	free(new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_no_difference),
		cmocka_unit_test(a_change_stands_under_its_keys),
		cmocka_unit_test(lines_come_and_go),
		cmocka_unit_test(a_line_that_is_there_already_comes_once_more),
		cmocka_unit_test(texts_without_a_line_in_common_are_shown_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
