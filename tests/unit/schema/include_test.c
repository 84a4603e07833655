/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that include files. */
#include "sample.h"

#include <unistd.h>
#include <sys/stat.h>

struct includes {
	char folder[64];
	struct sample_document d;
	char *errors; /* as err_each gives them: file:line: text */
};

static void
one_error(void *arg, struct loc loc, bool warning, const char *text)
{
	const char *name = loc.file != NULL ? strrchr(loc.file, '/') : NULL;

	(void)warning;
	fprintf(arg, "%s:%u: %s\n", name != NULL ? name + 1 : "", loc.line, text);
}

static int
setup(void **state)
{
	struct includes *f = calloc(1, sizeof(*f));
	char sub[80];

	strcpy(f->folder, "/tmp/include_test_XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(sub, sizeof(sub), "%s/sub", f->folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct includes *f = *state;
	char command[128];

	sample_free(&f->d);
	free(f->errors);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void
given_file(struct includes *f, const char *name, const char *text)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	out = fopen(path, "w");
	fputs(text, out);
	fclose(out);
}

/* The errors of reading file a, the folder's name cut off. */
static const char *
read_a(struct includes *f)
{
	char path[128], *name;
	size_t bytes;
	FILE *out;

	snprintf(path, sizeof(path), "%s/a", f->folder);
	f->d = sample_read_file(path);
	out = open_memstream(&f->errors, &bytes);
	err_each(f->d.err, one_error, out);
	fclose(out);
	while ((name = strstr(f->errors, f->folder)) != NULL)
		memmove(name, name + strlen(f->folder) + 1, strlen(name + strlen(f->folder)));
	return f->errors;
}

static void
sections_are_merged(void **state)
{
	struct includes *f = *state;

	given_file(f, "a",
		"version: 1\ninclude: [b, sub/c]\nsystem: {memory: 64k}\nsets: {x: 10.0.0.0/8}\n");
	given_file(f, "b", "version: 1\nsystem: {timeout: 1s}\nsets: {y: 11.0.0.0/8}\nacls:\n");
	given_file(f, "sub/c", "include: d\nsets: {z: 12.0.0.0/8}\n");
	given_file(f, "sub/d",
		"acls: {l: {rules: [{src: [$x, $y, $z], action: drop}]}}\n"
		"sets: {w: {file: list.txt}}\n");
	assert_string_equal(read_a(f), "");
	assert_int_equal(f->d.cfg->system.memory, 65536);
	assert_int_equal(f->d.cfg->system.timeout, 1000000000);
	assert_int_equal(f->d.cfg->sets.count, 4);
	assert_int_equal(f->d.cfg->acls.count, 1);
	assert_non_null(strstr(f->d.cfg->sets.items[3].file.resolved, "/sub/list.txt"));
	assert_string_equal(f->d.cfg->sets.items[3].file.written, "list.txt");
}

static void
a_name_defined_in_two_files_is_an_error_that_names_both(void **state)
{
	struct includes *f = *state;

	given_file(f, "a", "include: b\nsets:\n  x: 10.0.0.0/8\nversion: 1\n");
	given_file(f, "b", "sets:\n  y: 10.0.0.0/8\n  x: 10.0.0.0/8\nversion: 2\n");
	assert_string_equal(read_a(f),
		"b:3: sets: 'x' is defined twice, first at a:3:3\n"
		"b:4: version: is '2' here and '1' at a:4:1\n");
}

static void
errors_of_all_files_are_found(void **state)
{
	struct includes *f = *state;

	given_file(f, "a", "include: [b, c, gone]\nsystem: {memory: x}\n");
	given_file(f, "b", "system: {memoy: 1}\n");
	given_file(f, "c", "system: [\n");
	assert_string_equal(read_a(f),
		"a:1: cannot open gone: No such file or directory\n"
		"a:2: system.memory: unknown size 'x'\n"
		"b:1: system: unknown key 'memoy'; did you mean 'memory'?\n"
		"c:1: flow sequence without a closing bracket\n");
}

static void
a_cycle_is_an_error(void **state)
{
	struct includes *f = *state;

	given_file(f, "a", "include: b\n");
	given_file(f, "b", "include: sub/c\n");
	given_file(f, "sub/c", "include: ../a\n");
	assert_string_equal(read_a(f), "c:1: include: 'sub/../a' includes itself\n");
}

static void
a_file_is_included_once(void **state)
{
	struct includes *f = *state;

	given_file(f, "a", "include: [b, b]\n");
	given_file(f, "b", "sets: {x: 10.0.0.0/8}\n");
	assert_string_equal(read_a(f), "a:1: include: 'b' is included twice\n");
}

static void
depth_is_bounded(void **state)
{
	struct includes *f = *state;
	char name[2] = "a", text[32];

	for (; name[0] < 'z'; name[0]++) {
		snprintf(text, sizeof(text), "include: %c\n", name[0] + 1);
		given_file(f, name, text);
	}
	assert_string_equal(
		read_a(f), "i:1: include: more than 256 files, or nested deeper than 8\n");
}

static void
what_is_no_file_name_is_an_error(void **state)
{
	struct includes *f = *state;

	given_file(f, "a", "include: [{b: c}, sub]\n");
	assert_string_equal(read_a(f),
		"a:1: include: a file name is expected, not a map\n"
		"a:1: cannot open sub: it is a directory\n");
}

static void
a_file_that_is_not_there_is_said(void **state)
{
	struct includes *f = *state;

	assert_string_equal(read_a(f), ":0: cannot open a: No such file or directory\n");
	assert_null(f->d.doc);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(sections_are_merged),
		TEST(a_name_defined_in_two_files_is_an_error_that_names_both),
		TEST(errors_of_all_files_are_found),
		TEST(a_cycle_is_an_error),
		TEST(a_file_is_included_once),
		TEST(depth_is_bounded),
		TEST(what_is_no_file_name_is_an_error),
		TEST(a_file_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
