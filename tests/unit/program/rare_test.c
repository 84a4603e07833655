/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of rare actions: shared, told apart by generation, given back. */

#include "program/rare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"

static struct rares *
given_lists(void)
{
	struct rares *t = rares_create(64, -1); /* 1025 of them */

	assert_non_null(t);
	return t;
}

static void
the_same_words_are_one_list(void **state)
{
	const uint32_t words[] = { RARE_WORD(RARE_COUNT, 7), RARE_WORD(RARE_METER, 2) };
	struct rares *t = given_lists();
	uint16_t list = rares_take(t, words, 2, 1);

	assert_int_not_equal(list, 0);
	assert_int_equal(rares_take(t, words, 2, 1), list);
	assert_int_equal(t->used, 1);
	assert_int_equal(rares_at(t, list)->word[0], RARE_WORD(RARE_COUNT, 7));
	assert_int_equal(rares_at(t, list)->word[1], RARE_WORD(RARE_METER, 2));
	assert_int_equal(rares_at(t, list)->word[2], 0);
	rares_destroy(t);
}

static void
a_beginning_an_order_and_a_generation_make_other_lists(void **state)
{
	const uint32_t words[] = { RARE_WORD(RARE_COUNT, 7), RARE_WORD(RARE_COUNT, 8) };
	const uint32_t turned[] = { RARE_WORD(RARE_COUNT, 8), RARE_WORD(RARE_COUNT, 7) };
	struct rares *t = given_lists();
	uint16_t list = rares_take(t, words, 2, 1);

	assert_int_not_equal(rares_take(t, words, 1, 1), list);
	assert_int_not_equal(rares_take(t, turned, 2, 1), list);
	assert_int_not_equal(rares_take(t, words, 2, 2), list);
	assert_int_equal(t->used, 4);
	rares_destroy(t);
}

static void
a_list_goes_with_its_last_record(void **state)
{
	const uint32_t words[] = { RARE_WORD(RARE_DSCP, 46) };
	struct rares *t = given_lists();
	uint16_t list = rares_take(t, words, 1, 1);

	rares_take(t, words, 1, 1);
	rares_give(t, list);
	assert_int_equal(t->used, 1);
	rares_give(t, list);
	assert_int_equal(t->used, 0);
	rares_give(t, 0);
	rares_destroy(t);
}

static void
without_room_there_is_no_list_until_one_goes(void **state)
{
	struct rares *t = given_lists();
	uint16_t first = 0;

	for (uint32_t place = 1; place <= t->capacity; place++) {
		uint32_t word = RARE_WORD(RARE_COUNT, place);
		uint16_t list = rares_take(t, &word, 1, 1);

		assert_int_not_equal(list, 0);
		if (place == 1)
			first = list;
	}
	assert_int_equal(rares_take(t, &(uint32_t){ RARE_WORD(RARE_COUNT, 9999) }, 1, 1), 0);
	rares_give(t, first);
	assert_int_equal(rares_take(t, &(uint32_t){ RARE_WORD(RARE_COUNT, 9999) }, 1, 1), first);
	rares_destroy(t);
}

static void
who_asks_first_owns_a_list(void **state)
{
	struct rares *t = given_lists();
	uint32_t words[] = { RARE_WORD(RARE_COUNT, 1), RARE_WORD(RARE_COUNT, 2) };
	uint16_t one = rares_take(t, words, 1, 1), two;

	rares_own(t, one, 7);
	rares_own(t, rares_take(t, words, 1, 1), 9);
	two = rares_take(t, words + 1, 1, 1);
	rares_own(t, two, 7);
	rares_own(t, rares_take(t, words, 2, 1), 9);
	assert_int_equal(rares_heaviest(t), 7);
	rares_give(t, two);
	rares_give(t, one);
	rares_give(t, one);
	assert_int_equal(rares_heaviest(t), 9);
	rares_destroy(t);
}

static void
without_memory_there_are_none(void **state)
{
	for (unsigned n = 1; n <= 2; n++) {
		memory_fault_at = n;
		assert_null(rares_create(64, -1));
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
