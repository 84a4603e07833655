/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets: what they contain, and the files they are read from. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/plain_prefixes.h"
#include "support/random_prefixes.h"
#include "table/set.h"

static const struct loc here = { .file = "weir.yaml", .line = 7, .column = 20, .width = 1 };

struct set_world {
	struct set *set;
	struct err *err;
	char path[32];
	char text[4096]; /* all errors, a line each */
};

static int
setup(void **state)
{
	struct set_world *f = calloc(1, sizeof(*f));
	int fd;

	strcpy(f->path, "/tmp/weir_set_XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	f->set = set_create("bad");
	f->err = err_create();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct set_world *f = *state;

	unlink(f->path);
	set_destroy(f->set);
	err_destroy(f->err);
	free(f);
	return 0;
}

static void
given_file(struct set_world *f, const char *content, size_t n)
{
	FILE *file = fopen(f->path, "w");

	assert_int_equal(fwrite(content, 1, n, file), n);
	fclose(file);
}

static void
write_down(void *arg, struct loc loc, bool warning, const char *text)
{
	struct set_world *f = arg;
	size_t n = strlen(f->text);

	(void)warning;
	snprintf(f->text + n, sizeof(f->text) - n, "%u:%u:%u %s\n", loc.line, loc.column, loc.width,
		text);
	assert_true(strcmp(loc.file, here.file) == 0 || strcmp(loc.file, f->path) == 0);
}

static bool
contains(struct set_world *f, const char *address)
{
	struct prefix p;
	const char *why;

	assert_int_equal(prefix_parse(&p, address, strlen(address), &why), 0);
	return set_contains(f->set, p.family, &p.address);
}

static void
file_is_read_with_comments_blanks_and_carriage_returns(void **state)
{
	static const char content
		[] = "# a blocklist\n\n10.0.0.0/8\r\n  192.0.2.1\t# one host\n"
		     "2001:db8::/32 # v6\r\n\r\n   \n10.1.0.0/16\n10.0.0.0/8\n198.51.100.0/24";
	struct set_world *f = *state;
	size_t n;

	given_file(f, content, sizeof(content) - 1);
	assert_int_equal(set_load_file(f->set, f->path, here, f->err), 0);
	set_seal(f->set);

	set_prefixes(f->set, &n);
	assert_int_equal(n, 5);
	assert_int_equal(err_count(f->err), 0);
	assert_true(contains(f, "10.255.255.255"));
	assert_true(contains(f, "192.0.2.1"));
	assert_true(contains(f, "2001:db8:ffff::"));
	assert_true(contains(f, "198.51.100.255"));
	assert_false(contains(f, "11.0.0.0"));
	assert_false(contains(f, "192.0.2.2"));
	assert_false(contains(f, "2001:db9::"));
}

static void
every_bad_line_is_an_error_with_its_place(void **state)
{
	static const char
		content[] = "10.0.0.0/8\n  10.0.0.0/33 # too long\nfoo\n\n1.2.3.4 5.6.7.8\n"
			    "2001:db8::/129\n\x1b[31m\n";
	struct set_world *f = *state;

	given_file(f, content, sizeof(content) - 1);
	assert_int_equal(set_load_file(f->set, f->path, here, f->err), -EINVAL);

	err_each(f->err, write_down, f);
	assert_string_equal(f->text,
		"2:3:11 sets.bad: '10.0.0.0/33': the prefix length is above 32\n"
		"3:1:3 sets.bad: 'foo': not an address or prefix\n"
		"5:1:15 sets.bad: '1.2.3.4 5.6.7.8': not an address or prefix\n"
		"6:1:14 sets.bad: '2001:db8::/129': the prefix length is above 128\n"
		"7:1:5 sets.bad: '?[31m': not an address or prefix\n");
}

static void
reading_stops_after_twenty_errors(void **state)
{
	struct set_world *f = *state;
	char content[200];

	memset(content, '\n', sizeof(content));
	for (unsigned i = 0; i < sizeof(content); i += 2)
		content[i] = 'x';
	given_file(f, content, sizeof(content));

	assert_int_equal(set_load_file(f->set, f->path, here, f->err), -EINVAL);
	assert_int_equal(err_count(f->err), 20);
}

static void
byte_zero_is_an_error(void **state)
{
	struct set_world *f = *state;

	given_file(f, "10.0.0.0/8\0\n", 12);
	assert_int_equal(set_load_file(f->set, f->path, here, f->err), -EINVAL);
	assert_string_equal(
		err_first(f->err), "sets.bad: '10.0.0.0/8?': the prefix length is not a number");
}

static void
missing_file_and_directory_are_errors(void **state)
{
	struct set_world *f = *state;

	assert_int_equal(set_load_file(f->set, "/nowhere/list", here, f->err), -EINVAL);
	assert_int_equal(set_load_file(f->set, "/tmp", here, f->err), -EINVAL);
	err_each(f->err, write_down, f);
	assert_string_equal(f->text,
		"7:20:1 sets.bad.file: '/nowhere/list' cannot be read: No such file or directory\n"
		"7:20:1 sets.bad.file: '/tmp' cannot be read: it is a directory\n");
}

static void
empty_file_is_an_empty_set(void **state)
{
	struct set_world *f = *state;
	size_t n;

	assert_int_equal(set_load_file(f->set, f->path, here, f->err), 0);
	set_seal(f->set);
	set_prefixes(f->set, &n);
	assert_int_equal(n, 0);
	assert_false(contains(f, "0.0.0.0"));
	assert_false(contains(f, "::"));
}

static void
random_sets_agree_with_a_plain_list(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct random_prefixes r = { { 7, 7, (unsigned short)round }, round % 3 * 10, 10 };
		struct set *set = set_create("s");
		struct prefix list[200];
		unsigned n = 1 + random_below(&r, 200);

		for (unsigned i = 0; i < n; i++) {
			random_prefix(&r, random_below(&r, 2) ? 4 : 6, &list[i]);
			assert_int_equal(set_add(set, &list[i]), 0);
		}
		set_seal(set);
		for (unsigned k = 0; k < 500; k++) {
			const struct prefix *at = &list[random_below(&r, n)];
			union address a;

			corner_address(&r, at, &a);
			assert_int_equal(set_contains(set, at->family, &a),
				plain_prefixes_find(list, n, at->family, &a) != PREFIXES_NONE);
		}
		set_destroy(set);
	}
}

int
main(void)
{
#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_FILE(file_is_read_with_comments_blanks_and_carriage_returns),
		WITH_FILE(every_bad_line_is_an_error_with_its_place),
		WITH_FILE(reading_stops_after_twenty_errors),
		WITH_FILE(byte_zero_is_an_error),
		WITH_FILE(missing_file_and_directory_are_errors),
		WITH_FILE(empty_file_is_an_empty_set),
		cmocka_unit_test(random_sets_agree_with_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
