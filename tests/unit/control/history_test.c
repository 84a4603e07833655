/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations that ran, kept over restarts. */

#include "control/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/history_priv.h"

static char dir[] = "/tmp/weir-history-XXXXXX";

static int
make_folder(void **state)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
remove_folder(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static unsigned
add(struct history *h, const char *config, const char *text)
{
	char file[64], copy[64];
	struct history_entry e = { .time = 1700000000,
		.who = "root",
		.what = "commit",
		.source = file,
		.config = file,
		.text = copy };

	snprintf(file, sizeof(file), "%s", config);
	snprintf(copy, sizeof(copy), "%s", text);
	history_digest(text, e.base);
	return history_add(h, &e);
}

static void
entries_are_there_after_a_restart(void **state)
{
	struct history *h = history_create(dir, false);
	char digest[17];

	assert_int_equal(add(h, "/etc/a.yaml", "one"), 1);
	assert_int_equal(add(h, "/etc/b.yaml", "two"), 2);
	history_destroy(h);

	h = history_create(dir, false);
	assert_int_equal(history_at(h, 0)->number, 2);
	assert_string_equal(history_at(h, 0)->text, "two");
	assert_string_equal(history_at(h, 1)->who, "root");
	history_digest("two", digest);
	assert_string_equal(history_at(h, 0)->base, digest);
	assert_string_not_equal(history_at(h, 1)->base, digest);
	assert_int_equal(history_at(h, 1)->time, 1700000000);
	assert_null(history_at(h, 2));
	assert_string_equal(history_last(h, "/etc/a.yaml")->text, "one");
	assert_null(history_last(h, "/etc/c.yaml"));
	assert_int_equal(add(h, "/etc/a.yaml", "three"), 3);
	history_destroy(h);
}

/* A thread that waits for a slow disk cannot give up its capabilities. */
static void
no_thread_writes_before_the_first_tick(void **state)
{
	struct history *h = history_create(dir, false);

	add(h, "/etc/a.yaml", "one");
	assert_null(h->job);
	history_tick(h);
	assert_non_null(h->job);
	history_destroy(h);
}

static void
the_oldest_fall_out(void **state)
{
	struct history *h = history_create(dir, false);
	char path[128];

	for (unsigned i = 1; i <= HISTORY_ENTRIES + 3; i++)
		assert_int_equal(add(h, "/etc/a.yaml", "x"), i);
	assert_null(history_at(h, HISTORY_ENTRIES));
	history_destroy(h);
	snprintf(path, sizeof(path), "%s/00000003.yaml", dir);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/00000004.yaml", dir);
	assert_int_equal(access(path, F_OK), 0);
}

static void
a_half_written_entry_is_none(void **state)
{
	struct history *h = history_create(dir, false);
	char path[128];

	add(h, "/etc/a.yaml", "one");
	add(h, "/etc/a.yaml", "two");
	history_destroy(h);
	snprintf(path, sizeof(path), "%s/00000002.json", dir);
	assert_int_equal(truncate(path, 5), 0);
	h = history_create(dir, false);
	assert_string_equal(history_last(h, "/etc/a.yaml")->text, "one");
	assert_int_equal(add(h, "/etc/a.yaml", "three"), 3);
	history_destroy(h);
}

static void
without_a_folder_entries_are_kept_in_memory(void **state)
{
	struct history *h = history_create("/nonexistent/weir", false);

	assert_null(history_dir(h));
	add(h, "/etc/a.yaml", "one");
	assert_string_equal(history_last(h, "/etc/a.yaml")->text, "one");
	history_destroy(h);
}

/* The folder vanishes while Weir runs: as a full disk, it is said in the log, and nothing else
 * happens. */
static void
what_cannot_be_written_changes_nothing(void **state)
{
	struct history *h = history_create(dir, false);

	assert_int_equal(rmdir(dir), 0);
	add(h, "/etc/a.yaml", "one");
	assert_string_equal(history_last(h, "/etc/a.yaml")->text, "one");
	history_destroy(h);
	assert_non_null(mkdtemp(memcpy(dir + strlen(dir) - 6, "XXXXXX", 6) - (strlen(dir) - 6)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			entries_are_there_after_a_restart, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			no_thread_writes_before_the_first_tick, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(the_oldest_fall_out, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_half_written_entry_is_none, make_folder, remove_folder),
		cmocka_unit_test(without_a_folder_entries_are_kept_in_memory),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_written_changes_nothing, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
