/* SPDX-License-Identifier: BSD-3-Clause */
/* Action lists: shared, told apart by generation, given back. */

#include "program/action_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"

static struct action_lists *
given_lists(void)
{
	struct action_lists *t = action_lists_create(64, -1); /* 1025 of them */

	assert_non_null(t);
	return t;
}

static void
the_same_words_are_one_list(void **state)
{
	const uint32_t words[] = { ACTION_WORD(ACTION_COUNT, 7), ACTION_WORD(ACTION_METER, 2) };
	struct action_lists *t = given_lists();
	uint16_t list = action_lists_take(t, words, 2, 1);

	assert_int_not_equal(list, 0);
	assert_int_equal(action_lists_take(t, words, 2, 1), list);
	assert_int_equal(t->used, 1);
	assert_int_equal(action_lists_at(t, list)->word[0], ACTION_WORD(ACTION_COUNT, 7));
	assert_int_equal(action_lists_at(t, list)->word[1], ACTION_WORD(ACTION_METER, 2));
	assert_int_equal(action_lists_at(t, list)->word[2], 0);
	action_lists_destroy(t);
}

static void
a_beginning_an_order_and_a_generation_make_other_lists(void **state)
{
	const uint32_t words[] = { ACTION_WORD(ACTION_COUNT, 7), ACTION_WORD(ACTION_COUNT, 8) };
	const uint32_t turned[] = { ACTION_WORD(ACTION_COUNT, 8), ACTION_WORD(ACTION_COUNT, 7) };
	struct action_lists *t = given_lists();
	uint16_t list = action_lists_take(t, words, 2, 1);

	assert_int_not_equal(action_lists_take(t, words, 1, 1), list);
	assert_int_not_equal(action_lists_take(t, turned, 2, 1), list);
	assert_int_not_equal(action_lists_take(t, words, 2, 2), list);
	assert_int_equal(t->used, 4);
	action_lists_destroy(t);
}

static void
a_list_goes_with_its_last_record(void **state)
{
	const uint32_t words[] = { ACTION_WORD(ACTION_DSCP, 46) };
	struct action_lists *t = given_lists();
	uint16_t list = action_lists_take(t, words, 1, 1);

	action_lists_take(t, words, 1, 1);
	action_lists_give(t, list);
	assert_int_equal(t->used, 1);
	action_lists_give(t, list);
	assert_int_equal(t->used, 0);
	action_lists_give(t, 0);
	action_lists_destroy(t);
}

static void
without_room_there_is_no_list_until_one_goes(void **state)
{
	struct action_lists *t = given_lists();
	uint16_t first = 0;

	for (uint32_t counter = 1; counter <= t->capacity; counter++) {
		uint32_t word = ACTION_WORD(ACTION_COUNT, counter);
		uint16_t list = action_lists_take(t, &word, 1, 1);

		assert_int_not_equal(list, 0);
		if (counter == 1)
			first = list;
	}
	assert_int_equal(
		action_lists_take(t, &(uint32_t){ ACTION_WORD(ACTION_COUNT, 9999) }, 1, 1), 0);
	action_lists_give(t, first);
	assert_int_equal(
		action_lists_take(t, &(uint32_t){ ACTION_WORD(ACTION_COUNT, 9999) }, 1, 1), first);
	action_lists_destroy(t);
}

static void
who_asks_first_owns_a_list(void **state)
{
	struct action_lists *t = given_lists();
	uint32_t words[] = { ACTION_WORD(ACTION_COUNT, 1), ACTION_WORD(ACTION_COUNT, 2) };
	uint16_t one = action_lists_take(t, words, 1, 1), two;

	action_lists_own(t, one, 7);
	action_lists_own(t, action_lists_take(t, words, 1, 1), 9);
	two = action_lists_take(t, words + 1, 1, 1);
	action_lists_own(t, two, 7);
	action_lists_own(t, action_lists_take(t, words, 2, 1), 9);
	assert_int_equal(action_lists_heaviest(t), 7);
	action_lists_give(t, two);
	action_lists_give(t, one);
	action_lists_give(t, one);
	assert_int_equal(action_lists_heaviest(t), 9);
	action_lists_destroy(t);
}

static void
without_memory_there_are_none(void **state)
{
	for (unsigned n = 1; n <= 2; n++) {
		memory_fault_at = n;
		assert_null(action_lists_create(64, -1));
	}
	memory_fault_at = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_words_are_one_list),
		cmocka_unit_test(a_beginning_an_order_and_a_generation_make_other_lists),
		cmocka_unit_test(a_list_goes_with_its_last_record),
		cmocka_unit_test(without_room_there_is_no_list_until_one_goes),
		cmocka_unit_test(who_asks_first_owns_a_list),
		cmocka_unit_test(without_memory_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
