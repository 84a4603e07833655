/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>

#include <cmocka.h>

#include "base/ids.h"

static struct ids ids;

static int
setup(void **state)
{
	(void)state;
	ids_init(&ids, 4); /* 1, 2, 3 */
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ids_fini(&ids);
	return 0;
}

static void
a_name_keeps_its_number_whatever_the_order(void **state)
{
	(void)state;
	ids_begin(&ids);
	assert_int_equal(ids_take(&ids, "lan"), 1);
	assert_int_equal(ids_take(&ids, "wan"), 2);
	ids_commit(&ids);
	ids_begin(&ids);
	assert_int_equal(ids_take(&ids, "dmz"), 3);
	assert_int_equal(ids_take(&ids, "wan"), 2);
	assert_int_equal(ids_take(&ids, "lan"), 1);
	assert_int_equal(ids_take(&ids, "lan"), 1);
}

static void
the_name_that_has_been_gone_longest_gives_its_number(void **state)
{
	(void)state;
	ids_begin(&ids);
	ids_take(&ids, "a");
	ids_take(&ids, "b");
	ids_take(&ids, "c");
	ids_commit(&ids);
	ids_begin(&ids);
	ids_take(&ids, "a");
	ids_take(&ids, "c");
	ids_commit(&ids);
	ids_begin(&ids);
	ids_take(&ids, "c");
	ids_commit(&ids);
	ids_begin(&ids);
	assert_int_equal(ids_take(&ids, "d"), 2);
	assert_int_equal(ids_take(&ids, "a"), 1);
	assert_int_equal(ids_take(&ids, "e"), -ENOSPC);
}

static void
a_generation_that_fails_takes_no_number_of_the_running_one(void **state)
{
	(void)state;
	ids_begin(&ids);
	ids_take(&ids, "a");
	ids_take(&ids, "b");
	ids_take(&ids, "c");
	ids_commit(&ids);
	ids_begin(&ids);
	assert_int_equal(ids_take(&ids, "d"), -ENOSPC);
	ids_begin(&ids);
	assert_int_equal(ids_take(&ids, "e"), -ENOSPC);
	assert_int_equal(ids_take(&ids, "b"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_name_keeps_its_number_whatever_the_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_name_that_has_been_gone_longest_gives_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_generation_that_fails_takes_no_number_of_the_running_one, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
