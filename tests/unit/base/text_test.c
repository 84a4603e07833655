/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"

static void
expect(const char *text, const char *shown)
{
	char out[64], *put = NULL;
	size_t bytes;
	FILE *f = open_memstream(&put, &bytes);

	assert_string_equal(text_clean(out, sizeof(out), text), shown);
	text_put(f, text, text + strlen(text));
	fclose(f);
	assert_string_equal(put, shown);
	free(put);
}

static void
text_without_control_characters_stays(void **state)
{
	(void)state;
	expect("", "");
	expect("eth0 /etc/weir.yaml", "eth0 /etc/weir.yaml");
	expect("B\xc3\xbcro \xe2\x82\xac \xf0\x9f\x8c\x8d",
		"B\xc3\xbcro \xe2\x82\xac \xf0\x9f\x8c\x8d");
	expect("\xc2\xa0", "\xc2\xa0"); /* the first behind C1 */
}

static void
control_characters_become_question_marks(void **state)
{
	(void)state;
	expect("a\x1b[31mb", "a?[31mb");
	expect("a\rb\nc\x7f", "a?b?c?");
	expect("\xc2\x9b"
	       "31m",
		"?31m"); /* C1: CSI in one character */
	expect("\xc2\x80\xc2\x9f", "??");
}

static void
characters_that_turn_text_become_question_marks(void **state)
{
	(void)state;
	expect("a\xe2\x80\xae"
	       "nimda",
		"a?nimda"); /* U+202E: from right to left */
	expect("\xe2\x80\x8e\xe2\x80\x8f", "??");
	expect("\xe2\x80\xa8\xe2\x80\xa9", "??"); /* the ends of a line and of a paragraph */
	expect("\xe2\x81\xa6\xe2\x81\xa9", "??");
	expect("\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf",
		"\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf");
	expect("\xe2\x81\xa5\xe2\x81\xaa\xe2\x82\xa6", "\xe2\x81\xa5\xe2\x81\xaa\xe2\x82\xa6");
}

static void
bytes_that_are_no_utf8_become_question_marks(void **state)
{
	(void)state;
	expect("\x9b"
	       "31m",
		"?31m");
	expect("\xff\xfe", "??");
	expect("\xc3", "?");
	expect("\xe2\x82", "??");
	expect("\xc0\x80", "??");           /* longer than it need be */
	expect("\xed\xa0\x80", "???");      /* a surrogate */
	expect("\xf4\x90\x80\x80", "????"); /* beyond the last */
	expect("\xc3(", "?(");
}

static void
text_is_cut_between_characters(void **state)
{
	char out[4];

	(void)state;
	assert_string_equal(text_clean(out, sizeof(out), "abcd"), "abc");
	assert_string_equal(text_clean(out, sizeof(out), "a\xe2\x82\xac"), "a");
	assert_string_equal(text_clean(out, sizeof(out), NULL), "");
}

static void
errors_show_no_control_characters(void **state)
{
	struct err *err = err_create();
	char *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	(void)state;
	err_add(err, 1, (struct loc){ "we\x1b]0;x\x07ir.yaml", 3, 1, 1 }, "no '%s'",
		"a\x1b[2J\xc2\x9b"
		"b\xff");
	err_print(err, f, false);
	fclose(f);
	assert_string_equal(text, "we?]0;x?ir.yaml:3:1: error: no 'a?[2J?b?'\n");
	free(text);
	err_destroy(err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_without_control_characters_stays),
		cmocka_unit_test(control_characters_become_question_marks),
		cmocka_unit_test(characters_that_turn_text_become_question_marks),
		cmocka_unit_test(bytes_that_are_no_utf8_become_question_marks),
		cmocka_unit_test(text_is_cut_between_characters),
		cmocka_unit_test(errors_show_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
