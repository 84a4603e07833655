/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* Standard error goes to a file; *state is its name. */
static int
setup(void **state)
{
	static char name[] = "/tmp/weir-log-XXXXXX";

	strcpy(name + sizeof(name) - 7, "XXXXXX");
	if (mkstemp(name) < 0 || freopen(name, "w", stderr) == NULL)
		return -1;
	unsetenv("JOURNAL_STREAM");
	log_set_level(LEVEL_INFO);
	*state = name;
	return 0;
}

static int
teardown(void **state)
{
	return unlink(*state);
}

/* What was written; counts its lines. */
static const char *
written(void **state, unsigned *lines)
{
	static char text[65536];
	FILE *f = fopen(*state, "r");
	size_t n;

	fflush(stderr);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	*lines = 0;
	for (const char *p = text; *p != '\0'; p++)
		*lines += *p == '\n';
	return text;
}

static void
a_line_says_who_speaks_and_how_serious_it_is(void **state)
{
	unsigned lines;

	log_info("generation %d runs", 2);
	log_error("worker %d has stood still", 1);
	assert_string_equal(written(state, &lines),
		"weir: generation 2 runs\nweir: error: worker 1 has stood still\n");
}

static void
the_journal_gets_priorities(void **state)
{
	unsigned lines;

	setenv("JOURNAL_STREAM", "8:1", 1);
	log_warning("port lan: link down");
	assert_string_equal(written(state, &lines), "<4>port lan: link down\n");
}

static void
lines_above_the_level_are_not_written(void **state)
{
	unsigned lines;

	log_debug("nobody wants to know");
	log_set_level(LEVEL_ERROR);
	log_warning("nor this");
	written(state, &lines);
	assert_int_equal(lines, 0);
}

static void
a_storm_is_cut_off(void **state)
{
	unsigned lines;

	for (unsigned i = 0; i < 1000; i++)
		log_info("line %u", i);
	written(state, &lines);
	/* The second may have turned while they were written, with a line on those that were lost.
	 */
	assert_in_range(lines, LOG_LINES_PER_S - 10, 2 * LOG_LINES_PER_S + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_line_says_who_speaks_and_how_serious_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(the_journal_gets_priorities, setup, teardown),
		cmocka_unit_test_setup_teardown(
			lines_above_the_level_are_not_written, setup, teardown),
		cmocka_unit_test_setup_teardown(a_storm_is_cut_off, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
