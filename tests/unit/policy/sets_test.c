/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/policy/policy_fixture.h"

#include <unistd.h>

#include "table/set.h"

static bool
contains4(struct policy_fixture *f, const char *name, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	union address address = { .bytes = { a, b, c, d } };

	return set_contains(build_find_set(f->build, name), 4, &address);
}

static void
a_set_lists_prefixes_and_addresses(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "sets: {admins: [198.51.100.64/28, 10.0.0.7], none: []}\n");
	assert_true(contains4(f, "admins", 198, 51, 100, 79));
	assert_true(contains4(f, "admins", 10, 0, 0, 7));
	assert_false(contains4(f, "admins", 198, 51, 100, 80));
	assert_false(contains4(f, "none", 198, 51, 100, 79));
}

/* A file with these lines; its name is written to path. */
static void
write_file(char path[32], const char *lines)
{
	int fd;

	strcpy(path, "/tmp/stage-set-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, lines, strlen(lines)), strlen(lines));
	close(fd);
}

static void
a_set_is_read_from_a_file(void **state)
{
	struct policy_fixture *f = *state;
	char path[32], text[128];

	write_file(path, "# a list\n203.0.113.0/24\n\n198.51.100.7  # one\n2001:db8::/32\n");
	snprintf(text, sizeof(text), "sets: {bad: {file: %s, prefixes: 192.0.2.1}}\n", path);
	given(f, text);
	unlink(path);
	assert_true(contains4(f, "bad", 203, 0, 113, 200));
	assert_true(contains4(f, "bad", 198, 51, 100, 7));
	assert_true(contains4(f, "bad", 192, 0, 2, 1));
	assert_false(contains4(f, "bad", 198, 51, 100, 8));
}

static void
a_bad_line_is_an_error_at_its_place_in_that_file(void **state)
{
	struct policy_fixture *f = *state;
	char path[32], text[128], expected[128];

	write_file(path, "203.0.113.0/24\n203.0.113.0/33\n");
	snprintf(text, sizeof(text), "sets: {bad: {file: %s}}\n", path);
	snprintf(expected, sizeof(expected), "%s:2:", path);
	expect_error(f, text, expected);
	unlink(path);
}

static void
a_file_that_is_not_there_is_an_error_where_it_is_named(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, "sets: {bad: {file: /nonexistent/list}}\n",
		"weir.yaml:3:20: error: sets.bad.file: '/nonexistent/list' cannot be read: "
		"No such file or directory");
	assert_int_equal(err_count(f->err), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(a_set_lists_prefixes_and_addresses),
		stage_test(a_set_is_read_from_a_file),
		stage_test(a_bad_line_is_an_error_at_its_place_in_that_file),
		stage_test(a_file_that_is_not_there_is_an_error_where_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
