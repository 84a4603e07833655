/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors as people see them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

struct printed_errors {
	struct err *err;
	char path[64];
	char *printed;
	size_t bytes;
};

static int
setup(void **state)
{
	struct printed_errors *f = calloc(1, sizeof(*f));

	f->err = err_create();
	strcpy(f->path, "/tmp/err_test_XXXXXX");
	close(mkstemp(f->path));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct printed_errors *f = *state;

	err_destroy(f->err);
	unlink(f->path);
	free(f->printed);
	free(f);
	return 0;
}

static void
given_file(struct printed_errors *f, const char *text)
{
	FILE *out = fopen(f->path, "w");

	fputs(text, out);
	fclose(out);
}

static struct loc
at(const char *file, unsigned line, unsigned column, unsigned width)
{
	return (struct loc){ .file = file, .line = line, .column = column, .width = width };
}

/* What is printed, with the name of the temporary file replaced by F. */
static const char *
printed(struct printed_errors *f, bool colour)
{
	char *text = NULL, *name;
	FILE *out = open_memstream(&text, &f->bytes);

	err_print(f->err, out, colour);
	fclose(out);
	while ((name = strstr(text, f->path)) != NULL) {
		*name = 'F';
		memmove(name + 1, name + strlen(f->path), strlen(name + strlen(f->path)) + 1);
	}
	free(f->printed);
	f->printed = text;
	return text;
}

static void
an_error_shows_its_line_and_a_caret(void **state)
{
	struct printed_errors *f = *state;

	given_file(f, "version: 1\nwan:\n    mtu: 99\n");
	assert_int_equal(
		err_add(f->err, EINVAL, at(f->path, 3, 10, 2), "wan.mtu: %d is below 576", 99),
		-EINVAL);
	assert_string_equal(printed(f, false),
		"F:3:10: error: wan.mtu: 99 is below 576\n"
		"    3 |     mtu: 99\n"
		"      |          ^~\n");
}

static void
errors_are_in_order_of_place(void **state)
{
	struct printed_errors *f = *state;

	err_add(f->err, EINVAL, at("b", 1, 1, 1), "fifth");
	err_add(f->err, EINVAL, at("a", 2, 7, 1), "third");
	err_add(f->err, EINVAL, at("a", 10, 1, 1), "fourth");
	err_add(f->err, EINVAL, at("a", 2, 3, 1), "second");
	err_set(f->err, ENOENT, "first");
	err_add(f->err, EINVAL, at("b", 1, 1, 1), "sixth");
	assert_int_equal(err_count(f->err), 6);
	assert_string_equal(err_first(f->err), "fifth");
	assert_string_equal(printed(f, false),
		"error: first\n"
		"a:2:3: error: second\n"
		"a:2:7: error: third\n"
		"a:10:1: error: fourth\n"
		"b:1:1: error: fifth\n"
		"b:1:1: error: sixth\n");
}

static void
a_warning_is_printed_and_not_counted(void **state)
{
	struct printed_errors *f = *state;

	err_warn(f->err, at("a", 1, 2, 1), "rule %d is shadowed", 3);
	assert_int_equal(err_count(f->err), 0);
	assert_string_equal(err_first(f->err), "");
	assert_string_equal(printed(f, false), "a:1:2: warning: rule 3 is shadowed\n");
	assert_string_equal(
		printed(f, true), "a:1:2: \033[1;35mwarning:\033[0m rule 3 is shadowed\n");
}

static void
the_caret_stands_below_tabs_and_wide_text(void **state)
{
	struct printed_errors *f = *state;

	given_file(f, "\tn: \xc3\xa4\xc3\xb6 x\n");
	err_add(f->err, EINVAL, at(f->path, 1, 8, 9), "x");
	assert_string_equal(printed(f, false),
		"F:1:8: error: x\n"
		"    1 | \tn: \xc3\xa4\xc3\xb6 x\n"
		"      | \t      ^\n");
}

static void
a_long_line_is_shown_near_the_error(void **state)
{
	struct printed_errors *f = *state;
	char line[2001];

	memset(line, 'x', sizeof(line));
	line[2000] = '\0';
	given_file(f, line);
	err_add(f->err, EINVAL, at(f->path, 1, 1001, 3), "x");
	printed(f, false);
	assert_true(strlen(f->printed) < 300);
	assert_non_null(strstr(f->printed, " ^~~\n"));
}

static void
a_terminal_is_safe_from_the_file(void **state)
{
	struct printed_errors *f = *state;

	given_file(f, "a: \033[2Jx\n");
	err_add(f->err, EINVAL, at(f->path, 1, 1, 1), "'\033[2J' is unknown");
	assert_null(strchr(printed(f, false), '\033'));
}

static void
a_place_beyond_the_file_has_no_line(void **state)
{
	struct printed_errors *f = *state;

	given_file(f, "a: 1\n");
	err_add(f->err, EINVAL, at(f->path, 9, 1, 1), "the end is missing");
	err_add(f->err, EINVAL, at("<built-in>", 1, 1, 1), "x");
	assert_string_equal(printed(f, false),
		"F:9:1: error: the end is missing\n"
		"<built-in>:1:1: error: x\n");
}

static void
a_flood_of_errors_is_counted_and_cut(void **state)
{
	struct printed_errors *f = *state;

	for (unsigned i = 0; i < 5000; i++)
		err_set(f->err, EINVAL, "x");
	assert_int_equal(err_count(f->err), 5000);
	assert_non_null(strstr(printed(f, false), "error: 4000 more messages, not shown\n"));
}

static void
a_flood_of_warnings_does_not_hide_an_error(void **state)
{
	const struct loc loc = { .file = "F", .line = 9, .column = 1 };
	struct printed_errors *f = *state;

	for (unsigned i = 0; i < 5000; i++)
		err_warn(f->err, loc, "x %u", i);
	err_set(f->err, EINVAL, "the error");
	assert_int_equal(err_count(f->err), 1);
	assert_non_null(strstr(printed(f, false), "error: the error\n"));
	assert_string_equal(err_first(f->err), "the error");
}

static void
the_same_warning_is_said_once(void **state)
{
	const struct loc loc = { .file = "F", .line = 9, .column = 1 },
			 other = { .file = "F", .line = 8, .column = 1 };
	struct printed_errors *f = *state;

	err_warn(f->err, loc, "x");
	err_warn(f->err, loc, "x");
	err_warn(f->err, loc, "y");
	err_warn(f->err, other, "x");
	assert_string_equal(
		printed(f, false), "F:8:1: warning: x\nF:9:1: warning: x\nF:9:1: warning: y\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_error_shows_its_line_and_a_caret),
		TEST(errors_are_in_order_of_place),
		TEST(a_warning_is_printed_and_not_counted),
		TEST(the_caret_stands_below_tabs_and_wide_text),
		TEST(a_long_line_is_shown_near_the_error),
		TEST(a_terminal_is_safe_from_the_file),
		TEST(a_place_beyond_the_file_has_no_line),
		TEST(a_flood_of_errors_is_counted_and_cut),
		TEST(a_flood_of_warnings_does_not_hide_an_error),
		TEST(the_same_warning_is_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
