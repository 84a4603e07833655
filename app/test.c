/* SPDX-License-Identifier: BSD-3-Clause */
/* weir test: the section tests of configurations, each test with what was expected and what was
 * found. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/text.h"
#include "command.h"
#include "config/check.h"
#include "control/appliance.h"
#include "offline/conversation.h"
#include "offline/offline.h"
#include "schema/json_text.h"

#define USAGE "test [--json FILE] FILE..."
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

/* What is told of the tests of one file. */
struct telling {
	json_t *tests; /* NULL: text on standard output */
	bool colour;
};

static const char *
name_of(const struct test_cfg *test)
{
	return test->name != NULL      ? test->name
		: test->packet != NULL ? test->packet
				       : test->steps.items[0].packet;
}

static const struct cfg_head *
head_of(const struct trial *t)
{
	return t->step != NULL ? &t->step->head : &t->test->head;
}

static void
add_json(json_t *tests, const struct trial *t)
{
	json_t *json = json_pack("{s:o,s:i,s:b}", "name", json_text(name_of(t->test)), "line",
		(int)head_of(t)->loc.line, "passed", t->passed);

	if (t->step != NULL)
		json_object_set_new(json, "step", json_integer(t->step - t->test->steps.items + 1));
	if (!t->passed) {
		json_object_set_new(json, "packet",
			json_text(t->step != NULL ? t->step->packet : t->test->packet));
		json_object_set_new(json, "expected", json_text(t->expected));
		json_object_set_new(json, "found", json_text(t->found));
	}
	json_array_append_new(tests, json);
}

static void
print_clean(const char *text)
{
	char out[1024];

	fputs(text_clean(out, sizeof(out), text), stdout);
}

static void
print_failed(const struct telling *told, const struct trial *t)
{
	const char *red = told->colour ? RED : "", *green = told->colour ? GREEN : "",
		   *plain = told->colour ? PLAIN : "";
	char place[256];

	outcome_rule(place, sizeof(place), &head_of(t)->loc);
	fputs("        ", stdout);
	if (t->step != NULL)
		printf("step %u, ", (unsigned)(t->step - t->test->steps.items + 1));
	printf("%s, in %s: ", place, t->step != NULL ? t->step->in : t->test->in);
	print_clean(t->step != NULL ? t->step->packet : t->test->packet);
	if (t->found[0] == '\0') {
		putchar('\n');
		return;
	}
	printf("\n      %s- ", green);
	print_clean(t->expected);
	printf("%s\n      %s+ ", plain, red);
	print_clean(t->found);
	printf("%s\n", plain);
}

static void
on_tested(void *arg, const struct trial *t)
{
	const struct telling *told = arg;

	if (told->tests != NULL) {
		add_json(told->tests, t);
		return;
	}
	printf("%s%-8s%s", told->colour && !t->passed ? RED : "", t->passed ? "ok" : "FAILED",
		told->colour && !t->passed ? PLAIN : "");
	print_clean(name_of(t->test));
	putchar('\n');
	if (!t->passed)
		print_failed(told, t);
}

/* An error that is no failed test: the configuration is wrong, or a test cannot be read. */
static bool
is_failure(const char *text)
{
	return strstr(text, "' failed: ") != NULL;
}

static void
note_error(void *arg, struct loc loc, bool warning, const char *text)
{
	struct err *errors = arg;

	if (!warning && !is_failure(text))
		err_add(errors, EINVAL, loc, "%s", text);
}

static void
add_error(void *errors, struct loc loc, bool warning, const char *text)
{
	if (!warning)
		json_array_append_new(errors,
			json_pack("{s:o,s:i,s:i,s:i,s:o}", "file", json_text(loc.file), "line",
				(int)loc.line, "column", (int)loc.column, "width", (int)loc.width,
				"text", json_text(text)));
}

static void
add_file(json_t *files, const char *path, const struct check_result *result,
	const struct telling *told, const struct err *err)
{
	json_t *errors = json_array();

	err_each(err, add_error, errors);
	json_array_append_new(files,
		json_pack("{s:o,s:b,s:i,s:i,s:o,s:o}", "file", json_text(path), "ok",
			err_count(err) == 0, "tests", (int)result->tests, "failed",
			(int)result->failed, "trials", told->tests, "errors", errors));
}

/* Tries all tests; err gets every error, those of failed tests, too. */
static void
try_tests(const struct config *cfg, const char *path, struct check_result *result, struct err *err)
{
	if (err_count(err) != 0)
		return;
	config_verify(cfg, err, result);
	/* Any other error than a failed test: there is no generation to try conversations with. */
	if (err_count(err) == result->failed)
		conversations_try(cfg, path, result, err);
}

/* Prints the errors that are no failed tests; those have been told. */
static void
print_errors(const struct err *err)
{
	struct err *errors = err_create();

	if (errors == NULL)
		return;
	err_each(err, note_error, errors);
	err_print(errors, stderr, isatty(STDERR_FILENO));
	err_destroy(errors);
}

/* Returns the exit status; files gets an object, unless it is NULL. */
static int
test_file(const char *path, json_t *files)
{
	struct telling told = { .tests = files != NULL ? json_array() : NULL,
		.colour = isatty(STDOUT_FILENO) };
	struct check_result result = { .depth = CHECK_TESTS, .tested = on_tested, .arg = &told };
	struct err *err = err_create();
	struct config *cfg;
	bool fine;

	if (err == NULL)
		return STATUS_WRONG;
	cfg = config_load(path, err);
	if (cfg != NULL)
		try_tests(cfg, path, &result, err);
	fine = cfg != NULL && err_count(err) == 0;
	if (files != NULL)
		add_file(files, path, &result, &told, err);
	else
		print_errors(err);
	if (files == NULL && cfg != NULL)
		printf("%s: %u of %u tests passed\n", path, result.tests - result.failed,
			result.tests);
	config_free(cfg);
	err_destroy(err);
	return fine ? STATUS_DONE : STATUS_WRONG;
}

int
command_test(int argc, char **argv)
{
	return command_files(argc, argv, USAGE, test_file);
}
